"""What a harvest is worth: the tax that it saves and costs, now and later, as of today.

A loss saves tax this year as far as gains and the yearly limit take it, and what is carried on
saves tax later.  The shares that are bought instead have a lower basis by the same loss, so that
their sale costs more tax.  Trading costs money, the proxy moves otherwise than the security, and
a loss that is taken now is not taken deeper later.  Every part is shown by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from taxlots.domain.harvest_rule import HarvestRule
from taxlots.domain.money import apportion
from taxlots.domain.tax_rate import RATE_ONE, at_rate
from taxlots.law.tax_of_year import moved
from taxlots.plan.later_years import carryover_value, deferred_value
from taxlots.plan.year_tax import Owed, RatedYear, ReckonedYear, YearTax, owed

DAYS_OF_YEAR: Final = 365
DAYS_IN_PROXY: Final = 31
"""The proxy is held at least until the window of the sale has passed."""


class ValueWarning(StrEnum):
    """Why a loss saves less than its size suggests."""

    ZERO_RATE = "ZERO_RATE"
    CARRIED_FORWARD = "CARRIED_FORWARD"
    RATE_RISES = "RATE_RISES"


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestValue:
    """The value of one harvested lot, in cents, after what the plan harvests before it.

    ``used_cents`` of the loss are set against gains and income of this year, and
    ``carried_cents`` are carried on; ``saved_now_cents`` and ``saved_later_cents`` are the tax
    that they save, the latter as a present value.  ``later_tax_cents`` is the present value of the
    tax on the replacement's lower basis.  ``trading_cents`` and ``tracking_cents`` are costs, and
    ``waiting_cents`` is what a loss as deep as the hurdle would be worth.
    """

    used_cents: int
    carried_cents: int
    saved_now_cents: int
    saved_later_cents: int
    later_tax_cents: int
    trading_cents: int
    tracking_cents: int
    waiting_cents: int = 0
    warnings: tuple[ValueWarning, ...] = ()

    @property
    def tax_cents(self) -> int:
        """What the loss changes of all taxes, now and later, as a present value."""
        return self.saved_now_cents + self.saved_later_cents - self.later_tax_cents

    @property
    def present_cents(self) -> int:
        """What the harvest brings after its costs, as a present value."""
        return self.tax_cents - self.trading_cents - self.tracking_cents

    @property
    def net_cents(self) -> int:
        """What it brings beyond the value of waiting."""
        return self.present_cents - self.waiting_cents


@dataclass(frozen=True, slots=True)
class Costs:
    """What a swap costs beside taxes, in cents."""

    trading_cents: int = 0
    tracking_cents: int = 0


def costs_of(
    rule: HarvestRule,
    value_cents: int,
    orders: int,
    tracking_ppm: int | None = None,
    weight_ppm: int = RATE_ONE,
) -> Costs:
    """The costs of selling so much and holding a proxy for it over the window.

    Each of the ``orders`` (the sale and the purchase; the sale alone where the proceeds stay in
    cash) pays the rule's commission and spread.  A proxy whose returns differ from the security's
    with the annual standard deviation ``tracking_ppm`` costs what a holder with the rule's
    aversion to risk would pay to be rid of it; None costs nothing, because nothing is known.
    ``weight_ppm`` is the position's part of all that the household holds.
    """
    trading = orders * (rule.commission_cents + at_rate(value_cents, rule.spread_ppm))
    if tracking_ppm is None:
        return Costs(trading)
    tracking = tracking_cents(rule, value_cents, tracking_ppm, DAYS_IN_PROXY, weight_ppm)
    return Costs(trading, tracking)


def tracking_cents(
    rule: HarvestRule, value_cents: int, tracking_ppm: int, days: int, weight_ppm: int
) -> int:
    """What a proxy's tracking error costs over some days: its certainty equivalent.

    Half of the aversion to risk times the variance of the days times the weight of the position,
    for each dollar of it.
    """
    variance = rule.risk_aversion_hundredths * tracking_ppm * tracking_ppm * days * weight_ppm
    scale = 2 * 100 * RATE_ONE * RATE_ONE * DAYS_OF_YEAR * RATE_ONE
    return apportion(value_cents, variance, scale)


@dataclass(slots=True)
class LossesTaken:
    """The losses that a plan takes on one return, lot after lot, and what each saves.

    ``short_cents`` and ``long_cents`` are net losses, from zero up, of the lots taken so far.
    """

    year: YearTax
    short_cents: int = 0
    long_cents: int = 0
    _known: dict[tuple[int, int], tuple[int, int, int]] = field(default_factory=dict)
    _bare: list[Owed] = field(default_factory=list)

    def copy(self) -> "LossesTaken":
        """The same losses, to try further ones on."""
        return LossesTaken(self.year, self.short_cents, self.long_cents, self._known, self._bare)

    def take(self, loss_cents: int, *, is_long: bool) -> None:
        """Add a loss (a gain is negative) to those taken."""
        if is_long:
            self.long_cents += loss_cents
        else:
            self.short_cents += loss_cents

    def saved_now(self) -> int:
        """The tax of this year that all losses taken save together, in cents."""
        return -self._at(self.short_cents, self.long_cents)[0]

    def carried(self) -> int:
        """What all losses taken add to the losses that the year carries on, in cents."""
        return self._at(self.short_cents, self.long_cents)[2] - self._at(0, 0)[2]

    def value_of(
        self, loss_cents: int, costs: Costs, *, is_long: bool, hurdle_cents: int = 0
    ) -> HarvestValue:
        """What a further loss is worth; ``hurdle_cents`` is the hurdle's part of the basis.

        At stated rates each loss is worth the same whatever else is taken, and is rounded by
        itself; a year that is reckoned by law nets it with those taken before.
        """
        short, long = self.short_cents, self.long_cents
        if isinstance(self.year, RatedYear):
            short = long = 0
        with_short = short + (0 if is_long else loss_cents)
        with_long = long + (loss_cents if is_long else 0)
        before, after = self._at(short, long), self._at(with_short, with_long)
        carried = max(0, min(after[2] - before[2], loss_cents))
        saved_now, saved_later = before[0] - after[0], before[1] - after[1]
        later_tax = deferred_value(loss_cents, self.year.later)
        return HarvestValue(
            used_cents=max(0, loss_cents) - carried,
            carried_cents=carried,
            saved_now_cents=saved_now,
            saved_later_cents=saved_later,
            later_tax_cents=later_tax,
            trading_cents=costs.trading_cents,
            tracking_cents=costs.tracking_cents,
            waiting_cents=waiting_cents(
                saved_now + saved_later - later_tax, loss_cents, hurdle_cents
            ),
            warnings=_warnings(loss_cents, carried, saved_now, saved_later, later_tax),
        )

    def _at(self, short_cents: int, long_cents: int) -> tuple[int, int, int]:
        """Changes of this year's and of later years' tax, and the carryover, by such losses."""
        key = short_cents, long_cents
        if key not in self._known:
            self._known[key] = self._reckoned(-short_cents, -long_cents)
        return self._known[key]

    def _reckoned(self, short_cents: int, long_cents: int) -> tuple[int, int, int]:
        year = self.year
        if not isinstance(year, ReckonedYear):
            now = year.this_year(short_cents, long_cents)
            return now, year.next_years(short_cents, long_cents), 0
        income = year.income
        found = owed(
            moved(income, short_cents, long_cents) if short_cents or long_cents else income
        )
        if not self._bare:
            self._bare.append(found if not short_cents and not long_cents else owed(income))
        bare = self._bare[0]
        later = [carryover_value(one.carried_cents, year.later) for one in (bare, found)]
        return found.tax_cents - bare.tax_cents, later[0] - later[1], found.carried_cents


def losses_taken(years: Mapping[str, YearTax]) -> dict[str, LossesTaken]:
    """Nothing taken yet, for each return whose tax is known."""
    return {name: LossesTaken(year) for name, year in years.items()}


def waiting_cents(tax_cents: int, loss_cents: int, hurdle_cents: int) -> int:
    """What a loss as deep as the hurdle is worth, at what each dollar of this loss is worth.

    ``tax_cents`` is what this loss changes of all taxes, and ``hurdle_cents`` the hurdle's part of
    the basis.  A loss that is not worth taking has no value of waiting either.
    """
    if loss_cents <= 0 or tax_cents <= 0:
        return 0
    return apportion(tax_cents, hurdle_cents, loss_cents)


def _warnings(
    loss_cents: int, carried_cents: int, saved_now: int, saved_later: int, later_tax: int
) -> tuple[ValueWarning, ...]:
    """What is to be known of a loss before it is taken."""
    if loss_cents <= 0:
        return ()
    found = []
    if carried_cents < loss_cents and saved_now <= 0:
        found.append(ValueWarning.ZERO_RATE)
    if carried_cents:
        found.append(ValueWarning.CARRIED_FORWARD)
    if later_tax > saved_now + saved_later:
        found.append(ValueWarning.RATE_RISES)
    return tuple(found)
