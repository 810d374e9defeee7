"""What holds of every comparison of two views: it foots, and it explains what differs alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from tests.book.two_views import compared
from tests.engine_adapter import record_of
from tests.histories import History, histories, random_history

from taxlots.book.booking import Books
from taxlots.book.results import realized_of
from taxlots.book.view_differences import Difference, differences_of
from taxlots.book.view_form import form_row
from taxlots.book.view_reasons import Reason
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import DataError, Severity
from taxlots.workflows.replay import replay_record

ONLY_THERE = {"LOT_NOT_HELD", "NEGATIVE_BASIS", "OVERSOLD"}
"""What can be wrong in the broker's view alone: other lots were relieved, a vest has no basis."""

SUMS = {
    "quantity": "quantity",
    "proceeds_cents": "proceeds",
    "basis_cents": "basis",
    "disallowed_cents": "disallowed",
    "nondeductible_cents": "nondeductible",
}


def views(history: History, same_day: str) -> tuple[Books, Books] | None:
    """Both views of a history; None where the broker's cannot be booked."""
    record = record_of(history)
    ours = replay_record(record, _day(history), compiled=False)
    try:
        theirs = replay_record(record, _day(history), "broker", same_day=same_day, compiled=False)
    except DataError as failure:
        if {p.code for p in failure.problems if p.severity is Severity.ERROR} <= ONLY_THERE:
            return None
        raise
    return ours, theirs


def _day(history: History) -> date | None:
    return date.fromisoformat(history.as_of) if history.as_of else None


def check(ours: Books, theirs: Books) -> list[Difference]:
    """Sums foot on both sides; what differs has a reason, and what agrees has none."""
    found = differences_of(ours, theirs)
    for books, side in ((ours, "taxpayer"), (theirs, "broker")):
        pieces = realized_of(books)
        sides = [s for one in found if (s := getattr(one.pair, side)) is not None]
        for name, column in SUMS.items():
            assert sum(getattr(s, name) for s in sides) == int(getattr(pieces, column).sum())
    for one in found:
        assert bool(one.reasons) == one.pair.has_difference
        assert Reason.UNEXPLAINED not in one.reasons
        if one.pair.taxpayer is not None and one.pair.broker is not None:
            assert one.pair.taxpayer.quantity == one.pair.broker.quantity
    return found


@pytest.mark.parametrize("first", range(1, 240, 40))
def test_every_difference_of_random_households_is_explained(first: int) -> None:
    skipped = 0
    for seed in range(first, first + 40):
        both = views(random_history(seed, 20 + seed % 40), "literal" if seed % 2 else "held")
        if both is None:
            skipped += 1
        else:
            check(*both)
    assert skipped <= 4


def test_shares_moved_between_accounts_in_a_random_household() -> None:
    both = views(random_history(2497, 60), "literal")
    assert both is not None
    check(*both)


@given(histories(max_size=25))
def test_every_difference_of_a_history_is_explained(history: History) -> None:
    both = views(history, "literal")
    if both is not None:
        check(*both)


def test_a_loss_that_the_pieces_of_one_sale_hand_on_has_the_reason_of_the_first() -> None:
    """Each piece's loss joins the next lot sold, with as many shares in both views."""
    buy = {"account": "A", "symbol": "AAA", "action": "BUY", "date": "2018-01-01"}
    buys = [
        {"id": f"b{at}", **buy, "quantity": "100", "price": "20.01" if at == 0 else "20.00"}
        for at in range(12)
    ]
    sale = {"id": "s", "account": "A", "symbol": "AAA", "action": "SELL", "date": "2018-01-02"}
    account = {"account": "A", "household": "H", "kind": "taxable", "owner": "self"}
    history = History(
        accounts=[{**account, "tax_return": "", "method": "LOFO"}],
        securities=[{"symbol": "AAA", "kind": "stock"}],
        identical=[],
        policy={"held_after_sale": False, "count_older_than_sold": False},
        rows=[*buys, {**sale, "quantity": "650", "amount": "12610.00"}],
    )
    both = views(history, "literal")
    assert both is not None
    differing = [one for one in check(*both) if one.reasons]
    assert len(differing) == 6
    assert {one.reasons for one in differing} == {(Reason.OLDER_SHARES,)}


@pytest.mark.parametrize("seed", range(300, 340))
def test_what_came_after_a_statement_is_explained_too(seed: int) -> None:
    record = record_of(random_history(seed, 40))
    ours = replay_record(record, compiled=False)
    until = (date_of(ours.as_of) - timedelta(days=40)).isoformat()
    try:
        found = compared(record, statement=until)
    except DataError:
        return
    assert all(date_of(one.pair.sold).isoformat() <= until for one in found)
    assert all(bool(one.reasons) == one.pair.has_difference for one in found)
    assert not any(Reason.UNEXPLAINED in one.reasons for one in found)


@pytest.mark.parametrize("seed", range(20))
def test_column_h_of_form_8949_is_d_less_e_plus_g(seed: int) -> None:
    """Instructions for Form 8949: (h) is (d) less (e) and (g) combined; and it is the gain."""
    both = views(random_history(seed, 40), "held")
    if both is None:
        return
    for one in differences_of(*both):
        form = form_row(one.pair)
        if form.basis_cents is None or form.gain_cents is None:
            continue
        by_columns = form.proceeds_cents - form.basis_cents + form.adjustment_cents
        assert by_columns == form.gain_cents
        assert one.pair.taxpayer is None or form.gain_cents == one.pair.taxpayer.gain_cents
