"""What a rebalance promises, held to the books: executed, it realizes just that and washes nothing.

Random households with targets, cash and three years of monthly closes are rebalanced on a random
day, some with a deposit.  The trades are appended to the journal as executed at the closes: the
gains of every return must then be those promised, to the cent, no loss of the plan may be
disallowed, no purchase may have replaced an earlier loss, and every account pays for what it buys.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest
from tests.book.booked import first_rows
from tests.histories import random_history
from tests.plan.test_harvest_promise import SIZES, priced
from tests.workflows.test_routing_promise import with_targets

from taxlots.book.booking import Books
from taxlots.book.record import Record
from taxlots.book.results import realized_of, wash_sales_of
from taxlots.domain.money import dollars, shares
from taxlots.domain.problem import DataError, UsageError
from taxlots.plan.what_if import with_rows
from taxlots.workflows.guard import prepare
from taxlots.workflows.household_plan import plan_of
from taxlots.workflows.rebalance import RebalanceRun, rebalance_of
from taxlots.workflows.rebalance_asked import RebalanceAsked
from taxlots.workflows.replay import replay_record

MONTHS = 40


def with_history(record: Record, rng: random.Random, day: date) -> Record:
    """Closes of each month before those of the day, as a random walk back from them."""
    assert record.prices is not None
    rows = record.prices.to_pylist()
    for symbol, close in [
        (row["symbol"], float(row["close"])) for row in record.prices.to_pylist()
    ]:
        value = close
        for back in range(1, MONTHS):
            value *= 1 + rng.gauss(0, 0.06)
            earlier = day - timedelta(days=30 * back)
            rows.append({"date": earlier.isoformat(), "symbol": symbol, "close": f"{value:.2f}"})
    names = ("date", "symbol", "close")
    prices = pa.table({name: [row[name] for row in rows] for name in names})
    cash = tuple(
        {"account": one.id, "date": day.isoformat(), "amount": f"{rng.randint(0, 900_000) / 100}"}
        for one in record.accounts
    )
    return replace(record, prices=prices, cash=cash)


def drawn(seed: int, profile: str) -> tuple[Record, date, RebalanceAsked]:
    """A random household on a random day, and what is asked of its rebalance."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    history = random_history(seed, SIZES[profile], profile)
    rows = rng.randint(len(history.rows) // 2, len(history.rows))
    record = first_rows(history, rows)
    day = max(date.fromisoformat(row["date"]) for row in history.rows[:rows])
    record = with_history(with_targets(priced(record, rng, day, {}), rng), rng, day)
    asked = RebalanceAsked()
    if rng.random() < 0.5:
        name = rng.choice([one.id for one in record.accounts])
        asked = RebalanceAsked(deposit=f"{rng.randint(10, 9_000)}", account=name)
    return record, day, asked


def rebalanced(seed: int, profile: str) -> tuple[RebalanceRun, Record] | None:
    """A random household's plan; None where its books or the question have errors."""
    record, day, asked = drawn(seed, profile)
    try:
        plan = plan_of(prepare(replay_record(record, as_of=day)), record.accounts[0].household)
        return rebalance_of(plan, asked), record
    except (DataError, UsageError):
        return None


def executed(run: RebalanceRun, record: Record) -> Books:
    """The books once the trades are made at the end of the day."""
    day = run.proposal.as_of.isoformat()
    rows = [
        {
            "id": f"planned-{number}",
            "date": day,
            "time": "23:59:59",
            "account": trade.position.account.id,
            "symbol": trade.position.symbol,
            "action": str(trade.side),
            "quantity": shares(trade.units),
            "amount": dollars(trade.cents),
            "lots": trade.lots if trade.position.is_taxed else "",
        }
        for number, trade in enumerate(run.proposal.trades)
    ]
    return replay_record(with_rows(record, rows), as_of=run.proposal.as_of)


def runs(profile: str, seeds: range) -> Iterator[tuple[int, RebalanceRun, Record]]:
    for seed in seeds:
        found = rebalanced(seed, profile)
        if found is not None and found[0].proposal.trades:
            yield seed, *found


@pytest.mark.parametrize("profile", ["trades", "corporate", "averaging", "all"])
def test_a_rebalance_realizes_what_it_promised_and_washes_nothing(profile: str) -> None:
    made = 0
    for seed, run, record in runs(profile, range(6)):
        made += 1
        books = executed(run, record)
        realized = realized_of(books)
        names = {f"planned-{number}" for number in range(len(run.proposal.trades))}
        mine = [at for at, row in enumerate(realized.sale_row.tolist())
                if books.journal.id(row) in names]  # fmt: skip
        promised = sum(one.short_cents + one.long_cents for one in run.proposal.returns)
        assert sum(int(realized.gain[at]) for at in mine) == promised, f"{profile} {seed}"
        assert not any(int(realized.disallowed[at]) for at in mine), f"{profile} {seed}"
        washed = {
            books.journal.id(row) for row in wash_sales_of(books).replacement_lot_row.tolist()
        }
        assert not washed & names, f"{profile} {seed}"
        assert all(
            after >= min(0, run.proposal.cash_before[name])
            for name, after in run.proposal.cash_after.items()
        ), f"{profile} {seed}"
    assert made, "random households have something to trade"
