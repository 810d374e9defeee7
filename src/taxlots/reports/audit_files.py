"""The files of an audit pack: what each answers, in which order, and the README that says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from taxlots.reports import audit_columns as columns
from taxlots.reports import audit_columns_forms as forms
from taxlots.reports.folders import FAILURE, MANIFEST
from taxlots.reports.index_page import PackFile, PackIndex, PackSection

if TYPE_CHECKING:
    import pyarrow as pa

INDEX: Final = "index.html"
README: Final = "README.md"


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a pack: the line that says what it shows, and the meaning of each column."""

    text: str
    columns: Mapping[str, str]


SECTIONS: Final[dict[str, tuple[str, dict[str, Listed]]]] = {
    "What was realized, and what is filed": (
        "The pieces of lots that the sales of the year closed, and how they reach the return.",
        {
            "realized.csv": Listed("the year's pieces, one row each", columns.REALIZED),
            "bridge.csv": Listed(
                "from Form 1099-B over Form 8949 to Schedule D, by line", forms.BRIDGE
            ),
            "bridge_rows.csv": Listed("the same, piece by piece", forms.BRIDGE_ROWS),
            "form_8949.csv": Listed("Form 8949 and lines 1a and 8a", forms.FORM_8949),
            "schedule_d.csv": Listed("Schedule D, every line", forms.SCHEDULE_D),
            "form_6781.csv": Listed("Form 6781, section 1256 contracts", forms.FORM_6781),
            "form_4797.csv": Listed("Form 4797, section 475 accounts", forms.FORM_4797),
            "wash_statement.csv": Listed(
                "where code W is below the broker's figure, and why", forms.STATEMENT
            ),
            "wash_statement.txt": Listed("the same as a statement to file", {}),
        },
    ),
    "Is everything there?": (
        "What the journal holds, counted and summed, and for which days it is known.",
        {
            "journal.csv": Listed(
                "every row of the accounts of the household, as stated", columns.JOURNAL
            ),
            "completeness.csv": Listed(
                "rows, quantities and amounts by account, month and action", columns.COMPLETENESS
            ),
            "control_totals.csv": Listed(
                "the year's sales in the journal against the realized pieces, by account and month",
                columns.CONTROL_TOTALS,
            ),
            "coverage.csv": Listed("for which days each account is known", columns.COVERAGE),
            "coverage_days.csv": Listed(
                "each account and each day of the year and of its windows", columns.COVERAGE_DAYS
            ),
        },
    ),
    "Does it come out again?": (
        "The book, read and booked once more from its journal alone, and what must add up.",
        {
            "recomputation.csv": Listed(
                "hashes of the inputs and of the books, booked twice, and the identities",
                columns.RECOMPUTATION,
            ),
        },
    ),
    "Does basis roll forward?": (
        "Basis at the start of the year, what came and went, and basis at its end.",
        {
            "roll_forward.csv": Listed(
                "by account and security, with a residual of 0.00", columns.ROLL_FORWARD
            ),
            "opening_basis.csv": Listed(
                "what was held when the year began, against the last year as it was closed",
                columns.OPENING_BASIS,
            ),
            "opening_lots.csv": Listed(
                "lots that came with a stated basis instead of a purchase", columns.OPENING_LOTS
            ),
            "restated_years.csv": Listed(
                "closed years as closed and as booked now, and what to amend",
                columns.RESTATED_YEARS,
            ),
        },
    ),
    "Which lots were sold, and who said so?": (
        "How lots were chosen, what was set by hand, and where a day decides the term.",
        {
            "identifications.csv": Listed(
                "each sale: when lots were named, against settlement", columns.IDENTIFICATIONS
            ),
            "methods.csv": Listed("standing methods and every change of them", columns.METHODS),
            "overrides.csv": Listed(
                "what was taken back, set by hand or changed later", columns.OVERRIDES
            ),
            "term_boundary.csv": Listed(
                "pieces sold within three days of being long-term", columns.TERM_BOUNDARY
            ),
        },
    ),
    "Which losses are disallowed?": (
        "Every wash sale of the year with its window, and what can still change.",
        {
            "wash_sales.csv": Listed("each loss with the shares that replace it", columns.REGISTER),
            "provisional.csv": Listed(
                "pieces that are not final, and what they wait for", columns.PROVISIONAL
            ),
        },
    ),
    "What is not certain?": (
        "Questions that no authority settles, and what the other answer would change.",
        {
            "uncertain_positions.csv": Listed(
                "each question with the change of the year's gain", columns.UNCERTAIN
            ),
        },
    ),
    "One by one": (
        "Sales drawn at random, all large, all adjusted and all overridden ones, each explained.",
        {
            "sample.csv": Listed("which sales, and why each was chosen", columns.SAMPLE),
            "explanations.txt": Listed("how each of them comes to its gain, figure by figure", {}),
            "stories.txt": Listed(
                "the same at length, with every step and authority; the drawn sales first where"
                " they are many",
                {},
            ),
            "stories.jsonl": Listed("stories.txt for programs, a story a line", {}),
        },
    ),
}
"""Title of a section -> what it answers, and its files in order."""

