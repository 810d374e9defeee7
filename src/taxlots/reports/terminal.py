"""Tables and lines for people: rich on a terminal, plain aligned text everywhere else."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from taxlots.domain.problem import Problem, Severity
from taxlots.reports.inert import inert

if TYPE_CHECKING:
    from rich.table import Table

GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key of its cells, its heading, and whether it is right-aligned."""

    key: str
    heading: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of text cells under headings, with a title and a sentence for when there are none."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, str]]
    when_empty: str = "none"


def clean(text: str) -> str:
    """The text without characters that a terminal obeys instead of showing."""
    return "".join(
        c if c.isprintable() or c in "\n " else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def problem_line(problem: Problem) -> str:
    """One line for a problem: where, its code, what is wrong, what to do."""
    warning = " (warning)" if problem.severity is Severity.WARNING else ""
    said = f"{_sentence(problem.message)} {_sentence(problem.remedy)}"
    return clean(f"{problem.where}: {problem.code}{warning}: {said}").replace("\n", " ")


def plain_text(listing: Listing) -> str:
    """A listing as aligned plain text, without trailing blanks."""
    lines = [listing.title]
    if not listing.rows:
        return f"{listing.title}: {listing.when_empty}"
    cells = [[column.heading for column in listing.columns]]
    cells += [[clean(row[column.key]) for column in listing.columns] for row in listing.rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = [
            cell.rjust(width) if column.is_number else cell.ljust(width)
            for cell, width, column in zip(row, widths, listing.columns, strict=True)
        ]
        lines.append(GAP.join(padded).rstrip())
    return "\n".join(lines)


def rich_table(listing: Listing) -> Table:
    """A listing as a table of rich; cells are text, never markup."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(listing.title),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for column in listing.columns:
        table.add_column(
            column.heading, justify="right" if column.is_number else "left", overflow="fold"
        )
    for row in listing.rows:
        table.add_row(*(Text(clean(row[column.key])) for column in listing.columns))
    return table


def csv_text(keys: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as CSV for a spreadsheet: cells that it would run are inert."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([inert(row[key]) for key in keys] for row in rows)
    return text.getvalue()


def _sentence(text: str) -> str:
    """The text with a capital letter and a full stop."""
    trimmed = text.strip().rstrip(".")
    first = trimmed.split(" ", 1)[0]
    if first.islower() and first.isalpha():
        trimmed = trimmed[0].upper() + trimmed[1:]
    return f"{trimmed}." if trimmed else ""
