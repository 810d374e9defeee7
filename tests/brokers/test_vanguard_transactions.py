"""Vanguard's files: what each row becomes, and what is refused with which reason."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.brokers.protocol import Reading
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.brokers.vanguard_actions import RULES, rule_of
from taxlots.brokers.vocabulary import Nature
from taxlots.domain.problem import Severity

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "brokers" / "vanguard"
HOLDINGS = "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,"
HEADER = (
    "Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,"
    "Investment Name,Symbol,Shares,Share Price,Principal Amount,Commissions and Fees,Net Amount,"
    "Accrued Interest,Account Type,"
)
SOUND = "12345678,2023-03-01,2023-03-03,Buy,Buy,ALFA CORP,ALFA,3,7.0,-21.0,0.0,-21.0,0.0,CASH,"
FUND = {"symbol": "VMFXX", "name": "VANGUARD FEDERAL MONEY MARKET INVESTOR CL"}
PAID = {"BUY", "REINVEST", "FEE", "WITHDRAWAL", "BUY_OPTION", "CLOSE_OPTION", "BUY_TO_COVER"}


def row(
    kind: str,
    amount: str,
    *,
    shares: str = "0.0",
    price: str = "0.0",
    symbol: str = "ALFA",
    name: str = "ALFA CORP",
    day: str = "2023-03-01",
    fees: str = "0.0",
    accrued: str = "0.0",
) -> str:
    cells = (
        *("12345678", day, day, kind, kind, name, symbol, shares, price, amount, fees, amount),
        *(accrued, "CASH", ""),
    )
    return ",".join(cells)


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join([HOLDINGS, "12345678,ALFA CORP,ALFA,3,7,21,", "", header, *rows, ""])


def read(text: str, number: str | None = None) -> Reading:
    return BROKERS["vanguard"].read(text, file="o.csv", account="A", statement_account=number)


def booked(*rows: str) -> list[tuple[str, ...]]:
    reading = read(table(*rows))
    assert not reading.is_refused, reading.problems
    columns = ("symbol", "action", "quantity", "amount")
    return [tuple(r.cells.get(column, "") for column in columns) for r in reading.rows]


def refused(text: str, number: str | None = None) -> list[tuple[str, str]]:
    reading = read(text, number)
    assert reading.is_refused
    assert (reading.rows, reading.open_lots, reading.realized_lots) == ((), (), ())
    errors = [p for p in reading.problems if p.severity is Severity.ERROR]
    return [(p.where, p.code) for p in errors]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (row("Buy", "-21.0", shares="3", price="7.0"), ("ALFA", "BUY", "3", "21.00")),
        (row("Buy", "(21.00)", shares="3", price="7.0"), ("ALFA", "BUY", "3", "21.00")),
        (row("Sell", "21.0", shares="-3", price="7.0"), ("ALFA", "SELL", "3", "21.00")),
        (row("Sell", "21.0", shares="3", price="7.0"), ("ALFA", "SELL", "3", "21.00")),
        (row("Sell short", "21", shares="-3", price="7"), ("ALFA", "SELL_SHORT", "3", "21.00")),
        (row("Capital gain (ST)", "2.5"), ("ALFA", "DIVIDEND", "", "2.50")),
        (row("Capital gain (LT)", "2.5"), ("ALFA", "CAPITAL_GAIN_DISTRIBUTION", "", "2.50")),
        (row("Reinvestment (ST gain)", "-21", shares="3"), ("ALFA", "REINVEST", "3", "21.00")),
        (row("Withholding", "-1.3"), ("ALFA", "FEE", "", "1.30")),
        (row("Interest charge", "-1.3", symbol=""), ("", "FEE", "", "1.30")),
        (row("Withdrawal", "-90", symbol="", name="CASH"), ("", "WITHDRAWAL", "", "90.00")),
        (row("Rollover (incoming)", "90", symbol=""), ("", "DEPOSIT", "", "90.00")),
        (row("Transfer (incoming)", "63", shares="9"), ("ALFA", "TRANSFER_IN", "9", "")),
        (row("Transfer (outgoing)", "-63", shares="-9"), ("ALFA", "TRANSFER_OUT", "9", "")),
    ],
)
def test_each_row_becomes(line: str, expected: tuple[str, ...]) -> None:
    assert booked(line) == [expected]


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (row("Frobnicate", "-21"), "Transaction Type", "UNKNOWN_ACTION"),
        (row("", "-21"), "Transaction Type", "UNKNOWN_ACTION"),
        (row("Buy", "21", shares="3", price="7"), "Net Amount", "WRONG_SIGN"),
        (row("Sell", "-21", shares="-3", price="7"), "Net Amount", "WRONG_SIGN"),
        (row("Buy", "-21", shares="-3", price="7"), "Shares", "NEGATIVE_QUANTITY"),
        (row("Buy", "-21", price="7"), "Shares", "BAD_QUANTITY"),
        (row("Buy", "-21", shares="3", symbol=""), "Symbol", "MISSING_SYMBOL"),
        (row("Buy", "-21", shares="3", day="2023-02-30"), "Trade Date", "BAD_DATE"),
        (row("Buy", "-21", shares="3", day=""), "Trade Date", "BAD_DATE"),
        (row("Dividend", "2", shares="3"), "Shares", "BAD_QUANTITY"),
        (row("Corp Action (Merger)", "0", shares="3"), "Transaction Type", "NEEDS_FACTS"),
        (row("Conversion (incoming)", "0", shares="3"), "Transaction Type", "NEEDS_FACTS"),
        (row("Assigned", "0", shares="1"), "Transaction Type", "NEEDS_FACTS"),
        (row("Stock split", "0", shares="3"), "Shares", "SPLIT_RATIO_UNKNOWN"),
        (row("Stock split", "0", shares="-3"), "Shares", "SPLIT_RATIO_UNKNOWN"),
        (row("Buy Cancel", "21", shares="-3", price="7"), "Transaction Type", "UNMATCHED_CANCEL"),
        (row("Buy", "-21", shares="3", accrued="22"), "Net Amount", "WRONG_SIGN"),
    ],
)
def test_a_row_that_cannot_be_booked_is_told_by_line_and_column(
    line: str, column: str, code: str
) -> None:
    assert refused(table(line)) == [(f"o.csv:5:{column}", code)]


def test_what_needs_facts_says_which() -> None:
    assert all(rule.remedy for rule in RULES.values() if rule.nature is Nature.FACTS)
    assert rule_of("  SWEEP   in ") is rule_of("Sweep in")
    assert rule_of("Sweeping") is None


class TestSettlementFund:
    def test_sweeps_and_reinvestments_of_no_shares_are_left_out_and_told_once(self) -> None:
        reading = read(
            table(
                row("Sweep in", "-100", price="1.0", **FUND),
                row("Sweep out", "40", price="1.0", **FUND),
                row("Reinvestment", "-1.5", **FUND),
                row("Dividend", "1.5", **FUND),
            )
        )
        assert [r.cells["action"] for r in reading.rows] == ["DIVIDEND"]
        assert [(p.where, p.code) for p in reading.problems] == [("o.csv:5", "SWEEPS_LEFT_OUT")]

    def test_purchases_at_a_dollar_a_share_are_cash(self) -> None:
        assert booked(row("Buy", "-100", shares="100", price="1", **FUND)) == []

    def test_another_money_market_fund_is_a_holding(self) -> None:
        line = row("Buy", "-100", shares="100", price="1", symbol="VUSXX", name="TREASURY MM")
        assert booked(line) == [("VUSXX", "BUY", "100", "100.00")]

    def test_a_reinvestment_of_no_shares_in_anything_else_is_an_error(self) -> None:
        line = row("Reinvestment", "-1.5")
        assert refused(table(line)) == [("o.csv:5:Shares", "BAD_QUANTITY")]


class TestBonds:
    NAME = "U S TREASURY NOTE CPN 4.25000 % MTD 2030-11-30 DTD 2023-11-30"

    def test_a_bond_without_symbol_gets_one_from_its_name(self) -> None:
        line = row("Buy", "-4980", shares="5000", price="99.6", symbol="", name=self.NAME)
        reading = read(table(line))
        symbol = "U-S-TREASURY-NOTE-CPN-4.25000-MTD-2030-11-30-DTD-2023-11-30"
        assert reading.rows[0].cells["symbol"] == symbol
        assert "price" not in reading.rows[0].cells
        assert [s["kind"] for s in reading.securities] == ["bond"]
        assert [p.code for p in reading.problems] == ["SYMBOL_MADE"]

    def test_accrued_interest_is_no_basis(self) -> None:
        line = row(
            "Buy", "-4990", shares="5000", price="99.6", symbol="", name=self.NAME, accrued="10"
        )
        symbol = "U-S-TREASURY-NOTE-CPN-4.25000-MTD-2030-11-30-DTD-2023-11-30"
        assert booked(line) == [
            (symbol, "BUY", "5000", "4980.00"),
            (symbol, "INTEREST", "", "-10.00"),
        ]


def test_an_option_names_its_contract() -> None:
    line = row(
        "Buy to open", "-56", shares="1", price="0.55", fees="1", symbol="ALFA 270716 P 60.50"
    )
    reading = read(table(line))
    assert reading.rows[0].cells["symbol"] == "ALFA270716P00060500"
    assert {
        k: reading.securities[0][k] for k in ("underlying", "put_call", "strike", "expiry")
    } == {
        "underlying": "ALFA",
        "put_call": "put",
        "strike": "60.5",
        "expiry": "2027-07-16",
    }


def test_rows_grouped_by_holding_are_booked_by_date_without_a_warning() -> None:
    reading = read(
        table(
            row("Buy", "-21", shares="3", price="7", day="2023-05-01"),
            row("Buy", "-21", shares="3", price="7", day="2023-03-01", symbol="BETA"),
            row("Buy", "-21", shares="3", price="7", day="2023-04-01", symbol="BETA"),
        )
    )
    assert [r.cells["date"] for r in reading.rows] == ["2023-03-01", "2023-04-01", "2023-05-01"]
    assert reading.problems == ()


@pytest.mark.parametrize("column", ["Commission Fees", "Commissions and Fees", "Commission"])
def test_the_column_of_commissions_has_had_several_names(column: str) -> None:
    line = row("Buy", "-22", shares="3", price="7", fees="1.0")
    text = table(line, header=HEADER.replace("Commissions and Fees", column))
    assert read(text).rows[0].cells["fees"] == "1.00"


def test_unknown_columns_are_tolerated_and_missing_ones_are_named() -> None:
    more = HEADER.replace("Accrued Interest", "Inflow,Outflow,Accrued Interest")
    line = SOUND.replace(",-21.0,0.0,CASH", ",-21.0,,21.0,0.0,CASH")
    assert not read(table(line, header=more)).is_refused
    text = table(SOUND, header=HEADER.replace("Net Amount", "Net"))
    assert refused(text) == [("o.csv:4:Net Amount", "MISSING_COLUMN")]


class TestSections:
    PLAN = (
        "Account Number,Trade Date,Run Date,Transaction Activity,Transaction Description,"
        "Investment Name,Share Price,Transaction Shares,Dollar Amount,"
    )

    def test_an_empty_section_of_a_retirement_plan_says_nothing(self) -> None:
        assert read(f"{table(SOUND)}\n{self.PLAN}\n").problems == ()

    def test_a_retirement_plan_with_rows_is_left_out_and_told(self) -> None:
        line = "99,2023-03-01,2023-03-02,Plan Contribution,x,TARGET 2050,7.0,3.0,21.0,"
        reading = read(f"{table(SOUND)}\n{self.PLAN}\n{line}\n")
        assert len(reading.rows) == 1
        assert [(p.where, p.code) for p in reading.problems] == [("o.csv:7", "SECTION_LEFT_OUT")]

    def test_holdings_alone_are_no_transactions(self) -> None:
        text = f"{HOLDINGS}\n12345678,ALFA CORP,ALFA,3,7,21,\n"
        assert refused(text) == [("o.csv:1", "WRONG_EXPORT")]
        assert sniff(text) is BROKERS["vanguard"]

    def test_a_row_above_every_header_is_refused(self) -> None:
        assert refused(f"{SOUND}\n{table(SOUND)}") == [("o.csv:1", "BAD_ROW")]

    def test_two_kinds_of_export_in_one_file_are_refused(self) -> None:
        lots = (FIXTURES / "realized-lots.csv").read_text(encoding="utf-8")
        assert refused(table(SOUND) + lots) == [("o.csv:6", "WRONG_EXPORT")]


class TestAccounts:
    TEXT = (FIXTURES / "ofxdownload-2025.csv").read_text(encoding="utf-8")

    def test_a_file_of_several_must_be_told_which(self) -> None:
        reading = read(self.TEXT)
        assert [p.code for p in reading.problems] == ["SEVERAL_ACCOUNTS"]
        assert "...5678, ...4321" in reading.problems[0].message

    def test_one_that_is_not_there_is_refused(self) -> None:
        assert refused(self.TEXT, "99999999") == [("o.csv:9:Account Number", "NO_SUCH_ACCOUNT")]

    def test_one_that_has_holdings_and_no_transactions_is_empty(self) -> None:
        text = table(SOUND).replace("\n\n", "\n87654321,BETA,BETA,3,7,21,\n\n")
        assert [p.code for p in read(text, "87654321").problems] == ["NO_ROWS"]


def told_cash(text: str, number: str) -> Decimal:
    """The money of an account's rows, read without the importer; values in kind left out."""
    lines = list(csv.reader(io.StringIO(text)))
    start = next(at for at, line in enumerate(lines) if "Net Amount" in line)
    rows = [dict(zip(lines[start], line, strict=False)) for line in lines[start + 1 :]]
    mine = [r for r in rows if r.get("Account Number") == number and r.get("Net Amount")]
    cash = [r for r in mine if not (r["Transaction Type"].startswith("Transfer") and r["Symbol"])]
    own = [r for r in cash if not r["Transaction Type"].startswith("Sweep")]
    fund = [r for r in own if r["Symbol"] == "VMFXX" and r["Transaction Type"] == "Reinvestment"]
    return sum((Decimal(r["Net Amount"]) for r in own if r not in fund), Decimal(0))


