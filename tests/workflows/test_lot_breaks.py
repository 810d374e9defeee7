"""Each cause of a break between our lots and the custodian's, by an example of its own."""

from datetime import date
from typing import Any

import pytest

from taxlots.workflows.lot_breaks import REMEDIES, TESTS, Cause, break_of
from taxlots.workflows.lot_facts import Happening, Opening, PositionFacts
from taxlots.workflows.lot_matching import LotFigures, match

JAN, FEB, MAR = date(2024, 1, 5), date(2024, 2, 5), date(2024, 3, 5)
SOLD, AS_OF = date(2024, 9, 3), date(2024, 12, 31)


def lot(name: str, day: date | None, shares: float, cents: int | None, **more: Any) -> LotFigures:
    return LotFigures(
        name=name,
        quantity=round(shares * 10**8),
        basis_cents=cents,
        days=() if day is None else (day,),
        **more,
    )


def bought(day: date, shares: int, action: str = "BUY", **more: Any) -> Opening:
    return Opening(action=action, day=day, quantity=shares * 10**8, **more)


def facts(**more: Any) -> PositionFacts:
    return PositionFacts(account="A1", symbol="ABC", as_of=AS_OF, **more)


def causes(
    ours: list[LotFigures],
    theirs: list[LotFigures],
    known: PositionFacts | None = None,
    *,
    tolerance: int = 0,
) -> list[str]:
    """The causes of all breaks of a position, in order."""
    found = [break_of(one, known or facts(), tolerance) for one in match(ours, theirs)]
    return sorted(one.cause for one in found if one)


def test_equal_lots_agree() -> None:
    assert causes([lot("a", JAN, 10, 100)], [lot("x", JAN, 10, 100)]) == []


def test_lots_that_neither_side_knows_the_basis_of_agree() -> None:
    assert causes([lot("a", JAN, 10, None)], [lot("x", JAN, 10, None)]) == []


def test_the_tolerance_is_for_money_alone() -> None:
    ours = [lot("a", JAN, 10, 1000)]

    assert causes(ours, [lot("x", JAN, 10, 1100)], tolerance=100) == []
    assert causes(ours, [lot("x", JAN, 10, 1101)], tolerance=100) == [Cause.UNEXPLAINED]
    assert causes(ours, [lot("x", JAN, 11, 1000)], tolerance=100) == [Cause.QUANTITY_DIFFERS]


def test_method_mismatch_names_the_method_that_gives_the_custodian_s_lots() -> None:
    """We sold by FIFO, they by HIFO; what is left is as much on both sides."""
    ours = [lot("a", JAN, 5, 50), lot("b", FEB, 10, 200)]
    theirs = [lot("x", JAN, 10, 100), lot("y", FEB, 5, 100)]
    known = facts(
        all_theirs=theirs,
        by_method={"FIFO": ours, "HIFO": [lot("a", JAN, 10, 100), lot("b", FEB, 5, 100)]},
    )

    (found,) = [break_of(one, known) for one in match(ours, theirs)]

    assert found is not None
    assert found.cause is Cause.METHOD_MISMATCH
    assert "with HIFO the book would have the custodian's lots" in found.because


def test_method_mismatch_of_lots_that_were_named_at_the_custodian() -> None:
    """No standing method gives them; but they are purchases that the journal has."""
    ours = [lot("a", JAN, 5, 50), lot("b", FEB, 10, 200)]
    theirs = [lot("x", JAN, 8, 80), lot("y", FEB, 7, 140)]
    known = facts(
        all_theirs=theirs,
        sale_fees={"s": 0},
        openings={"a": bought(JAN, 10), "b": bought(FEB, 10)},
    )

    assert causes(ours, theirs, known) == [Cause.METHOD_MISMATCH]


def test_method_mismatch_of_the_pieces_of_one_sale() -> None:
    ours = [lot("a", JAN, 5, 50, closed=SOLD, proceeds_cents=90)]
    theirs = [lot("x", MAR, 5, 70, closed=SOLD, proceeds_cents=90)]
    known = facts(
        all_theirs=theirs,
        by_method={"LIFO": [lot("c", MAR, 5, 70, closed=SOLD, proceeds_cents=90)]},
    )

    assert causes(ours, theirs, known) == [Cause.METHOD_MISMATCH]


def test_optimizer_lots_are_those_that_methods_for_the_tax_alone_give() -> None:
    ours = [lot("a", JAN, 5, 50), lot("b", FEB, 10, 200)]
    theirs = [lot("x", JAN, 10, 100), lot("y", FEB, 5, 100)]
    mine = [lot("a", JAN, 10, 100), lot("b", FEB, 5, 100)]
    by_tax = {"FIFO": ours, "HIFO": ours, "MINTAX": mine, "IBKR_MSL": mine}

    def found(by_method: dict[str, list[LotFigures]]) -> list[str]:
        return causes(ours, theirs, facts(all_theirs=theirs, by_method=by_method))

    assert found(by_tax) == [Cause.OPTIMIZER_LOTS]
    assert found({**by_tax, "LIFO": mine}) == [Cause.METHOD_MISMATCH]


