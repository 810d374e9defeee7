"""OFX investment statements: which rows each element becomes, and what is refused."""

import csv
from pathlib import Path

import pytest

from taxlots.brokers.ofx_encoding import declared_encoding
from taxlots.brokers.protocol import FileKind, Reading
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.domain.problem import Severity

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "brokers" / "ofx"
SAMPLES = {"statement-sgml.qfx": None, "statement-xml-options.ofx": "44440002"}
SECLIST = (
    "<SECLISTMSGSRSV1><SECLIST>"
    "<STOCKINFO><SECINFO><SECID><UNIQUEID>000ALF101<UNIQUEIDTYPE>CUSIP</SECID><SECNAME>ALFA INC"
    "<TICKER>ALFA</SECINFO></STOCKINFO>"
    "<OPTINFO><SECINFO><SECID><UNIQUEID>OPT1<UNIQUEIDTYPE>OTHER</SECID><SECNAME>ALFA CALL"
    "<TICKER>ALFXX</SECINFO><OPTTYPE>CALL<STRIKEPRICE>45.00<DTEXPIRE>20250718<SHPERCTRCT>100"
    "<SECID><UNIQUEID>000ALF101<UNIQUEIDTYPE>CUSIP</SECID></OPTINFO>"
    "</SECLIST></SECLISTMSGSRSV1>"
)
ALFA = "<SECID><UNIQUEID>000ALF101<UNIQUEIDTYPE>CUSIP</SECID>"
OPTION = "<SECID><UNIQUEID>OPT1<UNIQUEIDTYPE>OTHER</SECID>"


def head(number: str = "7", day: str = "20250603", extra: str = "") -> str:
    return f"<INVTRAN><FITID>{number}<DTTRADE>{day}{extra}</INVTRAN>"


def buy(units: str = "10", price: str = "5", total: str = "-51.00", **changes: str) -> str:
    told = {"head": head(), "kind": "BUY", "costs": "<COMMISSION>1.00", "what": ALFA} | changes
    return (
        f"<BUYSTOCK><INVBUY>{told['head']}{told['what']}<UNITS>{units}<UNITPRICE>{price}"
        f"{told['costs']}<TOTAL>{total}</INVBUY><BUYTYPE>{told['kind']}</BUYSTOCK>"
    )


def sell(tag: str = "SELLSTOCK", kind: str = "<SELLTYPE>SELL", **changes: str) -> str:
    told = {"units": "-10", "price": "5", "total": "49.00", "more": "<COMMISSION>1.00"} | changes
    told = {"what": ALFA, "head": head()} | told
    return (
        f"<{tag}><INVSELL>{told['head']}{told['what']}<UNITS>{told['units']}<UNITPRICE>"
        f"{told['price']}{told['more']}<TOTAL>{told['total']}</INVSELL>{kind}</{tag}>"
    )


def income(kind: str = "DIV", more: str = "", total: str = "12.50") -> str:
    return f"<INCOME>{head('8')}{ALFA}<INCOMETYPE>{kind}<TOTAL>{total}{more}</INCOME>"


def bank(kind: str, amount: str, name: str = "SOMETHING") -> str:
    return (
        f"<INVBANKTRAN><STMTTRN><TRNTYPE>{kind}<DTPOSTED>20250603<TRNAMT>{amount}<FITID>9"
        f"<NAME>{name}</STMTTRN><SUBACCTFUND>CASH</INVBANKTRAN>"
    )


def statement(*transactions: str, currency: str = "USD", account: str = "X1") -> str:
    return (
        f"<INVSTMTTRNRS><INVSTMTRS><DTASOF>20250630<CURDEF>{currency}<INVACCTFROM><BROKERID>b"
        f"<ACCTID>{account}</INVACCTFROM><INVTRANLIST><DTSTART>20250101<DTEND>20250630"
        f"{''.join(transactions)}</INVTRANLIST></INVSTMTRS></INVSTMTTRNRS>"
    )


def ofx(*transactions: str) -> str:
    inner = statement(*transactions)
    return f"OFXHEADER:100\n\n<OFX><INVSTMTMSGSRSV1>{inner}</INVSTMTMSGSRSV1>{SECLIST}</OFX>"


def read(text: str, statement_account: str | None = None) -> Reading:
    return BROKERS["ofx"].read(
        text, file="x.qfx", account="ira-1", statement_account=statement_account
    )


