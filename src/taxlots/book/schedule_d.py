"""Schedule D (Form 1040), lines 1a to 22, of one return and year.

Instructions for Schedule D (2025).  Where there is no entry on the form, a line has none here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from taxlots.book.form_8949_totals import whole_dollars
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.form_8949 import Form8949Row, ScheduleD, ScheduleDLine
from taxlots.law.s1211_loss_limit import deductible_loss, loss_limit

COLLECTIBLE_CODE: Final = "C"

LINES_OF_BOXES: Final = {"1b": "AG", "2": "BH", "3": "CI", "8b": "DJ", "9": "EK", "10": "FL"}
"""Which boxes of Form 8949 each line totals."""

TEXTS: Final = {
    "1a": "Short-term, basis reported to the IRS, no adjustments, without Form 8949",
    "1b": "Short-term, Form 8949 with box A or G",
    "2": "Short-term, Form 8949 with box B or H",
    "3": "Short-term, Form 8949 with box C or I",
    "4": "Short-term gain from Form 6252; gain or loss from Forms 4684, 6781 and 8824",
    "5": "Net short-term gain or loss from Schedule K-1",
    "6": "Short-term capital loss carryover",
    "7": "Net short-term capital gain or loss",
    "8a": "Long-term, basis reported to the IRS, no adjustments, without Form 8949",
    "8b": "Long-term, Form 8949 with box D or J",
    "9": "Long-term, Form 8949 with box E or K",
    "10": "Long-term, Form 8949 with box F or L",
    "11": "Gain from Forms 4797, 2439 and 6252; long-term from Forms 4684, 6781 and 8824",
    "12": "Net long-term gain or loss from Schedule K-1",
    "13": "Capital gain distributions",
    "14": "Long-term capital loss carryover",
    "15": "Net long-term capital gain or loss",
    "16": "Lines 7 and 15",
    "17": "Are lines 15 and 16 both gains?",
    "18": "28 % rate gain",
    "19": "Unrecaptured section 1250 gain",
    "20": "Are lines 18 and 19 both zero or blank?",
    "21": "Capital loss that is deducted this year",
    "22": "Are there qualified dividends?",
}
"""Every line, in the order of the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherEntries:
    """What Schedule D takes from elsewhere than Form 8949, in cents.

    ``section_1256_*`` are lines 8 and 9 of Form 6781; ``k1_*`` net gains or losses of Schedules
    K-1; ``carry_*`` losses of earlier years, from zero up.  ``unrecaptured_1250_cents`` is gain
    that the long-term entries contain already, before it is netted with losses.
    """

    section_1256_short_cents: int = 0
    section_1256_long_cents: int = 0
    k1_short_cents: int = 0
    k1_long_cents: int = 0
    capital_gain_distributions_cents: int = 0
    carry_short_cents: int = 0
    carry_long_cents: int = 0
    unrecaptured_1250_cents: int = 0
    qualified_dividends_cents: int = 0


def schedule_d(
    rows: Iterable[Form8949Row],
    other: OtherEntries,
    *,
    tax_return: str,
    year: int,
    status: FilingStatus | None = None,
    in_dollars: bool = False,
) -> ScheduleD:
    """Schedule D of one return, from its rows of Form 8949 and what comes from elsewhere.

    ``rows`` are all rows of the return, those of lines 1a and 8a too, in whole dollars where
    ``in_dollars``; those of unknown basis have no part in it.  ``status`` sets the limit of line
    21; None takes that of all who do not file separately.
    """
    known = [row for row in rows if row.gain_cents is not None and row.tax_return == tax_return]
    form = _Form(in_dollars=in_dollars)
    form.transactions("1a", [r for r in known if r.is_straight and not r.is_long])
    form.of_form_8949(known, ("1b", "2", "3"))
    form.single("4", other.section_1256_short_cents)
    form.single("5", other.k1_short_cents)
    form.single("6", -other.carry_short_cents)
    form.total("7", ("1a", "1b", "2", "3", "4", "5", "6"))
    form.transactions("8a", [r for r in known if r.is_straight and r.is_long])
    form.of_form_8949(known, ("8b", "9", "10"))
    form.single("11", other.section_1256_long_cents)
    form.single("12", other.k1_long_cents)
    form.single("13", other.capital_gain_distributions_cents)
    form.single("14", -other.carry_long_cents)
    form.total("15", ("8a", "8b", "9", "10", "11", "12", "13", "14"))
    form.total("16", ("7", "15"))
    answers = _part_iii(form, known, other, status)
    return ScheduleD(tax_return=tax_return, year=year, lines=form.in_order(), answers=answers)


