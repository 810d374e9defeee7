"""Returns of every kind, for properties that hold for all of them."""

from hypothesis import strategies as st

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.tables import YEARS

GAIN = st.integers(-2_000_000_00, 3_000_000_00)
LOSS = st.integers(0, 500_000_00)


@st.composite
def returns(draw: st.DrawFn) -> ReturnIncome:
    """A return with gains, losses and carryovers; one in four itemizes, one in four states MAGI."""
    itemizes = draw(st.sampled_from([False, False, False, True]))
    states_income = draw(st.sampled_from([False, False, False, True]))
    return ReturnIncome(
        year=draw(st.sampled_from(YEARS)),
        status=draw(st.sampled_from(FilingStatus)),
        ordinary_income_cents=draw(st.integers(-100_000_00, 2_000_000_00)),
        short_cents=draw(GAIN),
        long_cents=draw(GAIN),
        carry_short_cents=draw(LOSS),
        carry_long_cents=draw(LOSS),
        gain_28_cents=draw(st.sampled_from([0, 0, 40_000_00, -5_000_00])),
        unrecaptured_1250_cents=draw(st.sampled_from([0, 0, 60_000_00])),
        qualified_dividends_cents=draw(st.sampled_from([0, 9_000_00, 250_000_00])),
        investment_income_cents=draw(st.sampled_from([0, 700_00, -90_000_00])),
        deductions_cents=draw(st.integers(0, 80_000_00)) if itemizes else None,
        itemizes=itemizes,
        state_local_taxes_cents=draw(st.integers(0, 90_000_00)) if itemizes else None,
        magi_cents=draw(GAIN) if states_income else None,
        net_investment_income_cents=draw(LOSS) if states_income else None,
    )
