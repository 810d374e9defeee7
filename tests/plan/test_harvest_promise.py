"""What a plan promises, held to the books: executed and kept to, it realizes just that.

Random households are harvested on a random day.  The plan's orders are appended to the journal as
executed at the closes, 31 more days go by in which the household buys whatever the restrictions
let it buy, and the books are booked anew.  Every promised loss must then stand to the cent, and
the tax of the year must be lower by what was promised.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest
from tests.book.booked import first_rows
from tests.histories import History, random_history

from taxlots.book.booking import Books
from taxlots.book.record import Record
from taxlots.book.results import realized_of
from taxlots.domain.account import AccountKind
from taxlots.domain.order import Order, Side
from taxlots.domain.problem import DataError
from taxlots.domain.restriction import RestrictionKind
from taxlots.domain.security import Proxy
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.what_if import with_rows
from taxlots.plan.year_tax import owed
from taxlots.workflows.harvest import harvest_books
from taxlots.workflows.replay import replay_record
from taxlots.workflows.tax import Chain

Cells = dict[str, str]

SIZES = {"trades": 40, "averaging": 40, "corporate": 30, "options": 30, "shorts": 30, "all": 40}
HARVESTS: list[dict[str, object]] = [
    {},
    {"whole_shares": False},
    {"goal": "target", "goal_amount": "250"},
    {"sell": "whole_position"},
    {"without_replacement": "cash", "switch_back": "never"},
    {"goal": "loss_limit", "without_replacement": "cash"},
    {"strict": False},
    {"allow_wash": ["buy_buy_sell"], "strict": False},
]


def priced(record: Record, rng: random.Random, day: date, harvest: dict[str, object]) -> Record:
    """A record with closes of a day, two proxies for each security, and an income."""
    symbols = sorted({s for s in record.transactions.column("symbol").to_pylist() if s})
    symbols = [*sorted({*symbols, *record.securities}), "PROXY1", "PROXY2"]
    closes = [f"{rng.randint(300, 9000) / 100:.2f}" for _ in symbols]
    prices = {"date": [day.isoformat()] * len(symbols), "symbol": symbols, "close": closes}
    returns = dict.fromkeys(account.tax_return for account in record.accounts)
    profiles = [
        {
            "tax_return": name,
            "year": str(day.year),
            "filing_status": rng.choice(["single", "mfj"]),
            "state": rng.choice(["", "CA", "NY"]),
            "ordinary_income": str(rng.choice([20_000, 90_000, 400_000])),
            "deductions": "15000",
            "carry_short": "0",
            "carry_long": str(rng.choice([0, 0, 1500])),
        }
        for name in returns
    ]
    proxies = [
        Proxy(symbol=symbol, proxy=proxy, rank=rank)
        for symbol in symbols
        for rank, proxy in enumerate(("PROXY1", "PROXY2"), 1)
        if symbol not in ("PROXY1", "PROXY2")
    ]
    return replace(
        record,
        prices=pa.table(prices),
        profiles=tuple(profiles),
        proxies=tuple(proxies),
        # Whatever a household's data end at, its losses are judged by what it knows.
        harvest=harvest | {"data_age_days": 10_000},
    )


def executed(plan: HarvestPlan, record: Record) -> list[Cells]:
    """The orders of a plan as rows of the journal, filled at the closes."""
    assert record.prices is not None
    closes: dict[str, str] = {row["symbol"]: row["close"] for row in record.prices.to_pylist()}
    return [_row(order, closes[order.symbol], plan.as_of) for order in plan.orders]


def _row(order: Order, close: str, day: date) -> Cells:
    quantity = f"{order.quantity // 10**8}.{order.quantity % 10**8:08d}"
    is_named = order.side is Side.SELL and order.tax_lot_method == "SPECIFIC"
    return {
        "id": order.client_order_id,
        "date": day.isoformat(),
        "time": "23:59:59",
        "account": order.account,
        "symbol": order.symbol,
        "action": str(order.side),
        "quantity": quantity,
        "price": close,
        "lots": f"{order.lot_id}:{quantity}" if is_named else "",
    }


def allowed_purchases(plan: HarvestPlan, record: Record, rng: random.Random) -> Iterator[Cells]:
    """Purchases of the days after, each as early as the restrictions let it be."""
    until = {
        (r.account, r.symbol): r.until
        for r in plan.restrictions
        if r.kind is RestrictionKind.DO_NOT_BUY
    }
    found = []
    for account in record.accounts:
        for symbol, security in record.securities.items():
            day = until.get((account.id, symbol), plan.as_of + timedelta(days=rng.randint(1, 31)))
            is_late = day > plan.as_of + timedelta(days=31)
            is_gone = security.expiry is not None and security.expiry <= day
            if not is_late and not is_gone and rng.random() < 0.7:
                found.append((day, account.id, symbol))
    for number, (day, account_id, symbol) in enumerate(sorted(found)):
        yield {
            "id": f"later-{number}",
            "date": day.isoformat(),
            "account": account_id,
            "symbol": symbol,
            "action": "BUY_OPTION" if record.securities[symbol].underlying else "BUY",
            "quantity": str(rng.randint(1, 300)),
            "price": "20",
        }


def by_order(losses: dict[tuple[str, bool], int]) -> dict[str, int]:
    """Losses of both terms together."""
    found: dict[str, int] = {}
    for (name, _), cents in losses.items():
        found[name] = found.get(name, 0) + cents
    return found


def realized_losses(books: Books, names: set[str]) -> dict[tuple[str, bool], int]:
    """Order and term -> the loss that the books realize, in cents."""
    realized = realized_of(books)
    found: dict[tuple[str, bool], int] = {}
    for at, row in enumerate(realized.sale_row.tolist()):
        name = books.journal.id(row)
        if name in names:
            key = name, bool(realized.is_long[at])
            found[key] = found.get(key, 0) - int(realized.gain[at])
    return found


def promised_losses(plan: HarvestPlan) -> dict[tuple[str, bool], int]:
    """The same as the plan promises them."""
    orders = {
        (o.account, o.symbol, o.lot_id): o.client_order_id
        for o in plan.orders
        if o.side is Side.SELL
    }
    averaged = {(o.account, o.symbol): o.client_order_id for o in plan.orders if not o.lot_id}
    found: dict[tuple[str, bool], int] = {}
    for verdict in plan.verdicts:
        sold = verdict.opportunity
        if sold is not None and verdict.reason.is_harvest:
            lot = verdict.lot
            name = (
                orders.get((lot.account, lot.symbol, lot.lot_id))
                or averaged[lot.account, lot.symbol]
            )
            key = name, sold.appraisal.is_long
            found[key] = found.get(key, 0) + sold.allowed_loss_cents
    return found


def taxes(books: Books, year: int) -> dict[str, int]:
    """The tax of a year of each return with a taxable account."""
    chain = Chain(books)
    profiles = chain.profiles(year)
    return {name: owed(chain.income(profiles[name])[0]).tax_cents for name in chain.items(year)}


def harvested(seed: int, profile: str) -> tuple[HarvestPlan, Record, random.Random] | None:
    """The plan for a random household on a random day; None where its books have errors."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    history: History = random_history(seed, SIZES[profile], profile)
    rows = rng.randint(len(history.rows) // 2, len(history.rows))
    record = first_rows(history, rows)
    day = max(date.fromisoformat(row["date"]) for row in history.rows[:rows])
    # Rounding each average to the cent is the fund's own business: it moves cents between lots.
    record = replace(record, policy=replace(record.policy, average_rounding="exact"))
    record = priced(record, rng, day, HARVESTS[seed % len(HARVESTS)])
    try:
        return harvest_books(replay_record(record, as_of=day)).plan, record, rng
    except DataError:
        return None


@pytest.mark.parametrize("profile", list(SIZES))
@pytest.mark.parametrize("block", range(2))
def test_the_promised_loss_and_tax_are_realized_to_the_cent(profile: str, block: int) -> None:
    sold = 0
    for seed in range(1000 * block, 1000 * block + 20):
        found = harvested(seed, profile)
        if found is None or not found[0].orders:
            continue
        plan, record, rng = found
        promised = promised_losses(plan)
        sold += len(promised)
        later = plan.as_of + timedelta(days=31)
        purchases = list(allowed_purchases(plan, record, rng))
        rows = [*executed(plan, record), *purchases]
        books = replay_record(with_rows(record, rows), as_of=later)
        kept = realized_losses(books, {name for name, _ in promised})
        assert by_order(kept) == by_order(promised), f"{profile} {seed}"
        if any(order.tax_lot_method == "AVERAGE" for order in plan.orders):
            continue  # What is left in a pool is rounded lot by lot: cents go from term to term.
        assert kept == promised, f"{profile} {seed}"
        has_marks = any(a.kind is AccountKind.TAXABLE_MTM_475 for a in record.accounts)
        day = plan.as_of if has_marks else later  # Marks of section 475 move with the day.
        before = taxes(replay_record(record, as_of=day), plan.as_of.year)
        after = taxes(replay_record(with_rows(record, rows), as_of=day), plan.as_of.year)
        for one in plan.returns:
            if one.saved_cents is not None:
                saved = before[one.tax_return] - after[one.tax_return]
                assert saved == one.saved_cents, f"{profile} {seed} {one}"
    assert sold, "random households have something to harvest"
