"""A population of households of any size: seeded, in a book folder with Parquet files.

Two or three accounts a household, one in four of them an IRA; ten securities an account, each with
fourteen purchases and six sales of round lots over three years, so that eighty lots of two hundred
transactions stay open.  Prices walk at random, upward as in the years after 2022 and as little
as funds do; on the last day the market falls, so that about one lot in five is below its cost.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SEED: Final = 2026
SYMBOLS: Final = 200
FIRST_DAY: Final = 18_993
"""2022-01-01."""

DAYS: Final = 1_082
AS_OF_DAY: Final = FIRST_DAY + DAYS
"""2024-12-18."""

DAILY_DRIFT: Final = 0.0006
DAILY_VOLATILITY: Final = 0.010
"""Of the days of the calendar: 22 % and 19 % a year."""

LAST_FALL: Final = 0.02

SYMBOLS_OF_ACCOUNT: Final = 10
IS_SALE: Final = np.array([c == "S" for c in "BBBSBBSBBBSBBSBBSBBS"])
TRANSACTIONS_OF_ACCOUNT: Final = SYMBOLS_OF_ACCOUNT * len(IS_SALE)
HOUSEHOLDS_AT_ONCE: Final = 1_000

Ints = np.ndarray[Any, np.dtype[np.int64]]

SCHEMA: Final = pa.schema(
    [
        ("id", pa.string()),
        ("date", pa.date32()),
        ("account", pa.string()),
        ("symbol", pa.string()),
        ("action", pa.string()),
        pa.field("quantity", pa.int64(), metadata={"scale": "8"}),
        pa.field("amount", pa.int64(), metadata={"scale": "2"}),
    ]
)


def accounts_in(households: int) -> int:
    """How many accounts so many households have: five for every two."""
    return households * 2 + households // 2


def write_population(folder: Path, households: int) -> None:
    """A book folder of so many households; the same every time."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.toml").write_text(
        'name = "A population"\n[tax_profile]\nshort_rate = "0.37"\nlong_rate = "0.20"\n'
        '[harvest]\nmin_loss = "500"\n'
    )
    account_household = np.repeat(np.arange(households), 2 + np.arange(households) % 2)
    _write_accounts(folder, account_household)
    symbols = [f"S{n:03}" for n in range(SYMBOLS)]
    (folder / "securities.csv").write_text(
        "symbol,kind\n" + "".join(f"{symbol},stock\n" for symbol in symbols)
    )
    (folder / "proxies.csv").write_text(
        "symbol,proxy,rank\n"
        + "".join(f"{s},{symbols[(n + 100) % SYMBOLS]},1\n" for n, s in enumerate(symbols))
    )
    cents = _prices(np.random.default_rng(SEED))
    _write_prices(folder, cents, symbols)
    with pq.ParquetWriter(folder / "transactions.parquet", SCHEMA) as writer:
        first = 0
        for start in range(0, households, HOUSEHOLDS_AT_ONCE):
            mine = (account_household >= start) & (account_household < start + HOUSEHOLDS_AT_ONCE)
            accounts = np.flatnonzero(mine)
            table = _transactions(accounts, account_household[mine], cents, symbols, start, first)
            writer.write_table(table)
            first += table.num_rows


def _write_accounts(folder: Path, account_household: Ints) -> None:
    count = len(account_household)
    is_ira = np.arange(count) % 4 == 1
    pq.write_table(
        pa.table(
            {
                "household": [f"h{h}" for h in account_household.tolist()],
                "account": [f"a{n}" for n in range(count)],
                "kind": np.where(is_ira, "traditional_ira", "taxable"),
                "owner": ["self"] * count,
            }
        ),
        folder / "accounts.parquet",
    )


def _prices(draw: np.random.Generator) -> Ints:
    """Closes in cents, by symbol and day."""
    moves = draw.normal(DAILY_DRIFT, DAILY_VOLATILITY, (SYMBOLS, DAYS + 1))
    moves[:, -1] -= LAST_FALL
    return np.asarray(np.rint(10_000 * np.exp(moves.cumsum(axis=1))), np.int64)


def _write_prices(folder: Path, cents: Ints, symbols: list[str]) -> None:
    """The closes of the last year: those before are history that no plan looks at."""
    days = np.arange(DAYS - 365, DAYS + 1)
    table = pa.table(
        {
            "date": pa.array(np.tile(FIRST_DAY + days, SYMBOLS).astype(np.int32)).cast(pa.date32()),
            "symbol": pa.array(np.repeat(symbols, len(days))),
            "close": [f"{c // 100}.{c % 100:02}" for c in cents[:, days].ravel().tolist()],
        }
    )
    pq.write_table(table, folder / "prices.parquet")


def _transactions(
    accounts: Ints,
    household: Ints,
    cents: Ints,
    symbols: list[str],
    seed: int,
    first: int,
) -> pa.Table:
    """The journal of some accounts by household and day."""
    draw = np.random.default_rng((SEED, seed))
    positions = len(accounts) * SYMBOLS_OF_ACCOUNT
    steps = len(IS_SALE)
    day = np.sort(draw.integers(0, DAYS, (positions, steps)), axis=1).ravel()
    of_account = np.repeat(np.arange(len(accounts)), TRANSACTIONS_OF_ACCOUNT)
    start = draw.integers(0, SYMBOLS, len(accounts))
    offset = np.arange(SYMBOLS_OF_ACCOUNT) * 7
    symbol = np.repeat(((start[:, None] + offset) % SYMBOLS).ravel(), steps)
    shares = np.repeat(draw.integers(5, 60, positions), steps)
    is_sale = np.tile(IS_SALE, positions)
    order = np.lexsort((np.arange(len(day)), day, household[of_account]))
    day, symbol, shares, is_sale = day[order], symbol[order], shares[order], is_sale[order]
    names = pa.array([f"a{n}" for n in accounts.tolist()])
    return pa.table(
        {
            "id": [f"t{n}" for n in range(first, first + len(day))],
            "date": pa.array((FIRST_DAY + day).astype(np.int32)).cast(pa.date32()),
            "account": names.take(pa.array(of_account[order])),
            "symbol": pa.array(symbols).take(pa.array(symbol)),
            "action": pa.array(["BUY", "SELL"]).take(pa.array(is_sale.astype(np.int64))),
            "quantity": shares * 10**8,
            "amount": shares * cents[symbol, day],
        },
        schema=SCHEMA,
    )
