"""The files of a harvest: cells as text, columns as documented, counts that sum."""

import json
import re
from pathlib import Path

from tests.plan.situations import World, days_ago

from taxlots.domain.harvest_rule import KEYS, HarvestRule, PartlyWashed
from taxlots.domain.verdict import ProxyRefusal, Reason, WashStatus
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.harvest_files import manifest, tables

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "harvest-files.md"


def world() -> World:
    w = World(
        {"ABC": "8", "DEF": "8.125", "XYZ": "20"},
        rule=HarvestRule(partly_washed=PartlyWashed.SELL, min_loss_cents=10_00),
        proxies=[("ABC", "OLD"), ("ABC", "XYZ"), ("DEF", "XYZ")],
        stale={"OLD"},
    )
    w.lot("one", 100, "ABC", "1234.56", days_ago(100))
    w.lot("two", "10.5", "DEF", 200, 400, "spouse")
    w.lot("kept", 1, "DEF", 9, 400)
    w.lot("in-ira", 1, "ABC", 9, 400, "ira")
    w.bought("late", 25, "ABC", 3, "spouse")
    return w


def test_every_table_has_its_columns_in_order() -> None:
    for name, rows in tables(world().plan()).items():
        assert rows, name
        assert all(tuple(row) == COLUMNS[name] for row in rows)
        assert all(isinstance(cell, str) for row in rows for cell in row.values())


def test_an_empty_plan_has_empty_tables() -> None:
    assert tables(World({}).plan()) == {name: [] for name in COLUMNS}


def test_an_opportunity_as_its_reader_sees_it() -> None:
    row = tables(world().plan())["opportunities.csv"][0]
    assert row == {
        "household": "home",
        "symbol": "ABC",
        "account": "main",
        "lot_id": "one",
        "acquired_date": "2020-09-22",
        "quantity": "100",
        "close": "8.00",
        "close_date": "2020-12-31",
        "market_value": "800.00",
        "cost_basis": "1234.56",
        "loss": "434.56",
        "loss_percent": "35.20",
        "term": "ST",
        "days_to_long_term": "266",
        "status": "PARTIAL",
        "free_quantity": "75",
        "blocked_quantity": "25",
        "blocked_until": "2021-01-28",
        "blocked_by": "late:25",
        "blocked_accounts": "spouse",
        "deferred_loss": "108.64",
        "deferred_into": "late:25",
        "sell_quantity": "100",
        "allowed_loss": "325.92",
        "estimated_tax_saved": "130.37",
        "saving_basis": "given_rates",
        "hurdle_percent": "0.00",
        "used_this_year": "",
        "carried_forward": "",
        "saved_later": "",
        "later_tax": "",
        "trading_cost": "",
        "tracking_cost": "",
        "present_value": "",
        "value_of_waiting": "",
        "warnings": "",
        "verdict": "harvest",
        "reason": "HARVEST_PARTLY_WASHED",
        "replacement": "XYZ",
        "refused_replacements": "OLD:NO_PRICE",
        "told": "",
    }


def test_orders_have_the_default_layout() -> None:
    rows = tables(world().plan())["orders.csv"]
    sale, purchase = rows[0], rows[-1]
    assert ",".join(sale) == (
        "custodian,account_number,action,symbol,cusip,quantity,order_type,limit_price,tif,"
        "tax_lot_method,lot_open_date,lot_quantity,lot_unit_cost,lot_id,client_order_id,reason"
    )
    assert (sale["action"], sale["tax_lot_method"]) == ("SELL", "SPECIFIC")
    assert (sale["order_type"], sale["limit_price"], sale["tif"]) == ("MARKET", "", "DAY")
    assert (sale["lot_open_date"], sale["lot_unit_cost"]) == ("2020-09-22", "12.3456")
    assert (purchase["action"], purchase["lot_open_date"]) == ("BUY", "")


def test_a_lot_instruction_names_the_purchase() -> None:
    row = tables(world().plan())["lot_instructions.csv"][0]
    assert row["instruction"] == "sell 100 ABC versus purchase of 2020-09-22 at 12.3456"


def test_every_verdict_is_explained() -> None:
    rows = {row["lot_id"]: row for row in tables(world().plan())["verdicts.csv"]}
    assert {name: (row["verdict"], row["reason"]) for name, row in rows.items()} == {
        "one": ("harvest", "HARVEST_PARTLY_WASHED"),
        "two": ("harvest", "HARVEST"),
        "kept": ("no", "BELOW_MIN_LOSS"),
        "in-ira": ("no", "TAX_DEFERRED"),
    }
    assert rows["one"]["detail"] == (
        "108.64 of the loss would be deferred; free from 2021-01-28: "
        "25 ABC bought in spouse on 2020-12-28 (lot late)"
    )
    assert rows["two"]["detail"] == "replaced by XYZ"
    assert rows["kept"]["detail"] == "a loss of 0.87 is below min_loss, 10.00"


def test_text_that_a_spreadsheet_would_run_is_inert() -> None:
    w = World({"=ABC": "8", "XYZ": "20"}, proxies=[("=ABC", "XYZ")])
    w.lot("@lot", 100, "=ABC", 1000)
    cells = [c for rows in tables(w.plan()).values() for row in rows for c in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "@"))]
    assert "'=ABC" in cells


def test_the_manifest_counts_every_lot_and_every_account() -> None:
    w = world()
    written = manifest(
        w.plan(), book="sample", hashes={"b": "2", "a": "1"}, engine_version="1", rule_version="2"
    )
    assert json.loads(json.dumps(written)) == written
    assert written["inputs"] == {"a": "1", "b": "2"}
    assert written["lots"] == {
        "open": 4,
        "harvested": 2,
        "by_reason": {
            "TAX_DEFERRED": 1,
            "BELOW_MIN_LOSS": 1,
            "HARVEST": 1,
            "HARVEST_PARTLY_WASHED": 1,
        },
    }
    assert sum(a["lots"] for a in written["accounts"]) == written["lots"]["open"]
    assert [a["account"] for a in written["accounts"]] == list(w.accounts)
    assert written["orders"] == {"BUY": 2, "SELL": 2}
    assert written["totals"] == {
        "proceeds": "885.31",
        "short_term_loss": "325.92",
        "long_term_loss": "114.69",
        "deferred_loss": "108.64",
        "estimated_tax_saved": "153.31",
        "lots_without_rates": 0,
    }


def test_every_column_code_and_key_is_documented() -> None:
    documented = set(re.findall(r"`([^`\n]+)`", REFERENCE.read_text(encoding="utf-8")))
    columns = {column for columns in COLUMNS.values() for column in columns}
    codes = {*map(str, Reason), *map(str, WashStatus), *map(str, ProxyRefusal)}
    assert not (columns | codes | set(KEYS) | set(COLUMNS)) - documented