@given(st.lists(st.integers(9, 32), unique=True), st.booleans())
def test_no_money_is_lost_whatever_rows_a_file_has(dropped: list[int], turned: bool) -> None:
    """Rows that need another are refused without it; else every cent that is told is booked."""
    lines = (FIXTURES / "ofxdownload-2025.csv").read_text(encoding="utf-8").splitlines()
    body = [line for at, line in enumerate(lines[9:33], 9) if at not in dropped]
    text = "\n".join([*lines[:9], *(body[::-1] if turned else body), *lines[33:]])
    reading = read(text, "12345678")
    if reading.is_refused:
        assert reading.rows == ()
        return
    cash = sum(
        Decimal(r.cells.get("amount", 0)) * (-1 if r.cells["action"] in PAID else 1)
        for r in reading.rows
    )
    assert cash == told_cash(text, "12345678")


def test_a_row_is_the_same_whatever_zeros_stand_behind_its_price() -> None:
    rows = [row("Buy", "-21", shares="3", price=price) for price in ("7", "7.0", "7.0000")]
    assert {tuple(read(table(line)).rows[0].cells.items()) for line in rows} == {
        tuple(read(table(rows[0])).rows[0].cells.items())
    }


def test_split_rows_of_two_securities_are_no_reverse_split() -> None:
    new = row("Stock split", "0", shares="10", symbol="ALFA")
    old = row("Stock split", "0", shares="-100", symbol="BETA")
    assert {code for _, code in refused(table(new, old))} == {"SPLIT_RATIO_UNKNOWN"}


def test_an_assignment_without_a_contract_is_refused() -> None:
    assert refused(table(row("Assigned", "0", shares="1", symbol="A"))) == [
        ("o.csv:5:Transaction Type", "NEEDS_FACTS")
    ]
