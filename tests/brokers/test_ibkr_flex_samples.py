"""Every sample of Interactive Brokers' reports is read as its ``expected`` folder says."""

import subprocess
import sys
from dataclasses import fields

import pytest
from tests.brokers.ibkr_flex_reports import FIXTURES, SAMPLES, expected, read, sample

from taxlots.brokers.protocol import CustodianOpenLot, CustodianRealizedLot, FileKind
from taxlots.brokers.registry import BROKERS, sniff


@pytest.mark.parametrize("name", SAMPLES)
def test_a_report_is_known_by_its_root(name: str) -> None:
    assert sniff((FIXTURES / f"{name}.xml").read_text("utf-8")) is BROKERS["ibkr_flex"]


@pytest.mark.parametrize("name", SAMPLES)
def test_transactions_become_these_rows(name: str) -> None:
    wanted = expected(f"{name}-rows")
    found = [{"line": str(row.line), **row.cells} for row in sample(name).rows]
    assert [{column: row.get(column, "") for column in wanted[0]} for row in found] == wanted


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("kind", ["open-lots", "realized-lots"])
def test_lots_become_these(name: str, kind: str) -> None:
    reading = sample(name)
    lots: list[CustodianOpenLot | CustodianRealizedLot]
    lots = [*(reading.open_lots if kind == "open-lots" else reading.realized_lots)]
    found = [
        {f.name: "" if (v := getattr(lot, f.name)) is None else str(v) for f in fields(lot)}
        for lot in lots
    ]
    wanted = expected(f"{name}-{kind}")
    assert [{column: lot[column] for column in wanted[0]} for lot in found] == wanted


@pytest.mark.parametrize("name", SAMPLES)
def test_the_file_tells_these_securities(name: str) -> None:
    found = [dict(cells) for cells in sample(name).securities]
    wanted = [{k: v for k, v in row.items() if v} for row in expected(f"{name}-securities")]
    assert found == wanted


def test_one_report_holds_transactions_and_lots() -> None:
    reading = sample("activity-2025")
    assert reading.kind is FileKind.TRANSACTIONS
    assert (len(reading.rows), len(reading.realized_lots), len(reading.open_lots)) == (34, 5, 6)
    assert (str(reading.as_of), reading.statement_account) == ("2025-12-31", "U...4321")


def test_a_row_keeps_the_text_of_its_elements() -> None:
    exercise = next(r for r in sample("activity-2025").rows if r.cells["action"] == "EXERCISE")
    option, stock = exercise.raw.split("\n")
    assert option.startswith("<Trade")
    assert 'putCall="C"' in option
    assert 'transactionID="30200000012"' in stock


def test_one_account_of_several_is_read_by_its_number() -> None:
    text = (FIXTURES / "two-accounts-orders.xml").read_text("utf-8")
    (several,) = read(text).problems
    assert (several.code, "U7654322" in several.message) == ("SEVERAL_ACCOUNTS", False)
    assert [r.cells["action"] for r in read(text, "U7654321").rows] == ["TRANSFER_OUT"]
    assert [p.code for p in read(text, "U999").problems] == ["NO_SUCH_ACCOUNT"]


def test_importers_are_found_without_importing_the_library() -> None:
    code = "import sys, taxlots.brokers.registry; print('ibflex' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
