"""Which lots to give: 26 USC 170(e)(1)(A), long-term property counts with its value."""

from tests.plan.test_gain_harvest import lot
from tests.plan.test_tax_cost import reckoned, single

from taxlots.domain.money import SHARE
from taxlots.plan.donation import gifts

LOTS = [lot("low", 100, 10_000, 9_000), lot("high", 100, 10_000, 1_000)]


def test_the_lot_of_highest_gain_is_given_first() -> None:
    """At 15 % the gain of 9,000 would cost 1,350; the value of 10,000 deducts at 24 %."""
    (first,) = gifts(LOTS, 10_000_00, reckoned(single(150_000_00)), 240_000)
    assert (first.lot.lot_id, first.tax_avoided_cents, first.deduction_cents) == (
        "high",
        1_350_00,
        2_400_00,
    )


def test_no_more_is_given_than_wanted() -> None:
    found = gifts(LOTS, 12_345_00, reckoned(single(150_000_00)))
    assert [(one.lot.lot_id, one.lot.quantity // SHARE) for one in found] == [
        ("high", 100),
        ("low", 23),
    ]
    assert sum(one.lot.value_cents for one in found) == 12_300_00
    assert [one.deduction_cents for one in found] == [0, 0]


def test_1222_gifts_avoid_what_all_of_their_gain_would_cost() -> None:
    """An income of 46,350: the first 2,000 of gain are free, the rest costs 15 %."""
    found = gifts(LOTS, 20_000_00, reckoned(single(46_350_00)))
    assert [one.tax_avoided_cents for one in found] == [7_000_00 * 15 // 100, 1_000_00 * 15 // 100]


def test_a_share_dearer_than_the_gift_is_passed_over() -> None:
    lots = [lot("dear", 1, 5_000, 100), lot("cheap", 10, 1_000, 900)]
    found = gifts(lots, 400_00, reckoned(single(150_000_00)))
    assert [(one.lot.lot_id, one.lot.quantity // SHARE) for one in found] == [("cheap", 4)]
