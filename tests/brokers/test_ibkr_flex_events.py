"""Cash, corporate actions, transfers and lots of a Flex report."""

import pytest
from tests.brokers.ibkr_flex_reports import (
    SALE,
    actions,
    cash,
    element,
    errors,
    read,
    report,
    rows,
    sample,
    told,
    trades,
)

from taxlots.brokers.protocol import FileKind


@pytest.mark.parametrize(
    ("kind", "amount", "words", "action", "booked"),
    [
        ("Dividends", "12.5", "(Ordinary Dividend)", "DIVIDEND", "12.50"),
        ("Dividends", "-12.5", "(Ordinary Dividend) - REVERSAL", "DIVIDEND", "-12.50"),
        ("Dividends", "1", "(Return of Capital)", "RETURN_OF_CAPITAL", "1.00"),
        ("Dividends", "1", "(Long Term Capital Gain)", "CAPITAL_GAIN_DISTRIBUTION", "1.00"),
        ("Dividends", "1", "(Short Term Capital Gain)", "DIVIDEND", "1.00"),
        ("Payment In Lieu Of Dividends", "3", "", "INTEREST", "3.00"),
        ("Payment In Lieu Of Dividends", "-3", "", "FEE", "3.00"),
        ("Withholding Tax", "-2", "US TAX", "FEE", "2.00"),
        ("Withholding Tax", "2", "US TAX", "FEE", "-2.00"),
        ("Broker Interest Received", "1.005", "", "INTEREST", "1.01"),
        ("Broker Interest Paid", "-4", "", "FEE", "4.00"),
        ("Bond Interest Paid", "-4", "", "INTEREST", "-4.00"),
        ("Other Fees", "-1", "", "FEE", "1.00"),
        ("Deposits/Withdrawals", "100", "", "DEPOSIT", "100.00"),
        ("Deposits & Withdrawals", "-100", "", "WITHDRAWAL", "100.00"),
    ],
)
def test_cash_by_its_type(kind: str, amount: str, words: str, action: str, booked: str) -> None:
    text = cash(type=kind, amount=amount, description=f"ALFA {words}")
    assert told(text, "action", "amount") == [(action, booked)]


def test_what_a_partnership_pays_is_pointed_out() -> None:
    reading = read(cash(description="ALFA CASH DIVIDEND (Limited Partnership)"))
    assert [p.code for p in reading.problems] == ["CHARACTER_UNKNOWN"]


def test_a_split_has_the_declared_ratio() -> None:
    assert told(actions({}), "action", "symbol", "ratio", "time") == [
        ("SPLIT", "ALFA", "3/2", "20:25:00")
    ]


def test_a_reverse_split_of_two_legs_is_one_row() -> None:
    words = "XYZ(US1) SPLIT 1 FOR 10 ({}, XYZ CO, US{})"
    old = {"type": "RS", "symbol": "XYZ.OLD", "quantity": "-90"}
    old |= {"actionDescription": words.format("XYZ.OLD", 1)}
    new = {"type": "RS", "symbol": "XYZ", "quantity": "9", "transactionID": "89"}
    new |= {"actionDescription": words.format("XYZ", 2)}
    assert told(actions(old, new), "action", "symbol", "ratio") == [("SPLIT", "XYZ", "1/10")]
    assert errors(actions(old, new | {"quantity": "45"})) == ["NEEDS_FACTS"]


def test_a_stock_dividend_adds_to_what_was_held() -> None:
    words = "ALFA(US1) STOCK DIVIDEND US000ALF1018 5 FOR 100 (ALFA, ALFA INC, US1)"
    assert told(actions({"type": "SD", "actionDescription": words}), "action", "ratio") == [
        ("STOCK_DIVIDEND", "21/20")
    ]
    unclear = words.replace("5 FOR 100", "105 FOR 100")
    assert errors(actions({"type": "SD", "actionDescription": unclear})) == ["NEEDS_FACTS"]


