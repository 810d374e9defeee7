"""What a tie-out of a book with the Forms 1099-B of a year found: three sides of every sale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from taxlots.book.form_8949 import NOTHING_TOLD, Told
from taxlots.book.view_differences import Difference
from taxlots.book.view_pieces import Figures, Pair
from taxlots.book.view_reasons import Reason
from taxlots.domain.problem import Problem
from taxlots.reports.compared_views import ComparedViews


class Status(StrEnum):
    """What became of rows that were tied: nothing differs, the law differs, or somebody erred."""

    MATCHED = "matched"
    EXPLAINED = "explained"
    BREAK = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedLot:
    """One row of a broker's form.  Quantity in 1e-8 shares (0: not told), money in cents.

    ``where`` is file and line, ``symbol`` the book's (blank: not known), ``description`` what the
    form calls the security.  ``acquired`` is None where the form tells no day or several;
    ``basis_cents`` None where it tells none; ``term`` blank and ``covered`` None likewise.
    ``told`` is what stands beside the figures.
    """

    where: str
    account: str
    symbol: str
    description: str
    acquired: int | None
    sold: int
    quantity: int
    proceeds_cents: int
    basis_cents: int | None
    disallowed_cents: int
    term: str = ""
    covered: bool | None = None
    box: str = ""
    lot_number: str = ""
    sale_number: str = ""
    is_short: bool = False
    told: Told = NOTHING_TOLD


@dataclass(frozen=True, slots=True)
class Sums:
    """What rows of one side sum to; ``basis_cents`` is None where one of them has none.

    ``terms`` and ``covered`` are what the rows tell: None where one of them does not.
    """

    quantity: int
    proceeds_cents: int
    basis_cents: int | None
    disallowed_cents: int
    nondeductible_cents: int
    terms: frozenset[str] | None
    covered: frozenset[bool] | None

    @property
    def gain_cents(self) -> int | None:
        """Gain or loss, with what is disallowed or denied added back; None without a basis."""
        if self.basis_cents is None:
            return None
        before = self.proceeds_cents - self.basis_cents
        return before + self.disallowed_cents + self.nondeductible_cents


def sums_of_figures(sides: Iterable[Figures]) -> Sums:
    """The sums of one view's figures."""
    rows = list(sides)
    is_unknown = any(row.is_unknown for row in rows)
    return Sums(
        quantity=sum(row.quantity for row in rows),
        proceeds_cents=sum(row.proceeds_cents for row in rows),
        basis_cents=None if is_unknown else sum(row.basis_cents for row in rows),
        disallowed_cents=sum(row.disallowed_cents for row in rows),
        nondeductible_cents=sum(row.nondeductible_cents for row in rows),
        terms=frozenset("LT" if row.is_long else "ST" for row in rows),
        covered=frozenset(row.is_covered for row in rows),
    )


def sums_of_form(rows: Iterable[ReportedLot]) -> Sums:
    """The sums of a form's rows."""
    told = list(rows)
    known = [row.basis_cents for row in told if row.basis_cents is not None]
    terms = [row.term for row in told if row.term]
    covered = [row.covered for row in told if row.covered is not None]
    return Sums(
        quantity=0 if any(not row.quantity for row in told) else sum(r.quantity for r in told),
        proceeds_cents=sum(row.proceeds_cents for row in told),
        basis_cents=sum(known) if len(known) == len(told) else None,
        disallowed_cents=sum(row.disallowed_cents for row in told),
        nondeductible_cents=0,
        terms=frozenset(terms) if len(terms) == len(told) else None,
        covered=frozenset(covered) if len(covered) == len(told) else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Pieces of the book's sales and the rows of a form that are the same; one may be empty.

    ``is_rest``: nothing recognizes them, they are what is left of a day's sales.  ``cause`` types a
    break, ``reasons`` are those for which taxpayer and broker rightly differ, beside a break too;
    ``because`` and ``what_to_do`` say both in words.
    """

    number: int
    account: str
    symbol: str
    ours: tuple[Difference, ...]
    theirs: tuple[ReportedLot, ...]
    is_rest: bool = False
    status: Status = Status.MATCHED
    cause: str = ""
    reasons: tuple[Reason, ...] = ()
    because: str = ""
    what_to_do: str = ""

    @property
    def taxpayer(self) -> tuple[Figures, ...]:
        """The taxpayer's side of our pieces."""
        return tuple(d.pair.taxpayer for d in self.ours if d.pair.taxpayer is not None)

    @property
    def broker_view(self) -> tuple[Figures, ...]:
        """What a broker ought to report of our pieces."""
        return tuple(d.pair.broker for d in self.ours if d.pair.broker is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadForm:
    """One account of one file: which importer read it, and how many sales of the year it lists."""

    file: str
    custodian: str
    account: str
    rows: int
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class FormPair:
    """A part of our pieces beside its share of the actual form, and the tie that it comes from.

    ``pair`` has the form's figures as the broker's side, ``seen`` what a broker ought to report of
    the same shares.  ``tie`` is None where the account has no form: then the broker's view is both.
    """

    pair: Pair
    seen: Figures | None
    told: Told
    tie: Tie | None


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A piece of an account with a form that no form lists, and why."""

    piece: Difference
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TieOut:
    """A tie-out of one year: every piece of the accounts with a form, and every row of the forms.

    ``pairs`` are the year's pieces beside what Form 8949 takes as reported: those of every account.
    ``not_compared`` are taxable pieces that no form lists.  ``problems`` are warnings.
    """

    views: ComparedViews
    year: int
    tolerance_cents: int
    forms: tuple[ReadForm, ...]
    ties: tuple[Tie, ...]
    pairs: tuple[FormPair, ...]
    not_compared: tuple[NotCompared, ...]
    problems: tuple[Problem, ...]

    @property
    def breaks(self) -> tuple[Tie, ...]:
        """The ties that neither agree nor are explained by law."""
        return tuple(tie for tie in self.ties if tie.status is Status.BREAK)
