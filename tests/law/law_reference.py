"""The table of ``docs/reference/law.md``: each rule, what it says, its authority and its cases.

``python -m tests.law.law_reference`` writes it into the document again; a test compares.
"""

import re
from itertools import groupby
from pathlib import Path

from tests.law.rules import Rule, cases_of, rules

from taxlots.law.cites import CITATIONS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "law.md"
HEAD = ("| rule | says | authority | cases |", "|---|---|---|---|")
TABLE = re.compile(rf"(?ms)^{re.escape(HEAD[0])}\n.*?(?=^\s*$|\Z)")


def spans(ids: list[str]) -> str:
    """Case ids in order, runs of three and more shortened: ``WW-001 to WW-010``."""
    numbered = [(name[:3], int(name[3:])) for name in ids]
    runs = groupby(enumerate(numbered), key=lambda item: (item[1][0], item[1][1] - item[0]))
    told = []
    for _, run in runs:
        names = [f"{topic}{number:03d}" for _, (topic, number) in run]
        told += names if len(names) < 3 else [f"{names[0]} to {names[-1]}"]
    return ", ".join(told)


def summary(rule: Rule) -> str:
    """The first sentence of a rule's docstring, on one line."""
    sentence = re.split(r"\.\s", f"{rule.__doc__} ", maxsplit=1)[0]
    return re.sub(r"\s+", " ", sentence).replace("``", "`").strip().rstrip(".")


def law_table() -> str:
    """The table in Markdown, rules in the order of their files."""
    rows = []
    for name, rule in rules().items():
        authorities = "; ".join(CITATIONS[f"taxlots.law.{name}"])
        rows.append(f"| `{name}` | {summary(rule)} | {authorities} | {spans(cases_of(name))} |")
    return "\n".join([*HEAD, *rows]) + "\n"


def written_table() -> str:
    """The table as the document has it; blank if it has none."""
    found = TABLE.search(DOCUMENT.read_text("utf-8"))
    return found[0] if found else ""


def write_table() -> None:
    text = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(text.replace(written_table(), law_table()), "utf-8")


if __name__ == "__main__":
    write_table()
