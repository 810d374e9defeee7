"""Interactive Brokers' Flex reports: which rows and lots they become, and what is refused."""

import csv
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from taxlots.brokers.protocol import CustodianOpenLot, CustodianRealizedLot, FileKind, Reading
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.domain.problem import Severity

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "brokers" / "ibkr_flex"
SAMPLES = {"activity-2025": None, "two-accounts-orders": "U7654322"}
BUY = {
    "assetCategory": "STK",
    "currency": "USD",
    "symbol": "ALFA",
    "tradeID": "11",
    "transactionID": "22",
    "ibOrderID": "33",
    "dateTime": "20250602;101500",
    "tradeDate": "20250602",
    "transactionType": "ExchTrade",
    "quantity": "10",
    "tradePrice": "5",
    "multiplier": "1",
    "ibCommission": "-1",
    "ibCommissionCurrency": "USD",
    "taxes": "0",
    "netCash": "-51",
    "buySell": "BUY",
    "openCloseIndicator": "O",
    "levelOfDetail": "EXECUTION",
}
SALE = BUY | {"transactionID": "23", "tradeID": "12", "quantity": "-10", "netCash": "49"}
SALE |= {"buySell": "SELL", "openCloseIndicator": "C"}
DIVIDEND = {
    "currency": "USD",
    "symbol": "ALFA",
    "description": "ALFA CASH DIVIDEND (Ordinary Dividend)",
    "dateTime": "20250613;202000",
    "amount": "12.5",
    "type": "Dividends",
    "transactionID": "77",
    "levelOfDetail": "DETAIL",
}
ACTION = {
    "assetCategory": "STK",
    "currency": "USD",
    "symbol": "ALFA",
    "actionDescription": "ALFA(US000ALF1018) SPLIT 3 FOR 2 (ALFA, ALFA INC, US000ALF1018)",
    "dateTime": "20250605;202500",
    "quantity": "5",
    "proceeds": "0",
    "type": "FS",
    "actionID": "9",
    "transactionID": "88",
    "code": "",
}


def element(tag: str, attributes: dict[str, str]) -> str:
    told = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
    return f'<{tag} accountId="U1" {told} />'


def report(*sections: tuple[str, str], to: str = "20251231") -> str:
    body = "".join(f"<{name}>{inner}</{name}>" for name, inner in sections)
    return (
        '<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1">'
        f'<FlexStatement accountId="U1" fromDate="20250101" toDate="{to}">{body}'
        "</FlexStatement></FlexStatements></FlexQueryResponse>"
    )


def trades(*rows: dict[str, str]) -> str:
    return report(("Trades", "".join(element("Trade", row) for row in rows)))


def cash(**changes: str) -> str:
    return report(("CashTransactions", element("CashTransaction", DIVIDEND | changes)))


def actions(*rows: dict[str, str]) -> str:
    inner = "".join(element("CorporateAction", ACTION | row) for row in rows)
    return report(("CorporateActions", inner))


def read(text: str, statement_account: str | None = None) -> Reading:
    return BROKERS["ibkr_flex"].read(
        text, file="flex.xml", account="A", statement_account=statement_account
    )


def errors(text: str) -> list[str]:
    reading = read(text)
    assert (reading.rows, reading.open_lots, reading.realized_lots) == ((), (), ())
    return [p.code for p in reading.problems if p.severity is Severity.ERROR]


def rows(text: str) -> list[dict[str, str]]:
    reading = read(text)
    assert not reading.is_refused, reading.problems
    return [row.cells for row in reading.rows]


def told(text: str, *names: str) -> list[tuple[str, ...]]:
    return [tuple(row.get(name, "") for name in names) for row in rows(text)]


def sample(name: str) -> Reading:
    text = (FIXTURES / f"{name}.xml").read_text("utf-8")
    return BROKERS["ibkr_flex"].read(
        text, file=f"{name}.xml", account="A", statement_account=SAMPLES[name]
    )


