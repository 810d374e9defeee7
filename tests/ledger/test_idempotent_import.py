"""The same file twice adds nothing; overlapping exports add what is new; nothing is overwritten."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from taxlots.domain.action import COLUMNS
from taxlots.ledger.canonical import Source, plain_decimal
from taxlots.ledger.database import reading
from taxlots.ledger.hash_chain import verify_chain
from taxlots.ledger.imports import append
from taxlots.ledger.journal import read_transactions
from taxlots.ledger.row_ids import given_id, identify

Import = Callable[..., Any]

BUY = "T1 2024-01-05 A1 AAPL BUY 10 1000"
SELL = "T2 2024-02-05 A1 AAPL SELL 10 900"
FILL = "- 2024-03-05 A1 MSFT BUY 5 2000"


def counts(ledger: Engine) -> tuple[int, int]:
    with reading(ledger) as connection:
        query = "SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM import_batch)"
        return tuple(connection.exec_driver_sql(query).one())


def ids(ledger: Engine) -> list[str]:
    return read_transactions(ledger).column("id").to_pylist()


def test_the_same_file_twice_adds_nothing(ledger: Engine, imported: Import) -> None:
    assert (imported(BUY, SELL, FILL).added, counts(ledger)) == (3, (3, 1))
    again = imported(BUY, SELL, FILL, hour=2)
    assert (again.added, again.known, counts(ledger)) == (0, 3, (3, 1))


def test_overlapping_exports_add_what_is_new(ledger: Engine, imported: Import) -> None:
    imported(BUY, SELL)
    later = imported(SELL, "T3 2024-04-05 A1 AAPL BUY 1 100", hour=2)
    assert (later.added, later.known) == (1, 1)
    assert ids(ledger) == ["T1", "T2", "T3"]


def test_a_third_equal_fill_is_the_only_new_row(ledger: Engine, imported: Import) -> None:
    assert imported(FILL, FILL).added == 2
    later = imported(FILL, FILL, FILL, hour=2)
    assert (later.added, later.known) == (1, 2)
    assert len(set(ids(ledger))) == 3


def test_a_shorter_export_after_a_longer_one_adds_nothing(imported: Import) -> None:
    imported(FILL, FILL, FILL)
    assert imported(FILL, hour=2).added == 0


def test_equal_rows_of_two_accounts_are_different_rows(ledger: Engine, imported: Import) -> None:
    imported(FILL, FILL.replace("A1", "A2"))
    assert len(set(ids(ledger))) == 2


def test_ids_of_rows_without_one_are_the_same_in_every_database(
    ledger: Engine, imported: Import
) -> None:
    imported(FILL)
    content = "b0fd5be51a6bf64df9a5e1a3e1d8e8ee" * 2
    assert given_id(content, 1) == given_id(content, 1) != given_id(content, 2)
    [given] = ids(ledger)
    assert given[0] == "x"
    assert given.isalnum()
    assert len(given) == 13


def test_a_journal_that_was_exported_comes_back_as_known(ledger: Engine, imported: Import) -> None:
    imported(BUY, FILL, FILL)
    exported = read_transactions(ledger)
    source = Source("exported.csv", "canonical", "0" * 64)
    now = datetime(2026, 1, 2, tzinfo=UTC)
    again = append(ledger, exported, source=source, recorded_at=now, actor="ann")
    assert (again.added, again.known) == (0, 3)


def test_a_file_of_exported_rows_and_the_original_rows(ledger: Engine, imported: Import) -> None:
    imported(FILL)
    [given] = ids(ledger)
    named = FILL.replace("-", given, 1)
    assert imported(named, FILL, hour=2).added == 1
    assert imported(named, FILL, hour=3).added == 0


def test_an_id_that_is_taken_is_lengthened(
    ledger: Engine, imported: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two different rows whose given ids begin alike both get into the journal, once."""
    import taxlots.ledger.row_ids as module

    monkeypatch.setattr(
        module,
        "given_id",
        lambda content, number, length=1: (
            f"x{'0' * 9}"[:10] if length == 1 else given_id(content, number, length)
        ),
    )
    imported(FILL)
    other = FILL.replace("MSFT", "AMZN")
    assert imported(FILL, other, hour=2).added == 1
    assert imported(FILL, other, hour=3).added == 0
    first, second = ids(ledger)
    assert (len(first), len(second)) == (10, 41)


def test_the_same_id_with_other_content_is_a_problem(ledger: Engine, imported: Import) -> None:
    imported(BUY)
    refused = imported(SELL, BUY.replace("1000", "1001"), hour=2, file="second.csv")
    [problem] = refused.problems
    assert problem.code == "KEY_CONFLICT"
    assert problem.where == "second.csv:3:id"
    assert "'T1'" in problem.message
    assert "VOID" in problem.remedy
    assert ids(ledger) == ["T1"]
    assert counts(ledger) == (1, 1)


@pytest.mark.parametrize("second", [BUY, BUY.replace("1000", "1001")], ids=["equal", "other"])
def test_two_rows_with_one_id_are_a_problem(ledger: Engine, imported: Import, second: str) -> None:
    [problem] = imported(BUY, SELL, second).problems
    assert (problem.code, problem.where) == ("DUPLICATE_ID", "export.csv:4:id")
    assert "line 2" in problem.message
    assert counts(ledger) == (0, 0)


@pytest.mark.parametrize("bad", ["T:1", "T;1", "T,1"])
def test_an_id_that_lots_could_not_name_is_a_problem(imported: Import, bad: str) -> None:
    [problem] = imported(BUY.replace("T1", bad)).problems
    assert (problem.code, problem.where) == ("BAD_ID", "export.csv:2:id")


