"""What a staggered rebalance promises, held to the books: executed, it realizes just that.

The random households of ``test_rebalance_promise`` are rebalanced where so little trades in a day
that most trades take several.  Each part is appended to the journal on its day, at the close of the
plan.  Gains must be those promised, to the cent and by year, no loss may be disallowed, nothing
bought may have replaced one, and no account owes money on any day.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from tests.workflows.random_rebalances import drawn

from taxlots.book.booking import Books
from taxlots.book.record import Record
from taxlots.book.results import realized_of, wash_sales_of
from taxlots.domain.calendar import date_of
from taxlots.domain.money import SHARE, dollars, shares
from taxlots.domain.order import Side
from taxlots.domain.problem import DataError, UsageError
from taxlots.market_data.calendars import is_session
from taxlots.plan.rebalance.trade_schedule import TradeSchedule
from taxlots.plan.what_if import until_as_of, with_rows
from taxlots.workflows.guard import prepare
from taxlots.workflows.household_plan import plan_of
from taxlots.workflows.rebalance import RebalanceRun, rebalance_of
from taxlots.workflows.replay import replay_record

ADV = 60 * SHARE
SCHEDULES = ("twap", "vwap", "almgren-chriss")


def staggered(seed: int, profile: str) -> tuple[RebalanceRun, TradeSchedule, Record] | None:
    """A random household's plan over six sessions; None where it cannot be planned."""
    record, day, asked = drawn(seed, profile)
    securities = {
        name: replace(one, adv=ADV, spread_ppm=2_000) for name, one in record.securities.items()
    }
    settled = {"settled_cash": True} if seed % 2 else {}
    record = replace(
        record, securities=securities, rebalance={"execution": {"commission": 1, **settled}}
    )
    try:
        plan = plan_of(prepare(replay_record(record, as_of=day)), record.accounts[0].household)
        how = replace(asked, tranches=6, schedule=SCHEDULES[seed % len(SCHEDULES)])
        run = rebalance_of(plan, how)
    except (DataError, UsageError):
        return None
    return None if run.schedule is None else (run, run.schedule, record)


def executed(run: RebalanceRun, schedule: TradeSchedule, last: date) -> Books:
    """The books once each part is traded at the end of its day."""
    rows = [
        {
            "id": f"planned-{number}",
            "date": one.day.isoformat(),
            "time": "23:59:59",
            "account": one.trade.position.account.id,
            "symbol": one.trade.position.symbol,
            "action": str(one.trade.side),
            "quantity": shares(one.units),
            "amount": dollars(one.cents),
            "lots": one.lots,
        }
        for number, one in enumerate(schedule.trades)
    ]
    return replay_record(with_rows(until_as_of(run.plan.prepared.books), rows), as_of=last)


def runs(profile: str, seeds: range) -> Iterator[tuple[int, RebalanceRun, TradeSchedule]]:
    for seed in seeds:
        found = staggered(seed, profile)
        if found is not None and found[1].trades:
            yield seed, found[0], found[1]


@pytest.mark.parametrize("profile", ["trades", "all"])
def test_a_schedule_realizes_what_it_promised_and_washes_nothing(profile: str) -> None:
    made = split = 0
    for seed, run, schedule in runs(profile, range(4)):
        made += 1
        split += len({one.day for one in schedule.trades}) > 1
        books = executed(run, schedule, schedule.sessions[-1])
        realized = realized_of(books)
        names = {f"planned-{number}" for number in range(len(schedule.trades))}
        mine = [at for at, row in enumerate(realized.sale_row.tolist())
                if books.journal.id(row) in names]  # fmt: skip
        gains: dict[int, int] = {}
        for at in mine:
            year = date_of(int(realized.sold[at])).year
            gains[year] = gains.get(year, 0) + int(realized.gain[at])
        promised = {
            year: sum(one.short_cents + one.long_cents for one in found)
            for year, found in schedule.returns.items()
        }
        assert {year: cents for year, cents in promised.items() if cents} == {
            year: cents for year, cents in gains.items() if cents
        }, f"{profile} {seed}"
        assert not any(int(realized.disallowed[at]) for at in mine), f"{profile} {seed}"
        washed = {
            books.journal.id(row) for row in wash_sales_of(books).replacement_lot_row.tolist()
        }
        assert not washed & names, f"{profile} {seed}"
        check_days(run, schedule, f"{profile} {seed}")
    assert made
    assert split, "some of these trades take several days"


def check_days(run: RebalanceRun, schedule: TradeSchedule, name: str) -> None:
    """Volume, cash and quantities of every day."""
    for day, cash in zip(schedule.sessions, schedule.cash, strict=True):
        assert is_session(day)
        for account, cents in cash.items():
            assert cents >= min(0, run.proposal.cash_before.get(account, 0)), name
        traded: dict[str, int] = {}
        for one in schedule.trades:
            if one.day == day:
                symbol = one.trade.position.symbol
                traded[symbol] = traded.get(symbol, 0) + one.units
        assert all(units <= ADV // 10 for units in traded.values()), name
    left = {one.trade.position.name: one.units for one in schedule.left}
    for trade in run.proposal.trades:
        parts = [one for one in schedule.trades if one.trade is trade]
        done = sum(one.units for one in parts)
        assert done + left.get(trade.position.name, 0) == trade.units, name
        if trade.side is Side.SELL:
            assert all(sum(lot.units for lot in one.sales) == one.units for one in parts), name


def test_a_class_that_is_worth_nothing_may_have_a_volume() -> None:
    """Of this household one class holds nothing of value: bands by liquidity ask for no days."""
    assert staggered(39, "all") is not None
