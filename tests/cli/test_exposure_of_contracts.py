"""Exposures of what is owed and of section 1256 contracts, hedges that stand, and a database."""

import json
from pathlib import Path
from typing import Any

from tests.cli.running import book, database, taxlots

SECURITIES = (
    "symbol,kind,multiplier,underlying,put_call,strike,expiry\n"
    "ABC,stock,,,,,\n"
    "XYZ,stock,,,,,\n"
    "FUT,section_1256,50,,,,2025-12-19\n"
    "ABCP,option,100,ABC,put,90,2025-12-19\n"
)
ROWS = (
    "b1,2024-01-03,brokerage,ABC,BUY,100,,9000.00,,,,\n"
    "s1,2025-03-03,brokerage,XYZ,SELL_SHORT,10,,2000.00,,,,\n"
    "f1,2025-03-04,brokerage,FUT,BUY,2,100,,,,,\n"
    "p1,2025-03-05,brokerage,ABCP,BUY_OPTION,1,5,,,,,\n"
)
PRICES = (
    "date,symbol,close\n2025-03-05,ABC,100\n2025-03-05,XYZ,210\n2025-03-05,FUT,110\n"
    "2025-03-05,ABCP,4\n"
)
MARKET = (
    "symbol,beta,duration,currency\nFUT,1,0,USD\nABC,1.1,,\nXYZ,2,,\nABCP,,,\n",
    "symbol,kind,underlying,price,multiplier,expiry,section_1256\nF,future,ABC,100,50,2025-06-20,\n",
)


def folder_with_contracts(place: Path) -> Path:
    folder = book(place, ROWS)
    (folder / "securities.csv").write_text(SECURITIES)
    (folder / "prices.csv").write_text(PRICES)
    market = place.parent / "market"
    market.mkdir()
    (market / "exposures.csv").write_text(MARKET[0])
    (market / "contracts.csv").write_text(MARKET[1])
    return folder


def printed(*arguments: object) -> dict[str, Any]:
    ran = taxlots(*arguments, "--json")
    assert ran.status == 0, ran.err
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    return found


def test_a_short_sale_counts_below_zero_and_a_contract_by_its_notional(tmp_path: Path) -> None:
    """10,000 of ABC, 2,100 of XYZ owed, 400 of a put; two contracts stand for 11,000."""
    folder = folder_with_contracts(tmp_path / "home")
    found = printed("exposure", folder, "--market", tmp_path / "market")
    assert found["value"] == "8300.00"
    held = {row["symbol"]: row["direct"] for row in found["holdings"]}
    assert held == {"FUT": "11000.00", "ABC": "10000.00", "XYZ": "-2100.00", "ABCP": "400.00"}
    assert found["beta"]["dollars"] == f"{11_000 + 11_000 - 4_200}.00"
    assert found["beta"]["not_known"] == {"ABCP": "400.00"}
    assert any("FUT stand for their notional" in said for said in found["because"])


def test_a_put_that_stands_against_the_stock_is_told(tmp_path: Path) -> None:
    folder = folder_with_contracts(tmp_path / "home")
    found = printed(
        "overlay", folder, "--market", tmp_path / "market", "--with", "F", "--dollars", "-5000"
    )
    flags = {flag["code"]: flag for flag in found["flags"]}
    assert flags["HEDGED_ALREADY"]["lots"] == ["p1"]
    assert flags["CONSTRUCTIVE_SALE"]["gain"] == "500.00"


def test_a_database_takes_its_market_from_a_folder(tmp_path: Path) -> None:
    folder = folder_with_contracts(tmp_path / "home")
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, folder).status == 0
    found = printed("exposure", url, "--market", tmp_path / "market")
    assert found["beta"]["dollars"] == f"{11_000 + 11_000 - 4_200}.00"
    bare = printed("exposure", url)
    assert set(bare["beta"]["not_known"]) == {"ABC", "XYZ", "FUT", "ABCP"}