def expected(name: str) -> list[dict[str, str]]:
    with (FIXTURES / "expected" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_report_is_known_by_its_root(name: str) -> None:
    assert sniff((FIXTURES / f"{name}.xml").read_text("utf-8")) is BROKERS["ibkr_flex"]


@pytest.mark.parametrize("name", SAMPLES)
def test_transactions_become_these_rows(name: str) -> None:
    wanted = expected(f"{name}-rows")
    found = [{"line": str(row.line), **row.cells} for row in sample(name).rows]
    assert [{column: row.get(column, "") for column in wanted[0]} for row in found] == wanted


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("kind", ["open-lots", "realized-lots"])
def test_lots_become_these(name: str, kind: str) -> None:
    reading = sample(name)
    lots: list[CustodianOpenLot | CustodianRealizedLot]
    lots = [*(reading.open_lots if kind == "open-lots" else reading.realized_lots)]
    found = [
        {f.name: "" if (v := getattr(lot, f.name)) is None else str(v) for f in fields(lot)}
        for lot in lots
    ]
    wanted = expected(f"{name}-{kind}")
    assert [{column: lot[column] for column in wanted[0]} for lot in found] == wanted


@pytest.mark.parametrize("name", SAMPLES)
def test_the_file_tells_these_securities(name: str) -> None:
    found = [dict(cells) for cells in sample(name).securities]
    wanted = [{k: v for k, v in row.items() if v} for row in expected(f"{name}-securities")]
    assert found == wanted


def test_one_report_holds_transactions_and_lots() -> None:
    reading = sample("activity-2025")
    assert reading.kind is FileKind.TRANSACTIONS
    assert (len(reading.rows), len(reading.realized_lots), len(reading.open_lots)) == (34, 3, 6)
    assert (str(reading.as_of), reading.statement_account) == ("2025-12-31", "U...4321")


def test_a_row_keeps_the_text_of_its_elements() -> None:
    exercise = next(r for r in sample("activity-2025").rows if r.cells["action"] == "EXERCISE")
    option, stock = exercise.raw.split("\n")
    assert option.startswith("<Trade")
    assert 'putCall="C"' in option
    assert 'transactionID="30200000012"' in stock


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


OPTION = BUY | {
    "assetCategory": "OPT",
    "symbol": "ALFA  250620C00005000",
    "underlyingSymbol": "ALFA",
    "multiplier": "100",
    "strike": "5",
    "expiry": "20250620",
    "putCall": "C",
    "dateTime": "20250620;162000",
    "tradeDate": "20250620",
    "transactionType": "BookTrade",
    "tradePrice": "0",
    "ibCommission": "0",
    "netCash": "0",
    "ibOrderID": "",
}
SHARES = BUY | {
    "transactionID": "45",
    "dateTime": "20250620;162000",
    "tradeDate": "20250620",
    "transactionType": "BookTrade",
}


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


def test_attributes_that_nobody_knows_yet_are_told_once_and_change_nothing() -> None:
    newer = BUY | {"quantumState": "up", "notes": "P;ZZ9", "orderType": "TELEPATHIC"}
    reading = read(trades(newer, SALE | {"quantumState": "down"}))
    assert [p.code for p in reading.problems] == ["UNKNOWN_ATTRIBUTES"]
    assert "Trade.quantumState" in reading.problems[0].message
    assert len(reading.rows) == 2


def test_an_unknown_section_is_not_looked_at() -> None:
    strange = '<Wormholes><Wormhole accountId="U1" mass="1e400"/></Wormholes>'
    assert len(rows(trades(BUY).replace("<Trades>", f"{strange}<Trades>"))) == 1


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (trades(BUY | {"transactionType": "TradeCancel"}), ["UNMATCHED_CANCEL"]),
        (trades(BUY | {"openCloseIndicator": "X"}), ["UNKNOWN_ACTION"]),
        (trades(OPTION | {"openCloseIndicator": ""}), ["MISSING_ATTRIBUTE"]),
        (trades(BUY | {"assetCategory": "FUT"}), ["UNSUPPORTED_ASSET"]),
        (trades(BUY | {"currency": "EUR"}), ["FOREIGN_CURRENCY"]),
        (trades(BUY | {"ibCommissionCurrency": "EUR"}), ["FOREIGN_CURRENCY"]),
        (trades(BUY | {"quantity": "ten"}), ["BAD_QUANTITY"]),
        (trades(BUY | {"quantity": "NaN"}), ["BAD_QUANTITY"]),
        (trades(BUY | {"quantity": "1e30"}), ["BAD_QUANTITY"]),
        (trades(BUY | {"quantity": "0.123456789"}), ["BAD_QUANTITY"]),
        (trades(BUY | {"quantity": ""}), ["MISSING_ATTRIBUTE"]),
        (trades(BUY | {"quantity": "-10"}), ["WRONG_SIGN"]),
        (trades(BUY | {"netCash": "51"}), ["WRONG_SIGN"]),
        (trades(BUY | {"symbol": ""}), ["MISSING_ATTRIBUTE"]),
        (trades(BUY | {"dateTime": "02/06/2025"}), ["AMBIGUOUS_DATE"]),
        (trades(BUY | {"dateTime": "20250231;101500"}), ["BAD_DATE"]),
        (trades(BUY | {"dateTime": "20260101", "tradeDate": "20260101"}), ["AFTER_AS_OF"]),
        (trades(BUY, BUY | {"symbol": "BETA"}), ["DUPLICATE_ID"]),
        (cash(type="Tooth Fairy"), ["UNKNOWN_ACTION"]),
        (cash(type=""), ["MISSING_ATTRIBUTE"]),
        (cash(amount="1.2.3"), ["BAD_AMOUNT"]),
        (cash(currency="CHF"), ["FOREIGN_CURRENCY"]),
        (actions({"type": "QX"}), ["UNKNOWN_ACTION"]),
        (actions({"assetCategory": "OPT"}), ["NEEDS_FACTS"]),
        ("<FlexQueryResponse/>", ["UNKNOWN_FORMAT"]),
        ("<FlexStatementResponse><Status>Fail</Status></FlexStatementResponse>", ["WRONG_EXPORT"]),
        (trades(BUY).replace('count="1"', 'count="2"'), ["MISSING_STATEMENT"]),
        (trades(BUY)[:-40], ["BAD_XML"]),
        ("", ["EMPTY_FILE"]),
    ],
)
def test_what_cannot_be_trusted_is_refused(text: str, codes: list[str]) -> None:
    assert errors(text) == codes


