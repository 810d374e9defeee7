"""The forms of one tax year, return by return, before any format is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from taxlots.book.form_4797 import Form4797Row
from taxlots.book.form_6781 import Form6781
from taxlots.book.wash_statement import WashStatementRow
from taxlots.domain.form_8949 import Form8949Row, ScheduleD


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnForms:
    """What one return files of its capital gains.

    ``rows`` are those of Form 8949 by box, and those of Schedule D lines 1a and 8a
    (``is_straight``).  With exception 2, ``totals`` stand on Form 8949 and ``rows`` that are not
    straight are the attached statement; else there are no totals.  ``brokers`` are then those of
    the accounts, by which they are totalled.  ``is_provisional``: a figure may still change.
    """

    tax_return: str
    rows: tuple[Form8949Row, ...]
    totals: tuple[Form8949Row, ...]
    schedule_d: ScheduleD
    form_6781: Form6781 | None
    form_4797: tuple[Form4797Row, ...]
    wash_statement: tuple[WashStatementRow, ...]
    is_provisional: bool
    brokers: Mapping[str, str] = field(default_factory=dict)

    @property
    def form_rows(self) -> tuple[Form8949Row, ...]:
        """The rows that stand on Form 8949 itself: the totals of exception 2, or every row."""
        return self.totals or tuple(row for row in self.rows if not row.is_straight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """The forms of all returns that were asked for; in whole dollars all or none are rounded."""

    book: str
    year: int
    as_of: date
    is_whole_dollars: bool
    returns: tuple[ReturnForms, ...]

    @property
    def rows(self) -> tuple[Form8949Row, ...]:
        """The rows of Form 8949 and of lines 1a and 8a, return by return."""
        return tuple(row for forms in self.returns for row in forms.rows)