def test_initialized_lot_is_one_blob_for_several_purchases() -> None:
    ours = [lot("a", JAN, 5, 50), lot("b", FEB, 10, 200)]
    blob = [lot("x", MAR, 15, 250)]

    assert causes(ours, blob) == [Cause.INITIALIZED_LOT]
    assert causes(blob, ours) == [Cause.INITIALIZED_LOT]


def test_missing_basis_on_either_side() -> None:
    known, unknown = [lot("a", JAN, 10, 100)], [lot("x", JAN, 10, None)]

    assert causes(known, unknown) == [Cause.MISSING_BASIS]
    assert causes(unknown, known) == [Cause.MISSING_BASIS]


def test_transfer_pending_when_the_basis_came_to_the_custodian_alone() -> None:
    known = facts(openings={"a": bought(JAN, 10, "TRANSFER_IN")})

    assert causes([lot("a", JAN, 10, None)], [lot("x", JAN, 10, 100)], known) == [
        Cause.TRANSFER_PENDING
    ]


def test_transfer_pending_while_the_custodian_waits_for_the_basis() -> None:
    """A month after the transfer; half a year after it, the basis is missing."""
    ours, theirs = [lot("a", JAN, 10, 100)], [lot("x", JAN, 10, None)]

    def moved(day: date) -> PositionFacts:
        return facts(
            openings={"a": bought(JAN, 10, "TRANSFER_IN")},
            happenings=[Happening(id="t", action="TRANSFER_IN", day=day)],
        )

    assert causes(ours, theirs, moved(date(2024, 12, 1))) == [Cause.TRANSFER_PENDING]
    assert causes(ours, theirs, moved(date(2024, 6, 1))) == [Cause.MISSING_BASIS]


def test_transfer_pending_while_shares_are_on_their_way() -> None:
    known = facts(happenings=[Happening(id="t", action="TRANSFER_OUT", day=date(2024, 12, 20))])

    assert causes([], [lot("x", JAN, 10, 100)], known) == [Cause.TRANSFER_PENDING]


def test_corp_action_fmv_where_a_spin_off_divided_the_basis() -> None:
    known = facts(
        openings={"a": bought(JAN, 10)},
        happenings=[Happening(id="spin", action="SPINOFF", day=MAR)],
    )

    assert causes([lot("a", JAN, 10, 8000)], [lot("x", JAN, 10, 8150)], known) == [
        Cause.CORP_ACTION_FMV
    ]


def test_a_spin_off_from_before_the_purchase_explains_nothing() -> None:
    known = facts(happenings=[Happening(id="spin", action="SPINOFF", day=JAN)])

    assert causes([lot("a", FEB, 10, 8000)], [lot("x", FEB, 10, 8150)], known) == [
        Cause.UNEXPLAINED
    ]


def test_wash_adjustment_of_a_loss_that_only_one_side_disallows() -> None:
    """The repurchase stands in another account: the custodian does not see it."""
    sale = {"closed": SOLD, "proceeds_cents": 800}
    ours = [lot("a", JAN, 10, 1000, disallowed_cents=200, **sale)]

    assert causes(ours, [lot("x", JAN, 10, 1000, **sale)]) == [Cause.WASH_ADJUSTMENT]


def test_wash_adjustment_in_the_basis_of_an_open_lot() -> None:
    ours = [lot("a", JAN, 10, 1200, wash_cents=200)]

    assert causes(ours, [lot("x", JAN, 10, 1000)]) == [Cause.WASH_ADJUSTMENT]
    assert causes([lot("a", JAN, 10, 1000)], [lot("x", JAN, 10, 1200, wash_cents=200)]) == [
        Cause.WASH_ADJUSTMENT
    ]


def test_wash_adjustment_in_the_basis_of_a_lot_that_was_sold_since() -> None:
    sale = {"closed": SOLD, "proceeds_cents": 900}
    ours, theirs = [lot("a", JAN, 10, 1200, **sale)], [lot("x", JAN, 10, 1000, **sale)]

    assert causes(ours, theirs, facts(deferred=[200])) == [Cause.WASH_ADJUSTMENT]
    assert causes(ours, theirs, facts(deferred=[150])) == [Cause.UNEXPLAINED]


def test_return_of_capital_that_the_custodian_has_not_booked() -> None:
    known = facts(
        happenings=[Happening(id="roc", action="RETURN_OF_CAPITAL", day=MAR, cents=500)],
    )

    assert causes([lot("a", JAN, 10, 9500)], [lot("x", JAN, 10, 10000)], known) == [
        Cause.RETURN_OF_CAPITAL
    ]


def test_return_of_capital_that_we_have_as_a_dividend() -> None:
    """Reclassified at the end of the year: the difference is what was paid, over all lots."""
    ours = [lot("a", JAN, 10, 10000), lot("b", FEB, 30, 30000)]
    theirs = [lot("x", JAN, 10, 9900), lot("y", FEB, 30, 29700)]
    known = facts(
        all_ours=ours,
        all_theirs=theirs,
        happenings=[Happening(id="d", action="DIVIDEND", day=MAR, cents=400)],
    )

    assert causes(ours, theirs, known) == [Cause.RETURN_OF_CAPITAL] * 2


