"""A rebalance that trades short positions, recorded: signed, sent, confirmed and booked.

The small household of ``short_books``: SSS is owed and covered in part, TTT is sold short.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.csv as pacsv
import pytest
from tests.cli.recorded_rebalance import checks, copy_of, orders
from tests.cli.running import Ran, database, taxlots
from tests.cli.test_rebalance_runs import text_of
from tests.workflows.short_books import CLOSES, DAY, MAY_SHORT, SHORT, short_book

from taxlots.workflows import clock

NOW = datetime(2021, 6, 30, 22, tzinfo=UTC)
PLANNED = {
    ("m", "BBB"): "SELL",
    ("m", "SSS"): "BUY_TO_COVER",
    ("m", "CCC"): "BUY",
    ("m", "TTT"): "SELL_SHORT",
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``book.db`` and the files of its recorded plan."""
    folder = tmp_path_factory.mktemp("shorts")
    url = database(folder / "book.db")
    book = short_book(folder / "book", *SHORT, toml=MAY_SHORT)
    assert taxlots("import", url, book).status == 0
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: NOW)
        more = ("--out", folder / "plan", "--record", "--by", "ann", "--as-of", DAY)
        ran = taxlots("rebalance", url, *more)
    assert ran.status == 0, ran.err
    return folder


