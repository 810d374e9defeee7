"""``taxlots restrictions``: what signed orders and booked trades forbid in the weeks after."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.cli.recorded import DAY, NOW, orders, record, recorded_book
from tests.cli.running import taxlots

from taxlots.workflows import clock

FREE = (date.fromisoformat(DAY) + timedelta(days=31)).isoformat()


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    url = recorded_book(tmp_path)
    record(url, tmp_path / "plan")
    return url


def found(url: str, *options: str) -> set[tuple[str, str, str, str, str]]:
    ran = taxlots("restrictions", url, "--as-of", DAY, "--json", *options)
    assert ran.status == 0, ran.err
    rows = json.loads(ran.out)["restrictions"]
    return {(r["account"], r["symbol"], r["restriction"], r["until"], r["origin"]) for r in rows}


def test_a_proposal_restricts_nothing_and_a_signed_order_does(url: str) -> None:
    assert found(url) == set()
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    restricted = found(url)
    assert ("brokerage", "ABC", "do_not_buy", FREE, "plan") in restricted
    assert ("ira", "ABC", "do_not_buy", FREE, "plan") in restricted
    assert ("brokerage", "XYZ", "do_not_sell_at_a_loss", FREE, "plan") in restricted
    assert {account for account, *_ in found(url, "--account", "ira")} == {"ira"}


def test_an_order_that_was_taken_out_before_it_was_executed_restricts_nothing(url: str) -> None:
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    for one in orders(url).values():
        what = ("--order", one["client_order_id"], "--action", "exclude")
        assert taxlots("override", url, 1, *what, "--by", "bob", "--reason", "x").status == 0
    assert found(url) == set()


def test_an_executed_sale_restricts_by_the_journal(url: str, tmp_path: Path) -> None:
    """Trap: deleted orders keep wash history, because the journal has the sale."""
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    fills = tmp_path / "fills.csv"
    fills.write_text(
        "client_order_id,account_number,action,symbol,date,quantity,price,lot_id\n"
        f"{orders(url)['a1']['client_order_id']},brokerage,SELL,ABC,{DAY},60,70,a1\n"
    )
    assert taxlots("confirm", url, 1, fills, "--by", "dave").status == 0
    for lot in ("a2", "XYZ"):
        what = ("--order", orders(url)[lot]["client_order_id"], "--action", "exclude")
        assert taxlots("override", url, 1, *what, "--by", "bob", "--reason", "x").status == 0
    assert found(url) == {
        ("brokerage", "ABC", "do_not_buy", FREE, "books"),
        ("ira", "ABC", "do_not_buy", FREE, "books"),
    }
