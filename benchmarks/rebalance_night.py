"""How long a night of rebalances takes: every household of a population that has targets.

``python -m benchmarks rebalance_night`` runs small populations;
``TAXLOTS_REBALANCE_NIGHT=2000,4000`` names the numbers of accounts to run instead.  The households
hold one model of twelve funds in five classes, two or three accounts each, one account in four an
IRA; every fund is bought some times in two years, so that lots stand at gains and at losses, and
classes have drifted.  Processor seconds are of all cores together.
"""

import csv
import json
import os
import random
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from benchmarks.batch import command, spoken
from benchmarks.population import accounts_in
from benchmarks.processes import Taken, taken_by

ACCOUNTS: Final = os.environ.get("TAXLOTS_REBALANCE_NIGHT", "25,50")
AS_OF: Final = date(2024, 12, 18)
SEED: Final = 2026
WORKERS: Final = 2
MOST_HOUSEHOLDS: Final = 200
"""Of a partition."""

CLASSES: Final = {
    "us stocks": (0.40, ("USA", "USB", "USC")),
    "other stocks": (0.20, ("INA", "INB", "INC")),
    "bonds": (0.25, ("BOA", "BOB", "BOC")),
    "real estate": (0.10, ("REA", "REB")),
    "gold": (0.05, ("GOL",)),
}
WEEKS: Final = 160
PURCHASES: Final = 5
"""Of each fund in each account."""

Row = dict[str, object]


def write_population(folder: Path, households: int) -> None:
    """A book folder of so many households with targets; the same every time."""
    draw = random.Random(SEED)  # noqa: S311 (no secret)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.toml").write_text(
        'name = "A model portfolio"\n[tax_profile]\nshort_rate = "0.37"\nlong_rate = "0.20"\n'
    )
    symbols = {symbol: name for name, (_, group) in CLASSES.items() for symbol in group}
    write(folder, "securities", [{"symbol": s, "asset_class": n} for s, n in symbols.items()])
    closes = {symbol: walk(draw) for symbol in symbols}
    days = [AS_OF - timedelta(days=7 * back) for back in range(WEEKS, -1, -1)]
    write(
        folder,
        "prices",
        [
            {"date": day, "symbol": symbol, "close": f"{close:.2f}"}
            for symbol, row in closes.items()
            for day, close in zip(days, row, strict=True)
        ],
    )
    accounts: list[Row] = []
    for household in range(households):
        for _ in range(2 + household % 2):
            kind = "traditional_ira" if len(accounts) % 4 == 1 else "taxable"
            account = f"a{len(accounts)}"
            accounts.append(
                {"household": f"h{household}", "account": account, "kind": kind, "owner": "self"}
            )
    write(folder, "accounts", accounts)
    names = [str(row["account"]) for row in accounts]
    write(folder, "transactions", journal(draw, names, symbols, closes, days))
    write(
        folder,
        "targets",
        [
            {
                "household": f"h{household}",
                "asset_class": name,
                "weight": f"{weight:.2f}",
                "band_low": f"{weight * 0.8:.3f}",
                "band_high": f"{weight * 1.2:.3f}",
            }
            for household in range(households)
            for name, (weight, _) in CLASSES.items()
        ],
    )
    write(
        folder,
        "cash",
        [{"account": n, "date": AS_OF, "amount": f"{draw.uniform(0, 4_000):.2f}"} for n in names],
    )


def walk(draw: random.Random) -> list[float]:
    """Closes of a fund, a week apart."""
    closes = [100.0]
    for _ in range(WEEKS):
        closes.append(closes[-1] * (1 + draw.gauss(0.0015, 0.02)))
    return closes


def journal(
    draw: random.Random,
    accounts: list[str],
    symbols: dict[str, str],
    closes: dict[str, list[float]],
    days: list[date],
) -> list[Row]:
    """Purchases of every fund in every account, by its part of the model, give or take a half."""
    rows: list[Row] = []
    for account in accounts:
        size = draw.uniform(20_000, 200_000)
        for symbol, name in symbols.items():
            weight, group = CLASSES[name]
            for week in draw.sample(range(WEEKS - 104, WEEKS - 1), PURCHASES):
                dollars = size * weight / len(group) / PURCHASES * draw.uniform(0.5, 1.5)
                price = f"{closes[symbol][week]:.2f}"
                rows.append(
                    {
                        "id": f"t{len(rows)}",
                        "date": days[week],
                        "account": account,
                        "symbol": symbol,
                        "action": "BUY",
                        "quantity": max(1, round(dollars / float(price))),
                        "price": price,
                    }
                )
    return rows


def write(folder: Path, name: str, rows: list[Row]) -> None:
    """Rows as a CSV file."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def measured(accounts: int, folder: Path) -> tuple[Taken, str]:
    """What a night of one population takes, and a line on it."""
    households = accounts * 2 // 5
    book, parts, out = folder / "book", folder / "parts", folder / "out"
    write_population(book, households)
    size = str(max(1, min(MOST_HOUSEHOLDS, households // 8)))
    divide = command("partition", str(book), "--out", str(parts))
    taken_by([*divide, "--households-per-partition", size])
    asked = ("--as-of", AS_OF.isoformat(), "--out", str(out), "--workers", str(WORKERS))
    taken = taken_by(command("batch", str(parts), "--rebalance", *asked))
    totals = json.loads((out / "manifest.json").read_text())["totals"]
    return taken, (
        f"{accounts_in(households):>7,} accounts: planned in {spoken(taken)};"
        f" {accounts / taken.seconds:,.1f} accounts a second;"
        f" {totals['households_done']:,} plans with {totals['trades']:,} trades,"
        f" {totals['households_failed']} failed"
    )


def lines() -> Iterator[str]:
    """The figures, one line each."""
    each = []
    for accounts in map(int, ACCOUNTS.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            taken, line = measured(accounts, Path(folder))
            each.append(taken.processor_seconds / accounts)
            yield line
    growth = each[-1] / each[0]
    yield f"processor time of an account, with the most accounts to the fewest: {growth:.2f} ×"
