"""A file that cannot be trusted is refused whole, with every reason, each with its place."""

import json
from datetime import date

import pytest

from taxlots.brokers.protocol import Reading
from taxlots.brokers.registry import BROKERS, sniff
from taxlots.brokers.text import decode, masked
from taxlots.domain.problem import Problem, Severity

HEADER = "Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount"
TITLE = '"Transactions  for account Individual ...678 as of 12/31/2024 06:00:00 PM ET"'
SOUND = "03/01/2023,Buy,ALFA,ALFA CORP,3,$7.00,,-$21.00"


def read(text: str, as_of: date | None = None) -> Reading:
    return BROKERS["schwab"].read(text, file="export.csv", account="A", as_of=as_of)


def refused(text: str, as_of: date | None = None) -> list[tuple[str, str]]:
    """Place and code of every error of a file that is refused whole."""
    reading = read(text, as_of)
    assert reading.is_refused
    assert (reading.rows, reading.open_lots, reading.realized_lots) == ((), (), ())
    errors = [p for p in reading.problems if p.severity is Severity.ERROR]
    assert all(p.message and p.remedy for p in errors)
    return [(p.where, p.code) for p in errors]


def table(*rows: str, title: str = "") -> str:
    return "\n".join([*([title] if title else []), HEADER, *rows, ""])


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("03/01/2023,Frobnicate,ALFA,ALFA CORP,3,,,", "Action", "UNKNOWN_ACTION"),
        ("03/01/2023,,ALFA,ALFA CORP,3,,,", "Action", "UNKNOWN_ACTION"),
        ("03/01/2023,Sell,ALFA,ALFA CORP,-3,$7.00,,$21.00", "Quantity", "NEGATIVE_QUANTITY"),
        ("03/01/2023,Buy,ALFA,ALFA CORP,three,$7.00,,-$21.00", "Quantity", "BAD_QUANTITY"),
        ("03/01/2023,Buy,ALFA,ALFA CORP,,$7.00,,-$21.00", "Quantity", "BAD_QUANTITY"),
        ("03/01/2023,Buy,ALFA,ALFA CORP,0,$7.00,,-$21.00", "Quantity", "BAD_QUANTITY"),
        ("03/01/2023,Buy,ALFA,X,1.123456789,$7.00,,-$7.86", "Quantity", "BAD_QUANTITY"),
        ("03/01/2023,Cash Dividend,ALFA,X,4,,,$7.86", "Quantity", "BAD_QUANTITY"),
        ("03/01/2023,Buy,,ALFA CORP,3,$7.00,,-$21.00", "Symbol", "MISSING_SYMBOL"),
        ("03/01/2023,Buy,ALFA,ALFA CORP,3,,,", "Amount", "BAD_AMOUNT"),
        ("03/01/2023,Buy,ALFA,ALFA CORP,3,$7.00,,-$21.00x", "Amount", "BAD_AMOUNT"),
        ("03/01/2023,Buy,ALFA,ALFA CORP,3,$7.00,,-$21.005", "Amount", "BAD_AMOUNT"),
        ("03/01/2023,Cash Dividend,ALFA,X,,,,", "Amount", "BAD_AMOUNT"),
        ("03/01/2023,Buy,ALFA,ALFA CORP,3,$7.00,,$21.00", "Amount", "WRONG_SIGN"),
        ("03/01/2023,Sell,ALFA,ALFA CORP,3,$7.00,,-$21.00", "Amount", "WRONG_SIGN"),
        ("03/01/2023,Sell,ALFA,ALFA CORP,3,$7.00,-$1.00,$22.00", "Fees & Comm", "WRONG_SIGN"),
        ("03/01/2023,Buy,SAP,SAP SE,3,€7.00,,-$21.00", "Price", "FOREIGN_CURRENCY"),
        ("03/01/2023,Buy,SAP,SAP SE,3,$7.00,,-CAD 21.00", "Amount", "FOREIGN_CURRENCY"),
        ("03/01/2023,Buy,SAP,SAP SE,3,$7.00,,-C$21.00", "Amount", "FOREIGN_CURRENCY"),
        ("02/30/2023,Buy,ALFA,ALFA CORP,3,$7.00,,-$21.00", "Date", "BAD_DATE"),
        ("2023-03-01,Buy,ALFA,ALFA CORP,3,$7.00,,-$21.00", "Date", "BAD_DATE"),
        ("03/01/2023 as of soon,Buy,ALFA,X,3,$7.00,,-$21.00", "Date", "BAD_DATE"),
        ("03/01/2023,Spin-off,BETA,BETA INC,34,,,", "Action", "NEEDS_FACTS"),
        ("03/01/2023,Stock Plan Activity,ALFA,X,30,,,", "Action", "NEEDS_FACTS"),
        ("03/01/2023,Stock Merger,ALFA,X,-30,,,", "Action", "NEEDS_FACTS"),
        ("03/01/2023,Journaled Shares,ALFA,X,,,,", "Action", "NEEDS_FACTS"),
        ("03/01/2023,Buy,SPY 03/31/2023 284.00 P,X,1,$2.00,,-$200.00", "Action", "NEEDS_FACTS"),
    ],
)
def test_a_row_that_cannot_be_booked_is_told_by_line_and_column(
    row: str, column: str, code: str
) -> None:
    assert refused(table(SOUND, row)) == [(f"export.csv:3:{column}", code)]


