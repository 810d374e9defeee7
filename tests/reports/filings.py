"""Filings as the reports take them, of any size, with figures that are easy to sum."""

from dataclasses import replace
from datetime import date

from taxlots.book.form_4797 import Form4797Row
from taxlots.book.form_6781 import Form6781, Form6781Row
from taxlots.book.return_forms import Filing, ReturnForms
from taxlots.book.schedule_d import OtherEntries, schedule_d
from taxlots.book.wash_statement import WashStatementRow
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.form_8949 import Form8949Row
from taxlots.domain.money import SHARE

HOSTILE = (
    '=1+1 #panic() $x$ *b* _i_ `c` \\ <a@b> "q" [ ] { } // /* \u202e\u0000 £ é 漢字 ' + "x" * 300
)
"""What typesetters, spreadsheets and browsers might run, and what no line holds."""

ROW = Form8949Row(
    tax_return="kessler",
    box="A",
    is_straight=False,
    description="100 sh. ACME",
    acquired="2024-03-01",
    sold="2025-02-03",
    proceeds_cents=1_000_00,
    basis_cents=1_250_10,
    codes="W",
    adjustment_cents=50_05,
    gain_cents=-200_05,
    account="brokerage",
    symbol="ACME",
    quantity=100 * SHARE,
    sale_id="s1",
    lot_id="l1",
    status="final",
)

LONG = replace(
    ROW,
    box="F",
    description="10 sh. OLDCO",
    acquired="VARIOUS",
    basis_cents=400_00,
    codes="",
    adjustment_cents=0,
    gain_cents=600_00,
    sale_id="s2",
)

STRAIGHT = replace(ROW, is_straight=True, codes="", adjustment_cents=0, gain_cents=-250_10)

UNKNOWN = replace(
    LONG, box="E", description="5 sh. LOST", acquired="", basis_cents=None, gain_cents=None
)

CONTRACTS = Form6781(
    tax_return="kessler",
    year=2025,
    rows=(
        Form6781Row(account="futures", loss_cents=-300_00, gain_cents=0),
        Form6781Row(account="options", loss_cents=0, gain_cents=1_300_00),
    ),
    lines={
        "2b": -300_00,
        "2c": 1_300_00,
        "3": 1_000_00,
        "4": 0,
        "5": 1_000_00,
        "6": 0,
        "7": 1_000_00,
        "8": 400_00,
        "9": 600_00,
    },
    may_carry_back=False,
)

MARK = Form4797Row(
    tax_return="kessler",
    description="50 sh. DAYCO",
    acquired="2025-12-30",
    sold="2025-12-31",
    proceeds_cents=700_00,
    basis_cents=650_00,
    gain_cents=50_00,
    is_mark=True,
    account="trading",
    symbol="DAYCO",
    quantity=50 * SHARE,
    sale_id="",
    lot_id="l9",
)

LESS_DISALLOWED = WashStatementRow(
    tax_return="kessler",
    box="A",
    description="100 sh. ACME",
    acquired="2024-03-01",
    sold="2025-02-03",
    reported_cents=80_00,
    disallowed_cents=50_05,
    because="fewer shares replaced what was sold",
    account="brokerage",
    symbol="ACME",
    quantity=100 * SHARE,
    sale_id="s1",
    lot_id="l1",
)


def forms_of(rows: tuple[Form8949Row, ...], *, name: str = "kessler") -> ReturnForms:
    """A return with rows, section 1256 contracts, an account of section 475 and a statement."""
    other = OtherEntries(
        section_1256_short_cents=400_00,
        section_1256_long_cents=600_00,
        capital_gain_distributions_cents=12_34,
        carry_long_cents=5_000_00,
    )
    mine = tuple(replace(row, tax_return=name) for row in rows)
    return ReturnForms(
        tax_return=name,
        rows=mine,
        totals=(),
        schedule_d=schedule_d(mine, other, tax_return=name, year=2025, status=FilingStatus.SINGLE),
        form_6781=CONTRACTS,
        form_4797=(MARK,),
        wash_statement=(LESS_DISALLOWED,),
        is_provisional=True,
    )


def filing_of(*returns: ReturnForms) -> Filing:
    """The forms of 2025 of some returns, in dollars and cents."""
    return Filing(
        book="ledger/sample",
        year=2025,
        as_of=date(2026, 1, 15),
        is_whole_dollars=False,
        returns=returns,
    )


def some_forms() -> ReturnForms:
    """A return with a row of each kind."""
    return forms_of((ROW, replace(ROW, sale_id="s3"), LONG, STRAIGHT, UNKNOWN))


def many_rows(count: int) -> tuple[Form8949Row, ...]:
    """Short-term and long-term rows in turn."""
    return tuple(
        replace(
            ROW if at % 2 else LONG,
            description=f"{1 + at % 900} sh. ACME {at}",
            sale_id=f"sale-{at}",
            lot_id=f"lot-{at}",
        )
        for at in range(count)
    )
