"""A rebalance that goes over sessions: every session's orders are kept, signed, sent and booked.

The made-up household of six classes, where so little trades in a day that USB1 and USEQ take
several sessions; the cash of some purchases comes from later sales.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.csv as pacsv
import pytest
from fixtures.households.six_classes import write_household
from tests.cli.recorded_rebalance import NOW, Row, checks, listed_orders, record
from tests.cli.running import Ran, database, taxlots

from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.verify import verify_ledger
from taxlots.workflows import clock

FIRST, SECOND = "2024-12-31", "2025-01-02"
CLOSES = {"USB1": "100", "USEQ": "200", "DEV1": "60", "GLOB": "50", "GOLD": "50", "USB2": "50"}


def thin(folder: Path) -> str:
    """The URL of a database with the household, of whose funds little trades in a day."""
    write_household(folder / "thin", has_overrides=False)
    path = folder / "thin" / "securities.csv"
    text = path.read_text()
    for large, small in {"3000000": "1000", "2000000": "1500", "800000": "5000"}.items():
        text = re.sub(rf",{large}\n", f",{small}\n", text)
    path.write_text(text)
    url = database(folder / "book.db")
    assert taxlots("import", url, folder / "thin").status == 0
    return url


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``book.db`` and the files of its recorded plan over five sessions."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: NOW)
        ran = record(thin(folder), folder / "plan", "ann", "--tranches", "5")
    assert ran.status == 0, ran.err
    return folder


def schedule(kept: Path) -> list[dict[str, Any]]:
    plan = json.loads((kept / "plan" / "plan.json").read_text())
    rows: list[dict[str, Any]] = plan["schedule"]["trades"]
    return rows


def approve(url: str, *more: object) -> Ran:
    return taxlots("approve", url, 1, "--by", "carol", *more)


def send(url: str, out: Path, *more: object) -> Ran:
    return taxlots("orders", url, 1, "--out", out, *more)


def fills(sent: Sequence[Row], path: Path) -> Path:
    """A file of fills of some orders, each on its session at the close of the plan."""
    rows = ["client_order_id,account_number,action,symbol,date,quantity,price,lot_id"]
    for one in sent:
        cells = [one[name] for name in ("client_order_id", "account", "action", "symbol")]
        rows.append(
            ",".join(
                [*cells, one["session"], one["quantity"], CLOSES[one["symbol"]], one["lot_id"]]
            )
        )
    path.write_text("\n".join(rows) + "\n")
    return path


def execute(url: str, day: str, folder: Path) -> Ran:
    """Fill every order of a session."""
    sent = [one for one in listed_orders(url) if one["session"] == day and one["quantity"] != "0"]
    return taxlots("confirm", url, 1, fills(sent, folder / f"{day}.csv"), "--by", "dave", "--json")


def test_the_orders_of_every_session_are_kept_with_their_day(url: str, kept: Path) -> None:
    told: dict[tuple[str, ...], float] = {}
    for row in schedule(kept):
        place = row["date"], row["account"], row["symbol"], row["side"]
        told[place] = told.get(place, 0) + float(row["quantity"])
    ordered: dict[tuple[str, ...], float] = {}
    for one in listed_orders(url):
        place = one["session"], one["account"], one["symbol"], one["action"]
        ordered[place] = ordered.get(place, 0) + float(one["quantity"])
    assert ordered == told
    assert len({place[0] for place in ordered}) == 5
    assert len({one["client_order_id"] for one in listed_orders(url)}) == len(listed_orders(url))
    assert verify_ledger(open_ledger(url)) == []


def test_orders_csv_can_be_sent_today_and_later_orders_csv_cannot(kept: Path) -> None:
    first = pacsv.read_csv(kept / "plan" / "orders.csv").to_pylist()
    later = pacsv.read_csv(kept / "plan" / "later_orders.csv").to_pylist()
    days = {row["date"] for row in schedule(kept)}
    assert {str(row["date"]) for row in later} == days - {FIRST}
    of_first = [row for row in schedule(kept) if row["date"] == FIRST]
    assert {(row["account_number"], row["symbol"]) for row in first} == {
        (row["account"], row["symbol"]) for row in of_first
    }


def test_a_lot_that_was_sold_from_is_ordered_from_what_is_left_of_it(kept: Path) -> None:
    """Each day that sells from a lot leaves less of it to the next."""
    rows = [
        {"date": FIRST, **row} for row in pacsv.read_csv(kept / "plan" / "orders.csv").to_pylist()
    ] + pacsv.read_csv(kept / "plan" / "later_orders.csv").to_pylist()
    held: dict[tuple[str, str], float] = {}
    for row in rows:
        if not row["lot_id"]:
            continue
        place = row["account_number"], row["lot_id"]
        assert row["lot_quantity"] == held.get(place, row["lot_quantity"])
        assert row["quantity"] <= row["lot_quantity"]
        held[place] = row["lot_quantity"] - row["quantity"]
    assert held


def test_what_is_recorded_proves_itself_day_by_day(url: str, kept: Path) -> None:
    found = checks(url, "--files", kept / "plan")
    assert list(found)[-4:] == ["cash", "days", "daily", "files"]
    assert set(found.values()) == {"PASS"}


def test_a_later_order_that_was_changed_is_found(url: str, kept: Path, tmp_path: Path) -> None:
    changed = tmp_path / "plan"
    changed.mkdir()
    for one in (kept / "plan").iterdir():
        (changed / one.name).write_bytes(one.read_bytes())
    path = changed / "later_orders.csv"
    path.write_text(path.read_text().replace(SECOND, "2025-01-03", 1))
    assert checks(url, "--files", changed)["files"] == "FAIL"


def test_a_later_session_is_not_signed_without_the_sales_that_pay_for_it(url: str) -> None:
    """After the first session joint has 41 dollars; what it buys next is paid by the next sales."""
    assert approve(url, "--day", FIRST).status == 0
    assert {
        (one["session"], one["state"]) for one in listed_orders(url) if one["session"] <= SECOND
    } == {
        (FIRST, "approved"),
        (SECOND, "proposed"),
    }
    second = {one["action"]: one for one in listed_orders(url) if one["session"] == SECOND}
    ran = approve(url, "--order", second["BUY"]["client_order_id"])
    assert ran.status == 2
    assert f"the purchases in joint through {SECOND} cost" in ran.err
    assert approve(url, "--day", SECOND).status == 0


def test_each_session_is_sent_and_booked_on_its_day(url: str, kept: Path, tmp_path: Path) -> None:
    assert approve(url).status == 0
    days = sorted({row["date"] for row in schedule(kept)})
    for place, day in enumerate(days[:2]):
        out = tmp_path / f"send-{day}"
        ran = send(url, out, "--json")
        told = json.loads(ran.out)
        assert (ran.status, told["session"]) == (0, day), ran.err
        due = [one for one in listed_orders(url) if one["session"] == day]
        assert {row["client_order_id"] for row in told["orders"]} == {
            one["client_order_id"] for one in due
        }
        done = execute(url, day, tmp_path)
        assert (done.status, json.loads(done.out)["breaks"]) == (0, []), done.out
        left = [one for one in listed_orders(url) if one["state"] != "filled"]
        assert {one["session"] for one in left} == set(days[place + 1 :])
    rest = [one for one in listed_orders(url) if one["session"] > SECOND]
    path = fills(rest, tmp_path / "rest.csv")
    assert taxlots("confirm", url, 1, path, "--by", "dave").status == 0
    assert set(checks(url).values()) == {"PASS"}
    out = tmp_path / "replay"
    assert taxlots("replay", url, "--out", out, "--as-of", days[-1]).status == 0
    realized = pacsv.read_csv(out / "realized.csv").to_pylist()
    gains = sum(
        float(row[name] or 0) for row in schedule(kept) for name in
        ("short_term_gain", "long_term_gain")
    )  # fmt: skip
    assert sum(float(row["gain"]) for row in realized) == pytest.approx(gains)


def test_a_session_is_not_sent_where_sales_before_it_were_not_executed(
    url: str, tmp_path: Path
) -> None:
    """All purchases of the first session are filled and no sale: joint owes money already."""
    assert approve(url).status == 0
    ran = send(url, tmp_path / "send", "--day", "2025-02-03")
    assert (ran.status, f"it has some for {FIRST}, {SECOND}" in ran.err) == (2, True), ran.err
    first = [
        one for one in listed_orders(url) if one["session"] == FIRST and one["action"] == "BUY"
    ]
    path = fills(first, tmp_path / "bought.csv")
    assert taxlots("confirm", url, 1, path, "--by", "dave").status == 0
    ran = send(url, tmp_path / "send", "--day", SECOND)
    assert ran.status == 2
    assert f"through {FIRST} cost" in ran.err
    assert f"sessions before {SECOND} counts once it is confirmed" in ran.err


def test_an_order_that_is_executed_on_another_session_is_a_break(url: str, tmp_path: Path) -> None:
    assert approve(url).status == 0
    early = next(
        one for one in listed_orders(url) if one["session"] == SECOND and one["action"] == "SELL"
    )
    path = fills([{**early, "session": FIRST}], tmp_path / "early.csv")
    done = taxlots("confirm", url, 1, path, "--by", "dave", "--json")
    kinds = {(one["kind"], one["client_order_id"]) for one in json.loads(done.out)["breaks"]}
    assert ("OTHER_DAY", early["client_order_id"]) in kinds
    later = {one["client_order_id"] for one in listed_orders(url) if one["session"] > FIRST}
    assert not {name for kind, name in kinds if kind == "NOT_FILLED"} & later


def test_what_is_signed_for_a_later_session_forbids_purchases_after_it(url: str) -> None:
    """USB1 is sold at a loss on several days: 30 days count from the last of them."""
    assert approve(url).status == 0
    last = max(one["session"] for one in listed_orders(url) if one["symbol"] == "USB1")
    told = json.loads(taxlots("restrictions", url, "--json").out)["restrictions"]
    until = max(
        row["until"] for row in told
        if row["symbol"] == "USB1" and row["restriction"] == "do_not_buy"
    )  # fmt: skip
    assert (date.fromisoformat(until) - date.fromisoformat(last)).days == 31


def test_the_letter_and_the_pack_of_the_preparer_know_the_days(url: str, tmp_path: Path) -> None:
    assert approve(url).status == 0
    ran = taxlots("letter", url, 1, "--out", tmp_path / "letter.pdf", "--json")
    assert ran.status == 0, ran.err
    out = tmp_path / "cpa"
    assert taxlots("cpa-pack", url, 1, "--out", out).status == 0
    effect = pacsv.read_csv(out / "schedule_d_effect.csv").to_pylist()
    assert {row["year"] for row in effect} == {2024, 2025}
    assert execute(url, FIRST, tmp_path).status == 0
    again = tmp_path / "again.pdf"
    assert taxlots("letter", url, 1, "--out", again).status == 0
