"""Fidelity's history: what each action becomes, and what is refused with which reason."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.brokers.fidelity_actions import RULES, rule_of
from taxlots.brokers.protocol import Reading
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.brokers.vocabulary import Nature
from taxlots.domain.action import Action
from taxlots.domain.problem import Severity

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "brokers" / "fidelity"
HEADER = (
    "Run Date,Action,Symbol,Description,Type,Quantity,Price ($),Commission ($),Fees ($),"
    "Accrued Interest ($),Amount ($),Settlement Date"
)
END = "Date downloaded 12/31/2024 6:00 pm"
SOUND = "03/01/2023,YOU BOUGHT ALFA CORP (ALFA) (Cash),ALFA,ALFA CORP,Cash,3,7,,,,-21,03/03/2023"
PAID = {"BUY", "REINVEST", "FEE", "WITHDRAWAL", "BUY_OPTION", "CLOSE_OPTION", "BUY_TO_COVER"}


def history(*rows: str, header: str = HEADER) -> str:
    return "\n".join(["", "", header, *rows, "", END, ""])


def read(text: str, number: str | None = None, held: dict[str, int] | None = None) -> Reading:
    return BROKERS["fidelity"].read(
        text, file="history.csv", account="A", held=held, statement_account=number
    )


def booked(*rows: str) -> list[tuple[str, ...]]:
    reading = read(history(*rows))
    assert not reading.is_refused, reading.problems
    columns = ("date", "symbol", "action", "quantity", "amount")
    return [tuple(row.cells.get(column, "") for column in columns) for row in reading.rows]


def refused(text: str, number: str | None = None) -> list[tuple[str, str]]:
    reading = read(text, number)
    assert reading.is_refused
    assert (reading.rows, reading.realized_lots, reading.securities) == ((), (), ())
    errors = [p for p in reading.problems if p.severity is Severity.ERROR]
    return [(p.where, p.code) for p in errors]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            (
                "03/01/2023,YOU BOUGHT PROSPECTUS UNDER SEPARATE COVER WESTERLY FUND (WSTR) (Cash),"
                "WSTR,WESTERLY FUND,Cash,37.147,13.46,,,,-500,03/02/2023"
            ),
            ("2023-03-01", "WSTR", "BUY", "37.147", "500.00"),
        ),
        (
            "03/01/2023,YOU SOLD ALFA CORP (ALFA) (Margin),ALFA,ALFA CORP,Margin,-4,7,,,,28,",
            ("2023-03-01", "ALFA", "SELL", "4", "28.00"),
        ),
        (
            "03/01/2023,RETURN OF CAPITAL ALFA CORP (ALFA) (Cash),ALFA,ALFA CORP,Cash,,,,,,2.5,",
            ("2023-03-01", "ALFA", "RETURN_OF_CAPITAL", "", "2.50"),
        ),
        (
            "03/01/2023,ADJ FOREIGN TAX PAID NOVA AG (NOVA) (Cash),NOVA,NOVA AG,Cash,,,,,,1.3,",
            ("2023-03-01", "NOVA", "FEE", "", "-1.30"),
        ),
        (
            "03/01/2023,Wire Transfer From Bank (Cash),,No Description,Cash,,,,,,900,",
            ("2023-03-01", "", "DEPOSIT", "", "900.00"),
        ),
        (
            "03/01/2023,TRANSFERRED TO VS X12345678-1 (Cash),,No Description,Cash,,,,,,-90,",
            ("2023-03-01", "", "WITHDRAWAL", "", "90.00"),
        ),
        (
            (
                "03/01/2023,TRANSFERRED TO VS X12345678-1 ALFA CORP (ALFA) (Cash),ALFA,ALFA CORP,"
                "Shares,-9,,,,,-63,"
            ),
            ("2023-03-01", "ALFA", "TRANSFER_OUT", "9", ""),
        ),
        (
            (
                "03/01/2023,YOU BOUGHT OPENING TRANSACTION PUT (ALFA) ALFA JUN 16 23 $6 (100 SHS)"
                " (Margin), -ALFA230616P6,PUT (ALFA),Margin,2,0.5,1.3,0.1,,-101.4,"
            ),
            ("2023-03-01", "ALFA230616P00006000", "BUY_OPTION", "2", "101.40"),
        ),
        (
            "03/01/2023,YOU BOUGHT ALFA CORP (ALFA) (Cash),,ALFA CORP,Cash,3,7,,,,-21,",
            ("2023-03-01", "ALFA", "BUY", "3", "21.00"),
        ),
        (
            "03-01-2023,YOU SOLD ALFA CORP AS OF 02-28-23 (ALFA) (Cash),ALFA,A,Cash,-3,7,,,,21,",
            ("2023-02-28", "ALFA", "SELL", "3", "21.00"),
        ),
    ],
)
def test_each_row_becomes(row: str, expected: tuple[str, ...]) -> None:
    assert booked(row) == [expected]


def test_an_action_is_known_by_its_longest_beginning() -> None:
    known = rule_of("You  bought opening transaction CALL (ALFA)", has_shares=True)
    assert known is not None
    assert (known[0], known[1].action) == ("YOU BOUGHT OPENING TRANSACTION", Action.BUY_OPTION)
    assert rule_of("YOU BOUGHTED", has_shares=True) is None
    assert rule_of("", has_shares=False) is None


def test_what_needs_facts_says_which() -> None:
    refused_rules = [rule for rule in RULES.values() if rule.nature is Nature.FACTS]
    assert refused_rules
    assert all(rule.remedy for rule in refused_rules)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("03/01/2023,FROBNICATE ALFA (ALFA) (Cash),ALFA,A,Cash,3,7,,,,-21,", "Action", "UNKNOWN"),
        ("03/01/2023,,ALFA,A,Cash,3,7,,,,-21,", "Action", "UNKNOWN_ACTION"),
        ("02/30/2023,YOU BOUGHT A (ALFA) (Cash),ALFA,A,Cash,3,7,,,,-21,", "Run Date", "BAD_DATE"),
        (
            "03/01/2023,YOU BOUGHT A as of Mar-99-2023 (ALFA) (Cash),ALFA,A,Cash,3,7,,,,-21,",
            "Action",
            "BAD_DATE",
        ),
        ("03/01/2023,YOU BOUGHT A (ALFA) (Cash),ALFA,A,Cash,-3,7,,,,-21,", "Quantity", "NEGATIVE"),
        ("03/01/2023,YOU BOUGHT A (ALFA) (Cash),ALFA,A,Cash,three,7,,,,-21,", "Quantity", "BAD_Q"),
        ("03/01/2023,YOU BOUGHT A (ALFA) (Cash),ALFA,A,Cash,3,7,,,,21,", "Amount", "WRONG_SIGN"),
        ("03/01/2023,YOU SOLD A (ALFA) (Cash),ALFA,A,Cash,-3,7,,,,-21,", "Amount", "WRONG_SIGN"),
        ("03/01/2023,YOU BOUGHT A (ALFA) (Cash),ALFA,A,Cash,3,7,,-1,,-20,", "Fees", "WRONG_SIGN"),
        ("03/01/2023,YOU BOUGHT A (Cash),,A,Cash,3,7,,,,-21,", "Symbol", "MISSING_SYMBOL"),
        ("03/01/2023,DIVIDEND RECEIVED A (ALFA) (Cash),ALFA,A,Cash,3,,,,,21,", "Quantity", "BAD_Q"),
        (
            "03/01/2023,YOU BOUGHT RSU### A (ALFA) (Cash),ALFA,A,Cash,3,7,,,,-21,",
            "Action",
            "NEEDS",
        ),
        (
            "03/01/2023,YOU BOUGHT ESPP### A (ALFA) (Cash),ALFA,A,Cash,3,7,,,,-21,",
            "Action",
            "NEEDS",
        ),
        ("03/01/2023,MERGER MER PAYOUT #REOR M1 (A1) (Cash),,A,Cash,-26,,,,,,", "Action", "NEED"),
        (
            "03/01/2023,DISTRIBUTION SPINOFF FROM:(ALFA ) BETA (BETA) (Cash),BETA,B,Shares,3,,,,,,",
            "Action",
            "NEEDS_FACTS",
        ),
        (
            (
                "03/01/2023,ASSIGNED as of 2023-02-24 PUT (ALFA) A FEB 24 23 $6,-ALFA230224P6,P"
                ",Cash,1,,,,,,"
            ),
            "Action",
            "NEEDS_FACTS",
        ),
        (
            "03/01/2023,YOU BOUGHT ASSIGNED PUTS A (ALFA) (Cash),ALFA,A,Cash,100,6,,,,-600,",
            "Action",
            "NEEDS_FACTS",
        ),
        (
            "03/01/2023,DISTRIBUTION ALFA CORP (ALFA) (Cash),ALFA,A,Shares,9,,,,,,",
            "Quantity",
            "SPLIT_RATIO_UNKNOWN",
        ),
        (
            "03/01/2023,BUY CANCEL ALFA CORP (ALFA) (Cash),ALFA,A,Cash,-9,7,,,,63,",
            "Action",
            "UNMATCHED_CANCEL",
        ),
        ("03/01/2025,YOU BOUGHT A (ALFA) (Cash),ALFA,A,Cash,3,7,,,,-21,", "Run Date", "AFTER"),
    ],
)
def test_a_row_that_cannot_be_booked_is_told_by_line_and_column(
    row: str, column: str, code: str
) -> None:
    ((where, found),) = refused(history(row))
    assert where == f"history.csv:4:{column}"
    assert found.startswith(code)


def test_a_foreign_currency_is_refused() -> None:
    text = history(f"{SOUND},CAD", header=f"{HEADER},Currency")
    assert refused(text) == [("history.csv:4:Currency", "FOREIGN_CURRENCY")]


def test_unknown_columns_are_tolerated_and_missing_ones_are_named() -> None:
    assert not read(history(f"{SOUND},x", header=f"{HEADER},New Column")).is_refused
    without = HEADER.replace("Amount ($)", "Sum")
    assert refused(history(SOUND, header=without)) == [("history.csv:3:Amount", "MISSING_COLUMN")]
    twice = HEADER.replace("Fees ($)", "Price")
    assert refused(history(SOUND, header=twice)) == [("history.csv:3:Price", "DUPLICATE_COLUMN")]


def test_an_amount_that_is_not_quantity_times_price_is_a_warning() -> None:
    row = SOUND.replace(",-21,", ",-22,")
    reading = read(history(row))
    assert [p.code for p in reading.problems] == ["AMOUNT_MISMATCH"]
    assert "Fidelity's page" in reading.problems[0].remedy


def test_a_history_without_its_end_may_be_cut_off() -> None:
    text = history(SOUND).replace(END, "")
    assert [p.code for p in read(text).problems] == ["NO_END"]


def test_a_row_below_the_end_is_refused() -> None:
    assert refused(f"{history(SOUND)}{SOUND}\n") == [("history.csv:7", "BAD_ROW")]


def test_a_row_above_the_header_is_refused() -> None:
    assert refused(f"{SOUND}\n{history(SOUND)}")[0] == ("history.csv:1", "BAD_ROW")


def test_a_reverse_split_whose_new_shares_have_no_ticker_needs_it() -> None:
    rows = (
        "03/08/2023,REVERSE SPLIT R/S FROM 74346Q704 (88900A103) (Cash),,A,Cash,10,,,,,,",
        "03/08/2023,REVERSE SPLIT R/S TO 88900A103 (74346Q704) (Cash),,A,Cash,-100,,,,,,",
    )
    assert refused(history(*rows)) == [("history.csv:4:Action", "NEEDS_FACTS")]


def test_two_reorganizations_of_one_day_are_told_apart_by_their_numbers() -> None:
    rows = (
        "03/08/2023,REVERSE SPLIT R/S FROM A#REOR M0000011 (BETA) (Cash),BETA,B,Cash,10,,,,,,",
        "03/08/2023,REVERSE SPLIT R/S FROM A#REOR M0000021 (ALFA) (Cash),ALFA,A,Cash,5,,,,,,",
        "03/08/2023,REVERSE SPLIT R/S TO A#REOR M0000010 (BETA) (Cash),BETA,B,Cash,-100,,,,,,",
        "03/08/2023,REVERSE SPLIT R/S TO A#REOR M0000020 (ALFA) (Cash),ALFA,A,Cash,-100,,,,,,",
    )
    reading = read(history(*rows))
    found = {(row.cells["symbol"], row.cells["ratio"]) for row in reading.rows}
    assert found == {("BETA", "1/10"), ("ALFA", "1/20")}


def test_a_name_change_between_tickers_is_a_change_of_symbol() -> None:
    rows = (
        "03/08/2023,NAME CHANGED N/C FROM A#REOR M0000011 (BETA) (Cash),BETA,B,Cash,10,,,,,,",
        "03/08/2023,NAME CHANGED N/C TO A#REOR M0000010 (ALFA) (Cash),ALFA,A,Cash,-10,,,,,,",
    )
    (row,) = read(history(*rows)).rows
    assert (row.cells["action"], row.cells["symbol"], row.cells["to_symbol"]) == (
        "SYMBOL_CHANGE",
        "ALFA",
        "BETA",
    )


def test_shares_journaled_between_cash_and_margin_stay_in_the_account() -> None:
    rows = (
        "03/08/2023,JOURNALED JNL VS A/C TYPES ALFA CORP (ALFA) (Margin),ALFA,A,Margin,9,,,,,,",
        "03/08/2023,JOURNALED JNL VS A/C TYPES ALFA CORP (ALFA) (Cash),ALFA,A,Cash,-9,,,,,,",
    )
    reading = read(history(*rows))
    assert reading.rows == ()
    assert [p.code for p in reading.problems] == ["INTERNAL_MOVE"]


def test_shares_bought_by_an_exercised_call_are_one_row_with_it() -> None:
    rows = (
        (
            "03/17/2023,YOU BOUGHT EXERCISED CALLS AS OF 03-17-23 A (ALFA) (Cash),ALFA,A,Cash,200"
            ",6,,0.5,,-1200.5,"
        ),
        (
            "03/17/2023,EXERCISED as of Mar-17-2023 CALL (ALFA) A MAR 17 23 $6,-ALFA230317C6,C"
            ",Cash,-2,,,,,,"
        ),
    )
    reading = read(history(*rows))
    (row,) = reading.rows
    assert {k: row.cells[k] for k in ("action", "quantity", "fees", "amount")} == {
        "action": "EXERCISE",
        "quantity": "2",
        "fees": "0.50",
        "amount": "1200.50",
    }
    assert reading.securities[0]["put_call"] == "call"


def test_options_on_a_broad_index_are_section_1256_contracts() -> None:
    row = (
        "03/01/2023,YOU BOUGHT OPENING TRANSACTION PUT (SPXW) S&P 500 INDEX JUN 16 23 $4000,"
        "-SPXW230616P4000,PUT,Margin,1,5,,,,-500,"
    )
    (security,) = read(history(row)).securities
    assert (security["symbol"], security["kind"]) == ("SPXW230616P04000000", "section_1256")


class TestAccounts:
    TEXT = (FIXTURES / "accounts-history-2025.csv").read_text(encoding="utf-8")

    def test_a_file_of_several_must_be_told_which(self) -> None:
        reading = read(self.TEXT)
        assert [p.code for p in reading.problems] == ["SEVERAL_ACCOUNTS"]
        assert "X...5678" in reading.problems[0].message

    def test_one_that_is_not_there_is_refused(self) -> None:
        assert refused(self.TEXT, "X99999999") == [
            ("history.csv:3:Account Number", "NO_SUCH_ACCOUNT")
        ]

    def test_rows_of_the_others_are_not_looked_at(self) -> None:
        text = self.TEXT.replace("DIRECT DEPOSIT EXAMPLE", "FROBNICATE EXAMPLE")
        assert not read(text, "X12345678").is_refused
        assert read(text, "Z34567890").is_refused

    def test_a_row_without_number_is_refused(self) -> None:
        text = self.TEXT.replace('"CMA","Z34567890","DIRECT', '"CMA","","DIRECT')
        assert refused(text, "X12345678") == [("history.csv:9:Account Number", "MISSING_CELL")]


class TestOtherFiles:
    @pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
    def test_an_empty_file(self, text: str) -> None:
        assert refused(text) == [("history.csv:1", "EMPTY_FILE")]

    def test_positions(self) -> None:
        text = "Account Number,Symbol,Last Price,Current Value,Cost Basis Total\nX1,ALFA,1,2,3\n"
        assert refused(text) == [("history.csv:1", "WRONG_EXPORT")]

    def test_something_else(self) -> None:
        assert refused("hello\n") == [("history.csv:1", "UNKNOWN_FORMAT")]
        assert sniff("hello\n") is None


class TestClosedPositions:
    HEADER = (
        "Symbol(CUSIP),Security Description,Quantity,Date Acquired,Date Sold,Proceeds,Cost Basis,"
        "Short Term Gain/Loss,Long Term Gain/Loss"
    )

    def test_a_wash_sale_belongs_to_the_lot_above(self) -> None:
        text = f'{self.HEADER}\nBETA(88900B200),BETA,,,Wash Sale,,,"$5.00 ",-\n'
        assert refused(text) == [("history.csv:2:Date Sold", "BAD_ROW")]

    def test_a_lot_needs_its_proceeds_and_day(self) -> None:
        text = f"{self.HEADER}\nBETA,BETA,3,01/02/2023,-,-,$5.00,-,-\n"
        assert [code for _, code in refused(text)] == ["MISSING_CELL", "MISSING_CELL"]

    def test_a_gain_that_is_not_proceeds_less_basis_is_a_warning(self) -> None:
        text = f"{self.HEADER}\nBETA,BETA,3,01/02/2023,01/03/2023,$7.00,$5.00,$3.00,-\n"
        assert [p.code for p in read(text).problems] == ["AMOUNT_MISMATCH"]

    def test_a_total_that_is_not_the_sum_is_a_warning(self) -> None:
        row = "BETA,BETA,3,01/02/2023,01/03/2023,$7.00,$5.00,$2.00,-"
        text = f"{self.HEADER}\n{row}\nTotal,,,,,$8.00,$5.00,$2.00,-\n"
        assert [p.code for p in read(text).problems] == ["TOTAL_MISMATCH"]


def told_cash(text: str) -> Decimal:
    """The money of a history's rows, read without the importer; market values left out."""
    table = [[cell.strip() for cell in line] for line in csv.reader(io.StringIO(text))]
    start = next(at for at, line in enumerate(table) if "Run Date" in line)
    rows = [dict(zip(table[start], line, strict=False)) for line in table[start + 1 :]]
    cash = [
        r for r in rows if r.get("Settlement Date") is not None and r["Security Type"] != "Shares"
    ]
    return sum((Decimal(r["Amount ($)"] or 0) for r in cash), Decimal(0))


