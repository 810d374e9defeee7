"""A book in which every cause of a break can occur, and its form with one thing changed.

The broker's view of the book is written as a form; a test changes rows of one security in it, as a
broker that errs would have them, and ties the book out to that form.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from taxlots.brokers.fdx_1099b import BROKER
from taxlots.reports.broker_1099b import form_1099b_text
from taxlots.reports.compared_views import ComparedViews
from taxlots.reports.tie_out import TieOut
from taxlots.workflows.differences import differences
from taxlots.workflows.reconcile import tie_out

YEAR = 2024
ACCOUNT = "brokerage"

HEADER = (
    "id,date,account,symbol,action,quantity,price,fees,amount,to_symbol,ratio,basis_fraction,"
    "acquired_date,cost_basis,fmv\n"
)

ROWS = """
choice-c,2020-01-10,brokerage,CHOICE,BUY,10,50
choice-a,2020-06-10,brokerage,CHOICE,BUY,10,90
blob-1,2021-02-01,brokerage,BLOB,BUY,10,20
blob-2,2021-03-01,brokerage,BLOB,BUY,10,22
bare-1,2021-03-02,brokerage,BARE,BUY,10,30
parent-1,2021-03-03,brokerage,PARENT,BUY,10,40
fund-1,2021-03-04,brokerage,FUND,BUY,10,25
trade-1,2021-03-05,brokerage,TRADE,BUY,10,60
even-1,2021-03-08,brokerage,EVEN,BUY,10,10
even-2,2021-03-22,brokerage,EVEN,BUY,10,30
fee-1,2021-04-05,brokerage,FEE,BUY,10,45,9.95
total-1,2021-04-06,brokerage,TOTAL,BUY,10,10
total-2,2021-06-07,brokerage,TOTAL,BUY,10,12
term-1,2021-06-08,brokerage,TERM,BUY,10,10
drip-1,2022-03-31,brokerage,DRIP,REINVEST,1.2345,20,,24.69
gift-1,2022-05-02,brokerage,GIFT,GIFT_IN,10,,,,,,,2015-07-01,150,400
spin-1,2023-05-01,,PARENT,SPINOFF,,,,,CHILD,0.5,0.2
capital-1,2023-12-15,brokerage,FUND,RETURN_OF_CAPITAL,,,,30
choice-b,2024-01-10,brokerage,CHOICE,BUY,10,85
wash-1,2024-01-11,brokerage,WASH,BUY,10,100
choice-d,2024-02-12,brokerage,CHOICE,BUY,10,60
moved-1,2024-03-01,brokerage,MOVED,TRANSFER_IN,10,,,,,,,2021-08-02,350
moved-2,2024-03-20,brokerage,MOVED,SELL,10,50
wash-2,2024-04-01,brokerage,WASH,SELL,10,80
wash-3,2024-04-10,brokerage,WASH,BUY,10,85
choice-s,2024-05-06,brokerage,CHOICE,SELL,10,80
blob-s,2024-06-03,brokerage,BLOB,SELL,20,25
bare-s,2024-06-04,brokerage,BARE,SELL,10,35
parent-s,2024-06-05,brokerage,PARENT,SELL,10,45
fund-s,2024-06-06,brokerage,FUND,SELL,10,27
gift-s,2024-06-07,brokerage,GIFT,SELL,10,50
drip-s,2024-06-10,brokerage,DRIP,SELL,1.2345,,,30.86
trade-s,2024-06-11,brokerage,TRADE,SELL,10,66
even-s,2024-06-12,brokerage,EVEN,SELL,20,25
fee-s,2024-06-13,brokerage,FEE,SELL,10,48,4.95
total-s,2024-06-14,brokerage,TOTAL,SELL,20,14
term-s,2024-06-17,brokerage,TERM,SELL,10,12
"""

Sale = dict[str, Any]
"""One row of the form, by the names of FDX."""


@cache
def compared() -> ComparedViews:
    """Both views of the book's year."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "book.toml").write_text('name = "Planted"\n')
        (folder / "accounts.csv").write_text(
            f"household,account,kind,owner\nhome,{ACCOUNT},taxable,self\n"
        )
        commas = HEADER.count(",")
        lines = [row + "," * (commas - row.count(",")) for row in ROWS.split()]
        (folder / "transactions.csv").write_text(HEADER + "\n".join(lines) + "\n")
        symbols = sorted({row.split(",")[3] for row in lines} | {"CHILD"})
        (folder / "securities.csv").write_text(
            "symbol,kind\n" + "".join(f"{symbol},stock\n" for symbol in symbols)
        )
        return differences(str(folder), year=YEAR)


def sales() -> list[Sale]:
    """The rows of the form as a broker ought to report them."""
    document = json.loads(form_1099b_text(compared(), YEAR))
    listed: list[Sale] = document["forms"][0]["tax1099B"]["securityDetails"]
    return listed


def tied_out(rows: list[Sale]) -> TieOut:
    """The book, tied out to a form of these rows."""
    form = {"taxYear": YEAR, "accountNumber": ACCOUNT, "securityDetails": rows}
    text = json.dumps({"tax1099B": form}, indent=1)
    reading = BROKER.read(text, file="form.json", account=ACCOUNT)
    assert not reading.problems, reading.problems
    return tie_out(compared(), [reading], YEAR)


def planted(symbol: str, change: Callable[[list[Sale]], list[Sale] | None]) -> TieOut:
    """The tie-out to the form with the rows of one security changed.

    ``change`` gets those rows, and alters them or returns others in their place.
    """
    rows = sales()
    mine = [row for row in rows if row["securityName"] == symbol]
    assert mine, symbol
    others = [row for row in rows if row["securityName"] != symbol]
    return tied_out([*others, *(change(mine) or mine)])


def row(like: Sale, **cells: Any) -> Sale:
    """Another row of the form; a cell that is None is left out."""
    return {name: cell for name, cell in {**like, **cells}.items() if cell is not None}
