"""Loss that waits in the basis of held lots, month by month.  26 USC 1091(d)."""

from pathlib import Path

from tests.cli.running import book

from taxlots.book.audit_scope import audit_scope
from taxlots.book.deferred_losses import deferred_by_month
from taxlots.workflows.replay import replay

ACCOUNTS = """household,account,kind,owner,tax_return
home,one,taxable,self,home
home,ira,traditional_ira,self,home
next,two,taxable,self,next
"""
HEADER = "id,date,account,symbol,action,quantity,amount\n"
ROWS = (
    "b1,2024-01-02,one,ABC,BUY,10,1000.00\n"
    "s1,2024-03-01,one,ABC,SELL,10,700.00\n"
    "b2,2024-03-15,one,ABC,BUY,6,480.00\n"
    "b3,2024-03-20,ira,ABC,BUY,4,320.00\n"
    "s2,2024-08-01,one,ABC,SELL,2,400.00\n"
    "s3,2024-11-01,one,ABC,SELL,4,800.00\n"
    "c1,2024-01-02,two,XYZ,BUY,10,1000.00\n"
    "t1,2024-02-01,two,XYZ,SELL,10,900.00\n"
    "c2,2024-02-02,two,XYZ,BUY,10,900.00\n"
)
NONE_YET = (0, 0)


def test_a_deferred_loss_stands_in_the_basis_until_the_replacement_is_sold(tmp_path: Path) -> None:
    """300 of loss: 180 join the six that replace, 120 are lost in the IRA; a third leaves first."""
    made = book(tmp_path / "book", ROWS, header=HEADER, accounts=ACCOUNTS)
    books = replay(str(made))
    from_march, from_august = (180_00,) * 5, (120_00,) * 3
    found = deferred_by_month(audit_scope(books, 2024, ("home",)))
    assert found == (*NONE_YET, *from_march, *from_august, 0)


def test_months_after_the_as_of_day_are_left_out(tmp_path: Path) -> None:
    """The journal ends in November; another return has its own."""
    made = book(tmp_path / "book", ROWS, header=HEADER, accounts=ACCOUNTS)
    books = replay(str(made))
    found = deferred_by_month(audit_scope(books, 2024, ("next",)))
    assert found == (0, *(100_00,) * 10)
