"""What Form 8949 calls its parts, boxes and columns, and which rows stand under which of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from taxlots.domain.form_8949 import Form8949Row

if TYPE_CHECKING:
    from taxlots.book.return_forms import Filing

REPORTED: Final = "reported on Form 1099-B, basis reported to the IRS"
NOT_SHOWN: Final = "reported on Form 1099-B, basis not reported to the IRS"
NO_FORM: Final = "not reported on Form 1099-B"
DIGITAL_REPORTED: Final = "digital assets reported on Form 1099-DA, basis reported to the IRS"
DIGITAL_NOT_SHOWN: Final = "digital assets reported on Form 1099-DA, basis not reported to the IRS"
DIGITAL_NO_FORM: Final = "digital assets not reported on Form 1099-DA or 1099-B"

BOXES: Final = {
    "A": REPORTED,
    "B": NOT_SHOWN,
    "C": NO_FORM,
    "G": DIGITAL_REPORTED,
    "H": DIGITAL_NOT_SHOWN,
    "I": DIGITAL_NO_FORM,
    "D": REPORTED,
    "E": NOT_SHOWN,
    "F": NO_FORM,
    "J": DIGITAL_REPORTED,
    "K": DIGITAL_NOT_SHOWN,
    "L": DIGITAL_NO_FORM,
}
"""Every check box of the form for 2025, in its order: those of Part I, then those of Part II."""

SHORT_BOXES: Final = "ABCGHI"
DIGITAL_BOXES: Final = "GHIJKL"
FIRST_DIGITAL_YEAR: Final = 2025
"""The first form that has boxes for Form 1099-DA."""

COLUMNS: Final = {
    "a": "Description of property",
    "b": "Date acquired",
    "c": "Date sold or disposed of",
    "d": "Proceeds",
    "e": "Cost or other basis",
    "f": "Codes",
    "g": "Adjustment",
    "h": "Gain or (loss)",
}

EXPIRED: Final = "Expired"

PROVISIONAL: Final = "provisional"

Groups = dict[str, list[Form8949Row]]


def about_return(filing: Filing, tax_return: str) -> str:
    """Which return and year, and of which day the books are."""
    return f"{tax_return}, tax year {filing.year}, booked as of {filing.as_of}"


def part_of(box: str) -> str:
    """The part of the form on which a box stands, with its name."""
    return "Part I, short-term" if box in SHORT_BOXES else "Part II, long-term"


def by_box(rows: Iterable[Form8949Row]) -> Groups:
    """Rows with a known basis by box, in the order of the form; boxes without a row are left out.

    Rows that stand on lines 1a and 8a of Schedule D alone are not among them.
    """
    return _grouped(row for row in rows if not row.is_straight and row.gain_cents is not None)


def straight_by_line(rows: Iterable[Form8949Row]) -> Groups:
    """Rows with a known basis that stand on Schedule D alone, by its lines 1a and 8a."""
    known = [row for row in rows if row.is_straight and row.gain_cents is not None]
    lines = {"1a": [r for r in known if not r.is_long], "8a": [r for r in known if r.is_long]}
    return {line: found for line, found in lines.items() if found}


def of_unknown_basis(rows: Iterable[Form8949Row]) -> list[Form8949Row]:
    """Rows that no total can hold, because their basis or gain is not known."""
    return [row for row in rows if row.gain_cents is None]


def _grouped(rows: Iterable[Form8949Row]) -> Groups:
    groups: Groups = {box: [] for box in BOXES}
    for row in rows:
        groups[row.box].append(row)
    return {box: found for box, found in groups.items() if found}
