"""Plain text for pipes, inert cells for spreadsheets, and nothing that a terminal obeys."""

from taxlots.domain.problem import error, warning
from taxlots.reports.terminal import Column, Listing, clean, csv_text, plain_text, problem_line

COLUMNS = (Column("lot", "lot"), Column("basis", "basis", is_number=True))


def test_columns_are_aligned_numbers_to_the_right() -> None:
    rows = [{"lot": "a", "basis": "1.00"}, {"lot": "bcd", "basis": "1000.00"}]
    assert plain_text(Listing("Lots", COLUMNS, rows)).splitlines() == [
        "Lots",
        "lot    basis",
        "a       1.00",
        "bcd  1000.00",
    ]


def test_an_empty_listing_is_a_sentence() -> None:
    assert plain_text(Listing("Lots", COLUMNS, [], "nothing is open")) == "Lots: nothing is open"


def test_what_a_terminal_would_obey_is_shown_as_unknown() -> None:
    assert clean("a\x1b[31mb\x07") == "a\N{REPLACEMENT CHARACTER}[31mb\N{REPLACEMENT CHARACTER}"


def test_a_problem_is_one_line_with_sentences() -> None:
    bad = error("t.csv:3:id", "BAD_ID", "the id is blank", "give it one.")
    told = warning("t.csv", "X", "accounts.csv is\nold", "look")
    assert problem_line(bad) == "t.csv:3:id: BAD_ID: The id is blank. Give it one."
    assert problem_line(told) == "t.csv: X (warning): accounts.csv is old. Look."


def test_cells_that_a_spreadsheet_would_run_have_an_apostrophe() -> None:
    """OWASP, CSV injection: =, +, -, @ at the start; negative numbers stay numbers."""
    cells = ["=1+1", "+1", "-A1", "@SUM", "-12.50", "plain"]
    text = csv_text(["note"], [{"note": cell} for cell in cells])
    assert text.splitlines()[1:] == ["'=1+1", "'+1", "'-A1", "'@SUM", "-12.50", "plain"]
