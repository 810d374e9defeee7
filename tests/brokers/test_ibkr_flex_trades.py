"""Trades of a Flex report: stocks, options, what ends them, and what undoes them."""

import pytest
from tests.brokers.ibkr_flex_reports import (
    BUY,
    OPTION,
    SALE,
    SHARES,
    element,
    errors,
    read,
    report,
    told,
    trades,
)


def test_each_row_has_the_number_that_interactive_brokers_gave() -> None:
    assert told(trades(BUY, SALE), "id") == [("ibkr-22",), ("ibkr-23",)]
    assert told(trades(BUY | {"transactionID": ""}), "id") == [("ibkr-T11",)]
    assert told(trades(BUY | {"transactionID": "", "tradeID": ""}), "id") == [("",)]


def test_executions_of_one_order_share_its_order_id() -> None:
    other = BUY | {"transactionID": "24", "tradeID": "13"}
    assert told(trades(BUY, other), "order_id", "quantity") == [("ibkr-33", "10")] * 2


def test_a_query_for_executions_and_orders_tells_each_trade_once() -> None:
    order = BUY | {"levelOfDetail": "ORDER", "transactionID": "99", "tradeID": ""}
    summary = BUY | {"levelOfDetail": "SYMBOL_SUMMARY", "transactionID": ""}
    assert told(trades(order, BUY, summary), "id") == [("ibkr-22",)]
    assert told(trades(order), "id") == [("ibkr-99",)]


@pytest.mark.parametrize(
    ("asset", "side", "indicator", "action"),
    [
        ("STK", "BUY", "O", "BUY"),
        ("STK", "BUY", "C", "BUY_TO_COVER"),
        ("STK", "SELL", "C", "SELL"),
        ("STK", "SELL", "O", "SELL_SHORT"),
        ("STK", "BUY", "", "BUY"),
        ("STK", "SELL", "-", "SELL"),
        ("FUND", "BUY", "O", "BUY"),
        ("CRYPTO", "SELL", "C", "SELL"),
        ("OPT", "BUY", "O", "BUY_OPTION"),
        ("OPT", "BUY", "C", "CLOSE_OPTION"),
        ("OPT", "SELL", "C", "SELL_OPTION"),
        ("OPT", "SELL", "O", "WRITE_OPTION"),
    ],
)
def test_side_and_indicator_tell_the_action(
    asset: str, side: str, indicator: str, action: str
) -> None:
    trade = (BUY if side == "BUY" else SALE) | {"openCloseIndicator": indicator}
    assert told(trades(trade | {"assetCategory": asset}), "action") == [(action,)]


def test_amounts_are_the_net_cash_in_cents() -> None:
    trade = BUY | {"quantity": "0.5", "tradePrice": "20.101", "ibCommission": "-0.35125"}
    text = trades(trade | {"netCash": "-10.40175"})
    assert told(text, "quantity", "price", "fees", "amount") == [
        ("0.5", "20.101", "0.35125", "10.40")
    ]


def test_a_net_cash_that_is_not_quantity_times_price_is_told() -> None:
    reading = read(trades(BUY | {"netCash": "-58"}))
    assert [p.code for p in reading.problems] == ["AMOUNT_MISMATCH"]
    assert reading.rows[0].cells["amount"] == "58.00"


def test_a_cancelled_trade_is_taken_back_by_its_number() -> None:
    cancel = BUY | {"transactionType": "TradeCancel", "buySell": "BUY (Ca.)", "quantity": "-10"}
    cancel |= {"transactionID": "29", "tradeID": "19", "netCash": "51"}
    by_transaction = cancel | {"origTransactionID": "22"}
    by_trade = cancel | {"origTradeID": "11"}
    assert told(trades(by_transaction), "id", "action", "note") == [("ibkr-29", "VOID", "ibkr-22")]
    assert ("ibkr-29", "VOID", "ibkr-22") in told(trades(BUY, by_trade), "id", "action", "note")
    assert errors(trades(by_trade)) == ["UNMATCHED_CANCEL"]


def test_a_trade_through_zero_is_two_rows_by_its_closed_lots() -> None:
    through = SALE | {"openCloseIndicator": "C;O"}
    lot = through | {"levelOfDetail": "CLOSED_LOT", "quantity": "4", "cost": "20"}
    lot |= {"fifoPnlRealized": "-0.4", "openDateTime": "20250601"}
    assert told(trades(through, lot), "id", "action", "quantity", "amount") == [
        ("ibkr-23-closed", "SELL", "4", "19.60"),
        ("ibkr-23-opened", "SELL_SHORT", "6", "29.40"),
    ]
    assert errors(trades(through)) == ["NEEDS_FACTS"]


@pytest.mark.parametrize(
    ("put_call", "code", "contracts", "shares", "cash_change", "action", "amount"),
    [
        ("C", "Ex", "-1", "100", "-501", "EXERCISE", "501.00"),
        ("P", "Ex", "-1", "-100", "499", "EXERCISE", "499.00"),
        ("C", "A", "1", "-100", "499", "ASSIGN", "499.00"),
        ("P", "A", "1", "100", "-501", "ASSIGN", "501.00"),
    ],
)
def test_an_option_and_its_shares_are_one_row(
    put_call: str,
    code: str,
    contracts: str,
    shares: str,
    cash_change: str,
    action: str,
    amount: str,
) -> None:
    sides = {"quantity": contracts, "buySell": "SELL" if "-" in contracts else "BUY"}
    option = OPTION | sides | {"putCall": put_call, "notes": code, "transactionID": "44"}
    stock = SHARES | {"quantity": shares, "netCash": cash_change, "notes": f"P;{code}"}
    text = trades(option, stock)
    assert told(text, "id", "action", "symbol", "quantity", "amount") == [
        ("ibkr-45", action, "ALFA250620C00005000", "1", amount)
    ]


def test_shares_of_an_exercise_that_do_not_fit_its_contracts_are_refused() -> None:
    option = OPTION | {"quantity": "-1", "buySell": "SELL", "notes": "Ex", "transactionID": "44"}
    stock = SHARES | {"quantity": "60", "netCash": "-301", "notes": "Ex"}
    assert errors(trades(option, stock)) == ["NEEDS_FACTS"]
    assert errors(trades(stock)) == ["NEEDS_FACTS"]
    assert told(trades(option), "action", "amount") == [("EXERCISE", "")]


def test_an_option_settled_in_cash_has_the_money() -> None:
    option = OPTION | {"quantity": "-2", "buySell": "SELL", "notes": "Ex", "tradePrice": "1.5"}
    text = trades(option | {"netCash": "300"})
    assert told(text, "action", "quantity", "cash", "amount") == [("EXERCISE", "2", "300.00", "")]


def test_an_expired_option_ends() -> None:
    option = OPTION | {"notes": "C;Ep", "quantity": "3"}
    assert told(trades(option), "action", "quantity", "amount") == [("EXPIRE", "3", "")]


def test_the_section_of_exercises_must_repeat_trades() -> None:
    alone = {"assetCategory": "OPT", "symbol": "ALFA  250620C00005000", "date": "20250620"}
    alone |= {"transactionType": "Expiration", "quantity": "-1"}
    assert errors(report(("OptionEAE", element("OptionEAE", alone)))) == ["MISSING_TRADE"]
