"""SnapTrade: old and new answers, types of activity, and ids that do not last."""

import json
from typing import Any

import pytest
from tests.brokers.sample_results import codes, read_text

from taxlots.brokers.protocol import Reading

ALFA = {"symbol": "ALFA", "raw_symbol": "ALFA", "description": "Alfa Corp", "type": {"code": "cs"}}
PUT = {
    "ticker": "ALFA  260619P00055000",
    "option_type": "PUT",
    "strike_price": 55,
    "expiration_date": "2026-06-19",
    "underlying_symbol": {"symbol": "ALFA"},
}
USD = {"code": "USD"}


def activity(kind: str, **members: Any) -> dict[str, Any]:
    told = {
        "id": f"id-{kind}",
        "symbol": ALFA,
        "option_symbol": None,
        "price": 0,
        "units": 0,
        "amount": 0,
        "currency": USD,
        "type": kind,
        "option_type": "",
        "description": "",
        "trade_date": "2026-02-19T00:00:00.000000Z",
        "fee": 0,
    }
    return {**told, **members}


def read(*items: dict[str, Any], **members: Any) -> Reading:
    return read_text("aggregator", json.dumps({"data": list(items), **members}))


BOUGHT = activity("BUY", units=10, price=5, amount=-50)


@pytest.mark.parametrize(
    ("item", "action"),
    [
        (BOUGHT, "BUY"),
        (activity("SELL", units=-4, price=6, amount=24), "SELL"),
        (activity("REI", units=1, price=6, amount=-6), "REINVEST"),
        (activity("DIVIDEND", amount=3), "DIVIDEND"),
        (activity("INTEREST", amount=3, symbol=None), "INTEREST"),
        (activity("INTEREST", amount=-3, symbol=None), "FEE"),
        (activity("TAX", amount=-3), "FEE"),
        (activity("WITHDRAWAL", amount=-3, symbol=None), "WITHDRAWAL"),
        (activity("TRANSFER", units=3), "TRANSFER_IN"),
        (activity("EXTERNAL_ASSET_TRANSFER_OUT", units=3), "TRANSFER_OUT"),
        (
            activity(
                "SELL",
                symbol=None,
                option_symbol=PUT,
                option_type="SELL_TO_OPEN",
                units=-1,
                amount=109,
            ),
            "WRITE_OPTION",
        ),
        (
            activity(
                "BUY",
                symbol=None,
                option_symbol=PUT,
                option_type="BUY_TO_CLOSE",
                units=1,
                amount=-40,
            ),
            "CLOSE_OPTION",
        ),
        (activity("OPTIONEXPIRATION", symbol=None, option_symbol=PUT, units=-1), "EXPIRE"),
    ],
)
def test_each_type_becomes_its_action(item: dict[str, Any], action: str) -> None:
    reading = read(item)
    assert not reading.is_refused, reading.problems
    assert [row.cells["action"] for row in reading.rows] == [action]


@pytest.mark.parametrize("kind", ["SPLIT", "STOCK_DIVIDEND", "ADJUSTMENT", "OPTIONASSIGNMENT"])
def test_what_lacks_facts_is_refused_with_what_to_add(kind: str) -> None:
    assert codes(read(activity(kind, units=3))) == ["NEEDS_FACTS"]


def test_a_type_of_the_custodians_own_is_refused() -> None:
    assert codes(read(activity("WEIRD"))) == ["UNKNOWN_ACTION"]


def test_ids_are_left_out_because_they_do_not_last() -> None:
    assert "id" not in read(BOUGHT).rows[0].cells


def test_a_bare_list_is_read_as_older_versions_answered() -> None:
    [row] = read_text("aggregator", json.dumps([BOUGHT])).rows
    assert row.cells["action"] == "BUY"


def test_missing_pages_are_told() -> None:
    assert codes(read(BOUGHT, pagination={"offset": 0, "total": 2})) == ["PAGES_MISSING"]


def test_a_mini_option_stands_for_ten_shares() -> None:
    mini = {**PUT, "is_mini_option": True}
    item = activity("OPTIONEXPIRATION", symbol=None, option_symbol=mini, units=-1)
    assert read(item).securities[0]["multiplier"] == "10"


def test_several_accounts_are_read_one_by_one() -> None:
    items = [{**BOUGHT, "account": {"id": name}} for name in ("one", "two")]
    assert codes(read(*items)) == ["SEVERAL_ACCOUNTS"]


def test_an_activity_without_a_date_is_an_error() -> None:
    assert codes(read({**BOUGHT, "trade_date": None})) == ["BAD_DATE"]


def test_positions_and_activities_in_one_file_are_both_read() -> None:
    lot = {"original_purchase_date": "2026-02-19", "quantity": "10", "cost_basis": "50"}
    position = {"symbol": {"symbol": ALFA}, "units": 10, "currency": USD, "tax_lots": [lot]}
    text = json.dumps({"positions": [position], "activities": [BOUGHT]})
    reading = read_text("aggregator", text)
    assert (len(reading.rows), len(reading.open_lots)) == (1, 1)