@given(st.lists(st.integers(4, 28), unique=True), st.booleans())
def test_no_money_is_lost_whatever_rows_a_history_has(dropped: list[int], turned: bool) -> None:
    """Rows that need another are refused without it; else every cent that is told is booked."""
    lines = (FIXTURES / "history-2021.csv").read_text(encoding="utf-8").splitlines()
    body = [line for at, line in enumerate(lines[4:29], 4) if at not in dropped]
    text = "\n".join([*lines[:4], *(body[::-1] if turned else body), *lines[29:]])
    reading = read(text)
    if reading.is_refused:
        assert reading.rows == ()
        return
    cash = sum(
        Decimal(row.cells.get("amount", 0)) * (-1 if row.cells["action"] in PAID else 1)
        for row in reading.rows
    )
    swept = Decimal("-0.12") if "REINVESTMENT FIDELITY GOVERNMENT" in text else 0
    assert cash + swept == told_cash(text)


def test_an_assignment_of_nothing_known_is_refused() -> None:
    rows = (
        "03/01/2023,ASSIGNED as of 2023-02-24 PUT,X,P,Cash,1,,,,,,",
        "03/01/2023,YOU BOUGHT ASSIGNED PUTS AS OF 02-24-23,,A,Cash,100,6,,,,-600,",
    )
    assert {code for _, code in refused(history(*rows))} == {"NEEDS_FACTS", "MISSING_SYMBOL"}
