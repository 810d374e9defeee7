"""Rows for books that are explained, and the steps of an explanation."""

import json
from pathlib import Path
from typing import Any

from tests.cli.running import taxlots

HEADER = (
    "id,date,account,symbol,action,quantity,price,fees,amount,lots,identified_at,confirmation,"
    "method,order_id,to_account,ratio,fmv,acquired_date,cost_basis,note\n"
)
COLUMNS = HEADER.strip().split(",")


def row(**cells: str) -> str:
    """One row of transactions by the names of its cells."""
    return ",".join(cells.get(name, "") for name in COLUMNS) + "\n"


def buy(name: str, day: str, quantity: str, price: str, **more: str) -> str:
    cells = {"account": "brokerage", "symbol": "ABC", "action": "BUY"} | more
    return row(id=name, date=day, quantity=quantity, price=price, **cells)


def sell(name: str, day: str, quantity: str, price: str, **more: str) -> str:
    return buy(name, day, quantity, price, **{"action": "SELL", **more})


def explained(folder: Path, name: str, *options: str) -> dict[str, Any]:
    ran = taxlots("explain", folder, name, *options, "--json")
    assert ran.status == 0, ran.err
    story: dict[str, Any] = json.loads(ran.out)
    return story


def steps(because: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [step for step in because if step["step"] == name]


def one(because: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (step,) = steps(because, name)
    return step
