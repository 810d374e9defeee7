"""The tax cost of selling a lot: what it changes now, later, and what it only defers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from taxlots.plan.later_years import deferred_value
from taxlots.plan.year_tax import YearAfterSales, YearTax


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a sale of a lot, or of a part of it, realizes, as the books have it.

    Money in cents, ``quantity`` in 1e-8 units.  ``gain_cents`` is what counts this year, with what
    is disallowed added back; ``permanent_cents`` of ``disallowed_cents`` joins no basis.
    """

    lot_id: str
    acquired: int
    holding_period: int
    is_long: bool
    days_to_long_term: int
    quantity: int
    basis_cents: int
    proceeds_cents: int
    gain_cents: int
    disallowed_cents: int = 0
    permanent_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCost:
    """What a sale costs in tax, in cents; negative where it saves.

    ``now_cents`` is the change of this year's tax.  ``later_cents`` is the present value of what
    changes in later years: carryovers, and, as a saving, the disallowed loss that waits in the
    basis of replacement shares.  ``deferred_cents`` is that loss, ``permanent_cents`` the one that
    is gone.  ``gain_cents`` is realized.
    """

    now_cents: int
    later_cents: int
    gain_cents: int
    disallowed_cents: int
    deferred_cents: int
    permanent_cents: int
    days_to_long_term: int

    @property
    def total_cents(self) -> int:
        """What the sale costs in all."""
        return self.now_cents + self.later_cents


def gains_by_term(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """The short-term and the long-term gain of some outcomes, net of losses, in cents."""
    found = [0, 0]
    for one in outcomes:
        found[one.is_long] += one.gain_cents
    return found[0], found[1]


def tax_cost(outcome: Outcome, year: YearTax, before: Sequence[Outcome] = ()) -> TaxCost:
    """The tax cost of one sale, netted with the year and with what is sold before it.

    The costs of several outcomes, each after those that stand before it, sum to that of all.
    Sources: 26 USC 1222, 1211(b), 1212(b), 1091(d).
    """
    after, gain = YearAfterSales(year, *gains_by_term(before)), outcome.gain_cents
    gains = (0, gain) if outcome.is_long else (gain, 0)
    deferred = outcome.disallowed_cents - outcome.permanent_cents
    return TaxCost(
        now_cents=after.this_year(*gains),
        later_cents=after.next_years(*gains) - deferred_value(deferred, year.later),
        gain_cents=outcome.gain_cents,
        disallowed_cents=outcome.disallowed_cents,
        deferred_cents=deferred,
        permanent_cents=outcome.permanent_cents,
        days_to_long_term=outcome.days_to_long_term,
    )
