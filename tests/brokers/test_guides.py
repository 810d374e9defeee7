"""Every problem that an importer can raise is explained in its guide, and no other is."""

import re
from pathlib import Path

import pytest

from taxlots.domain.action import Action

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "taxlots" / "brokers"
CODE = re.compile(r'"([A-Z]+_[A-Z_]+)"')
IMPORTED = re.compile(r"(?m)^from taxlots\.brokers\.(\w+) import")


def modules_of(importer: str) -> set[Path]:
    """The importer's module and those of the package that it is made of."""
    found: set[Path] = set()
    wanted = [SOURCES / f"{importer}.py"]
    while wanted:
        path = wanted.pop()
        if path not in found and path.stem != "protocol":
            found.add(path)
            wanted += [SOURCES / f"{name}.py" for name in IMPORTED.findall(path.read_text("utf-8"))]
    return found


TRANSACTIONS = ["schwab", "fidelity", "vanguard", "etrade", "robinhood", "aggregator"]


@pytest.mark.parametrize("importer", [*TRANSACTIONS, "fdx_1099b"])
def test_every_problem_is_explained_in_the_guide(importer: str) -> None:
    guide = ROOT / "docs" / "guides" / f"import-{importer.replace('_', '-')}.md"
    texts = [path.read_text("utf-8") for path in modules_of(importer)]
    raised = {code for text in texts for code in CODE.findall(text)} - set(Action)
    explained = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", guide.read_text("utf-8")))
    assert "WRONG_ENCODING" in raised
    assert ("UNKNOWN_ACTION" in raised) == (importer in TRANSACTIONS)
    assert raised <= explained
    assert explained - raised <= set(Action) | {"CANCELLED", "UNORDERED"}
