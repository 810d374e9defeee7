"""A year of one tax return: what goes in, and the tax that comes out.

Money is in cents.  Losses are negative, carryovers and deductions are amounts from zero up.
"""

from dataclasses import dataclass

from taxlots.domain.filing_status import FilingStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnIncome:
    """The facts of one return and year that its tax on capital gains depends on.

    ``ordinary_income_cents`` is taxable ordinary income after deductions and before every capital
    item; it may be negative.  ``deductions_cents`` is what was taken from it (None: the standard
    deduction); with ``itemizes`` these are itemized ones, and ``state_local_taxes_cents``, the
    taxes paid that are not among them (None: nobody says), are deducted as far as the law allows.

    ``short_cents`` and ``long_cents`` are the year's own net gains, without what is carried in;
    ``long_cents`` includes ``gain_28_cents`` (collectibles, net; may be negative) and
    ``unrecaptured_1250_cents``.  ``carry_short_cents`` and ``carry_long_cents`` are losses of
    earlier years.  ``qualified_dividends_cents`` are no part of the ordinary income;
    ``investment_income_cents`` (interest, other dividends) is.

    ``magi_cents`` (modified adjusted gross income) and ``net_investment_income_cents`` are those
    of the return with its capital items; None where they follow from the rest.  ``state`` is the
    state of residence, ``CA``, and ``state_rate_ppm`` its rate on ordinary income where the
    profile states one; ``state_carry_short_cents``, ``state_carry_long_cents`` (None: the federal
    ones) and ``state_gains_cents`` (net gains by the state's own basis, one for each spouse; None:
    nobody says) are what the state's return sees otherwise.  With ``uses_tax_table``, tax on less
    than 100,000 is that of the printed Tax Table.
    """

    year: int
    status: FilingStatus
    ordinary_income_cents: int
    short_cents: int = 0
    long_cents: int = 0
    carry_short_cents: int = 0
    carry_long_cents: int = 0
    gain_28_cents: int = 0
    unrecaptured_1250_cents: int = 0
    qualified_dividends_cents: int = 0
    investment_income_cents: int = 0
    deductions_cents: int | None = None
    itemizes: bool = False
    state_local_taxes_cents: int | None = None
    magi_cents: int | None = None
    net_investment_income_cents: int | None = None
    state: str = ""
    state_rate_ppm: int | None = None
    state_carry_short_cents: int | None = None
    state_carry_long_cents: int | None = None
    state_gains_cents: tuple[int, ...] | None = None
    uses_tax_table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FederalTax:
    """Federal tax of a year, by the lines that lead to it.

    ``net_short_cents``, ``net_long_cents`` and ``line_16_cents`` are lines 7, 15 and 16 of
    Schedule D, ``deduction_cents`` line 21, ``gain_28_cents`` and ``gain_25_cents`` lines 18 and
    19; ``capital_cents`` is what they add to adjusted gross income: line 16, or less line 21.
    ``taxable_income_cents`` may be negative, as the carryover worksheet wants it.
    ``further_deduction_cents`` is what is deducted beyond ``deductions_cents`` of the income: state
    and local taxes, as far as allowed.  ``ordinary_tax_cents`` and ``gain_tax_cents`` are the
    parts of ``regular_tax_cents`` at ordinary and at capital gain rates.  ``federal_tax_cents`` is
    regular tax and alternative minimum tax, without the tax on net investment income.
    """

    net_short_cents: int
    net_long_cents: int
    line_16_cents: int
    deduction_cents: int
    capital_cents: int
    carryover_short_cents: int
    carryover_long_cents: int
    gain_28_cents: int
    gain_25_cents: int
    magi_cents: int
    further_deduction_cents: int
    taxable_income_cents: int
    ordinary_tax_cents: int
    gain_tax_cents: int
    regular_tax_cents: int
    amt_income_cents: int
    amt_exemption_cents: int
    amt_cents: int
    federal_tax_cents: int
    net_investment_income_cents: int
    niit_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxOfYear(FederalTax):
    """The tax of a year: federal, on net investment income, and of the state.

    ``state_note`` says how the state's tax was reckoned, and the losses that its return carries
    on stand beside it; ``not_computed`` names, in sentences, what the income is in the range of
    and no figure contains.
    """

    state_tax_cents: int
    state_note: str
    state_carryover_short_cents: int
    state_carryover_long_cents: int
    not_computed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateCause:
    """One part of a marginal rate, in parts per million, and where it comes from."""

    cause: str
    rate_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalRates:
    """Federal tax and tax on net investment income on one more dollar, in parts per million.

    ``short_ppm`` and ``long_ppm`` are what one more dollar of gain costs this year,
    ``short_loss_ppm`` and ``long_loss_ppm`` what one more dollar of loss saves this year.  The
    causes of each sum to it.
    """

    short_ppm: int
    long_ppm: int
    short_loss_ppm: int
    long_loss_ppm: int
    short_because: tuple[RateCause, ...]
    long_because: tuple[RateCause, ...]
    short_loss_because: tuple[RateCause, ...]
    long_loss_because: tuple[RateCause, ...]
