"""Recorded harvests in Python: what the commands do, with the same answers."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from tests.cli.recorded import DAY, NOW, recorded_book
from tests.cli.running import HEADER, book, taxlots

from taxlots import UsageError, open_book
from taxlots.workflows import clock


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_a_harvest_goes_from_proposal_to_tax_preparer(tmp_path: Path) -> None:
    url = recorded_book(tmp_path)
    kept = open_book(url)
    made = kept.record_harvest(tmp_path / "plan", by="ann", as_of=DAY)
    assert (made.number, made.json["is_new"]) == (1, True)
    assert {order["state"] for order in made.orders} == {"proposed"}

    changed = kept.override(1, "cap", by="bob", reason="less", lot="a2", quantity=10)
    assert {order["quantity"] for order in changed.orders} == {"60", "10", "98"}
    signed = kept.approve(1, by="carol")
    assert len(signed.json["approved"]) == 3
    assert signed.json["run"] == json.loads(taxlots("runs", url, 1, "--json").out)["runs"][0]
    assert [run.json["run"] for run in kept.runs()] == [signed.json["run"]]

    sent = kept.orders(1, tmp_path / "send")
    assert len(sent.json["files"]["orders"]) == 3
    assert kept.check_run(1, files=tmp_path / "send").json["passed"]

    names = {order["lot_id"]: order["client_order_id"] for order in signed.orders}
    fills = tmp_path / "fills.csv"
    fills.write_text(
        "client_order_id,account_number,action,symbol,date,quantity,price,lot_id\n"
        f"{names['a1']},brokerage,SELL,ABC,{DAY},60,70,a1\n"
    )
    filled = kept.confirm(1, fills, by="dave")
    assert (filled.json["booked"], filled.json["breaks"][0]["kind"]) == ("1", "NOT_FILLED")

    assert kept.letter(1, tmp_path / "letter.pdf").json["restricted"] == ["ABC"]
    pack = kept.cpa_pack(1, tmp_path / "cpa.zip")
    assert [row["gain"] for row in pack.json["realized_lots"]] == ["-1800.00"]
    assert (tmp_path / "letter.pdf").exists()
    assert (tmp_path / "cpa.zip").exists()


def test_opening_a_book_imports_nothing_heavy() -> None:
    heavy = ("numba", "numpy", "pandas", "pyarrow", "sqlalchemy", "typer")
    script = f"import sys; from taxlots import open_book; print(*set({heavy!r}) & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == ""


def test_restrictions_are_a_frame_with_dates(tmp_path: Path) -> None:
    rows = (
        "a1,2024-01-05,brokerage,ABC,BUY,10,,1000.00,,,,\n"
        "a2,2024-02-05,brokerage,ABC,SELL,10,,700.00,,,,\n"
    )
    frame = open_book(book(tmp_path / "b", rows, header=HEADER)).restrictions(account="ira")
    assert frame[["symbol", "restriction", "until"]].values.tolist() == [
        ["ABC", "do_not_buy", date(2024, 3, 7)]
    ]


def test_a_folder_and_an_unknown_change_are_refused(tmp_path: Path) -> None:
    folder = book(tmp_path / "b", "a1,2024-01-05,brokerage,ABC,BUY,1,,1.00,,,,\n", header=HEADER)
    kept = open_book(folder)
    for call in (
        kept.runs,
        lambda: kept.approve(1, by="ann"),
        lambda: kept.check_run(1),
        lambda: kept.letter(1, tmp_path / "letter.pdf"),
        lambda: kept.cpa_pack(1, tmp_path / "cpa"),
    ):
        with pytest.raises(UsageError, match="database"):
            call()
    with pytest.raises(UsageError, match="no change of a run"):
        kept.override(1, "delete", by="ann", reason="x", lot="a1")