def test_an_unknown_action_is_named() -> None:
    (problem,) = read(table("03/01/2023,Frobnicate,ALFA,ALFA CORP,3,,,")).problems
    assert "'Frobnicate'" in problem.message
    assert "canonical row" in problem.remedy


def test_a_foreign_currency_is_named() -> None:
    (problem,) = read(table("03/01/2023,Buy,SAP,SAP SE,3,$7.00,,-CAD 21.00")).problems
    assert problem.message == "'-CAD 21.00' is in CAD; only US dollars are booked."


def test_a_column_that_names_another_currency_is_refused() -> None:
    text = f"{HEADER},Currency\n{SOUND},EUR\n"
    assert refused(text) == [("export.csv:2:Currency", "FOREIGN_CURRENCY")]


def test_all_bad_rows_are_told_in_one_run() -> None:
    text = table(
        "03/09/2023,Frobnicate,ALFA,X,3,,,",
        SOUND,
        "13/01/2023,Buy,ALFA,X,three,$7.00,,-$21.00",
        "03/01/2023,Spin-off,BETA,BETA INC,34,,,",
    )
    assert refused(text) == [
        ("export.csv:2:Action", "UNKNOWN_ACTION"),
        ("export.csv:4:Date", "BAD_DATE"),
        ("export.csv:4:Quantity", "BAD_QUANTITY"),
        ("export.csv:5:Action", "NEEDS_FACTS"),
    ]


