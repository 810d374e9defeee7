"""A Flex report that cannot be trusted is refused whole; what is merely new is told."""

import pytest
from tests.brokers.ibkr_flex_reports import (
    BUY,
    OPTION,
    SALE,
    actions,
    cash,
    errors,
    read,
    rows,
    trades,
)


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
