"""Loss-heavy histories of any size: round lots bought and sold at falling prices.

A few dozen households are drawn by a seeded generator and repeated, so that ten million
transactions are made in seconds and are the same everywhere.  A third of what is bought replaces
a loss.
"""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from taxlots.book import kinds
from taxlots.book.tables import (
    NONE,
    ROOTS,
    Average,
    Detail,
    Event,
    Pick,
    Pool,
    Position,
    Terms,
    layout,
)
from taxlots.domain.money import SHARE
from taxlots.law.identical import Kinship, Membership

TEMPLATES = 50
SYMBOLS = 5
ACCOUNTS = 2
ROWS = 1_000
ROUND_LOT = 100 * 10**8
FIRST_DAY = 16_000
SELL_RATE = 0.5
DAY_SELL_RATE = 0.45

Table = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Trades:
    """Trades in booking order: household, day, position of the household, sale or not, size."""

    household: Table
    day: Table
    position: Table
    is_sale: Table
    cents: Table
    quantity: Table


def _household(seed: int) -> list[tuple[int, int, int, int, int]]:
    """One household's trades: day, position, sale, cents, quantity."""
    draw = random.Random(seed)  # noqa: S311 (a market, not a secret)
    positions = SYMBOLS * ACCOUNTS
    held = [0] * positions
    price = [draw.uniform(20, 200) for _ in range(positions)]
    day = FIRST_DAY
    rows = []
    for _ in range(ROWS):
        day += draw.choice((0, 0, 1, 1, 2, 3, 5))
        at = draw.randrange(positions)
        price[at] *= draw.uniform(0.96, 1.035)
        is_sale = held[at] > 0 and draw.random() < SELL_RATE
        lots = draw.choice((1, 1, 1, 2)) if is_sale else 1
        quantity = min(held[at], lots * ROUND_LOT) if is_sale else ROUND_LOT
        held[at] += -quantity if is_sale else quantity
        rows.append((day, at, int(is_sale), int(quantity * price[at]) // 10**6, quantity))
    return rows


def trades(count: int) -> Trades:
    """At least ``count`` trades, a thousand for each household."""
    households = max(1, count // ROWS)
    drawn = [np.array(_household(seed), np.int64) for seed in range(min(households, TEMPLATES))]
    rows = np.concatenate([drawn[h % len(drawn)] for h in range(households)])
    return Trades(np.repeat(np.arange(households), ROWS), *rows.T)


def day_trades(count: int, days: int, drift: float) -> Trades:
    """So many trades of one symbol in one account within a few days, in odd quantities.

    Somewhat more is bought than sold.  The price changes by ``drift`` from trade to trade, and at
    random besides.
    """
    draw = random.Random(count)  # noqa: S311 (a market, not a secret)
    held = 0
    price = 100.0
    rows = []
    for number in range(count):
        price *= 1 + drift + draw.uniform(-0.001, 0.001)
        is_sale = held > 0 and draw.random() < DAY_SELL_RATE
        wanted = draw.randrange(1, 200) * SHARE
        quantity = min(held, wanted) if is_sale else wanted
        held += -quantity if is_sale else quantity
        day = FIRST_DAY + number * days // count
        rows.append((0, day, 0, int(is_sale), int(quantity * price) // 10**6, quantity))
    return Trades(*np.array(rows, np.int64).T)


def fold_tables(count: int, method: int = kinds.FIFO) -> dict[str, Table]:
    """The tables of a fold over that many trades of many households."""
    return tables_of(trades(count), method)


def tables_of(t: Trades, method: int) -> dict[str, Table]:
    """The tables of a fold over trades whose sales are all relieved by one method."""
    width = SYMBOLS * ACCOUNTS
    households = int(t.household[-1]) + 1
    events = np.zeros(len(t.day), np.dtype(layout(Event)))
    events["kind"] = np.where(t.is_sale, kinds.SELL, kinds.OPEN)
    events["day"] = t.day
    events["position"] = t.household * width + t.position
    events["cents"] = t.cents
    events["quantity"] = t.quantity
    events["method"] = method
    events["detail"] = NONE
    events["row"] = np.arange(len(t.day))
    positions = np.zeros(households * width, np.dtype(layout(Position)))
    for name in (
        "head",
        "tail",
        "next_of_symbol",
        "first_of_symbol",
        "average",
        *ROOTS,
    ):
        positions[name] = NONE
    symbol = np.arange(len(positions)) % width % SYMBOLS
    positions["pool"] = np.arange(len(positions)) // width * SYMBOLS + symbol
    positions["security"] = symbol
    positions["multiplier"] = 1
    pools = np.zeros(households * SYMBOLS, np.dtype(layout(Pool)))
    for name in ("first_candidate", "last_candidate", "first_wait", "last_wait"):
        pools[name] = NONE
    return {
        "events": events,
        "positions": positions,
        "pools": pools,
        "kinships": np.zeros(SYMBOLS, np.dtype(layout(Kinship))),
        "details": np.zeros(0, np.dtype(layout(Detail))),
        "terms": np.zeros(0, np.dtype(layout(Terms))),
        "averages": np.zeros(0, np.dtype(layout(Average))),
        "picks": np.zeros(0, np.dtype(layout(Pick))),
        "memberships": np.zeros(0, np.dtype(layout(Membership))),
    }


def year_trades(count: int, days: int) -> Trades:
    """So many trades of one household within a few days: round lots, bought and sold in turn.

    Every position is traded alike; prices go up and down, so that gains and losses alternate.
    """
    positions = SYMBOLS * ACCOUNTS
    number = np.arange(count)
    day = FIRST_DAY + number * days // count
    at = number // 2 % positions
    draw = np.random.default_rng(count)
    cents = draw.integers(400_000, 600_000, count)
    quantity = np.full(count, ROUND_LOT)
    return Trades(np.zeros(count, np.int64), day, at, number % 2, cents, quantity)


def write_book(folder: Path, count: int) -> None:
    """The same trades as a book folder with ``transactions.parquet``."""
    write_trades(folder, trades(count))


def write_trades(folder: Path, t: Trades) -> None:
    """Trades as a book folder with ``transactions.parquet``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.toml").write_text('name = "A loss-heavy book"\n')
    households = int(t.household[-1]) + 1
    accounts = [f"h{h},h{h}-{a},taxable,self" for h in range(households) for a in range(ACCOUNTS)]
    header = "household,account,kind,owner\n"
    (folder / "accounts.csv").write_text(header + "\n".join(accounts) + "\n")
    symbols = "\n".join(f"S{number},stock" for number in range(SYMBOLS))
    (folder / "securities.csv").write_text(f"symbol,kind\n{symbols}\n")
    account_names = [f"h{h}-{a}" for h in range(households) for a in range(ACCOUNTS)]
    account = t.household * ACCOUNTS + t.position // SYMBOLS
    table = pa.table(
        {
            "id": [f"t{number}" for number in range(len(t.day))],
            "date": pa.array(t.day.astype(np.int32)).cast(pa.date32()),
            "account": pa.array(account_names).take(pa.array(account)),
            "symbol": pa.array([f"S{n}" for n in range(SYMBOLS)]).take(
                pa.array(t.position % SYMBOLS)
            ),
            "action": pa.array(["BUY", "SELL"]).take(pa.array(t.is_sale)),
            "quantity": pa.array(t.quantity),
            "amount": pa.array(t.cents),
        },
        schema=pa.schema(
            [
                ("id", pa.string()),
                ("date", pa.date32()),
                ("account", pa.string()),
                ("symbol", pa.string()),
                ("action", pa.string()),
                pa.field("quantity", pa.int64(), metadata={"scale": "8"}),
                pa.field("amount", pa.int64(), metadata={"scale": "2"}),
            ]
        ),
    )
    pq.write_table(table, folder / "transactions.parquet")
