"""A small book with targets at two levels, and a synthetic market that it is held in."""

import json
from datetime import date
from math import exp, sin
from pathlib import Path
from typing import Any

from tests.cli.running import ACCOUNTS, book, taxlots

from taxlots.market_data.calendars import sessions_between

DAY = "2024-12-31"
SESSIONS = sessions_between(date(2022, 12, 1), date(2024, 12, 31))
SECURITIES = """symbol,kind,asset_class,adv
USA,etf,us equities,1000
EUR,etf,developed equities,
BND,etf,bonds,
GLD,etf,gold,
PEF,stock,private equity,
OLD,stock,,
ODD,stock,timber,
"""
TARGETS = """household,asset_class,parent,weight,band_low,band_high,tilt,from,to,glide
home,equities,,0.50,0.45,0.55,,,,
home,us equities,equities,0.30,,,,,,
home,developed equities,equities,0.20,,,,,,
home,bonds,,0.35,,,,,,
home,private equity,,0.10,,,,,,
home,gold,,0.05,,,,,,
"""
HELD = {"USA": 350, "EUR": 180, "BND": 320, "PEF": 100, "GLD": 50, "OLD": 7, "ODD": 9}
ENDS = {"USA": 100.0, "EUR": 100.0, "BND": 100.0, "GLD": 100.0, "ODD": 10.0, "PEF": 100.0}
RISES = {"USA": 0.0012, "EUR": -0.0006, "BND": 0.0001, "GLD": 0.0004, "ODD": 0.0, "PEF": 0.0}
WAVES = {"USA": 0.004, "EUR": 0.006, "BND": 0.001, "GLD": 0.003, "ODD": 0.0, "PEF": 0.0}


def prices() -> str:
    """A synthetic market: steady trends, waves of different lengths, and 100 at the end."""
    lines = ["date,symbol,close"]
    for place, symbol in enumerate(ENDS):
        logs = [0.0]
        for at in range(1, len(SESSIONS)):
            logs.append(logs[-1] + RISES[symbol] + WAVES[symbol] * sin(at * (1.1 + 0.37 * place)))
        closes = (ENDS[symbol] * exp(one - logs[-1]) for one in logs)
        lines += [
            f"{day},{symbol},{close:.6f}" for day, close in zip(SESSIONS, closes, strict=True)
        ]
    return "\n".join(lines) + "\n"


PRICES = prices()


def written(folder: Path, toml: str = "", targets: str = TARGETS, held: str = "") -> Path:
    rows = "".join(
        f"b{n},2023-01-05,brokerage,{symbol},BUY,{count},,{count * 50}.00,,,,\n"
        for n, (symbol, count) in enumerate(HELD.items())
    )
    made = book(folder, rows + held, toml=f'name = "Test"\n{toml}', accounts=ACCOUNTS)
    for name, text in {
        "securities.csv": SECURITIES,
        "targets.csv": targets,
        "prices.csv": PRICES,
    }.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def asked(made: Path | str, *options: str, as_of: str = DAY) -> dict[str, Any]:
    ran = taxlots("drift", made, *options, "--as-of", as_of, "--json")
    assert ran.status == 0, ran.err
    (found,) = json.loads(ran.out)["households"]
    assert isinstance(found, dict)
    found["by_name"] = {line["name"]: line for line in found["lines"]}
    return found


def column(found: dict[str, Any], key: str) -> dict[str, str]:
    return {line["name"]: line[key] for line in found["lines"]}
