"""Slopes of lots, and weights of securities from those of classes."""

import pytest
from tests.plan.rebalance.households import LATER, YEAR, account, lot, position

from taxlots.domain.account import AccountKind
from taxlots.plan.later_years import deferred_value
from taxlots.plan.rebalance.positions import merged, symbol_weights, tax_slope


def test_a_gain_costs_its_tax_less_what_the_new_basis_saves_later() -> None:
    """100 shares at 50.00 with a basis of 30.00: 2,000 of long-term gain at 20 %."""
    gain = lot("L", 100, 5_000, 3_000)
    later = deferred_value(200_000, LATER)
    assert tax_slope(gain, YEAR) == pytest.approx((40_000 - later) / 500_000)


def test_a_short_term_loss_saves_the_short_rate_and_costs_the_later_one() -> None:
    loss = lot("L", 100, 3_000, 5_000, is_long=False)
    later = deferred_value(-200_000, LATER)
    assert tax_slope(loss, YEAR) == pytest.approx((-80_000 - later) / 300_000)
    assert tax_slope(loss, YEAR) < 0


def test_nothing_is_taxed_without_a_year() -> None:
    assert tax_slope(lot("L", 1, 5_000, 3_000), None) == 0


def test_parts_of_a_lot_leave_under_one_name() -> None:
    whole = merged([lot("L", 3, 100, 80), lot("L", 2, 100, 120, is_long=False, bar="washed")], "L")
    assert (whole.quantity, whole.gain_cents, whole.is_long) == (5 * 10**8, 20, False)
    assert whole.bar == "washed"


def test_what_is_barred_or_locked_may_not_be_sold() -> None:
    taxable = account("T")
    held = position(taxable, "A", 100, lot("1", 5, 100, 90), lot("2", 3, 100, 90, bar="washed"))
    assert (held.value_cents, held.sellable_cents) == (800, 500)
    capped = position(taxable, "A", 100, lot("1", 5, 100, 90), most_sold_cents=200)
    assert capped.sellable_cents == 200
    locked = position(taxable, "A", 100, lot("1", 5, 100, 90), sell_bar="locked")
    assert locked.sellable_cents == 0
    assert not position(account("I", AccountKind.ROTH_IRA), "A", 100).is_taxed


def test_a_class_keeps_the_proportions_of_its_holdings() -> None:
    weights, empty = symbol_weights(
        {"stocks": 0.6, "gold": 0.1, "timber": 0.05},
        {"A": 300, "B": 100, "C": 0},
        {"A": "stocks", "B": "stocks", "C": "gold"},
        {"gold": ["C"]},
    )
    assert weights == pytest.approx({"A": 0.45, "B": 0.15, "C": 0.1})
    assert empty == ("timber",)
