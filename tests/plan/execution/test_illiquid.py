"""Illiquid holdings: windows, capital calls, and the discount of a forced sale."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.execution.forced_sale import (
    forced_sale_discount,
    forced_sale_proceeds,
    years_to_sell,
)
from taxlots.plan.execution.windows import (
    CashDay,
    Illiquid,
    Window,
    WindowSide,
    WindowTrade,
    cash_for_calls,
    through_windows,
)

AS_OF = date(2025, 1, 15)
YEAR_END = date(2025, 12, 31)
JUNE = Window(side=WindowSide.REDEEM, deals_on=date(2025, 6, 30), notice_days=90, gate=0.25)
SEPTEMBER = Window(side=WindowSide.REDEEM, deals_on=date(2025, 9, 30), notice_days=90, fee=0.02)
LATE = Window(side=WindowSide.REDEEM, deals_on=date(2025, 3, 31), notice_days=90)


def test_a_redemption_waits_for_notice_and_meets_its_gate() -> None:
    """100,000 held, 40,000 wanted out: March's notice has passed, June gates a quarter."""
    found = through_windows(
        -40_000, Illiquid(value=100_000, windows=[SEPTEMBER, LATE, JUNE]), AS_OF, YEAR_END
    )
    assert found.left == 0
    assert found.trades == (
        WindowTrade(-25_000, date(2025, 6, 30), date(2025, 4, 1), 0.0),
        WindowTrade(-15_000, date(2025, 9, 30), date(2025, 7, 2), 300.0),
    )


def test_a_capital_call_comes_whatever_is_wanted() -> None:
    """10,000 wanted in, 12,000 called: the excess of 2,000 would have to be redeemed."""
    holding = Illiquid(
        value=100_000,
        unfunded=30_000,
        calls=[CashDay(date(2025, 5, 1), 12_000), CashDay(date(2026, 5, 1), 9_000)],
        windows=[SEPTEMBER],
    )
    found = through_windows(10_000, holding, AS_OF, YEAR_END)
    assert [trade.dollars for trade in found.trades] == [12_000, -2_000]
    assert through_windows(20_000, holding, AS_OF, YEAR_END).left == 8_000


def test_calls_above_the_commitment_clash() -> None:
    with pytest.raises(UsageError, match="unfunded"):
        Illiquid(value=1, unfunded=5, calls=[CashDay(YEAR_END, 6)])


def test_cash_for_calls_is_the_worst_of_the_days_to_come() -> None:
    """Calls of 5 and 4 with 6 distributed between: 5 at first, 3 later; 5 is needed."""
    fund = Illiquid(
        value=50,
        unfunded=9,
        calls=[
            CashDay(date(2025, 2, 1), 5),
            CashDay(date(2025, 3, 1), -6),
            CashDay(date(2025, 4, 1), 4),
        ],
    )
    assert cash_for_calls([fund], AS_OF, 365) == 5
    assert cash_for_calls([fund], AS_OF, 10) == 0


@given(
    st.floats(-1e6, 1e6),
    st.floats(0, 1e6),
    st.lists(st.tuples(st.integers(1, 300), st.floats(0, 1), st.booleans()), max_size=6),
)
def test_what_windows_do_not_bring_is_left_and_nobody_redeems_more_than_is_held(
    wanted: float, value: float, rows: list[tuple[int, float, bool]]
) -> None:
    windows = [
        Window(
            side=WindowSide.REDEEM if is_exit else WindowSide.SUBSCRIBE,
            deals_on=date.fromordinal(AS_OF.toordinal() + days),
            gate=gate,
        )
        for days, gate, is_exit in rows
    ]
    found = through_windows(wanted, Illiquid(value=value, windows=windows), AS_OF, YEAR_END)
    dealt = sum(trade.dollars for trade in found.trades)
    assert dealt + found.left == pytest.approx(wanted, abs=1e-6)
    assert value + min(dealt, 0) >= -1e-6
    assert all(trade.notice_by is not None and trade.notice_by >= AS_OF for trade in found.trades)


def test_longstaff_1995_table_1() -> None:
    """Upper bounds at 30 percent volatility: 26.276 percent for one year, 38.605 for two."""
    assert forced_sale_discount(0.3, 1).longstaff == pytest.approx(0.26276, abs=1e-5)
    assert forced_sale_discount(0.3, 2).longstaff == pytest.approx(0.38605, abs=1e-5)


def test_chaffe_is_a_black_scholes_put_at_the_money() -> None:
    """Without rates: 2 N(sigma / 2) - 1 at one year; sigma 0.3 gives 11.92 percent."""
    assert forced_sale_discount(0.3, 1).chaffe == pytest.approx(0.119235, abs=1e-6)


def test_a_sale_in_time_gives_up_nothing() -> None:
    found = forced_sale_discount(0.25, 0, fee=0.01)
    assert (found.finnerty, found.used) == (0, 0.01)
    assert forced_sale_proceeds(10_000, found) == pytest.approx(9_900)
    assert years_to_sell(30, 20) == 1.5
    with pytest.raises(UsageError, match="takes nothing"):
        years_to_sell(30, 0)


@given(st.floats(0.01, 1.5), st.floats(0.001, 8), st.floats(1.01, 3))
def test_discounts_rise_with_time_and_longstaff_is_the_bound(
    volatility: float, years: float, factor: float
) -> None:
    sooner = forced_sale_discount(volatility, years)
    later = forced_sale_discount(volatility, years * factor)
    assert 0 <= sooner.finnerty <= sooner.chaffe <= sooner.longstaff <= 1
    assert sooner.finnerty <= later.finnerty + 1e-7
    assert sooner.longstaff <= later.longstaff
