"""A small household that may be short, in a folder: a margin account and an IRA, seeded closes."""

import random
from datetime import date, timedelta
from pathlib import Path

from taxlots.workflows.rebalance import RebalanceRun, rebalance
from taxlots.workflows.rebalance_asked import RebalanceAsked

DAY = date(2021, 6, 30)
CLOSES = {"AAA": 50, "BBB": 80, "CCC": 40, "SSS": 60, "TTT": 30}
CLASSES = {"AAA": "one", "BBB": "one", "CCC": "two", "SSS": "two", "TTT": "one"}
LONG = (
    "b1,2019-03-01,m,AAA,BUY,800,20",
    "b2,2020-08-03,m,BBB,BUY,300,90",
    "b3,2020-09-03,m,CCC,BUY,400,45",
    "b4,2020-09-03,ira,CCC,BUY,300,45",
)
SHORT = (
    "s1,2020-10-05,m,SSS,SELL_SHORT,150,80",
    "s2,2021-02-05,m,SSS,SELL_SHORT,100,55",
)
MAY_SHORT = """
[rebalance.plan]
objective = "tracking+views"
[rebalance.views]
annual_percent = {SSS = -8, TTT = -6}
[rebalance.mandate.shorts]
accounts = ["m"]
most_percent = 10
"""


def short_book(
    folder: Path,
    *rows: str,
    toml: str = "",
    cash: str = "40000",
    day: date = DAY,
    seed: int = 1,
    overrides: str = "",
) -> Path:
    """The book with transactions beside ``LONG``; closes of 45 months walk back from ``CLOSES``."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    prices = ["date,symbol,close"]
    for symbol, close in CLOSES.items():
        value = float(close)
        for back in range(45):
            prices.append(f"{day - timedelta(days=30 * back)},{symbol},{value:.2f}")
            value *= 1 + rng.gauss(0, 0.05)
    accounts = (
        "home,m,taxable,self,r,FIFO",
        "home,ira,traditional_ira,self,r,FIFO",
    )
    files = {
        "book.toml": ['name = "Shorts"', toml],
        "accounts.csv": ["household,account,kind,owner,tax_return,method", *accounts],
        "securities.csv": [
            "symbol,kind,asset_class",
            *(f"{symbol},stock,{name}" for symbol, name in CLASSES.items()),
        ],
        "targets.csv": [
            "household,asset_class,symbol,weight",
            "home,one,,0.5",
            "home,two,,0.5",
        ],
        "profiles.csv": ["tax_return,year,short_rate,long_rate", f"r,{day.year},0.40,0.20"],
        "prices.csv": prices,
        "cash.csv": ["account,date,amount", f"m,{day},{cash}", f"ira,{day},500"],
        "transactions.csv": ["id,date,account,symbol,action,quantity,price", *LONG, *rows],
    }
    if overrides:
        files["overrides.csv"] = ["id,action,symbol,account,side,amount,by,reason", overrides]
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def planned(book: Path, day: date = DAY, asked: RebalanceAsked | None = None) -> RebalanceRun:
    """The rebalance of the book on its day."""
    return rebalance(str(book), asked, as_of=day)


def traded(run: RebalanceRun) -> dict[tuple[str, str], int]:
    """What is traded: cents by action and symbol."""
    return {(str(one.action), one.position.symbol): one.cents for one in run.proposal.trades}
