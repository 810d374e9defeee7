"""Contracts of a plan as orders: recorded, signed, sent and confirmed with the trades beside them.

The made-up household of six classes, which may not sell its US equities, shorts a future on them;
half of its euros are to be sold forward.
"""

import json
from pathlib import Path

import pyarrow.csv as pacsv
import pytest
from fixtures.households.six_classes import write_household
from tests.cli.recorded_rebalance import NOW, Row, checks, listed_orders, record
from tests.cli.running import Ran, database, taxlots
from tests.cli.test_rebalance_exposures import EXPOSURES, HEDGES

from taxlots.workflows import clock

NO_SALE = (
    "id,action,household,account,symbol,side,quantity,amount,instead,until,by,reason\n"
    "w3,exclude,,joint,USEQ,sell,,,,2025-12-31,Avery,no gain is to be realized\n"
)
FUTURE = "BIG-H5,section_1256,A future (made up),,US 500,,,,,\n"
CASH = ("--cash", "+12000", "--account", "joint")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``book.db``, the household ``six``, and the files of its plan."""
    folder = tmp_path_factory.mktemp("kept")
    six = folder / "six"
    write_household(six, has_overrides=False)
    (six / "overrides.csv").write_text(NO_SALE)
    (six / "exposures.csv").write_text(EXPOSURES)
    (six / "currency_hedges.csv").write_text(HEDGES)
    with (six / "securities.csv").open("a") as securities:
        securities.write(FUTURE)
    url = database(folder / "book.db")
    assert taxlots("import", url, six).status == 0
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: NOW)
        asked = (*CASH, "--overlay", "--market", six)
        ran = record(url, folder / "plan", "ann", *asked)
    assert ran.status == 0, ran.err
    return folder


def order_of(url: str, symbol: str) -> Row:
    return next(one for one in listed_orders(url) if one["symbol"] == symbol)


def approve(url: str, *more: object) -> Ran:
    return taxlots("approve", url, 1, "--by", "carol", *more)


def confirm(url: str, path: Path, *rows: str) -> Ran:
    head = "client_order_id,account_number,action,symbol,date,quantity,price,lot_id\n"
    path.write_text(head + "\n".join(rows) + "\n")
    return taxlots("confirm", url, 1, path, "--by", "dave", "--json")


def test_the_orders_are_those_of_the_overlay_and_of_the_hedge(url: str, kept: Path) -> None:
    plan = json.loads((kept / "plan" / "plan.json").read_text())
    rows = {row["symbol"]: row for row in plan["contract_orders"]}
    (big,) = (one for one in plan["overlay"]["contracts"] if one["contract"] == "BIG-H5")
    assert int(big["trade"]) < 0
    short = rows["BIG-H5"]
    assert (short["action"], short["effect"], short["unit"]) == ("SELL", "open", "contracts")
    assert int(short["quantity"]) == -int(big["trade"])
    assert float(short["quantity"]) * float(short["unit_notional"]) == -float(big["notional"])
    (told,) = (one for one in plan["told"] if one.startswith("after the plan sell"))
    assert f"{float(rows['EUR']['quantity']):.2f}" in told.replace(",", "")
    assert (rows["EUR"]["kind"], rows["EUR"]["due"]) == ("forward", "2025-04-01")
    written = pacsv.read_csv(kept / "plan" / "contract_orders.csv").to_pylist()
    assert [row["client_order_id"] for row in written] == [
        row["client_order_id"] for row in plan["contract_orders"]
    ]
    sent = pacsv.read_csv(kept / "plan" / "orders.csv").to_pylist()
    assert not {row["symbol"] for row in sent} & set(rows), "a custodian of shares gets none"
    assert {order_of(url, name)["state"] for name in rows} == {"proposed"}


def test_what_is_recorded_proves_itself(url: str, kept: Path) -> None:
    found = checks(url, "--files", kept / "plan")
    assert found["contracts"] == "PASS"
    assert set(found.values()) == {"PASS"}


def test_contracts_are_signed_and_sent_in_a_file_of_their_own(url: str, tmp_path: Path) -> None:
    assert approve(url).status == 0
    out = tmp_path / "send"
    assert taxlots("orders", url, 1, "--out", out).status == 0
    contracts = pacsv.read_csv(out / "contract_orders.csv").to_pylist()
    assert {"BIG-H5", "EUR"} <= {row["symbol"] for row in contracts}
    assert not {"BIG-H5", "EUR"} & {
        r["symbol"] for r in pacsv.read_csv(out / "blocks.csv").to_pylist()
    }
    assert checks(url, "--files", out)["files"] == "PASS"
    assert taxlots("letter", url, 1, "--out", tmp_path / "letter.pdf").status == 0
    assert taxlots("cpa-pack", url, 1, "--out", tmp_path / "cpa").status == 0


def test_a_short_future_is_booked_as_one_and_a_forward_is_kept_beside_the_journal(
    url: str, tmp_path: Path
) -> None:
    assert approve(url).status == 0
    rows = []
    for symbol, price in (("BIG-H5", "1190"), ("EUR", "1.044")):
        one = order_of(url, symbol)
        cells = (one["client_order_id"], "joint", "SELL", symbol, "2024-12-31", one["quantity"])
        rows.append(",".join([*cells, price, ""]))
    ran = confirm(url, tmp_path / "fills.csv", *rows)
    told = json.loads(ran.out)
    assert (ran.status, told["booked"]) == (0, "1"), ran.err
    assert "EUR is kept as executed and not booked" in ran.err
    assert {order_of(url, name)["state"] for name in ("BIG-H5", "EUR")} == {"filled"}
    again = json.loads(confirm(url, tmp_path / "again.csv", *reversed(rows)).out)
    assert (again["booked"], again["known"]) == ("0", "2")
    out = tmp_path / "replay"
    assert taxlots("replay", url, "--out", out, "--as-of", "2024-12-31").status == 0
    more = ("--overlay", "--market", tmp_path / "none")
    assert taxlots("rebalance", url, *CASH, *more).status != 0


def test_contracts_are_not_signed_without_the_cash_that_is_their_margin(url: str) -> None:
    """The purchases of joint are raised by what is not sold: its margin would not be there."""
    sales = [
        one for one in listed_orders(url) if (one["account"], one["action"]) == ("joint", "SELL")
    ]
    names = [one["client_order_id"] for one in sales if one["symbol"] not in ("BIG-H5", "EUR")]
    assert names
    ran = approve(url, *(word for name in names for word in ("--except", name)))
    assert ran.status == 2
    assert "margin and reserve of the contracts in joint tie up" in ran.err
