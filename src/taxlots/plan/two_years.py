"""The tax of this year and the next together: what is sold now, and what is sold then.

A loss that this year does not use is carried into the next (26 USC 1212(b)), where it meets what is
sold there.  So the two returns are reckoned one after the other, and not each by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from taxlots.domain.tax_rate import RATE_ONE, at_rate
from taxlots.law.tables import YEARS
from taxlots.law.tax_of_year import federal_tax, moved
from taxlots.plan.later_years import present_rate
from taxlots.plan.year_tax import Owed, ReckonedYear, YearTax, net_tax, owed

if TYPE_CHECKING:
    from taxlots.domain.tax_return import ReturnIncome


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoYears:
    """Tax of this year and of the next one, as present values in cents.

    The income of ``after`` holds the losses that this year carries on as it stands.  Tax of the
    next year is due a year later, and worth less by ``discount_ppm``.
    """

    this: YearTax
    after: YearTax
    discount_ppm: int
    _bare: list[tuple[Owed, int]] = field(
        init=False, default_factory=list, repr=False, compare=False
    )

    def cost(
        self, short_now: int = 0, long_now: int = 0, short_then: int = 0, long_then: int = 0
    ) -> int:
        """What further net gains of this year and of the next cost in tax (losses negative).

        Amounts are cents or ramps of them.  What is carried beyond the next year counts with what
        it is worth.
        """
        this, after = self.this, self.after
        if isinstance(this, ReckonedYear) and isinstance(after, ReckonedYear):
            now, then = self._owed(this, after, (short_now, long_now), (short_then, long_then))
            bare_now, bare_then = self._base(this, after)
            return now.tax_cents - bare_now.tax_cents + self._discounted(then - bare_then)
        then_cents = after.all_years(short_then, long_then)
        return this.all_years(short_now, long_now) + self._discounted(then_cents)

    def _discounted(self, cents: int) -> int:
        return at_rate(cents, present_rate(RATE_ONE, 1, self.discount_ppm))

    def _base(self, this: ReckonedYear, after: ReckonedYear) -> tuple[Owed, int]:
        if not self._bare:
            self._bare.append((owed(this.income), net_tax(after.income, after.later)))
        return self._bare[0]

    def _owed(
        self,
        this: ReckonedYear,
        after: ReckonedYear,
        now_cents: tuple[int, int],
        then_cents: tuple[int, int],
    ) -> tuple[Owed, int]:
        """What is owed this year, and the burden of the next with what is carried into it."""
        now = owed(moved(this.income, *now_cents))
        bare, _ = self._base(this, after)
        income = _with_carryover(
            after.income,
            now.carry_short_cents - bare.carry_short_cents,
            now.carry_long_cents - bare.carry_long_cents,
        )
        return now, net_tax(moved(income, *then_cents), after.later)


def _with_carryover(
    income: ReturnIncome, more_short_cents: int, more_long_cents: int
) -> ReturnIncome:
    """A return into which more is carried, or less; an income that is stated moves along."""
    after = replace(
        income,
        carry_short_cents=max(0, income.carry_short_cents + more_short_cents),
        carry_long_cents=max(0, income.carry_long_cents + more_long_cents),
    )
    magi, invested = income.magi_cents, income.net_investment_income_cents
    if magi is None and invested is None:
        return after
    by = federal_tax(after).capital_cents - federal_tax(income).capital_cents
    return replace(
        after,
        magi_cents=None if magi is None else magi + by,
        net_investment_income_cents=None if invested is None else max(0, invested + by),
    )


def next_year_alike(this: YearTax) -> YearTax:
    """The next year of a return as long as nobody says otherwise: like this one, without gains.

    What this year carries on is carried into it.  Where its tables are not there yet, those of the
    last year stand for them.
    """
    if not isinstance(this, ReckonedYear):
        return this
    income = this.income
    carried, spouses = owed(income), income.state_gains_cents
    bare = moved(income, -income.short_cents, -income.long_cents)
    bare = replace(
        bare,
        year=min(income.year + 1, YEARS[-1]),
        gain_28_cents=0,
        unrecaptured_1250_cents=0,
        state_carry_short_cents=None,
        state_carry_long_cents=None,
        state_gains_cents=None if spouses is None else tuple(0 for _ in spouses),
    )
    after = _with_carryover(
        bare,
        carried.carry_short_cents - income.carry_short_cents,
        carried.carry_long_cents - income.carry_long_cents,
    )
    return ReckonedYear(income=after, later=this.later)
