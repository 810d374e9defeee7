"""Both generations of OFX are read alike; a file that cannot be trusted is refused whole."""

import pytest
from tests.brokers.ofx_statements import (
    OPTION,
    bank,
    buy,
    end,
    errors,
    head,
    income,
    moved,
    ofx,
    read,
    sell,
    told,
)


def test_sgml_and_xml_say_the_same() -> None:
    sgml = ofx(buy(), income())
    xml = ofx(buy(), income())
    for name in ("FITID", "DTTRADE", "UNIQUEID", "UNIQUEIDTYPE", "UNITS", "UNITPRICE", "TOTAL"):
        pieces = xml.split(f"<{name}>")
        closed = [piece.replace("<", f"</{name}><", 1) for piece in pieces[1:]]
        xml = f"<{name}>".join([pieces[0], *closed])
    assert xml != sgml
    assert [row.cells for row in read(xml).rows] == [row.cells for row in read(sgml).rows]


def test_an_empty_value_without_an_end_tag_swallows_nothing() -> None:
    text = ofx(buy(head=head(extra="<MEMO>"), costs="<COMMISSION><FEES><TAXES>1.00"))
    assert told(text, "quantity", "fees", "amount") == [("10", "1", "51.00")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (ofx("<BUYMOON></BUYMOON>"), ["UNKNOWN_ACTION"]),
        (ofx(buy(kind="BUYLATER")), ["UNKNOWN_ACTION"]),
        (ofx(sell("SELLOPT", "", what=OPTION)), ["MISSING_VALUE"]),
        (ofx(end("FORGET")), ["UNKNOWN_ACTION"]),
        (ofx(income("LOTTERY")), ["UNKNOWN_ACTION"]),
        (ofx(bank("BARTER", "1")), ["UNKNOWN_ACTION"]),
        (ofx(moved("ACROSS")), ["UNKNOWN_ACTION"]),
        (ofx(buy(units="1,234.5")), ["BAD_QUANTITY"]),
        (ofx(buy(units="0")), ["BAD_QUANTITY"]),
        (ofx(buy(units="1.123456789")), ["BAD_QUANTITY"]),
        (ofx(buy(total="NaN")), ["BAD_AMOUNT"]),
        (ofx(buy(total="")), ["MISSING_VALUE"]),
        (ofx(buy(head=head(day="20250230"))), ["BAD_DATE"]),
        (ofx(buy(head=head(day="20250701"))), ["AFTER_AS_OF"]),
        (ofx(buy(what="")), ["MISSING_VALUE"]),
        (ofx(buy(costs="<CURRENCY><CURRATE>1.1<CURSYM>EUR</CURRENCY>")), ["FOREIGN_CURRENCY"]),
        (ofx(buy()).replace("<CURDEF>USD", "<CURDEF>CAD"), ["FOREIGN_CURRENCY"]),
        (ofx(buy())[:-60], ["BAD_OFX"]),
        (ofx(buy()).replace("</INVBUY>", "</INVBUY>stray"), ["BAD_OFX"]),
        (ofx(buy()).replace("<INVBUY>", ""), ["BAD_OFX"]),
        ("<OFX>" + "<A>" * 100, ["BAD_OFX"]),
        ("<OFX><TAX1099RS></TAX1099RS></OFX>", ["WRONG_EXPORT"]),
        ("<OFX><STMTRS><CURDEF>USD</STMTRS></OFX>", ["WRONG_EXPORT"]),
        ("<OFX>" + "<!--" * 50_000, ["BAD_OFX"]),
        ("hello", ["UNKNOWN_FORMAT"]),
        (" ", ["EMPTY_FILE"]),
    ],
)
def test_what_cannot_be_trusted_is_refused(text: str, codes: list[str]) -> None:
    assert errors(text) == codes


def test_a_file_that_declares_entities_is_refused() -> None:
    bomb = '<!DOCTYPE OFX [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    assert errors(bomb + ofx(buy(head=head(extra="<MEMO>&b;")))) == ["HOSTILE_XML"]


def test_entities_of_text_are_read_once() -> None:
    text = ofx(buy(head=head(extra="<MEMO>A &amp;lt; B &unknown;")))
    assert told(text, "note") == [("BUYSTOCK: A &lt; B &unknown;",)]