class TestAfterTheAsOfLine:
    LATE = "01/02/2025,Buy,ALFA,ALFA CORP,3,$7.00,,-$21.00"

    def test_a_later_row_is_an_error(self) -> None:
        text = table(self.LATE, SOUND, title=TITLE)
        assert refused(text) == [("export.csv:3:Date", "AFTER_AS_OF")]
        assert "2025-01-02 lies after 2024-12-31" in read(text).problems[0].message

    def test_so_is_one_that_counts_as_of_a_later_day(self) -> None:
        row = "12/31/2024 as of 01/02/2025,Bank Interest,,BANK INT,,,,$1.00"
        assert refused(table(row, title=TITLE)) == [("export.csv:3:Date", "AFTER_AS_OF")]

    def test_a_row_of_the_day_itself_is_sound(self) -> None:
        row = "12/31/2024,Bank Interest,,BANK INT,,,,$1.00"
        assert not read(table(row, title=TITLE)).problems

    def test_for_a_file_without_the_line_the_caller_may_tell_the_day(self) -> None:
        assert not read(table(self.LATE)).problems
        assert refused(table(self.LATE), date(2024, 12, 31)) == [
            ("export.csv:2:Date", "AFTER_AS_OF")
        ]

    def test_the_line_of_the_file_wins(self) -> None:
        assert refused(table(self.LATE, title=TITLE), date(2025, 6, 30)) == [
            ("export.csv:3:Date", "AFTER_AS_OF")
        ]

    def test_a_line_that_cannot_be_read_is_an_error(self) -> None:
        title = '"Transactions  for account Individual ...678 as of yesterday"'
        assert refused(table(SOUND, title=title)) == [("export.csv:1", "BAD_AS_OF")]

    def test_json_tells_it_as_the_end_of_its_range(self) -> None:
        names = HEADER.split(",")
        row = dict(zip(names, self.LATE.split(","), strict=True))
        text = json.dumps({"ToDate": "12/31/2024", "BrokerageTransactions": [row]}, indent=1)
        assert refused(text) == [("export.csv:4:Date", "AFTER_AS_OF")]

    def test_a_lot_opened_or_closed_later_is_an_error(self) -> None:
        opened = (
            '"ALFA Lot Details for ...678 as of 02:46 AM ET, 09/25/2020"\n\n'
            '"Open Date","Quantity","Price","Cost/Share","Market Value","Cost Basis"\n'
            '"09/26/2020","1","$1","$1","$1","$1"\n'
        )
        assert refused(opened) == [("export.csv:4:Open Date", "AFTER_AS_OF")]


class TestFile:
    @pytest.mark.parametrize("text", ["", "\ufeff", "\n \n"])
    def test_an_empty_file(self, text: str) -> None:
        assert refused(text) == [("export.csv:1", "EMPTY_FILE")]

    @pytest.mark.parametrize("column", HEADER.split(","))
    def test_a_missing_column_is_named(self, column: str) -> None:
        header = HEADER.replace(column, "Other")
        assert refused(f"{header}\n{SOUND}\n") == [(f"export.csv:1:{column}", "MISSING_COLUMN")]

    def test_a_column_twice(self) -> None:
        assert refused(f"{HEADER},Date\n{SOUND},\n") == [("export.csv:1:Date", "DUPLICATE_COLUMN")]

    def test_a_missing_column_of_lots(self) -> None:
        header = "Symbol,Closed Date,Opened Date,Quantity,Cost Basis (CB),Gain/Loss ($)"
        assert refused(f"{header}\n") == [("export.csv:1:Proceeds", "MISSING_COLUMN")]

    def test_lots_without_the_title_that_names_their_security(self) -> None:
        header = "Open Date,Quantity,Price,Cost/Share,Market Value,Cost Basis"
        assert refused(f"{header}\n09/25/2020,1,$1,$1,$1,$1\n") == [
            ("export.csv:1", "MISSING_SYMBOL")
        ]

    def test_a_row_cut_off(self) -> None:
        assert refused(table(SOUND, "03/01/2023,Buy,AL")) == [("export.csv:3", "BAD_ROW")]

    def test_a_comma_that_is_not_quoted(self) -> None:
        row = "03/01/2023,Buy,ALFA,ALFA CORP,300,$7.00,,-$2,100.00"
        assert refused(table(row)) == [("export.csv:2", "BAD_ROW")]

    def test_a_quote_that_does_not_end(self) -> None:
        assert refused(table(SOUND, '"03/01/2023,Buy')) == [("export.csv:3", "BAD_CSV")]

    def test_json_cut_off(self) -> None:
        assert refused('{"ToDate": "12/31/2024",\n"BrokerageTransactions": [{"Da') == [
            ("export.csv:2", "BAD_JSON")
        ]

    def test_json_nested_beyond_reason(self) -> None:
        text = '{"BrokerageTransactions": ' + "[" * 100_000
        assert refused(text) == [("export.csv:1", "BAD_JSON")]

    def test_json_transaction_without_a_cell(self) -> None:
        text = '{"BrokerageTransactions": [\n{"Date": "12/31/2024"}, 7]}'
        assert refused(text) == [
            ("export.csv:2:Action", "MISSING_COLUMN"),
            ("export.csv:2:Date", "MISSING_COLUMN"),
        ]

    def test_two_accounts_in_one_file(self) -> None:
        text = table(SOUND, "Transactions Total,,,,,,,-$21.00", title=TITLE) * 2
        assert refused(text) == [("export.csv:5", "SEVERAL_ACCOUNTS")]

    @pytest.mark.parametrize(
        "header",
        [
            "Date,Status,Type,CheckNumber,Description,Withdrawal,Deposit,RunningBalance",
            "Date,Action,Symbol,Description,Quantity,FeesAndCommissions,DisbursementElection",
            '"Positions for account ...123 as of 12:33 PM ET, 2025/05/04"\nSymbol,Quantity,Price',
        ],
    )
    def test_another_export_of_schwabs(self, header: str) -> None:
        assert refused(f"{header}\n") == [("export.csv:1", "WRONG_EXPORT")]

    def test_an_equity_award_history_as_json(self) -> None:
        assert refused('{"FromDate": "01/01/2024", "Transactions": []}') == [
            ("export.csv:1", "WRONG_EXPORT")
        ]

    @pytest.mark.parametrize("text", ["hello\n", "a,b\n1,2\n", "[1]", "{}", "%PDF-1.7\n"])
    def test_something_else(self, text: str) -> None:
        assert refused(text) == [("export.csv:1", "UNKNOWN_FORMAT")]
        assert sniff(text) is None


