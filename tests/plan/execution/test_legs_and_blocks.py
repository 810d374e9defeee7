"""The legs of a trade that crosses currencies, and a block against a worked order."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.execution.block_trade import block_or_work, dealer_discount
from taxlots.plan.execution.currency_legs import CurrencyPair, crossing_cost, exchange
from taxlots.plan.execution.impact import Market, TradeCost

EURUSD = CurrencyPair(base="EUR", quote="USD", rate=1.1, spread=0.0002, fee=0.0004)
EURSEK = CurrencyPair(base="EUR", quote="SEK", rate=11.0, spread=0.0010)
USDSEK = CurrencyPair(base="USD", quote="SEK", rate=10.0, spread=0.0060)
STOCK = Market(price=50, adv=1_000_000, volatility=0.02, spread=0.0004)


def test_a_purchase_abroad_exchanges_first() -> None:
    """100,000 dollars to euros at 5 bps, then the stock at 120: 170 in all."""
    found = crossing_cost(100_000, "SAP", "USD", "EUR", [EURUSD], TradeCost(spread=120))
    assert [(leg.sold, leg.bought) for leg in found.legs] == [("USD", "EUR"), ("EUR", "SAP")]
    assert found.total == pytest.approx(170)
    assert found.mid_rate == pytest.approx(1 / 1.1)


def test_a_sale_abroad_exchanges_what_it_brought() -> None:
    found = crossing_cost(
        100_000, "SAP", "USD", "EUR", [EURUSD], TradeCost(spread=120), is_sale=True
    )
    assert [(leg.sold, leg.bought) for leg in found.legs] == [("SAP", "EUR"), ("EUR", "USD")]
    assert found.total == pytest.approx(120 + (100_000 - 120) * 0.0005)


def test_two_narrow_pairs_are_cheaper_than_one_wide_pair() -> None:
    """Dollars to kronor: 30 bps at once, or 5 bps and 5 bps through euros."""
    found = exchange(100_000, "USD", "SEK", [USDSEK, EURUSD, EURSEK])
    assert [leg.bought for leg in found.legs] == ["EUR", "SEK"]
    assert found.total == pytest.approx(50 + (100_000 - 50) * 0.0005)


def test_a_currency_that_no_pair_reaches_is_named() -> None:
    with pytest.raises(UsageError, match="no pairs lead from USD to JPY; these are known: EURUSD"):
        exchange(1, "USD", "JPY", [EURUSD])
    assert exchange(1, "USD", "USD", []).total == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABCD"), st.sampled_from("ABCD"), st.floats(0.1, 10), st.floats(0, 0.2)
        ).filter(lambda row: row[0] != row[1]),
        max_size=8,
    )
)
def test_legs_join_and_no_direct_pair_is_cheaper(
    rows: list[tuple[str, str, float, float]],
) -> None:
    pairs = [CurrencyPair(base=b, quote=q, rate=r, spread=s) for b, q, r, s in rows]
    try:
        found = exchange(1.0, "A", "B", pairs)
    except UsageError:
        assert not any({b, q} == {"A", "B"} for b, q, _, _ in rows)
        return
    assert (found.legs[0].sold, found.legs[-1].bought) == ("A", "B")
    assert all(one.bought == then.sold for one, then in pairwise(found.legs))
    direct = [pair.cost for pair in pairs if {pair.base, pair.quote} == {"A", "B"}]
    assert all(found.total <= cost + 1e-12 for cost in direct)


def test_a_block_pays_where_its_discount_is_below_cost_and_risk_of_working() -> None:
    lam = 1e-7
    worked = block_or_work(200_000, 0.01, STOCK, 5, lam)
    assert worked.worked_equivalent == pytest.approx(
        worked.worked_cost + lam * worked.worked_deviation**2
    )
    edge = worked.breakeven_discount
    assert block_or_work(200_000, edge * 0.99, STOCK, 5, lam).is_block_better
    assert not block_or_work(200_000, edge * 1.01, STOCK, 5, lam).is_block_better


def test_a_dealers_discount_by_hand() -> None:
    """4 days for a fifth of their volume: 2 bps of spread, 0.02 * sqrt(0.05) of impact, and risk.

    10 million dollars at 2 percent a day over 4 days: a third of 0.0004 * 4 * 10 million ^ 2.
    """
    found = dealer_discount(200_000, STOCK, 4, 1e-8)
    risk = 1e-8 * (0.02 * 10e6) ** 2 * 4 / 3 / 10e6
    assert found == pytest.approx(0.0002 + 0.02 * 0.05**0.5 + risk)


@given(st.floats(1e3, 1e6), st.floats(1.1, 5))
def test_a_larger_block_is_discounted_more(shares: float, factor: float) -> None:
    assert dealer_discount(shares * factor, STOCK, 3, 1e-8) > dealer_discount(
        shares, STOCK, 3, 1e-8
    )
