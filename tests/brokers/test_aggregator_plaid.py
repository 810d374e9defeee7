"""Plaid: signs, ids, pages, days, and what its types do not tell."""

import json
from typing import Any

import pytest
from tests.brokers.sample_results import codes, read_text

from taxlots.brokers.protocol import Reading

ALFA = {"security_id": "a", "ticker_symbol": "ALFA", "name": "Alfa Corp", "type": "equity"}
CALL = {
    "security_id": "c",
    "ticker_symbol": "ALFA260619C00055000",
    "type": "derivative",
    "option_contract": {
        "contract_type": "call",
        "expiration_date": "2026-06-19",
        "strike_price": 55,
        "underlying_security_ticker": "ALFA",
    },
}
DOLLAR = {"security_id": "d", "ticker_symbol": "CUR:USD", "type": "cash"}


def transaction(kind: str, subtype: str, **members: Any) -> dict[str, Any]:
    told = {
        "account_id": "acc",
        "investment_transaction_id": f"tx-{kind}-{subtype}",
        "date": "2026-02-20",
        "transaction_datetime": "2026-02-19",
        "security_id": "a",
        "quantity": 0,
        "price": 0,
        "amount": 0,
        "fees": 0,
        "iso_currency_code": "USD",
        "name": "",
        "type": kind,
        "subtype": subtype,
    }
    return {**told, **members}


def answer(*items: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "investment_transactions": list(items),
        "securities": [ALFA, CALL, DOLLAR],
        **members,
    }


def read(*items: dict[str, Any], **members: Any) -> Reading:
    return read_text("aggregator", json.dumps(answer(*items, **members)))


def held(*lots: dict[str, Any], quantity: float, **members: Any) -> Reading:
    holding = {
        "account_id": "acc",
        "security_id": "a",
        "quantity": quantity,
        "institution_price_as_of": "2026-05-29",
        "iso_currency_code": "USD",
        "tax_lots": list(lots),
        **members,
    }
    return read_text("aggregator", json.dumps({"holdings": [holding], "securities": [ALFA]}))


BOUGHT = transaction("buy", "buy", quantity=10, price=5, amount=50)
SOLD = transaction("sell", "sell", quantity=-4, price=6, amount=-24)


@pytest.mark.parametrize(
    ("item", "action", "amount"),
    [
        (BOUGHT, "BUY", "50.00"),
        (SOLD, "SELL", "24.00"),
        (transaction("cash", "deposit", amount=-9, quantity=9, security_id="d"), "DEPOSIT", "9.00"),
        (transaction("cash", "withdrawal", amount=9, security_id=None), "WITHDRAWAL", "9.00"),
        (transaction("cash", "dividend", amount=-3), "DIVIDEND", "3.00"),
        (transaction("fee", "dividend", amount=3), "DIVIDEND", "-3.00"),
        (
            transaction("cash", "long-term capital gain", amount=-3),
            "CAPITAL_GAIN_DISTRIBUTION",
            "3.00",
        ),
        (transaction("fee", "return of principal", amount=-3), "RETURN_OF_CAPITAL", "3.00"),
        (transaction("cash", "tax withheld", amount=2), "FEE", "2.00"),
        (transaction("sell", "sell short", quantity=-4, amount=-24), "SELL_SHORT", "24.00"),
        (transaction("transfer", "transfer", quantity=-4, amount=-24), "TRANSFER_OUT", ""),
        (
            transaction("transfer", "transfer", quantity=20, amount=-20, security_id="d"),
            "DEPOSIT",
            "20.00",
        ),
    ],
)
def test_money_that_leaves_is_positive_at_plaid(
    item: dict[str, Any], action: str, amount: str
) -> None:
    reading = read(item)
    assert not reading.is_refused, reading.problems
    assert [(r.cells["action"], r.cells.get("amount", "")) for r in reading.rows] == [
        (action, amount)
    ]


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [
        ("transfer", "split"),
        ("transfer", "merger"),
        ("transfer", "spin off"),
        ("transfer", "trade"),
        ("cash", "pending credit"),
        ("cash", "stock distribution"),
        ("cancel", ""),
    ],
)
def test_what_lacks_facts_is_refused_with_what_to_add(kind: str, subtype: str) -> None:
    assert codes(read(transaction(kind, subtype, quantity=3))) == ["NEEDS_FACTS"]


def test_a_dividend_of_shares_alone_is_no_dividend_of_money() -> None:
    assert codes(read(transaction("cash", "dividend", quantity=3))) == ["NEEDS_FACTS"]


def test_a_subtype_that_is_not_known_is_refused() -> None:
    assert codes(read(transaction("buy", "barter", quantity=1, amount=1))) == ["UNKNOWN_ACTION"]


@pytest.mark.parametrize(
    ("kind", "name", "action"),
    [
        ("buy", "BUY TO OPEN 1 CALL", "BUY_OPTION"),
        ("buy", "BUY TO CLOSE 1 CALL", "CLOSE_OPTION"),
        ("sell", "STO ALFA CALL", "WRITE_OPTION"),
        ("sell", "SOLD CALL CLOSING TRANSACTION", "SELL_OPTION"),
    ],
)
def test_the_name_tells_whether_an_option_is_opened(kind: str, name: str, action: str) -> None:
    sign = 1 if kind == "buy" else -1
    item = transaction(kind, kind, security_id="c", name=name, quantity=sign, amount=sign * 100)
    assert [row.cells["action"] for row in read(item).rows] == [action]


