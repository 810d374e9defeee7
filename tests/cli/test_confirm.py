"""``taxlots confirm``: fills against the signed plan, and the trades booked as confirmed."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.recorded import NOW, orders, record, recorded_book
from tests.cli.running import Ran, rows_kept, taxlots

from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.verify import heads, verify_ledger
from taxlots.workflows import clock

HEADER = (
    "client_order_id,account_number,action,symbol,date,quantity,price,amount,lot_id,lot_open_date,"
    "confirmation,identified_at\n"
)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A book whose harvest is signed: a1 and a2 of ABC are sold, XYZ is bought."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    url = recorded_book(tmp_path)
    record(url, tmp_path / "plan")
    assert taxlots("approve", url, 1, "--by", "carol").status == 0
    return url


def ids(url: str) -> dict[str, str]:
    return {name: one["client_order_id"] for name, one in orders(url).items()}


def sold(url: str, lot: str, quantity: str, *, price: str = "70", told: str = "") -> str:
    named = told or lot
    day = "2024-11-25"
    return f"{ids(url)[lot]},brokerage,SELL,ABC,{day},{quantity},{price},,{named},,c-{lot},{day}\n"


def bought(url: str, quantity: str = "140") -> str:
    return f"{ids(url)['XYZ']},brokerage,BUY,XYZ,2024-11-25,{quantity},50,,,,c-b,\n"


def confirm(url: str, folder: Path, *rows: str, name: str = "fills.csv") -> Ran:
    path = folder / name
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return taxlots("confirm", url, 1, path, "--by", "dave", "--json")


def told(ran: Ran) -> dict[str, Any]:
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def kinds(ran: Ran) -> list[tuple[str, str, str, str]]:
    return [(b["kind"], b["lot_id"], b["planned"], b["confirmed"]) for b in told(ran)["breaks"]]


def gains(url: str) -> dict[str, tuple[str, str]]:
    found = json.loads(taxlots("gains", url, "--json").out)["rows"]
    return {row["lot_id"]: (row["quantity"], row["gain"]) for row in found}


def test_what_was_executed_as_signed_is_booked_without_a_break(url: str, tmp_path: Path) -> None:
    rows = [sold(url, "a1", "60"), sold(url, "a2", "40"), bought(url)]
    ran = confirm(url, tmp_path, *rows)
    assert kinds(ran) == []
    assert told(ran)["booked"] == "3"
    assert gains(url) == {"a1": ("60", "-1800.00"), "a2": ("40", "-1600.00")}
    assert {one["state"] for one in orders(url).values()} == {"filled"}
    assert verify_ledger(open_ledger(url)) == []


def test_the_sale_is_booked_by_the_lot_that_the_custodian_confirmed(
    url: str, tmp_path: Path
) -> None:
    """Reg. 1.1012-1(c): what the custodian confirms is what was sold; the plan wanted a1."""
    rows = [sold(url, "a1", "40", told="a2"), sold(url, "a2", "40", told="a1"), bought(url)]
    ran = confirm(url, tmp_path, *rows)
    assert kinds(ran) == [
        ("OTHER_LOT", "a1", "a1", "a2"),
        ("OTHER_LOT", "a2", "a2", "a1"),
        ("PARTIAL", "a1", "60", "40"),
    ]
    assert gains(url) == {"a1": ("40", "-1200.00"), "a2": ("40", "-1600.00")}


def test_a_lot_is_known_by_the_day_on_which_it_was_opened(url: str, tmp_path: Path) -> None:
    row = f"{ids(url)['a2']},brokerage,SELL,ABC,2024-11-25,40,70,,,2024-02-05,c,\n"
    confirm(url, tmp_path, row)
    assert gains(url) == {"a2": ("40", "-1600.00")}


def test_a_lot_that_nobody_confirmed_is_not_guessed(url: str, tmp_path: Path) -> None:
    row = f"{ids(url)['a2']},brokerage,SELL,ABC,2024-11-25,40,70,,,,c,\n"
    before = rows_kept(url)
    ran = confirm(url, tmp_path, row)
    assert (ran.status, "LOT_NOT_CONFIRMED" in ran.err) == (1, True)
    assert rows_kept(url) == before


def test_the_same_file_and_the_same_fills_are_booked_once(url: str, tmp_path: Path) -> None:
    first = [sold(url, "a1", "60")]
    assert kinds(confirm(url, tmp_path, *first))[0][0] == "NOT_FILLED"
    before = heads(open_ledger(url))
    again = told(confirm(url, tmp_path, *first))
    assert (again["booked"], again["known"]) == ("0", "1")
    assert heads(open_ledger(url)) == before
    longer = told(confirm(url, tmp_path, *first, sold(url, "a2", "40"), name="all.csv"))
    assert (longer["booked"], longer["known"]) == ("1", "1")
    assert gains(url) == {"a1": ("60", "-1800.00"), "a2": ("40", "-1600.00")}


def test_equal_fills_of_one_order_are_all_booked(url: str, tmp_path: Path) -> None:
    """Two fills of twenty in one file are forty shares, not one fill told twice."""
    row = sold(url, "a2", "20")
    confirm(url, tmp_path, row, row)
    assert gains(url) == {"a2": ("40", "-1600.00")}
    assert orders(url)["a2"]["state"] == "filled"


def test_partial_and_missing_fills_are_told(url: str, tmp_path: Path) -> None:
    ran = confirm(url, tmp_path, sold(url, "a1", "25"))
    assert kinds(ran) == [
        ("PARTIAL", "a1", "60", "25"),
        ("NOT_FILLED", "a2", "40", "0"),
        ("NOT_FILLED", "", "140", "0"),
    ]
    assert orders(url)["a1"]["state"] == "partly filled"


def test_more_than_ordered_and_another_price_are_told_and_booked(url: str, tmp_path: Path) -> None:
    ran = confirm(url, tmp_path, sold(url, "a2", "40", price="60"), bought(url, "150"))
    found = {kind for kind, *_ in kinds(ran)}
    assert found == {"PRICE", "OTHER_QUANTITY", "NOT_FILLED"}
    assert gains(url) == {"a2": ("40", "-2000.00")}


def test_a_fill_of_no_order_is_told_and_not_booked(url: str, tmp_path: Path) -> None:
    row = "H9,brokerage,SELL,QRS,2024-11-25,1,20,,a3,,c,\n"
    ran = confirm(url, tmp_path, row)
    assert kinds(ran)[0] == ("EXTRA_FILL", "a3", "", "SELL 1 QRS")
    assert (told(ran)["booked"], gains(url)) == ("0", {})


def test_what_was_executed_without_a_signature_or_on_another_day_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))
    url = recorded_book(tmp_path)
    record(url, tmp_path / "plan")
    row = sold(url, "a2", "40").replace("2024-11-25", "2024-11-26")
    found = kinds(confirm(url, tmp_path, row))
    assert [kind for kind, *_ in found] == ["NOT_APPROVED", "OTHER_DAY"]
    assert gains(url) == {"a2": ("40", "-1600.00")}


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ("{a2},brokerage,HOLD,ABC,2024-11-25,40,70,,a2,,,\n", "fills.csv:2:action"),
        ("{a2},brokerage,SELL,ABC,25.11.2024,40,70,,a2,,,\n", "fills.csv:2:date"),
        ("{a2},brokerage,SELL,ABC,2024-11-25,0,70,,a2,,,\n", "fills.csv:2:quantity"),
        ("{a2},brokerage,SELL,ABC,2024-11-25,40,,,a2,,,\n", "fills.csv:2:price"),
    ],
)
def test_rows_that_cannot_be_read_keep_everything_out(
    url: str, tmp_path: Path, row: str, where: str
) -> None:
    before = rows_kept(url)
    ran = confirm(url, tmp_path, row.format(a2=ids(url)["a2"]))
    assert (ran.status, where in ran.err) == (1, True)
    assert rows_kept(url) == before


def test_deleting_an_order_does_not_delete_wash_history(url: str, tmp_path: Path) -> None:
    """Trap: an order that was executed cannot be taken out, and its sale stays in the journal."""
    confirm(url, tmp_path, sold(url, "a2", "40"))
    out = ("override", url, 1, "--lot", "a2", "--action", "exclude", "--by", "bob")
    ran = taxlots(*out, "--reason", "deleted")
    assert (ran.status, "what is executed stays" in ran.err) == (2, True)
    guard = taxlots("guard", url, "buy", "ABC", "40", "--account", "ira", "--json")
    assert json.loads(guard.out)["verdict"] == "blocked"


def test_trades_and_their_confirmation_are_kept_together_or_not_at_all(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = heads(open_ledger(url))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("taxlots.ledger.harvest_review.append_confirmation", killed)
        assert confirm(url, tmp_path, sold(url, "a1", "60")).status != 0
    assert heads(open_ledger(url)) == before
    assert told(confirm(url, tmp_path, sold(url, "a1", "60")))["booked"] == "1"
