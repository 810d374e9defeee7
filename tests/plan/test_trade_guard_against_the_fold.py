"""What the guard says is what the fold books: on random histories of random households."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.book.booked import books_of
from tests.histories import History, histories, random_history

from taxlots.book.booking import Books
from taxlots.book.results import realized_of
from taxlots.book.standing import waiting_losses
from taxlots.domain.money import SHARE, shares
from taxlots.domain.problem import DataError, UsageError
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.trade_check import TradeCheck, TradeSide, TradeVerdict
from taxlots.plan.trade_guard import realizes_losses
from taxlots.plan.what_if import executed
from taxlots.workflows.guard import PreparedGuard, TradeAsked, prepare

PRICES = ("1", "5", "20", "60")
MORE_THAN_ANY_LOSS = "100000"


def disallowed_by(books: Books, asked: TradeAsked, quantity: str) -> tuple[int, int]:
    """The loss that booking a trade disallows, and what of it is gone for good, in cents.

    Nothing is bought in the thirty days after it.
    """
    row = {
        "id": "the-trade",
        "date": prepare(books).guard.index.situation.as_of.isoformat(),
        "time": "23:59:59",
        "account": asked.account,
        "symbol": asked.symbol,
        "action": asked.side.upper(),
        "quantity": quantity,
        "price": asked.price or "1",
    }
    after, problems = executed(books, [row], settlement_day)
    assert after is not None, problems
    both = [realized_of(before_or_after) for before_or_after in (after, books)]
    disallowed, permanent = (
        int(getattr(both[0], name).sum() - getattr(both[1], name).sum())
        for name in ("disallowed", "permanent")
    )
    return disallowed, permanent


def sales(guard: PreparedGuard, rng: random.Random) -> Iterator[TradeAsked]:
    """Sales of up to two positions, whole or in part, at a price."""
    positions = [
        (account, symbol, held)
        for (account, symbol), held in guard.dry_runs.held.items()
        if realizes_losses(guard.guard.index.accounts[account])
    ]
    for account, symbol, held in rng.sample(positions, min(2, len(positions))):
        sold = held if rng.random() < 0.5 else max(1, held * rng.randint(1, 99) // 100)
        yield TradeAsked(
            side=TradeSide.SELL,
            account=account,
            symbol=symbol,
            quantity=shares(sold),
            price=rng.choice(PRICES),
        )


def purchases(guard: PreparedGuard, rng: random.Random) -> Iterator[TradeAsked]:
    """Purchases of up to two securities with a loss or a position, in any account."""
    symbols = {symbol for _, symbol in guard.dry_runs.held}
    lost = sorted({loss.symbol for loss in waiting_losses(guard.books)})
    accounts = sorted(guard.guard.index.accounts)
    for symbol in [*lost[:1], *rng.sample(sorted(symbols), min(1, len(symbols)))]:
        yield TradeAsked(
            side=TradeSide.BUY,
            account=rng.choice(accounts),
            symbol=symbol,
            quantity=rng.choice(["", "1", "7.5", "300"]),
        )


def check_sale(guard: PreparedGuard, asked: TradeAsked, found: TradeCheck) -> None:
    """The sale disallows what the books' own reading says, and the stricter side says more."""
    disallowed, permanent = disallowed_by(guard.books, asked, asked.quantity)
    if (
        guard.books.record.policy.sold_before_counts
        or not guard.books.record.policy.held_after_sale
    ):
        # A literal reading restates rows of the order, whose loss is then disallowed again.
        assert (disallowed > 0) <= (found.verdict is not TradeVerdict.OK)
        return
    assert (found.by_books.loss_cents, found.by_books.permanent_cents) == (disallowed, permanent)
    assert found.at_stake.loss_cents >= disallowed
    assert found.at_stake.loss_cents <= found.realized_loss_cents
    if found.verdict is TradeVerdict.OK:
        assert disallowed == 0
    if found.verdict is TradeVerdict.BLOCKED:
        assert found.at_stake.loss_cents == found.realized_loss_cents


def check_purchase(guard: PreparedGuard, asked: TradeAsked, found: TradeCheck) -> None:
    """A purchase disallows what it says; of any quantity, no more than it says."""
    if guard.guard.meets_no_loss(asked.account, asked.symbol):
        any_of_it = guard.guard.can_buy(asked.account, asked.symbol)
        assert (any_of_it.verdict, any_of_it.because) == (TradeVerdict.OK, ())
    quantity = asked.quantity or MORE_THAN_ANY_LOSS
    disallowed, permanent = disallowed_by(guard.books, asked, quantity)
    assert (found.by_books.loss_cents, found.by_books.permanent_cents) == (disallowed, permanent)
    if found.verdict is TradeVerdict.OK:
        assert disallowed == 0
    if found.verdict is TradeVerdict.BLOCKED and asked.quantity:
        assert shares(found.at_stake.quantity) == asked.quantity


def check(history: History, seed: int) -> None:
    books = books_of(history)
    try:
        guard = prepare(books)
    except DataError:
        return
    rng = random.Random(seed)  # noqa: S311 (no secret)
    for asked in [*sales(guard, rng), *purchases(guard, rng)]:
        try:
            found = guard.ask(asked)
        except UsageError:
            # What the books cannot book, the guard cannot answer.
            continue
        (check_sale if asked.side is TradeSide.SELL else check_purchase)(guard, asked, found)


@pytest.mark.parametrize("block", range(3))
def test_random_histories_of_trades(block: int) -> None:
    for seed in range(12 * block, 12 * block + 12):
        check(random_history(seed, 10 + seed % 31), seed)


@pytest.mark.parametrize("profile", ["all", "options", "corporate"])
def test_random_histories_with_other_events(profile: str) -> None:
    for seed in range(6):
        check(random_history(seed, 12 + 7 * seed, profile), seed)


@given(histories(max_size=20), st.integers(0, 99))
@settings(max_examples=40)
def test_any_history(history: History, seed: int) -> None:
    check(history, seed)


@pytest.mark.parametrize("seed", range(12))
def test_a_prepared_guard_gives_the_verdict_of_a_dry_run(seed: int) -> None:
    """It takes the books' reading from the queue of purchases, and books nothing."""
    guard = prepare(books_of(random_history(seed, 15 + seed)))
    rng = random.Random(seed)  # noqa: S311 (no secret)
    for asked in sales(guard, rng):
        confirmed = guard.ask(asked)
        units = None if not asked.quantity else round(float(asked.quantity) * SHARE)
        price = int(asked.price) * SHARE
        quick = guard.guard.can_sell(asked.account, asked.symbol, units, price)
        assert quick.verdict is confirmed.verdict
        assert abs(quick.at_stake.loss_cents - confirmed.at_stake.loss_cents) <= len(quick.because)
    for asked in purchases(guard, rng):
        confirmed = guard.ask(asked)
        units = None if not asked.quantity else round(float(asked.quantity) * SHARE)
        quick = guard.guard.can_buy(asked.account, asked.symbol, units)
        assert quick.verdict is confirmed.verdict
        assert quick.at_stake.quantity == confirmed.at_stake.quantity
        assert abs(quick.at_stake.loss_cents - confirmed.at_stake.loss_cents) <= len(quick.because)
