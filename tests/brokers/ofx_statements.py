"""Small OFX statements for tests, and what the importer makes of them."""

import csv
from pathlib import Path

from taxlots.brokers.protocol import Reading
from taxlots.brokers.registry import BROKERS
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


def end(option_action: str, units: str = "-1", extra: str = "") -> str:
    return (
        f"<CLOSUREOPT>{head('20')}{OPTION}<OPTACTION>{option_action}<UNITS>{units}"
        f"<SHPERCTRCT>100{extra}</CLOSUREOPT>"
    )


def split(old: str, new: str, ratio: tuple[str, str], more: str = "") -> str:
    return (
        f"<SPLIT>{head()}{ALFA}<OLDUNITS>{old}<NEWUNITS>{new}<NUMERATOR>{ratio[0]}"
        f"<DENOMINATOR>{ratio[1]}{more}</SPLIT>"
    )


def moved(way: str, units: str = "12", memo: str = "ACATS", more: str = "") -> str:
    return (
        f"<TRANSFER>{head(extra=f'<MEMO>{memo}')}{ALFA}<UNITS>{units}<TFERACTION>{way}"
        f"<POSTYPE>LONG{more}</TRANSFER>"
    )