FILES: Final = {name: listed for _, files in SECTIONS.values() for name, listed in files.items()}

TEXTS: Final = frozenset(name for name in FILES if not name.endswith(".csv"))

FIRST_ARCHIVE_YEAR: Final = 1900
LAST_ARCHIVE_YEAR: Final = 2199


def archive_name(year: int) -> str:
    """The zip of a pack."""
    return f"audit-pack-{year}.zip"


RESULTS: Final = frozenset(
    {INDEX, README, MANIFEST, FAILURE, *FILES}
    | {archive_name(year) for year in range(FIRST_ARCHIVE_YEAR, LAST_ARCHIVE_YEAR + 1)}
)
"""Every file that an earlier pack can have left in its folder."""


def sections(tables: Mapping[str, pa.Table], texts: Mapping[str, str]) -> tuple[PackSection, ...]:
    """The sections of the index page: the files that are there, with how many rows they have."""
    found = []
    for title, (text, files) in SECTIONS.items():
        there = tuple(
            PackFile(path=name, text=listed.text, rows=_rows(tables.get(name)))
            for name, listed in files.items()
            if name in tables or name in texts
        )
        if there:
            found.append(PackSection(title=title, text=text, files=there))
    return tuple(found)


def _rows(table: pa.Table | None) -> int | None:
    return None if table is None else int(table.num_rows)


def readme(page: PackIndex) -> str:
    """The README of a pack: what it is, what to know before relying on it, and every column."""
    names = {file.path for section in page.sections for file in section.files}
    about = f"{page.book}, return {page.tax_return}, booked as of {page.as_of}."
    lines = [f"# {page.title}", "", about, "", *ABOUT, ""]
    if told := [*page.state, *page.remarks]:
        lines += [*(f"- {remark}" for remark in told), ""]
    return "\n".join([*lines, *reference(names)])


ABOUT: Final = (
    "Open `index.html` with a browser; it needs no network. Every list is a CSV file: UTF-8,",
    "commas, dates as YYYY-MM-DD, money in dollars with a point. Ids in the lists are those of",
    "`journal.csv`, which has every row that the figures come from. A list without rows has found",
    "nothing to tell.",
)


def reference(names: set[str]) -> Iterator[str]:
    """The files and their columns as Markdown, section by section."""
    for title, (text, files) in SECTIONS.items():
        there = {name: listed for name, listed in files.items() if name in names}
        if not there:
            continue
        yield from (f"## {title}", "", text, "")
        for name, listed in there.items():
            yield from (f"### {name}", "", f"{listed.text[0].upper()}{listed.text[1:]}.", "")
            if listed.columns:
                yield from ("| column | meaning |", "|---|---|")
                yield from (f"| {column} | {told} |" for column, told in listed.columns.items())
                yield ""