def test_an_option_trade_without_such_words_lacks_facts() -> None:
    item = transaction("buy", "buy", security_id="c", name="CALL", quantity=1, amount=100)
    assert codes(read(item)) == ["NEEDS_FACTS"]


def test_each_row_bears_plaids_id_so_that_it_is_imported_once() -> None:
    [row] = read(BOUGHT).rows
    assert row.cells["id"] == "plaid-tx-buy-buy"


def test_pages_that_overlap_repeat_a_transaction() -> None:
    text = json.dumps([answer(BOUGHT), answer(BOUGHT, SOLD)])
    rows = read_text("aggregator", text).rows
    assert sorted(row.cells["action"] for row in rows) == ["BUY", "SELL"]


def test_one_id_for_two_transactions_is_an_error() -> None:
    assert codes(read(BOUGHT, {**BOUGHT, "amount": 51})) == ["DUPLICATE_ID"]


def test_missing_pages_are_told() -> None:
    assert codes(read(BOUGHT, total_investment_transactions=2)) == ["PAGES_MISSING"]
    assert codes(read(BOUGHT, total_investment_transactions=1)) == []


def test_the_moment_of_trade_counts_and_not_the_day_of_posting() -> None:
    at_night = {**BOUGHT, "transaction_datetime": "2026-02-20T00:30:00Z"}
    assert [row.cells["date"] for row in read(at_night).rows] == ["2026-02-19"]
    posted = {**BOUGHT, "transaction_datetime": None}
    reading = read(posted)
    assert [row.cells["date"] for row in reading.rows] == ["2026-02-20"]
    assert codes(reading) == ["POSTING_DATES"]


def test_other_currencies_are_refused() -> None:
    assert codes(read({**BOUGHT, "iso_currency_code": "CAD"})) == ["FOREIGN_CURRENCY"]
    unofficial = {**BOUGHT, "iso_currency_code": None, "unofficial_currency_code": "BTC"}
    assert codes(read(unofficial)) == ["FOREIGN_CURRENCY"]


def test_a_security_that_the_answer_does_not_tell_is_an_error() -> None:
    assert codes(read({**BOUGHT, "security_id": "zzz"})) == ["MISSING_SYMBOL"]


def test_several_accounts_are_read_one_by_one() -> None:
    other = {**SOLD, "account_id": "other"}
    text = json.dumps(answer(BOUGHT, other))
    assert codes(read_text("aggregator", text)) == ["SEVERAL_ACCOUNTS"]


def test_an_account_is_named_by_its_id_or_its_last_digits() -> None:
    accounts = [{"account_id": "acc", "mask": "5678"}, {"account_id": "other", "mask": "9012"}]
    text = json.dumps(answer(BOUGHT, {**SOLD, "account_id": "other"}, accounts=accounts))
    for name in ("other", "9012"):
        reading = read_text("aggregator", text, number=name)
        assert [row.cells["action"] for row in reading.rows] == ["SELL"]
    assert codes(read_text("aggregator", text, number="0000")) == ["NO_SUCH_ACCOUNT"]


def test_an_item_that_is_no_object_is_an_error() -> None:
    assert codes(read_text("aggregator", json.dumps([answer(BOUGHT), 7]))) == ["BAD_ROW"]
    text = json.dumps({**answer(BOUGHT), "investment_transactions": [BOUGHT, 7]})
    assert codes(read_text("aggregator", text)) == ["BAD_ROW"]


def test_lots_that_are_not_the_holding_are_told() -> None:
    lot = {"quantity": 60, "cost_basis": 300.0, "original_purchase_datetime": "2023-04-05"}
    reading = held(lot, quantity=100)
    assert codes(reading) == ["LOTS_DIFFER"]
    assert reading.open_lots[0].cost_basis_cents == 30_000


def test_what_a_lot_does_not_tell_is_unknown() -> None:
    lot = {"quantity": 1, "cost_basis": None, "original_purchase_datetime": None}
    [told] = held(lot, quantity=1).open_lots
    assert (told.cost_basis_cents, told.opened) == (None, None)


def test_a_short_lot_is_marked() -> None:
    lot = {"quantity": 2, "cost_basis": 10, "position_type": "short"}
    [told] = held(lot, quantity=-2).open_lots
    assert told.is_short


def test_a_lot_without_quantity_is_an_error() -> None:
    assert codes(held({"quantity": 0, "cost_basis": 10}, quantity=0)) == ["BAD_QUANTITY"]


def test_holdings_and_transactions_in_one_file_are_both_read() -> None:
    lot = {"quantity": 10, "cost_basis": 50, "original_purchase_datetime": "2026-02-19"}
    holding = {"account_id": "acc", "security_id": "a", "quantity": 10, "tax_lots": [lot]}
    reading = read(BOUGHT, holdings=[holding])
    assert (len(reading.rows), len(reading.open_lots)) == (1, 1)
