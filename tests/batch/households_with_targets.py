"""A small book of households with targets, cash and three years of closes: random, but seeded."""

import random
from datetime import date, timedelta
from pathlib import Path

from tests.batch.many_households import Rows, write

AS_OF = date(2024, 12, 18)
FIRST = AS_OF - timedelta(days=700)
CLASSES = {"stocks": ("AAA", "BBB", "CCC"), "bonds": ("DDD", "EEE"), "gold": ("FFF",)}
SYMBOLS = tuple(symbol for symbols in CLASSES.values() for symbol in symbols)
KINDS = ("taxable", "traditional_ira", "taxable", "roth_ira")
BOOK = """name = "Households with targets"
[tax_profile]
short_rate = "0.37"
long_rate = "0.20"
[rebalance.bands]
absolute_percent = "4"
"""
OF_GOLD = """[rebalance.bands.classes.gold]
absolute_percent = "2"
"""
SETTINGS = (
    OF_GOLD,
    f"{OF_GOLD}[rebalance.plan]\nwhole_shares = false\n",
    '[rebalance.targets]\nsystem = "risk_parity"\n',
    '[rebalance.targets]\nilliquid = ["gold"]\nstand_in = "stocks"\n',
    '[rebalance.timing]\ncalendar = "FREQ=MONTHLY;BYMONTHDAY=17"\n',
    'tax_from_lots = true\n[harvest]\ndiscount_percent = "6"\n',
)
"""What a book may state besides, one of them."""


def closes(rng: random.Random) -> Rows:
    """A close of each week of three years, and of the day of the plan."""
    rows = []
    for symbol in SYMBOLS:
        value = 100.0
        for back in range(160, -1, -1):
            value *= 1 + rng.gauss(0.001, 0.02)
            day = AS_OF - timedelta(days=7 * back)
            rows.append({"date": str(day), "symbol": symbol, "close": f"{value:.2f}"})
    return rows


def journal(rng: random.Random, accounts: Rows, prices: Rows) -> Rows:
    """Purchases of some securities in each account, and sales of a part of a few."""
    close = {(row["symbol"], row["date"]): float(row["close"]) for row in prices}
    rows: Rows = []
    for account in accounts:
        for symbol in rng.sample(SYMBOLS, rng.randint(2, 5)):
            held = 0
            for back in sorted(rng.sample(range(1, 100), rng.randint(1, 4)), reverse=True):
                day = str(AS_OF - timedelta(days=7 * back))
                is_sale = held > 20 and rng.random() < 0.2
                count = rng.randint(1, held // 2) if is_sale else rng.randint(5, 60)
                held += -count if is_sale else count
                rows.append(
                    {
                        "id": f"{account['account']}-{symbol}-{back}",
                        "date": day,
                        "account": account["account"],
                        "symbol": symbol,
                        "action": "SELL" if is_sale else "BUY",
                        "quantity": str(count),
                        "price": f"{close[symbol, day]:.2f}",
                    }
                )
    return sorted(rows, key=lambda row: row["date"])


def targets(rng: random.Random, household: str) -> Rows:
    """The weights of the three classes, or of two of them; some with a band of their own."""
    stocks = rng.choice((40, 50, 60))
    weights = {"stocks": stocks, "bonds": 100 - stocks}
    if rng.random() < 0.6:
        weights |= {"bonds": 90 - stocks, "gold": 10}
    rows: Rows = []
    for name, weight in weights.items():
        row = {"household": household, "asset_class": name, "weight": str(weight / 100)}
        if rng.random() < 0.3:
            row |= {"band_low": f"{weight / 100 - 0.03:.2f}", "band_high": f"{weight / 100:.2f}"}
        rows.append(row)
    return rows


def said_of_trades(rng: random.Random, accounts: Rows) -> Rows:
    """Overrides: for everybody, for one household and for one account."""
    account = rng.choice(accounts)
    whose: Rows = [{}, {"household": account["household"]}, {"account": account["account"]}]
    return [
        {
            "id": f"o{number}",
            "action": rng.choice(("lock", "exclude")),
            "symbol": rng.choice(SYMBOLS),
            "by": "anna",
            "reason": "a test",
        }
        | one
        for number, one in enumerate(whose)
        if rng.random() < 0.5
    ]


def coming(rng: random.Random, accounts: Rows) -> Rows:
    """Dividends of some accounts in the days around the plan."""
    return [
        {
            "account": account["account"],
            "symbol": rng.choice(SYMBOLS),
            "date": str(AS_OF + timedelta(days=rng.randint(-3, 10))),
            "kind": "dividend",
            "amount": "25.00",
        }
        for account in accounts
        if rng.random() < 0.5
    ]


def write_book(folder: Path, seed: int, households: int = 4) -> Path:
    """A book of so many households, ``h0`` the first; the last two share a tax return."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    accounts = [
        {
            "household": f"h{number}",
            "account": f"h{number}-{place}",
            "kind": KINDS[place],
            "owner": "self",
            "tax_return": "shared" if number >= households - 2 else "",
        }
        for number in range(households)
        for place in range(rng.randint(1, 3))
    ]
    prices = closes(rng)
    folder.mkdir(parents=True)
    (folder / "book.toml").write_text(BOOK + rng.choice(SETTINGS))
    for name, rows in (
        ("overrides", said_of_trades(rng, accounts)),
        ("scheduled", coming(rng, accounts)),
    ):
        if rows:
            write(folder / f"{name}.csv", rows)
    write(folder / "accounts.csv", accounts)
    write(folder / "prices.csv", prices)
    write(folder / "transactions.csv", journal(rng, accounts, prices))
    write(
        folder / "securities.csv",
        [{"symbol": s, "asset_class": name} for name, symbols in CLASSES.items() for s in symbols],
    )
    write(
        folder / "targets.csv",
        [row for number in range(households) for row in targets(rng, f"h{number}")],
    )
    write(
        folder / "cash.csv",
        [
            {
                "account": account["account"],
                "date": str(AS_OF),
                "amount": f"{rng.randint(0, 600_000) / 100:.2f}",
            }
            for account in accounts
        ],
    )
    return folder
