"""What the next dollar of gain costs, and what the next dollar of loss saves.

The tax is a chain of straight pieces, so that its difference over one dollar is exact if nothing
is rounded: it holds every bump, also those in the middle of the dollar.
"""

from dataclasses import replace
from typing import Final

from taxlots.domain.tax_rate import RATE_ONE
from taxlots.domain.tax_return import FederalTax, MarginalRates, RateCause, ReturnIncome
from taxlots.law.cites import cites
from taxlots.law.tax_of_year import federal_tax, moved

UNIT: Final = RATE_ONE**3
"""Three rates one upon the other (cap on state taxes, exemption, tax) leave nothing to round."""

DOLLAR: Final = 100 * UNIT

ORDINARY: Final = "ordinary_rates"
GAINS: Final = "capital_gain_rates"
NIIT: Final = "net_investment_income_tax"
AMT: Final = "alternative_minimum_tax"
AMT_PHASE_OUT: Final = "amt_exemption_phase_out"
SALT_PHASE_DOWN: Final = "salt_phase_down"
CAUSES: Final = (ORDINARY, GAINS, NIIT, AMT, AMT_PHASE_OUT, SALT_PHASE_DOWN)


@cites("26 USC 1(h)", "26 USC 55(d)(2)", "26 USC 164(b)(7)", "26 USC 1411(a)(1)")
def marginal_rates(income: ReturnIncome) -> MarginalRates:
    """Marginal rates of federal tax and tax on net investment income, this year's alone.

    What a dollar changes in the carryover is no tax of this year.  UsageError for a year without
    tables.
    """
    fine = _in_fine_units(income)
    now = federal_tax(fine, UNIT)

    def rate(short: int, long: int) -> tuple[int, tuple[RateCause, ...]]:
        after = moved(fine, short * DOLLAR, long * DOLLAR, UNIT)
        return _difference(now, after, short + long)

    short, short_because = rate(1, 0)
    long, long_because = rate(0, 1)
    short_loss, short_loss_because = rate(-1, 0)
    long_loss, long_loss_because = rate(0, -1)
    return MarginalRates(
        short_ppm=short,
        long_ppm=long,
        short_loss_ppm=short_loss,
        long_loss_ppm=long_loss,
        short_because=short_because,
        long_because=long_because,
        short_loss_because=short_loss_because,
        long_loss_because=long_loss_because,
    )


def _difference(
    now: FederalTax, income: ReturnIncome, sign: int
) -> tuple[int, tuple[RateCause, ...]]:
    """The rate from ``now`` to the tax of ``income``, a dollar away, and its causes."""
    after = federal_tax(income, UNIT)
    falling = federal_tax(income, UNIT, now.further_deduction_cents)
    same = federal_tax(income, UNIT, now.further_deduction_cents, now.amt_exemption_cents)
    parts = {
        ORDINARY: same.ordinary_tax_cents - now.ordinary_tax_cents,
        GAINS: same.gain_tax_cents - now.gain_tax_cents,
        NIIT: after.niit_cents - now.niit_cents,
        AMT: same.amt_cents - now.amt_cents,
        AMT_PHASE_OUT: falling.federal_tax_cents - same.federal_tax_cents,
        SALT_PHASE_DOWN: after.federal_tax_cents - falling.federal_tax_cents,
    }
    causes = [RateCause(cause, _ppm(sign * parts[cause])) for cause in CAUSES if parts[cause]]
    return _ppm(sign * sum(parts.values())), tuple(causes)


def _ppm(difference: int) -> int:
    """A difference over one dollar as a rate, half up where a bend lies within the dollar."""
    return (2 * difference * RATE_ONE + DOLLAR) // (2 * DOLLAR)


def _in_fine_units(income: ReturnIncome) -> ReturnIncome:
    """The return in the unit in which nothing is rounded, without what only a state asks for."""

    def fine(cents: int | None) -> int | None:
        return None if cents is None else cents * UNIT

    return replace(
        income,
        ordinary_income_cents=income.ordinary_income_cents * UNIT,
        short_cents=income.short_cents * UNIT,
        long_cents=income.long_cents * UNIT,
        carry_short_cents=income.carry_short_cents * UNIT,
        carry_long_cents=income.carry_long_cents * UNIT,
        gain_28_cents=income.gain_28_cents * UNIT,
        unrecaptured_1250_cents=income.unrecaptured_1250_cents * UNIT,
        qualified_dividends_cents=income.qualified_dividends_cents * UNIT,
        investment_income_cents=income.investment_income_cents * UNIT,
        deductions_cents=fine(income.deductions_cents),
        state_local_taxes_cents=fine(income.state_local_taxes_cents),
        magi_cents=fine(income.magi_cents),
        net_investment_income_cents=fine(income.net_investment_income_cents),
        state_gains_cents=None,
        uses_tax_table=False,
    )
