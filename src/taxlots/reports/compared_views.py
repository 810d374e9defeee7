"""What a comparison of the broker's view with the taxpayer's found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from taxlots.book.booking import Books
from taxlots.book.view_differences import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedViews:
    """Two views of one record, and every piece of a sale as both see it.

    ``same_day`` is the broker's reading of D1; ``year`` and ``statement_date`` are None where the
    comparison has no such limit.
    """

    taxpayer: Books
    broker: Books
    same_day: str
    year: int | None
    statement_date: date | None
    pieces: tuple[Difference, ...]

    @property
    def differing(self) -> tuple[Difference, ...]:
        """The pieces whose sides differ."""
        return tuple(one for one in self.pieces if one.reasons)