class TestEncoding:
    TEXT = table("03/01/2023,Cash Dividend,ALFA,CAFÉ ÉTOILE,,,,$1.00")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    def test_utf_8_is_read_with_and_without_its_mark(self, encoding: str) -> None:
        text = decode(self.TEXT.encode(encoding), "export.csv")
        assert isinstance(text, str)
        assert "CAFÉ ÉTOILE" in read(text).rows[0].raw

    @pytest.mark.parametrize(
        ("encoding", "where"),
        [
            ("utf-16", "export.csv"),
            ("utf-16-be", "export.csv:2"),
            ("cp1252", "export.csv:2"),
            ("mac-roman", "export.csv:2"),
        ],
    )
    def test_anything_else_is_refused(self, encoding: str, where: str) -> None:
        problem = decode(self.TEXT.encode(encoding), "export.csv")
        assert isinstance(problem, Problem)
        assert (problem.where, problem.code) == (where, "WRONG_ENCODING")
        assert "CSV UTF-8" in problem.remedy

    def test_text_that_was_decoded_with_losses_is_refused(self) -> None:
        assert refused(self.TEXT.replace("É", "\ufffd")) == [("export.csv:2", "WRONG_ENCODING")]


class TestAccountNumbers:
    def test_they_are_masked(self) -> None:
        assert masked("TO 12345678, 1234-5678") == "TO ...5678, ...5678"
        assert masked("BANK INT 031623-041523") == "BANK INT 031623-041523"

    def test_no_message_shows_one(self) -> None:
        text = table(
            "03/01/2023,12345678,ALFA,TO 12345678,1234-5678,12345678x,,12345678y",
            "03/01/2023,Journaled Shares,,TO 12345678,3,,,",
            "12345678,Buy,ALFA",
            title='"Transactions  for account 12345678 as of 12/31/2024"',
        )
        reading = read(text)
        told = " ".join([reading.statement_account, *(p.message for p in reading.problems)])
        assert len(reading.problems) > 3
        assert "5678" in told
        assert "12345678" not in told
        assert "1234-5678" not in told

    def test_no_cell_shows_one(self) -> None:
        (row,) = read(table("03/01/2023,Journal,,TO 12345678,,,,$1.00")).rows
        assert "12345678" not in " ".join(row.cells.values())