@pytest.fixture
def url(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return copy_of(f"sqlite:///{kept / 'book.db'}", tmp_path)


def approve(url: str, *trades: str) -> Ran:
    named = [word for trade in trades for word in ("--order", trade)]
    return taxlots("approve", url, 1, "--by", "carol", *named)


def fills(url: str, path: Path, **cells: str) -> Path:
    """A file of fills at the closes of the plan, each cell of ``cells`` instead of its own."""
    names = ["client_order_id", "account_number", "action", "symbol", "date", "quantity", "price"]
    rows = [",".join([*names, "lot_id", "lot_open_date"])]
    for (account, symbol), one in orders(url).items():
        row = [one["client_order_id"], account, one["action"], symbol, DAY.isoformat()]
        row += [one["quantity"], str(CLOSES[symbol]), cells.get("lot_id", one["lot_id"])]
        rows.append(",".join([*row, {"s2": "2021-02-05", "b2": "2020-08-03"}.get(row[-1], "")]))
    path.write_text("\n".join(rows) + "\n")
    return path


def test_orders_say_what_is_covered_and_what_is_sold_short(url: str, kept: Path) -> None:
    assert {place: one["action"] for place, one in orders(url).items()} == PLANNED
    assert orders(url)["m", "SSS"]["lot_id"] == "s2"
    found = checks(url, "--files", kept / "plan")
    assert set(found.values()) == {"PASS"}


def test_the_plan_tells_what_is_set_aside(kept: Path) -> None:
    """12 CFR 220.12(c): 150 % of what is owed, 250 SSS at 60 before, 150 SSS and 50 TTT after."""
    plan = json.loads((kept / "plan" / "plan.json").read_text())["short_positions"]
    assert plan == {
        "cash": [{"account": "m", "before": "22500.00", "after": "15750.00"}],
        "trades": [
            {"account": "m", "symbol": "SSS", "action": "BUY_TO_COVER", "tied": "-9000.00"},
            {"account": "m", "symbol": "TTT", "action": "SELL_SHORT", "tied": "2250.00"},
        ],
    }


def test_what_is_set_aside_pays_for_no_purchase(url: str) -> None:
    """40,000 are there and CCC costs 27,080 and half a spread of 0.1 %; 22,500 are set aside."""
    ran = approve(url, "m:CCC")
    assert ran.status == 2
    assert "the purchases and margins in m cost 9593.54 more than its free cash of 17500.00" in (
        ran.err
    )
    assert approve(url, "m:CCC", "m:BBB", "m:SSS").status == 0


def test_what_is_covered_and_sold_short_is_booked_so(url: str, tmp_path: Path) -> None:
    assert approve(url).status == 0
    sent = taxlots("orders", url, 1, "--out", tmp_path / "send")
    assert sent.status == 0, sent.err
    told = pacsv.read_csv(tmp_path / "send" / "lot_instructions.csv").to_pylist()
    assert "cover 100 SSS versus short sale of 2021-02-05 at 55.00" in {
        row["instruction"] for row in told
    }
    assert checks(url, "--files", tmp_path / "send")["files"] == "PASS"
    done = taxlots("confirm", url, 1, fills(url, tmp_path / "fills.csv"), "--by", "dave", "--json")
    said = json.loads(done.out)
    assert (done.status, said["booked"], said["breaks"]) == (0, "4", [])
    assert set(checks(url).values()) == {"PASS"}
    out = tmp_path / "replay"
    assert taxlots("replay", url, "--out", out, "--as-of", DAY).status == 0
    realized = pacsv.read_csv(out / "realized.csv").to_pylist()
    assert [float(row["gain"]) for row in realized if row["symbol"] == "SSS"] == [-500.0]
    owed = pacsv.read_csv(out / "short_lots.csv").to_pylist()
    assert {(row["symbol"], float(row["quantity"])) for row in owed} == {("SSS", 150), ("TTT", 50)}
    again = taxlots("confirm", url, 1, tmp_path / "fills.csv", "--by", "dave", "--json")
    assert json.loads(again.out)["booked"] == "0"


def test_a_cover_may_be_confirmed_by_the_day_of_the_short_sale(url: str, tmp_path: Path) -> None:
    """A custodian names a lot by when it was opened: of a short lot, when it was sold short."""
    assert approve(url).status == 0
    path = fills(url, tmp_path / "fills.csv")
    path.write_text(path.read_text().replace(",s2,2021-02-05", ",,2021-02-05"))
    done = taxlots("confirm", url, 1, path, "--by", "dave", "--json")
    assert json.loads(done.out)["breaks"] == []
    assert orders(url)["m", "SSS"]["state"] == "filled"


def test_a_purchase_is_no_cover(url: str, tmp_path: Path) -> None:
    """What a custodian confirms as another side is told."""
    assert approve(url).status == 0
    path = fills(url, tmp_path / "fills.csv")
    text = path.read_text()
    path.write_text(text.replace("SELL_SHORT,TTT", "SHORT,TTT"))
    ran = taxlots("confirm", url, 1, path, "--by", "dave")
    assert (ran.status, "BUY, SELL, SELL_SHORT, BUY_TO_COVER" in ran.err) == (1, True), ran
    path.write_text(text.replace("BUY_TO_COVER,SSS", "BUY,SSS"))
    done = taxlots("confirm", url, 1, path, "--by", "dave", "--json")
    (told,) = json.loads(done.out)["breaks"]
    assert (told["kind"], told["planned"], told["confirmed"]) == (
        "OTHER_SIDE", "BUY_TO_COVER", "BUY",
    )  # fmt: skip


def test_people_cap_and_exclude_them_like_other_trades(url: str) -> None:
    said = ("--by", "bob", "--reason", "slowly")
    capped = ("--order", "m:SSS", "--action", "cap", "--quantity", "40")
    assert taxlots("override", url, 1, *capped, *said).status == 0
    assert taxlots("override", url, 1, "--order", "m:TTT", "--action", "exclude", *said).status == 0
    found = orders(url)
    assert (found["m", "SSS"]["quantity"], found["m", "TTT"]["quantity"]) == ("40", "0")
    assert approve(url).status == 0
    (told,) = json.loads(
        taxlots("override", url, 1, "--order", "m:BBB", "--action", "exclude", *said, "--json").out
    )["told"]
    assert "more than its free cash" in told


def test_the_letter_and_the_pack_tell_of_them(url: str, tmp_path: Path) -> None:
    assert approve(url).status == 0
    letter = tmp_path / "letter.pdf"
    assert taxlots("letter", url, 1, "--out", letter).status == 0
    text = text_of(letter)
    assert "Short positions change in SSS and TTT" in text
    assert "SSS m 100 Feb 5, 2021 short (500.00) ordered" in text
    assert "TTT m 50 1500.00 ordered" in text
    assert "Do not sell SSS, or sell it short, before Jul 31, 2021" in text
    done = taxlots("confirm", url, 1, fills(url, tmp_path / "fills.csv"), "--by", "dave")
    assert done.status == 0, done.err
    assert taxlots("letter", url, 1, "--out", letter).status == 0
    assert "(500.00)" in text_of(letter)
    pack = tmp_path / "cpa"
    assert taxlots("cpa-pack", url, 1, "--out", pack).status == 0
    rows = pacsv.read_csv(pack / "realized_lots.csv").to_pylist()
    assert {(row["symbol"], float(row["gain"])) for row in rows} >= {("SSS", -500.0)}


def test_a_household_that_owes_is_recorded_over_sessions_too(tmp_path: Path) -> None:
    """What is owed stays as it is, and its margin is cash that no session spends."""
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, short_book(tmp_path / "book", *SHORT)).status == 0
    more = ("--out", tmp_path / "plan", "--record", "--by", "ann", "--as-of", DAY)
    ran = taxlots("rebalance", url, *more, "--tranches", "2")
    assert ran.status == 0, ran.err
    assert set(checks(url).values()) == {"PASS"}