@pytest.mark.parametrize(
    "opening",
    [
        bought(JAN, 10, "GIFT_IN"),
        bought(JAN, 10, "INHERIT"),
        bought(JAN, 10, "TRANSFER_IN", origin="inheritance"),
    ],
)
def test_gift_or_inherit(opening: Opening) -> None:
    known = facts(openings={"a": opening})

    assert causes([lot("a", JAN, 10, 5000)], [lot("x", JAN, 10, 7000)], known) == [
        Cause.GIFT_OR_INHERIT
    ]


def test_drip_rounding_of_fractions() -> None:
    known = facts(openings={"a": bought(JAN, 1, "REINVEST")})

    assert causes([lot("a", JAN, 1.2345, 1000)], [lot("x", JAN, 1.235, 1000)], known) == [
        Cause.DRIP_ROUNDING
    ]
    assert causes([lot("a", JAN, 1.2345, 1000)], [lot("x", JAN, 1.2345, 1001)], known) == [
        Cause.DRIP_ROUNDING
    ]


def test_trade_vs_settle_date_of_a_purchase_and_of_a_sale() -> None:
    assert causes([lot("a", JAN, 10, 100)], [lot("x", date(2024, 1, 9), 10, 100)]) == [
        Cause.TRADE_VS_SETTLE_DATE
    ]
    ours = [lot("a", JAN, 10, 100, closed=SOLD, proceeds_cents=90)]
    theirs = [lot("x", JAN, 10, 100, closed=date(2024, 9, 4), proceeds_cents=90)]
    assert causes(ours, theirs) == [Cause.TRADE_VS_SETTLE_DATE]


def test_avg_cost_vs_actual_where_the_custodian_averages() -> None:
    ours = [lot("a", JAN, 10, 1000), lot("b", FEB, 10, 2000)]
    theirs = [lot("x", JAN, 10, 1500), lot("y", FEB, 10, 1500)]

    assert causes(ours, theirs, facts(all_theirs=theirs)) == [Cause.AVG_COST_VS_ACTUAL] * 2
    assert (
        causes(theirs, ours, facts(all_theirs=ours, is_averaged=True))
        == [Cause.AVG_COST_VS_ACTUAL] * 2
    )


def test_fee_in_basis_of_the_part_that_is_still_open() -> None:
    known = facts(openings={"a": bought(JAN, 10, fees_cents=700)})

    assert causes([lot("a", JAN, 5, 10350)], [lot("x", JAN, 5, 10000)], known) == [
        Cause.FEE_IN_BASIS
    ]


def test_fee_in_the_proceeds_of_a_sale() -> None:
    ours = [lot("a", JAN, 10, 100, closed=SOLD, sale="s", proceeds_cents=8993)]
    theirs = [lot("x", JAN, 10, 100, closed=SOLD, proceeds_cents=9000)]

    assert causes(ours, theirs, facts(sale_fees={"s": 7})) == [Cause.FEE_IN_BASIS]


def test_total_ok_lots_differ() -> None:
    """To the cent and the share the same, and every lot another one."""
    ours = [lot("a", JAN, 5, 50), lot("b", FEB, 10, 100)]
    theirs = [lot("x", JAN, 7, 70), lot("y", FEB, 8, 80)]

    assert causes(ours, theirs) == [Cause.TOTAL_OK_LOTS_DIFFER]


def test_quantity_differs_where_a_transaction_is_missing() -> None:
    theirs = [lot("x", JAN, 10, 100), lot("y", FEB, 5, 50)]

    assert causes([lot("a", JAN, 10, 100)], theirs) == [Cause.QUANTITY_DIFFERS]
    assert causes([lot("a", JAN, 10, 100)], []) == [Cause.QUANTITY_DIFFERS]


def test_what_nothing_explains_says_so() -> None:
    assert causes([lot("a", JAN, 10, 100)], [lot("x", JAN, 10, 345)]) == [Cause.UNEXPLAINED]


def test_every_cause_has_a_test_and_a_remedy() -> None:
    assert set(TESTS) == set(REMEDIES) == set(Cause)


def test_broker_view_is_what_a_broker_must_report() -> None:
    """Section 267 denies the loss to the taxpayer; a broker reports it (Reg. 1.6045-1(d))."""
    sale = {"closed": SOLD, "proceeds_cents": 800, "sale": "s"}
    ours = [lot("a", JAN, 10, 1300, **sale)]
    theirs = [lot("x", JAN, 10, 1000, closed=SOLD, proceeds_cents=800)]
    known = facts(as_broker=[lot("a", JAN, 10, 1000, **sale)])

    assert causes(ours, theirs, known) == [Cause.BROKER_VIEW]
    assert causes(ours, theirs) == [Cause.UNEXPLAINED]
