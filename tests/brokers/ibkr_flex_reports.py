"""Small Flex reports for tests, and what the importer makes of them."""

import csv
from pathlib import Path
from xml.sax.saxutils import quoteattr

from taxlots.brokers.protocol import Reading
from taxlots.brokers.registry import BROKERS
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