def test_the_same_transaction_told_twice_is_one_row() -> None:
    assert len(rows(trades(BUY, BUY))) == 1
    nameless = BUY | {"transactionID": "", "tradeID": ""}
    assert len(rows(trades(nameless, nameless))) == 2


def test_entities_that_grow_without_end_are_refused_before_they_are_read() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
    assert errors(bomb + trades(BUY | {"symbol": "&c;"})) == ["HOSTILE_XML"]


def test_a_file_from_outside_is_never_opened() -> None:
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    assert errors(outside + trades(BUY | {"symbol": "&a;"})) == ["HOSTILE_XML"]
    assert errors("<a>" * 500) == ["HOSTILE_XML"]


def test_one_account_of_several_is_read_by_its_number() -> None:
    text = (FIXTURES / "two-accounts-orders.xml").read_text("utf-8")
    (several,) = read(text).problems
    assert (several.code, "U7654322" in several.message) == ("SEVERAL_ACCOUNTS", False)
    assert [r.cells["action"] for r in read(text, "U7654321").rows] == ["TRANSFER_OUT"]
    assert [p.code for p in read(text, "U999").problems] == ["NO_SUCH_ACCOUNT"]


def test_importers_are_found_without_importing_the_library() -> None:
    code = "import sys, taxlots.brokers.registry; print('ibflex' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
