"""Every sample of OFX statements is read as its ``expected`` folder says."""

import pytest
from tests.brokers.ofx_statements import FIXTURES, SAMPLES, expected, read, sample

from taxlots.brokers.ofx_encoding import declared_encoding
from taxlots.brokers.protocol import FileKind
from taxlots.brokers.registry import BROKERS, sniff


@pytest.mark.parametrize("name", SAMPLES)
def test_both_generations_are_known_by_their_header(name: str) -> None:
    assert sniff((FIXTURES / name).read_text("utf-8")) is BROKERS["ofx"]


@pytest.mark.parametrize("name", SAMPLES)
def test_transactions_become_these_rows(name: str) -> None:
    wanted = expected(f"{name.partition('.')[0]}-rows")
    found = [{"line": str(row.line), **row.cells} for row in sample(name).rows]
    assert [{column: row.get(column, "") for column in wanted[0]} for row in found] == wanted


@pytest.mark.parametrize("name", SAMPLES)
def test_the_list_tells_these_securities(name: str) -> None:
    wanted = expected(f"{name.partition('.')[0]}-securities")
    found = [dict(cells) for cells in sample(name).securities]
    assert found == [{k: v for k, v in row.items() if v} for row in wanted]


def test_a_statement_has_a_day_an_account_and_no_lots() -> None:
    reading = sample("statement-sgml.qfx")
    assert (reading.kind, str(reading.as_of)) == (FileKind.TRANSACTIONS, "2025-06-30")
    assert (reading.statement_account, reading.open_lots) == ("X...0001", ())


def test_one_account_of_several_is_read_by_its_number() -> None:
    text = (FIXTURES / "statement-xml-options.ofx").read_text("utf-8")
    (several,) = read(text).problems
    assert (several.code, "44440002" in several.message) == ("SEVERAL_ACCOUNTS", False)
    assert [row.cells["amount"] for row in read(text, "44440003").rows] == ["192.00"]
    assert [p.code for p in read(text, "1").problems] == ["NO_SUCH_ACCOUNT"]


@pytest.mark.parametrize(
    ("content", "codec"),
    [
        (b"OFXHEADER:100\nENCODING:USASCII\nCHARSET:1252\n\n<OFX>", "cp1252"),
        (b"OFXHEADER:100\r\nENCODING:USASCII\r\nCHARSET:8859-1\r\n", "cp1252"),
        (b"OFXHEADER:100\nENCODING:UNICODE\nCHARSET:NONE\n", None),
        (b"OFXHEADER:100\nENCODING:USASCII\nCHARSET:NONE\n", None),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><?OFX OFXHEADER="200"?>', "cp1252"),
        (b'<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200"?>', None),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><html>', None),
        (b"Date,Action\n", None),
    ],
)
def test_the_encoding_is_the_one_that_the_header_declares(
    content: bytes, codec: str | None
) -> None:
    assert declared_encoding(content) == codec