def _part_iii(
    form: _Form, rows: list[Form8949Row], other: OtherEntries, status: FilingStatus | None
) -> dict[str, bool]:
    """Lines 17 to 22 as far as the form is to be filled in; returns the answers."""
    answers: dict[str, bool] = {}
    line_16 = form.cents["16"]
    if line_16 > 0:
        answers["17"] = form.cents["15"] > 0
        if answers["17"]:
            collectibles = [r.gain_cents or 0 for r in rows if COLLECTIBLE_CODE in r.codes]
            if collectibles:
                form.single("18", gain_28(form, sum(collectibles)))
            if other.unrecaptured_1250_cents:
                form.single("19", gain_25(form, sum(collectibles), other.unrecaptured_1250_cents))
            answers["20"] = not form.cents.get("18") and not form.cents.get("19")
            return answers
    if line_16 < 0:
        limit = loss_limit(status or FilingStatus.SINGLE)
        form.single("21", -deductible_loss(line_16, limit))
    answers["22"] = other.qualified_dividends_cents > 0
    return answers


def gain_28(form: _Form, collectibles_cents: int) -> int:
    """Line 7 of the 28% Rate Gain Worksheet: collectibles less short-term loss and carryover."""
    return max(0, collectibles_cents + form.cents["14"] + min(0, form.cents["7"]))


def gain_25(form: _Form, collectibles_cents: int, unrecaptured_cents: int) -> int:
    """Line 18 of the Unrecaptured Section 1250 Gain Worksheet."""
    losses = collectibles_cents + min(0, form.cents["7"]) + form.cents["14"]
    return max(0, form.shown(unrecaptured_cents) + min(0, losses))


class _Form:
    """The lines as they are filled in; ``cents`` is column (h) by line."""

    def __init__(self, *, in_dollars: bool) -> None:
        self.shown = whole_dollars if in_dollars else int
        self.cents: dict[str, int] = {}
        self.lines: dict[str, ScheduleDLine] = {}

    def of_form_8949(self, rows: list[Form8949Row], lines: Iterable[str]) -> None:
        """The lines that total pages of Form 8949."""
        for line in lines:
            boxes = LINES_OF_BOXES[line]
            self.transactions(line, [r for r in rows if r.box in boxes and not r.is_straight])

    def transactions(self, line: str, rows: list[Form8949Row]) -> None:
        """A line with columns (d), (e), (g) and (h); no entry where there is no transaction.

        Lines 1a and 8a have no column (g): nothing on them is adjusted.
        """
        gain = sum(row.gain_cents or 0 for row in rows)
        self.cents[line] = gain
        if not rows:
            self.lines[line] = ScheduleDLine(line=line, text=TEXTS[line])
            return
        adjusted = None if line in ("1a", "8a") else sum(row.adjustment_cents for row in rows)
        self.lines[line] = ScheduleDLine(
            line=line,
            text=TEXTS[line],
            proceeds_cents=sum(row.proceeds_cents for row in rows),
            basis_cents=sum(row.basis_cents or 0 for row in rows),
            adjustment_cents=adjusted,
            gain_cents=gain,
        )

    def single(self, line: str, cents: int) -> None:
        """A line with column (h) alone; no entry where it is 0, but on lines of Part III."""
        amount = self.shown(cents)
        self.cents[line] = amount
        shown = amount if amount or line in ("18", "19", "21") else None
        self.lines[line] = ScheduleDLine(line=line, text=TEXTS[line], gain_cents=shown)

    def total(self, line: str, of: Iterable[str]) -> None:
        """A line that combines others."""
        self.cents[line] = sum(self.cents[one] for one in of)
        self.lines[line] = ScheduleDLine(line=line, text=TEXTS[line], gain_cents=self.cents[line])

    def in_order(self) -> tuple[ScheduleDLine, ...]:
        """Every line of the form, those without an entry too."""
        return tuple(
            self.lines.get(line, ScheduleDLine(line=line, text=text))
            for line, text in TEXTS.items()
        )