def told(text: str, *names: str) -> list[tuple[str, ...]]:
    reading = read(text)
    assert not reading.is_refused, reading.problems
    return [tuple(row.cells.get(name, "") for name in names) for row in reading.rows]


def errors(text: str) -> list[str]:
    reading = read(text)
    assert reading.rows == ()
    return [p.code for p in reading.problems if p.severity is Severity.ERROR]


def warnings(text: str) -> list[str]:
    return [p.code for p in read(text).problems]


def expected(name: str) -> list[dict[str, str]]:
    with (FIXTURES / "expected" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def sample(name: str) -> Reading:
    text = (FIXTURES / name).read_text("utf-8")
    return BROKERS["ofx"].read(text, file=name, account="A", statement_account=SAMPLES[name])


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


def test_a_row_is_known_by_its_fitid_and_its_day() -> None:
    assert told(ofx(buy()), "id") == [("ofx-ira-1-7-20250603",)]
    other_day = buy(head=head(day="20250604120000.000[-5:EST]"))
    assert told(ofx(buy(), other_day), "id", "date") == [
        ("ofx-ira-1-7-20250603", "2025-06-03"),
        ("ofx-ira-1-7-20250604", "2025-06-04"),
    ]


def test_one_number_for_two_transactions_is_no_number() -> None:
    text = ofx(buy(), buy(units="4", total="-21.00"))
    assert told(text, "id", "quantity") == [("ofx-ira-1-7-20250603", "10"), ("", "4")]
    assert warnings(text) == ["NUMBER_USED_TWICE"]
    assert len(told(ofx(buy(), buy()), "id")) == 1


@pytest.mark.parametrize(
    ("transaction", "action", "amount"),
    [
        (buy(), "BUY", "51.00"),
        (buy(total="51.00"), "BUY", "51.00"),
        (buy(kind="BUYTOCOVER"), "BUY_TO_COVER", "51.00"),
        (buy(kind="BUY    "), "BUY", "51.00"),
        (buy(head=head(extra="<MEMO>DIVIDEND REINVESTMENT")), "REINVEST", "51.00"),
        (buy().replace("STOCK", "MF"), "BUY", "51.00"),
        (sell(), "SELL", "49.00"),
        (sell(kind="<SELLTYPE>SELLSHORT"), "SELL_SHORT", "49.00"),
        (sell("SELLMF"), "SELL", "49.00"),
        (sell("SELLDEBT", "<SELLREASON>MATURITY"), "SELL", "49.00"),
        (sell("SELLOTHER", ""), "SELL", "49.00"),
        (sell(price="0.01", total="-0.90"), "SELL", "-0.90"),
    ],
)
def test_trades(transaction: str, action: str, amount: str) -> None:
    assert told(ofx(transaction), "action", "symbol", "quantity", "amount") == [
        (action, "ALFA", "10", amount)
    ]


@pytest.mark.parametrize(
    ("transaction", "action"),
    [
        (sell("SELLOPT", "<OPTSELLTYPE>SELLTOOPEN", what=OPTION, total="4999"), "WRITE_OPTION"),
        (sell("SELLOPT", "<OPTSELLTYPE>SELLTOCLOSE", what=OPTION, total="4999"), "SELL_OPTION"),
    ],
)
def test_an_option_has_the_name_of_its_contract(transaction: str, action: str) -> None:
    assert told(ofx(transaction), "action", "symbol", "price", "amount") == [
        (action, "ALFA250718C00045000", "5", "4999.00")
    ]


def test_a_price_for_the_contract_is_no_price_for_the_share() -> None:
    text = ofx(sell("SELLOPT", "<OPTSELLTYPE>SELLTOCLOSE", what=OPTION))
    assert told(text, "price", "amount") == [("", "49.00")]
    assert warnings(text) == []


def test_what_is_withheld_from_a_sale_is_no_loss_of_proceeds() -> None:
    text = ofx(sell(more="<COMMISSION>1.00<WITHHOLDING>4.90", total="44.10"))
    assert told(text, "id", "action", "amount") == [
        ("ofx-ira-1-7-20250603", "SELL", "49.00"),
        ("ofx-ira-1-7-20250603-withheld", "FEE", "4.90"),
    ]


def test_a_total_that_is_not_units_times_price_is_told() -> None:
    assert warnings(ofx(buy(total="-57.00"))) == ["AMOUNT_MISMATCH"]
    assert told(ofx(buy(total="-57.00")), "amount") == [("57.00",)]


def test_interest_bought_with_a_bond_is_no_cost() -> None:
    bond = buy(units="5000", price="99.5", total="-5010.25", costs="").replace("STOCK", "DEBT")
    text = ofx(bond.replace("<BUYTYPE>BUY", "<ACCRDINT>35.25"))
    assert told(text, "action", "price", "amount") == [
        ("BUY", "", "4975.00"),
        ("INTEREST", "", "-35.25"),
    ]


@pytest.mark.parametrize(
    ("kind", "more", "action"),
    [
        ("DIV", "", "DIVIDEND"),
        ("DIV", "<TAXEXEMPT>Y", "EXEMPT_INTEREST_DIVIDEND"),
        ("CGLONG", "", "CAPITAL_GAIN_DISTRIBUTION"),
        ("CGSHORT", "", "DIVIDEND"),
        ("INTEREST", "", "INTEREST"),
        ("MISC", "", "DIVIDEND"),
    ],
)
def test_income_by_its_kind(kind: str, more: str, action: str) -> None:
    assert told(ofx(income(kind, more)), "action", "amount") == [(action, "12.50")]


def test_a_reinvestment_is_income_and_a_purchase() -> None:
    bought = f"<REINVEST>{head()}{ALFA}<INCOMETYPE>CGLONG<TOTAL>-12.50<UNITS>2.5<UNITPRICE>5"
    text = ofx(f"{bought}</REINVEST>")
    assert told(text, "id", "action", "quantity", "amount") == [
        ("ofx-ira-1-7-20250603-income", "CAPITAL_GAIN_DISTRIBUTION", "", "12.50"),
        ("ofx-ira-1-7-20250603", "REINVEST", "2.5", "12.50"),
    ]
    both = ofx(f"{bought}</REINVEST>", income("CGLONG"))
    assert [action for (action,) in told(both, "action")] == [
        "REINVEST",
        "CAPITAL_GAIN_DISTRIBUTION",
    ]


def end(option_action: str, units: str = "-1", extra: str = "") -> str:
    return (
        f"<CLOSUREOPT>{head('20')}{OPTION}<OPTACTION>{option_action}<UNITS>{units}"
        f"<SHPERCTRCT>100{extra}</CLOSUREOPT>"
    )


def test_an_option_and_the_shares_that_it_brought_are_one_row() -> None:
    shares = buy("100", "45", "-4501.00", head=head("21"))
    wanted = [("EXERCISE", "ALFA250718C00045000", "1", "4501.00")]
    names = ("action", "symbol", "quantity", "amount")
    assert told(ofx(end("EXERCISE"), shares), *names) == wanted
    elsewhere = buy("100", "45.5", "-4551.00", head=head("21", "20250605"))
    named = end("EXERCISE", extra="<RELFITID>21")
    assert told(ofx(named, elsewhere), *names)[0][3] == "4551.00"
    assert told(ofx(end("EXERCISE")), *names)[0][3] == ""


def test_shares_delivered_as_the_end_of_an_option_are_part_of_it() -> None:
    leg = f"<CLOSUREOPT>{head('22')}{ALFA}<OPTACTION>ASSIGN<UNITS>-100<SHPERCTRCT>100</CLOSUREOPT>"
    assert told(ofx(leg, end("ASSIGN", "1")), "action", "quantity") == [("ASSIGN", "1")]
    assert errors(ofx(leg)) == ["NEEDS_FACTS"]


def test_an_expired_option_ends() -> None:
    assert told(ofx(end("EXPIRE", "3")), "action", "quantity") == [("EXPIRE", "3")]


def split(old: str, new: str, ratio: tuple[str, str], more: str = "") -> str:
    return (
        f"<SPLIT>{head()}{ALFA}<OLDUNITS>{old}<NEWUNITS>{new}<NUMERATOR>{ratio[0]}"
        f"<DENOMINATOR>{ratio[1]}{more}</SPLIT>"
    )


def test_a_split_has_its_declared_ratio() -> None:
    assert told(ofx(split("25", "37", ("3", "2"))), "action", "ratio") == [("SPLIT", "3/2")]
    assert errors(ofx(split("25", "90", ("3", "2")))) == ["NEEDS_FACTS"]
    assert errors(ofx(split("25", "50", ("", "")))) == ["NEEDS_FACTS"]


def test_cash_for_a_fraction_is_a_row_of_its_own() -> None:
    text = ofx(split("25", "37", ("3", "2"), "<FRACCASH>15.00"))
    assert told(text, "action", "quantity", "amount") == [
        ("SPLIT", "", ""),
        ("CASH_IN_LIEU", "0.5", "15.00"),
    ]
    assert errors(ofx(split("26", "39", ("3", "2"), "<FRACCASH>15.00"))) == ["NEEDS_FACTS"]


def moved(way: str, units: str = "12", memo: str = "ACATS", more: str = "") -> str:
    return (
        f"<TRANSFER>{head(extra=f'<MEMO>{memo}')}{ALFA}<UNITS>{units}<TFERACTION>{way}"
        f"<POSTYPE>LONG{more}</TRANSFER>"
    )


def test_shares_that_come_in_have_no_basis() -> None:
    text = ofx(moved("IN", more="<DTPURCHASE>20230817"))
    names = ("action", "quantity", "acquired_date", "cost_basis")
    assert told(text, *names) == [("TRANSFER_IN", "12", "2023-08-17", "")]
    assert warnings(text) == ["BASIS_UNKNOWN"]
    assert told(ofx(moved("OUT", "-12")), *names) == [("TRANSFER_OUT", "12", "", "")]


@pytest.mark.parametrize("memo", ["SPIN-OFF", "Merger of ALFA", "NVDA(US1) SPLIT 10 FOR 1", "GIFT"])
def test_a_transfer_that_is_an_event_of_its_own_is_refused(memo: str) -> None:
    assert errors(ofx(moved("IN", memo=memo))) == ["NEEDS_FACTS"]


def test_a_journal_inside_the_account_is_no_transaction() -> None:
    inside = f"<JRNLSEC>{head()}{ALFA}<SUBACCTTO>{{}}<SUBACCTFROM>CASH<UNITS>5</JRNLSEC>"
    assert warnings(ofx(inside.format("MARGIN"))) == ["NO_ROWS"]
    assert errors(ofx(inside.format("SHORT"))) == ["NEEDS_FACTS"]


@pytest.mark.parametrize(
    ("transaction", "action", "amount"),
    [
        (bank("CREDIT", "100.00"), "DEPOSIT", "100.00"),
        (bank("XFER", "-100.00"), "WITHDRAWAL", "100.00"),
        (bank("DEP", "0.24", "INTEREST EARNED"), "INTEREST", "0.24"),
        (bank("OTHER", "-0.97", "LATE FEE"), "FEE", "0.97"),
        (bank("SRVCHG", "-5"), "FEE", "5.00"),
        (bank("INT", "1,5"), "INTEREST", "1.50"),
        (f"<RETOFCAP>{head()}{ALFA}<TOTAL>7.50</RETOFCAP>", "RETURN_OF_CAPITAL", "7.50"),
        (f"<MARGININTEREST>{head()}<TOTAL>-3.21</MARGININTEREST>", "FEE", "3.21"),
        (f"<INVEXPENSE>{head()}{ALFA}<TOTAL>-1</INVEXPENSE>", "FEE", "1.00"),
    ],
)
def test_money(transaction: str, action: str, amount: str) -> None:
    assert told(ofx(transaction), "action", "amount") == [(action, amount)]


def test_a_reversal_takes_back_the_transaction_that_it_names() -> None:
    undo = buy(head=head("30", extra="<REVERSALFITID>7"), units="-10", total="51.00")
    assert told(ofx(buy(), undo), "id", "action", "note")[1] == (
        "ofx-ira-1-30-20250603-void0",
        "VOID",
        "ofx-ira-1-7-20250603",
    )
    assert errors(ofx(undo)) == ["UNMATCHED_CANCEL"]


def test_a_security_that_is_not_listed_goes_by_its_id() -> None:
    text = ofx(buy(what="<SECID><UNIQUEID>00BET1012<UNIQUEIDTYPE>CUSIP</SECID>"))
    assert told(text, "symbol") == [("00BET1012",)]
    assert warnings(text) == ["SECURITY_NOT_LISTED"]


def test_rows_of_a_file_that_lists_the_newest_first_come_oldest_first() -> None:
    rows = [
        buy(head=head("3", "20250605")),
        sell(head=head("2", "20250603")),
        buy(head=head("1", "20250603")),
    ]
    assert told(ofx(*rows), "date", "action") == [
        ("2025-06-03", "BUY"),
        ("2025-06-03", "SELL"),
        ("2025-06-05", "BUY"),
    ]


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