def test_a_new_cusip_under_the_same_symbol_changes_nothing() -> None:
    old = {"type": "IC", "symbol": "ALFA.OLD", "quantity": "-5"}
    new = {"type": "IC", "symbol": "ALFA", "quantity": "5", "transactionID": "89"}
    assert rows(actions(old, new)) == []
    renamed = new | {"symbol": "BETA"}
    assert told(actions(old, renamed), "action", "symbol", "to_symbol") == [
        ("SYMBOL_CHANGE", "ALFA", "BETA")
    ]


@pytest.mark.parametrize(
    ("kind", "words", "row"),
    [
        ("SO", "ALFA(US1) SPINOFF 1 FOR 4 (KID, KID INC, US2)", "SPINOFF"),
        ("TC", "ALFA(US1) MERGED(Acquisition) WITH US2 1 FOR 2 (BIG, BIG INC, US2)", "MERGER"),
        ("TO", "ALFA(US1) TENDERED TO US2 1 FOR 1 (ALFA, ALFA INC, US1)", "TENDER"),
        ("RI", "ALFA(US1) SUBSCRIBABLE RIGHTS ISSUE 1 FOR 1 (ALFA.RT, X, US3)", "RIGHTS"),
        ("DW", "ALFA(US1) DELISTED (ALFA, ALFA INC, US1)", "WORTHLESS"),
    ],
)
def test_what_the_law_asks_and_the_file_does_not_tell_is_refused(
    kind: str, words: str, row: str
) -> None:
    reading = read(actions({"type": kind, "actionDescription": words}))
    assert [p.code for p in reading.problems] == ["NEEDS_FACTS"]
    assert row in reading.problems[0].remedy


def test_a_cancelled_action_and_its_cancellation_are_nothing() -> None:
    back = {"code": "Ca", "quantity": "-5", "transactionID": "89"}
    assert rows(actions({}, back)) == []
    assert errors(actions(back)) == ["UNMATCHED_CANCEL"]


def test_both_sides_of_an_internal_transfer_have_one_order_id() -> None:
    there = {"assetCategory": "STK", "currency": "USD", "symbol": "ALFA", "conid": "7"}
    there |= {"date": "20250701", "type": "INTERNAL", "quantity": "-4", "direction": "OUT"}
    out = element("Transfer", there | {"account": "U2"})
    come = element("Transfer", there | {"account": "U9", "quantity": "4", "direction": "IN"})
    other = report(("Transfers", come)).replace('"U1"', '"U2"').replace('"U9"', '"U1"')
    sides = [told(one, "action", "order_id")[0] for one in (report(("Transfers", out)), other)]
    assert [action for action, _ in sides] == ["TRANSFER_OUT", "TRANSFER_IN"]
    assert len({order_id for _, order_id in sides}) == 1


def test_a_wash_sale_marks_the_closed_lots_of_its_sale() -> None:
    (lot,) = (one for one in sample("activity-2025").realized_lots if one.wash_sale)
    assert (lot.symbol, lot.gain_cents, lot.disallowed_cents) == ("NRTH", -50150, 20060)
    wash = SALE | {"levelOfDetail": "WASH_SALE", "fifoPnlRealized": "5", "quantity": "1"}
    reading = read(trades(wash))
    assert [p.code for p in reading.problems] == ["WASH_SALE_UNMATCHED", "NO_ROWS"]


def test_open_lots_are_those_of_the_last_day_told() -> None:
    lot = {"assetCategory": "STK", "symbol": "ALFA", "position": "3", "costBasisMoney": "9"}
    lot |= {"levelOfDetail": "LOT", "openDateTime": "20250101", "currency": "USD"}
    days = [element("OpenPosition", lot | {"reportDate": f"2025060{day}"}) for day in (2, 3)]
    (kept,) = read(report(("OpenPositions", "".join(days)))).open_lots
    assert kept.line == 1
    assert read(report(("OpenPositions", days[0]))).kind is FileKind.OPEN_LOTS
