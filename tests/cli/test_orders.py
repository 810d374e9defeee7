"""``taxlots orders``: what is signed is written to be sent, in blocks that are shared out."""

import csv
import json
from pathlib import Path

import pytest
from tests.cli.recorded import NOW, orders, record, recorded_book
from tests.cli.running import files_in, taxlots

from taxlots.workflows import clock


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A book whose harvest is signed, but for a2, which is out."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    url = recorded_book(tmp_path)
    record(url, tmp_path / "plan")
    out = ("--lot", "a2", "--action", "cap", "--quantity", "10", "--by", "bob", "--reason", "x")
    assert taxlots("override", url, 1, *out).status == 0
    return url


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_nothing_is_sent_without_a_signature(url: str, tmp_path: Path) -> None:
    ran = taxlots("orders", url, 1, "--out", tmp_path / "send")
    assert (ran.status, "no signed order" in ran.err) == (2, True)
    assert not (tmp_path / "send").exists()


def test_orders_are_written_as_they_were_changed_and_signed(url: str, tmp_path: Path) -> None:
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    send = tmp_path / "send"
    assert taxlots("orders", url, 1, "--out", send).status == 0
    assert files_in(send) == {
        "orders.csv",
        "lot_instructions.csv",
        "blocks.csv",
        "allocations.csv",
        "switch_back.csv",
        "switch_back.ics",
        "manifest.json",
    }
    sent = [
        (o["action"], o["symbol"], o["lot_id"], o["quantity"]) for o in rows(send, "orders.csv")
    ]
    assert sent == [
        ("SELL", "ABC", "a1", "60"),
        ("SELL", "ABC", "a2", "10"),
        ("BUY", "XYZ", "", "98"),
    ]
    told = [line["instruction"] for line in rows(send, "lot_instructions.csv")]
    assert told == [
        "sell 60 ABC versus purchase of 2024-01-05 at 100.00",
        "sell 10 ABC versus purchase of 2024-02-05 at 110.00",
    ]
    (back,) = rows(send, "switch_back.csv")
    assert (back["sold_quantity"], back["replacement_quantity"]) == ("70", "98")
    manifest = json.loads((send / "manifest.json").read_text())
    assert (manifest["approved_by"], manifest["changed_by"]) == (["carol"], ["bob"])
    assert manifest["files"]["orders.csv"]["rows"] == 3


def test_a_block_that_was_partly_filled_is_shared_out(url: str, tmp_path: Path) -> None:
    """35 of 70: 30 to the order of 60 and 5 to that of 10, all at 69.50."""
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    send, fills = tmp_path / "send", tmp_path / "fills.csv"
    assert taxlots("orders", url, 1, "--out", send).status == 0
    block = rows(send, "blocks.csv")[0]
    assert (block["quantity"], block["orders"]) == ("70", "2")
    name = block["block_id"]
    fills.write_text(f"block_id,quantity,amount\n{name},20,1400.00\n{name},15,1032.50\n")
    assert taxlots("orders", url, 1, "--out", send, "--block-fills", fills).status == 0
    shared = [
        (a["lot_id"], a["quantity"], a["average_price"], a["amount"])
        for a in rows(send, "allocations.csv")
    ]
    assert shared == [("a1", "30", "69.5", "2085.00"), ("a2", "5", "69.5", "347.50")]
    fills.write_text(f"block_id,quantity,amount\n{name},71,1.00\n")
    ran = taxlots("orders", url, 1, "--out", send, "--block-fills", fills)
    assert (ran.status, "trades 70 and no more" in ran.err) == (2, True)


def test_an_order_that_is_out_is_not_sent(url: str, tmp_path: Path) -> None:
    out = ("--lot", "a2", "--action", "exclude", "--by", "bob", "--reason", "x")
    assert taxlots("override", url, 1, *out).status == 0
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    assert taxlots("orders", url, 1, "--out", tmp_path / "send").status == 0
    assert [o["lot_id"] for o in rows(tmp_path / "send", "orders.csv")] == ["a1", ""]
    assert orders(url)["a2"]["state"] == "excluded"


def test_what_is_executed_is_not_sent_again(url: str, tmp_path: Path) -> None:
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    names = {lot: one["client_order_id"] for lot, one in orders(url).items()}
    fills = tmp_path / "fills.csv"
    fills.write_text(
        "client_order_id,account_number,action,symbol,date,quantity,price,lot_id\n"
        f"{names['a1']},brokerage,SELL,ABC,2024-11-25,45,70,a1\n"
        f"{names['a2']},brokerage,SELL,ABC,2024-11-25,10,70,a2\n"
    )
    assert taxlots("confirm", url, 1, fills, "--by", "dave").status == 0
    assert taxlots("orders", url, 1, "--out", tmp_path / "send").status == 0
    sent = [(o["lot_id"], o["quantity"]) for o in rows(tmp_path / "send", "orders.csv")]
    assert sent == [("a1", "15"), ("", "98")]


def test_orders_are_written_as_their_custodian_takes_them_too(url: str, tmp_path: Path) -> None:
    """The accounts of the book name no custodian until accounts.csv does."""
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    ran = taxlots("orders", url, 1, "--out", tmp_path / "send", "--layout", "schwab")
    assert (ran.status, "no signed order is with Charles Schwab" in ran.err) == (2, True)
    ran = taxlots("orders", url, 1, "--out", tmp_path / "send", "--layout", "pershing")
    assert (ran.status, "there is no layout 'pershing'" in ran.err) == (2, True)
    assert not (tmp_path / "send").exists()


def test_a_folder_of_a_custodians_layout_is_checked_and_may_be_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    custodian = "household,account,kind,owner,tax_return,method,custodian\n"
    custodian += "home,brokerage,taxable,self,,FIFO,Fidelity\nhome,ira,traditional_ira,self,,,\n"
    url = recorded_book(tmp_path, accounts=custodian)
    record(url, tmp_path / "plan")
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    send = tmp_path / "send"
    for _ in range(2):
        assert taxlots("orders", url, 1, "--out", send, "--layout", "fidelity").status == 0
    lots = [row["Client Order ID"] for row in rows(send, "fidelity_lots_1.csv")]
    assert lots == [orders(url)[lot]["client_order_id"] for lot in ("a1", "a2")]
    assert rows(send, "unsendable.csv") == []
    check = ("runs", url, 1, "--check", "--files", send)
    assert taxlots(*check).status == 0
    path = send / "fidelity_lots_1.csv"
    path.write_text(path.read_text().replace(",60,", ",61,"))
    assert taxlots(*check).status == 1
