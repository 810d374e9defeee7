"""Recorded rebalances: kept whole, reviewed trade by trade, sent, confirmed and checked."""

import io
import json
from pathlib import Path

import pyarrow.csv as pacsv
import pypdf
import pytest
from tests.cli.recorded_rebalance import (
    NOW,
    SIDES,
    checks,
    copy_of,
    orders,
    record,
    six_classes,
)
from tests.cli.running import SAMPLE, Ran, taxlots

from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.verify import heads, verify_ledger
from taxlots.workflows import clock


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database ``book.db`` and the files of its recorded rebalance, ``plan``."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: NOW)
        ran = record(six_classes(folder), folder / "plan")
    assert ran.status == 0, ran.err
    assert ran.out.rstrip().endswith("Recorded as rebalance 1 by ann.")
    return folder


@pytest.fixture(scope="module")
def executed(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database once its rebalance is signed, executed at the closes of the plan and booked."""
    folder = tmp_path_factory.mktemp("executed")
    url = copy_of(f"sqlite:///{kept / 'book.db'}", folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: NOW)
        assert approve(url).status == 0
        done = taxlots("confirm", url, 1, fills(url, folder / "fills.csv"), "--by", "dave")
    assert done.status == 0, done.err
    return url


def approve(url: str, *more: object, by: str = "carol") -> Ran:
    return taxlots("approve", url, 1, "--by", by, *more)


def change(url: str, action: str, trade: str, *more: object) -> Ran:
    named = ("--order", trade) if ":" in trade else ("--lot", trade)
    said = ("--by", "bob", "--reason", "the client")
    return taxlots("override", url, 1, "--action", action, *said, *named, *more)


def fills(url: str, path: Path) -> Path:
    """A file of fills at the closes of the plan, of every order with what it is for now."""
    closes = {
        "USB1": "100", "USEQ": "200", "DEV1": "60", "GLOB": "50", "GOLD": "50", "USB2": "50",
    }  # fmt: skip
    rows = ["client_order_id,account_number,action,symbol,date,quantity,price,lot_id"]
    for (account, symbol), one in orders(url).items():
        if one["quantity"] != "0":
            cells = (one["client_order_id"], account, one["action"], symbol, "2024-12-31")
            rows.append(",".join([*cells, one["quantity"], closes[symbol], one["lot_id"]]))
    path.write_text("\n".join(rows) + "\n")
    return path


def test_every_trade_is_kept_as_an_order(url: str, kept: Path) -> None:
    trades = pacsv.read_csv(kept / "plan" / "trades.csv").to_pylist()
    planned = {(one["account"], one["symbol"]): one for one in trades}
    found = orders(url)
    assert {name: one["action"] for name, one in found.items()} == SIDES
    assert {name: float(one["quantity"]) for name, one in found.items()} == {
        name: float(one["quantity"]) for name, one in planned.items()
    }
    (run,) = json.loads(taxlots("runs", url, "--json").out)["runs"]
    assert (run["kind"], run["by"], run["as_of"]) == ("rebalance", "ann", "2024-12-31")
    assert {one["session"] for one in run["orders"]} == {""}, "all are of the day of the plan"
    assert not (kept / "plan" / "later_orders.csv").exists()
    assert verify_ledger(open_ledger(url)) == []


def test_the_same_rebalance_is_recorded_once(url: str, tmp_path: Path) -> None:
    assert "recorded already, as rebalance 1 by ann" in record(url, tmp_path / "again", "bob").out
    assert heads(open_ledger(url))["harvest_run"].rows == 1


def test_the_database_keeps_what_the_files_say(url: str, kept: Path) -> None:
    found = checks(url, "--files", kept / "plan")
    assert list(found) == [
        *("record", "hashes", "counts", "orders", "lots", "gains", "cash", "files")
    ]
    assert set(found.values()) == {"PASS"}


@pytest.mark.parametrize("name", ["plan.json", "trades.csv", "restrictions.csv"])
def test_a_file_that_was_changed_is_found(url: str, kept: Path, tmp_path: Path, name: str) -> None:
    changed = tmp_path / "plan"
    changed.mkdir()
    for one in (kept / "plan").iterdir():
        (changed / one.name).write_bytes(one.read_bytes())
    text = (changed / name).read_text()
    (changed / name).write_text(text.replace("USB1", "USB9"))
    assert checks(url, "--files", changed)["files"] == "FAIL"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--record", "--by", "ann"), "name --out DIR"),
        (("--record", "--out", "plan"), "--by is blank"),
        (("--record", "--out", "plan", "--by", "a", "--by", "b"), "once for a name"),
        (
            ("--record", "--out", "plan", "--by", "a", "--known-at", "2025-01-01"),
            "leave --known-at",
        ),
        (("--by", "ann"), "--by 'ann'"),
    ],
)
def test_what_cannot_be_recorded_is_told(
    url: str, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    named = [str(tmp_path / word) if word == "plan" else word for word in words]
    ran = taxlots("rebalance", url, *named)
    assert (ran.status, said in ran.err) == (2, True), ran.err
    assert heads(open_ledger(url))["harvest_run"].rows == 1


def test_a_folder_remembers_no_rebalance(tmp_path: Path) -> None:
    ran = record(str(SAMPLE), tmp_path / "plan")
    assert (ran.status, "taxlots init sqlite:///book.db" in ran.err) == (2, True)


def test_makers_and_checkers_are_apart(url: str) -> None:
    ran = approve(url, by="Ann")
    assert (ran.status, "Ann cannot approve rebalance 1, having recorded" in ran.err) == (2, True)


def test_purchases_are_not_signed_without_the_sales_that_pay_for_them(url: str, kept: Path) -> None:
    """Of two sales and 16,000 in cash of joint, the cash alone does not pay what it buys."""
    ran = approve(url, "--except", "joint:USB1", "--except", "joint:USEQ")
    assert ran.status == 2
    trades = pacsv.read_csv(kept / "plan" / "trades.csv").to_pylist()
    bought = [one for one in trades if (one["account"], one["action"]) == ("joint", "BUY")]
    lacking = sum(round(100 * (one["amount"] + one["cost"])) for one in bought) - 1_600_000
    assert (
        f"the purchases in joint cost {lacking / 100:.2f} more than its cash of 16000.00" in ran.err
    )
    assert {one["state"] for one in orders(url).values()} == {"proposed"}


def test_one_trade_is_left_out_and_the_rest_is_signed(url: str) -> None:
    ran = approve(url, "--except", "joint:DEV1", "--reason", "agreed by telephone")
    assert ran.status == 0, ran.err
    states = {name: one["state"] for name, one in orders(url).items()}
    assert states.pop(("joint", "DEV1")) == "proposed"
    assert set(states.values()) == {"approved"}
    assert approve(url, "--order", "joint:DEV1").status == 0


def test_the_sales_may_be_signed_before_the_purchases(url: str) -> None:
    sales = [f"{account}:{symbol}" for (account, symbol), side in SIDES.items() if side == "SELL"]
    assert approve(url, *(word for one in sales for word in ("--order", one))).status == 0
    assert approve(url).status == 0
    assert {one["state"] for one in orders(url).values()} == {"approved"}


def test_orders_that_are_no_longer_paid_for_are_told_and_not_sent(url: str, tmp_path: Path) -> None:
    assert approve(url).status == 0
    ran = change(url, "exclude", "joint:USB1", "--json")
    assert "the purchases in joint cost" in json.loads(ran.out)["told"][0]
    sent = taxlots("orders", url, 1, "--out", tmp_path / "send")
    assert (sent.status, "the purchases in joint cost" in sent.err) == (2, True)
    assert not (tmp_path / "send").exists()
    assert (
        json.loads(change(url, "cap", "joint:USB2", "--quantity", "100", "--json").out)["told"]
        == []
    )
    assert approve(url, "--order", "joint:USB2").status == 0
    assert taxlots("orders", url, 1, "--out", tmp_path / "send").status == 0


def test_a_loss_that_somebody_adds_is_not_washed_by_the_purchases_of_the_plan(url: str) -> None:
    """Lot b07 of DEV1 stands at a loss of 7 a share, and the plan buys DEV1."""
    bought = float(orders(url)["joint", "DEV1"]["quantity"])
    assert change(url, "force", "b07").status == 0
    ran = approve(url)
    assert ran.status == 2
    assert f"{7 * bought:.2f} of the loss on DEV1 in joint" in ran.err
    assert "26 USC 1091" in ran.err
    buy = next(
        one["client_order_id"]
        for one in json.loads(taxlots("runs", url, 1, "--json").out)["runs"][0]["orders"]
        if (one["symbol"], one["action"]) == ("DEV1", "BUY")
    )
    assert approve(url, "--except", buy).status == 0


def test_a_lot_that_is_out_for_longer_is_out_of_later_rebalances(url: str, tmp_path: Path) -> None:
    said = ("--by", "bob", "--reason", "a gift to come", "--action", "exclude")
    asked = (*said, "--lot", "b04", "--until", "2025-03-01")
    assert taxlots("override", url, 1, *asked).status == 0
    more = ("--cash", "5000", "--account", "joint")
    assert record(url, tmp_path / "again", "ann", *more).status == 0
    later = orders(url, 2)["joint", "USB1"]
    assert (later["state"], later["changed_by"]) == ("excluded", "bob")


def test_a_purchase_does_not_wash_a_loss_that_is_signed_elsewhere(url: str, tmp_path: Path) -> None:
    """A harvest sells b07 of DEV1 at a loss, which the rebalance buys: one of them waits."""
    asked = ("--as-of", "2024-12-31", "--out", tmp_path / "harvest", "--record", "--by", "ann")
    assert taxlots("harvest", url, *asked).status == 0
    sale = next(
        one
        for one in json.loads(taxlots("runs", url, 2, "--json").out)["runs"][0]["orders"]
        if one["lot_id"] == "b07"
    )["client_order_id"]
    harvest = ("approve", url, 2, "--by", "carol", "--order", sale)
    assert approve(url, "--order", "joint:DEV1").status == 0
    refused = taxlots(*harvest)
    assert (refused.status, "of the loss on DEV1 in joint" in refused.err) == (2, True)
    assert change(url, "exclude", "joint:DEV1").status == 0
    assert taxlots(*harvest).status == 0
    (told,) = json.loads(change(url, "force", "joint:DEV1", "--json").out)["told"]
    assert f"(order {sale}) would be disallowed" in told
    refused = taxlots("orders", url, 1, "--out", tmp_path / "send")
    assert (refused.status, f"(order {sale}) would be disallowed" in refused.err) == (2, True)


def test_signed_orders_go_out_and_their_fills_are_booked(url: str, tmp_path: Path) -> None:
    assert approve(url).status == 0
    ran = taxlots("orders", url, 1, "--out", tmp_path / "send")
    assert ran.out.startswith("9 signed orders in")
    assert not (tmp_path / "send" / "switch_back.csv").exists()
    assert checks(url, "--files", tmp_path / "send")["files"] == "PASS"
    held = {
        (one["symbol"], one["restriction"]): one["because"]
        for one in json.loads(taxlots("restrictions", url, "--account", "ira", "--json").out)[
            "restrictions"
        ]
    }
    assert held["USB1", "do_not_buy"] == orders(url)["joint", "USB1"]["client_order_id"]
    assert ("USEQ", "do_not_buy") not in held

    done = taxlots("confirm", url, 1, fills(url, tmp_path / "fills.csv"), "--by", "dave", "--json")
    told = json.loads(done.out)
    assert (done.status, told["booked"], told["breaks"]) == (0, "9", [])
    assert {one["state"] for one in told["run"]["orders"]} == {"filled"}
    assert set(checks(url).values()) == {"PASS"}
    realized = taxlots("gains", url, "--year", "2024", "--json")
    assert realized.status == 0, realized.err
    out = tmp_path / "replay"
    assert taxlots("replay", url, "--out", out, "--as-of", "2024-12-31").status == 0
    rows = pacsv.read_csv(out / "realized.csv").to_pylist()
    assert [str(r["gain"]) for r in rows if r["symbol"] == "USB1"] == ["-5700.0"]


def text_of(path: Path) -> str:
    reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def test_the_client_is_told_what_was_sold_and_bought_and_what_it_costs_in_tax(
    url: str, kept: Path, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.pdf"
    unsigned = taxlots("letter", url, 1, "--out", letter)
    assert (unsigned.status, "nothing of rebalance 1 is signed" in unsigned.err) == (2, True)
    assert approve(url, "--except", "joint:DEV1").status == 0
    ran = taxlots("letter", url, 1, "--out", letter, "--json")
    told = json.loads(ran.out)
    assert (ran.status, told["lots"], told["restricted"]) == (0, "2", ["USB1"])
    text = text_of(letter)
    bought = orders(url)["joint", "DEV1"]["quantity"]
    plan = json.loads((kept / "plan" / "plan.json").read_text())
    (taxes,) = plan["returns"]
    assert f"nobody signed: buy {bought} DEV1 in joint" in text
    assert "(5,700.00) ordered" in text
    assert f"{taxes['tax_now'].lstrip('-')} dollars less tax for 2024" in text
    assert "Do not buy the following before the day beside it" in text
    assert "recorded by ann, approved by carol" in text
    done = taxlots("confirm", url, 1, fills(url, tmp_path / "fills.csv"), "--by", "dave")
    assert done.status == 0, done.err
    assert taxlots("letter", url, 1, "--out", tmp_path / "letters").status == 0
    (one,) = (tmp_path / "letters").glob("*.pdf")
    assert "(5,700.00) Dec 31, 2024" in text_of(one)


def test_a_rebalance_has_orders_and_no_verdicts(url: str) -> None:
    ran = taxlots("runs", url, 1, "--verdicts")
    assert (ran.status, "rebalance 1 has no verdicts" in ran.err) == (2, True)


def test_another_security_is_a_matter_of_another_plan(url: str) -> None:
    ran = change(url, "replace", "joint:USB2", "--with", "USB1")
    assert (ran.status, "override-trade --action replace" in ran.err) == (2, True)
    assert "a risk, limits and losses that it replaces of its own" in ran.err


def test_a_second_purchase_on_one_day_is_another_order(
    executed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its id follows from what was executed, and from nothing that another moment changes."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    url = copy_of(executed, tmp_path)
    ran = record(url, tmp_path / "again", "ann", "--cash", "+30000", "--account", "joint")
    assert ran.status == 0, ran.err
    first, second = orders(url), orders(url, 2)
    bought = [
        {key for key, one in run.items() if one["action"] == "BUY"} for run in (first, second)
    ]
    assert bought[0] & bought[1], "more is bought of what was bought"
    ids = [{one["client_order_id"] for one in run.values()} for run in (first, second)]
    assert ids[0].isdisjoint(ids[1])
    signed = taxlots("approve", url, 2, "--by", "carol")
    assert (signed.status, signed.err) == (0, "")


def test_what_is_filled_in_part_is_not_bought_again_that_day(url: str, tmp_path: Path) -> None:
    assert approve(url).status == 0
    path = fills(url, tmp_path / "fills.csv")
    bought = orders(url)["joint", "DEV1"]
    rows = path.read_text()
    assert f",{bought['quantity']},60," in rows
    path.write_text(rows.replace(f",{bought['quantity']},60,", ",1,60,"))
    assert taxlots("confirm", url, 1, path, "--by", "dave").status in (0, 1)
    ran = record(url, tmp_path / "again", "ann", "--cash", "+30000", "--account", "joint")
    assert ran.status == 0, ran.err
    assert ("joint", "DEV1") in orders(url, 2)
    signed = taxlots("approve", url, 2, "--by", "carol")
    assert (signed.status, "not executed in full" in signed.err) == (2, True)


def test_a_tax_preparer_is_told_of_a_rebalance_and_of_no_harvest(
    executed: str, tmp_path: Path
) -> None:
    early = taxlots("cpa-pack", executed, 1, "--out", tmp_path / "early", "--as-of", "2024-12-30")
    assert (early.status, "the last trade of rebalance 1" in early.err) == (2, True)
    ran = taxlots("cpa-pack", executed, 1, "--out", tmp_path / "pack")
    assert ran.status == 0, ran.err
    readme = (tmp_path / "pack" / "README.md").read_text()
    assert "harvest" not in (readme + ran.out + text_of(tmp_path / "pack" / "summary.pdf")).lower()
    assert "the order of the rebalance" in readme
