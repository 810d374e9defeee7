"""Lots that show a gain, and the tax of their returns: what plans for gains start from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from taxlots.domain.calendar import date_of
from taxlots.domain.problem import DataError, Problem, Severity, UsageError
from taxlots.domain.settings import scaled_value
from taxlots.domain.tax_rate import RATE_ONE, RATE_PLACES
from taxlots.domain.verdict import Reason
from taxlots.plan.appraisal import Appraisal, appraise, market_value_cents
from taxlots.plan.gain_harvest import HeldGain
from taxlots.plan.situation import Index, index_of
from taxlots.plan.two_years import TwoYears, next_year_alike
from taxlots.reports.plan_figures import listing
from taxlots.workflows.harvest import situation_of
from taxlots.workflows.named_accounts import check_named
from taxlots.workflows.replay import replay
from taxlots.workflows.year_tax import known_year_tax, year_tax_of

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.record import OpenLot
    from taxlots.domain.harvest_rule import HarvestRule
    from taxlots.reports.terminal import Listing

TEXTS: Final = frozenset(
    {"lot_id", "account", "symbol", "advice", "tax_return", "sold", "term", "fit", "over"}
)
"""Columns of plans for gains that are no numbers."""

NOT_TAXED: Final = (Reason.TAX_DEFERRED, Reason.MTM_475, Reason.SECTION_1256)


@dataclass(frozen=True, slots=True)
class GainLot:
    """An open lot of known gain, with its value at the last close, in cents."""

    lot: OpenLot
    value_cents: int
    appraisal: Appraisal

    @property
    def gain_cents(self) -> int:
        """The gain of a sale at that close."""
        return self.value_cents - self.lot.cost_basis_cents


def gain_table(
    title: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, str]]
) -> tuple[Listing]:
    """The one table of a plan for gains; ``columns`` maps keys of ``rows`` to their headings."""
    return (listing(title, columns, rows, TEXTS),)


@dataclass(frozen=True, slots=True)
class Years:
    """The tax of this year and the next; whether somebody said what the next one is like."""

    two: TwoYears
    is_stated: bool


@dataclass(frozen=True, slots=True)
class Holdings:
    """The books on their as-of day, priced, with the taxes of their returns as they are asked for.

    ``problems`` collects what is said on the way.
    """

    books: Books
    index: Index
    problems: list[Problem]
    _years: dict[str, Years] = field(init=False, default_factory=dict)

    @property
    def as_of(self) -> date:
        """The day of the books."""
        return date_of(self.books.as_of)

    def tax_return(self, account: str) -> str:
        """The return that an account's gains are on."""
        return self.index.accounts[account].tax_return

    def years(self, tax_return: str, discount_ppm: int | None = None) -> Years:
        """The tax of this year and the next on a return.  DataError where this one is unknown."""
        if tax_return not in self._years:
            found, told = two_years_of(self.books, tax_return, discount_ppm)
            self.problems.extend(p for p in told if p not in self.problems)
            self._years[tax_return] = found
        return self._years[tax_return]

    def gains(
        self, account: str | None = None, symbol: str | None = None
    ) -> tuple[list[GainLot], Counter[Reason]]:
        """Lots with a gain in taxable accounts, and how many others there are for what reason."""
        found: list[GainLot] = []
        others: Counter[Reason] = Counter()
        for lot in self.index.situation.lots:
            if account not in (None, lot.account) or symbol not in (None, lot.symbol):
                continue
            seen = appraise(lot, self.index)
            if seen.bar is Reason.GAIN and seen.market_value_cents is not None:
                found.append(GainLot(lot, seen.market_value_cents, seen))
            elif seen.bar not in NOT_TAXED:
                others[seen.bar or Reason.NO_LOSS] += 1
        return found, others

    def long_term(self, account: str | None = None, symbol: str | None = None) -> list[HeldGain]:
        """The lots whose gain is long-term, in the books' order."""
        return [
            HeldGain(
                lot_id=one.lot.lot_id,
                quantity=one.lot.quantity,
                value_cents=one.value_cents,
                basis_cents=one.lot.cost_basis_cents,
                account=one.lot.account,
                symbol=one.lot.symbol,
            )
            for one in self.gains(account, symbol)[0]
            if one.appraisal.is_long
        ]

    def weights(self) -> dict[tuple[str, str], Fraction]:
        """The part of its holdings that a household has in a security, by last closes."""
        held: Counter[tuple[str, str]] = Counter()
        whole: Counter[str] = Counter()
        for lot in self.index.situation.lots:
            held[lot.household, lot.symbol] += self.value(lot)
            whole[lot.household] += self.value(lot)
        return {place: Fraction(cents, whole[place[0]] or 1) for place, cents in held.items()}

    def value(self, lot: OpenLot) -> int:
        """Value in cents at the last close; 0 without one."""
        quote = self.index.situation.quotes.get(lot.symbol)
        multiplier = self.index.security(lot.symbol).multiplier
        return 0 if quote is None else market_value_cents(lot.quantity, multiplier, quote.close)


def two_years_of(
    books: Books, tax_return: str, discount_ppm: int | None = None
) -> tuple[Years, list[Problem]]:
    """The tax of the books' year on a return, and of the next.  DataError where it is unknown."""
    year = date_of(books.as_of).year
    this, told = known_year_tax(books, tax_return, year)
    after, more = year_tax_of(books, tax_return, year + 1)
    two = TwoYears(
        this=this,
        after=next_year_alike(this) if after is None else after,
        discount_ppm=this.later.discount_ppm if discount_ppm is None else discount_ppm,
    )
    return Years(two, after is not None), list(dict.fromkeys((*told, *more)))


def holdings_of(
    book: str,
    *,
    account: str | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Holdings:
    """A book priced on a day.  UsageError for an account that is not there; DataError."""
    books = replay(book, as_of=as_of, known_at=known_at)
    check_named(books.record.accounts, [account])
    situation, problems = situation_of(books)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise DataError([*books.problems, *problems])
    # What is never harvested may show a gain all the same.
    situation = replace(
        situation,
        rule=_of_all(situation.rule),
        rules={name: _of_all(rule) for name, rule in situation.rules.items()},
    )
    return Holdings(books, index_of(situation), [*books.problems, *problems])


def _of_all(rule: HarvestRule) -> HarvestRule:
    return replace(rule, exclude=frozenset(), exclude_accounts=frozenset())


def rate_of(text: object, option: str, most: int = 1) -> int:
    """A rate in parts per million, from 0 to ``most``.  UsageError where it is none."""
    rate = scaled_value(text, RATE_PLACES)
    if rate is None or not 0 <= rate <= most * RATE_ONE:
        raise UsageError(
            f"{option} {str(text)[:40]!r} is no number from 0 to {most}; write 0.05 for 5 %"
        )
    return rate