@pytest.mark.parametrize(
    ("line", "code", "where"),
    [
        (BUY.replace("10 1000", "ten 1000"), "BAD_NUMBER", "export.csv:2:quantity"),
        (BUY.replace("10 1000", "1e3 1000"), "BAD_NUMBER", "export.csv:2:quantity"),
        (BUY.replace("1000", "1000.005"), "TOO_MANY_DECIMALS", "export.csv:2:amount"),
        (BUY.replace("AAPL", "A\x1fAPL"), "BAD_CHARACTER", "export.csv:2:symbol"),
        (BUY.replace("AAPL", "A\x00APL"), "BAD_CHARACTER", "export.csv:2:symbol"),
    ],
)
def test_a_cell_that_cannot_be_kept_exactly_is_a_problem(
    ledger: Engine, imported: Import, line: str, code: str, where: str
) -> None:
    problems = imported(line, SELL).problems
    assert [(p.code, p.where) for p in problems] == [(code, where)]
    assert counts(ledger) == (0, 0)


def test_every_bad_row_is_told_in_one_run(imported: Import) -> None:
    problems = imported(BUY.replace("1000", "x"), SELL.replace("900", "y")).problems
    assert [p.where for p in problems] == ["export.csv:2:amount", "export.csv:3:amount"]


def test_floats_are_refused(ledger: Engine) -> None:
    table = pa.table({"id": ["T1"], "quantity": [1.1]})
    now = datetime(2026, 1, 1, tzinfo=UTC)
    [problem] = append(
        ledger, table, source=Source("f.parquet"), recorded_at=now, actor="ann"
    ).problems
    assert (problem.code, problem.where) == ("FLOAT_COLUMN", "f.parquet:1:quantity")


def test_numbers_that_mean_the_same_are_the_same(imported: Import) -> None:
    """However a custodian writes a number this time, the row is known."""
    imported("T1 2024-01-05 A1 AAPL BUY 10 1000", price=["10.5"])
    assert imported("T1 2024-01-05 A1 AAPL BUY 10.00 +1000.0", price=["10.500"]).known == 1


def test_typed_columns_are_the_same_rows_as_text(ledger: Engine, imported: Import) -> None:
    imported(BUY)
    typed = pa.table(
        {
            "id": ["T1"],
            "date": pa.array(["2024-01-05"]).cast(pa.date32()),
            "account": ["A1"],
            "symbol": pa.array(["AAPL"]).dictionary_encode(),
            "action": ["BUY"],
            "quantity": pa.array([Decimal(10)], pa.decimal128(28, 8)),
            "amount": pa.array([Decimal(1000)], pa.decimal128(18, 2)),
        }
    )
    now = datetime(2026, 1, 2, tzinfo=UTC)
    again = append(ledger, typed, source=Source("t.parquet"), recorded_at=now, actor="ann")
    assert (again.added, again.known) == (0, 1)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("10.50", "10.5"),
        ("10.00", "10"),
        ("+007", "7"),
        (".5", "0.5"),
        ("-0.0", "0"),
        ("-0.10", "-0.1"),
        ("100", "100"),
        ("1/3", "1/3"),
        ("1e3", "1e3"),
        (".", "."),
        ("", ""),
    ],
)
def test_exact_decimals_lose_needless_zeros_only(written: str, kept: str) -> None:
    assert plain_decimal(written) == kept


def test_every_column_comes_back_as_it_went_in(ledger: Engine) -> None:
    cells = {name: f"{name}-cell" for name in COLUMNS} | {
        "id": "T1",
        "date": "2024-01-05",
        "quantity": "0.00000001",
        "price": "123.4567890123456789",
        "fees": "0.0001",
        "amount": "-12.34",
        "ratio": "1/3",
        "cash": "0.123456",
        "fmv": "99.999",
        "basis_fraction": "0.333333333333",
        "basis_increase": "5.00",
        "compensation_income": "0.01",
        "cost_basis": "46116860184273879.03",
        "note": 'said "no", = + - @ and\na line more',
    }
    table = pa.table({name: [cell] for name, cell in cells.items()} | {"wkn": ["865985"]})
    now = datetime(2026, 1, 1, tzinfo=UTC)
    done = append(ledger, table, source=Source("all.csv"), recorded_at=now, actor="ann")
    assert (done.added, done.problems) == (1, ())
    assert read_transactions(ledger).to_pylist() == [cells | {"wkn": "865985"}]
    assert verify_chain(ledger) == []


def test_an_empty_journal_has_the_needed_columns(ledger: Engine) -> None:
    table = read_transactions(ledger)
    assert table.num_rows == 0
    assert table.column_names == ["id", "date", "account", "symbol", "action", "quantity"]


def test_an_empty_file_adds_nothing(ledger: Engine, imported: Import) -> None:
    done = imported()
    assert (done.added, done.known, done.problems) == (0, 0, ())
    assert counts(ledger) == (0, 0)


def test_source_row_and_line_are_kept(ledger: Engine, imported: Import) -> None:
    imported(FILL, raw=['"03/05/2024","Buy","MSFT"'], line=["7"])
    with reading(ledger) as connection:
        query = "SELECT file, line, raw FROM journal_readable"
        assert tuple(connection.exec_driver_sql(query).one()) == (
            "export.csv",
            7,
            '"03/05/2024","Buy","MSFT"',
        )


def test_conflicts_are_found_before_anything_is_written(ledger: Engine, imported: Import) -> None:
    imported(BUY)
    with reading(ledger) as connection:
        found = identify(connection, ["T1", ""], ["0" * 64, "1" * 64], ["2", "3"], Source("f"))
    assert [problem.code for problem in found.problems] == ["KEY_CONFLICT"]
    assert found.is_new == [False, True]
    assert found.occurrences == [0, 1]
