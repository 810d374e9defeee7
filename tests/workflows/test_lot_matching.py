"""Which of our lots is which of the custodian's: from the surest likeness to the weakest."""

from datetime import date
from typing import Any

from taxlots.workflows.lot_matching import LotFigures, Pairing, match, reproduces

JAN, FEB, MAR = date(2024, 1, 5), date(2024, 2, 5), date(2024, 3, 5)
SOLD = date(2024, 9, 3)


def lot(name: str, day: date | None, shares: int, cents: int | None, **more: Any) -> LotFigures:
    return LotFigures(
        name=name,
        quantity=shares * 10**8,
        basis_cents=cents,
        days=() if day is None else (day,),
        **more,
    )


def names(pairings: list[Pairing]) -> list[tuple[str, str]]:
    """The names of each pairing's lots, ours and theirs, ``!`` before what nothing recognizes."""
    return sorted(
        (
            ("!" if one.is_rest else "") + "+".join(sorted(o.name for o in one.ours)),
            "+".join(sorted(t.name for t in one.theirs)),
        )
        for one in pairings
    )


def test_lots_of_one_day_size_and_basis_are_the_same() -> None:
    ours = [lot("a", JAN, 10, 100), lot("b", JAN, 10, 200)]
    theirs = [lot("x", JAN, 10, 200), lot("y", JAN, 10, 100)]

    assert names(match(ours, theirs)) == [("a", "y"), ("b", "x")]


def test_the_custodian_s_own_number_wins_over_all_else() -> None:
    ours = [lot("a", JAN, 10, 100), lot("b", FEB, 10, 100)]
    theirs = [lot("x", JAN, 10, 100, number="b"), lot("y", FEB, 10, 100, number="a")]

    assert names(match(ours, theirs)) == [("a", "y"), ("b", "x")]


def test_a_day_that_both_know_joins_lots_of_another_basis() -> None:
    assert names(match([lot("a", JAN, 10, 100)], [lot("x", JAN, 10, 90)])) == [("a", "x")]


def test_fills_and_parts_of_one_day_are_compared_together() -> None:
    """We keep the part with a deferred loss apart; the custodian keeps fills apart."""
    ours = [lot("a", JAN, 4, 40), lot("a", JAN, 6, 66)]
    theirs = [lot("x", JAN, 3, 30), lot("y", JAN, 7, 76)]

    assert names(match(ours, theirs)) == [("a+a", "x+y")]


def test_a_tacked_day_is_known_by_the_day_of_the_purchase() -> None:
    ours = [LotFigures(name="a", quantity=10**9, basis_cents=100, days=(FEB, JAN))]

    assert names(match(ours, [lot("x", FEB, 10, 100)])) == [("a", "x")]
    assert names(match(ours, [lot("x", JAN, 10, 100)])) == [("a", "x")]


def test_a_settlement_is_known_by_its_trade() -> None:
    assert names(match([lot("a", JAN, 10, 100)], [lot("x", date(2024, 1, 9), 10, 100)])) == [
        ("a", "x")
    ]


def test_what_nothing_recognizes_is_left_together() -> None:
    ours = [lot("a", JAN, 5, 50), lot("b", FEB, 10, 100)]
    theirs = [lot("x", JAN, 10, 100), lot("y", FEB, 5, 50)]

    assert names(match(ours, theirs)) == [("!a+b", "x+y")]


def test_a_lot_that_one_side_lacks_stands_alone() -> None:
    theirs = [lot("x", JAN, 10, 100), lot("y", MAR, 3, 30)]

    assert names(match([lot("a", JAN, 10, 100)], theirs)) == [("!", "y"), ("a", "x")]


def test_pieces_of_one_sale_are_not_those_of_another() -> None:
    other = date(2024, 10, 1)
    ours = [lot("a", JAN, 5, 50, closed=SOLD), lot("a", JAN, 5, 50, closed=other)]
    theirs = [lot("x", JAN, 5, 50, closed=other), lot("y", JAN, 5, 50, closed=SOLD)]

    found = match(ours, theirs)

    assert [one.has_same_close for one in found] == [True, True]


def test_a_tax_form_with_various_dates_meets_all_pieces_of_its_day() -> None:
    ours = [lot("a", JAN, 5, 50, closed=SOLD), lot("b", FEB, 5, 60, closed=SOLD)]

    assert names(match(ours, [lot("x", None, 10, 110, closed=SOLD)])) == [("a+b", "x")]
    assert names(match(ours, [lot("x", None, 0, 110, closed=SOLD)])) == [("a+b", "x")]


def test_equal_lots_are_paired_one_by_one() -> None:
    ours = [lot("a", JAN, 5, 50)] * 2

    assert len(match(ours, [lot("x", JAN, 5, 50), lot("y", JAN, 5, 50)])) == 2


def test_booked_lots_reproduce_a_custodian_s_by_days_and_sizes() -> None:
    theirs = [lot("x", JAN, 10, 1), lot("y", FEB, 5, 2)]

    assert reproduces([lot("a", JAN, 10, 100), lot("b", FEB, 5, 60)], theirs)
    assert not reproduces([lot("a", JAN, 5, 100), lot("b", FEB, 10, 60)], theirs)
    assert not reproduces([], [])


def test_what_is_owed_is_no_lot_that_is_held() -> None:
    ours = [lot("short", JAN, -10, 100), lot("long", JAN, 10, 100)]
    theirs = [lot("x", JAN, 10, 100), lot("y", JAN, -10, 100)]

    assert names(match(ours, theirs)) == [("long", "x"), ("short", "y")]


def test_a_closed_short_sale_is_known_by_its_closing() -> None:
    """The custodian dates it by the short sale, the law by the closing."""
    ours = [lot("a", SOLD, 5, 50, closed=SOLD), lot("b", JAN, 5, 60, closed=SOLD)]
    theirs = [lot("x", None, 5, 50, closed=SOLD), lot("y", JAN, 5, 60, closed=SOLD)]

    assert names(match(ours, theirs)) == [("a", "x"), ("b", "y")]
