"""The Python API: what the commands say, as DataFrames of exact decimals and dates."""

import csv
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.custodian_files import lots_of, open_lots_file
from tests.cli.running import SAMPLE, book, database, taxlots

from taxlots import DataError, UsageError, harvest, open_book, replay
from taxlots.frames.columns import LOTS, REALIZED, WASH_SALES

BUY = "t1,2024-01-02,brokerage,ABC,BUY,10,10.00,,,,,\n"


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = ("numba", "numpy", "pandas", "pyarrow", "sqlalchemy", "typer")
    script = f"import sys, taxlots; taxlots.__all__; print(*set({heavy!r}) & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == ""


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    import taxlots as package

    with pytest.raises(AttributeError, match="no attribute 'rebalance'"):
        _ = package.rebalance  # type: ignore[attr-defined]


def test_frames_hold_what_the_files_hold(tmp_path: Path) -> None:
    assert taxlots("replay", SAMPLE, "--out", tmp_path / "books").status == 0
    books = replay(SAMPLE)

    for name, columns in (("realized", REALIZED), ("lots", LOTS), ("wash_sales", WASH_SALES)):
        frame = getattr(books, name)
        with (tmp_path / "books" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            written = list(csv.DictReader(file))
        assert list(frame.columns) == list(columns) == list(written[0])
        assert len(frame) == len(written)
        for column in ("sale_id", "lot_id", "household", "symbol", "term", "rule"):
            if column in columns:
                assert list(frame[column]) == [row[column] for row in written]


def test_money_and_quantities_are_exact_decimals() -> None:
    realized = replay(SAMPLE).realized
    assert str(realized["gain"].dtype) == "decimal128(18, 2)[pyarrow]"
    assert str(realized["quantity"].dtype) == "decimal128(28, 8)[pyarrow]"
    assert str(realized["sold_date"].dtype) == "date32[day][pyarrow]"
    (piece,) = realized[realized["sale_id"] == "s2020-0206"].to_dict("records")
    assert piece["gain"] == Decimal("-79.90")
    assert piece["sold_date"] == date(2020, 10, 21)
    assert realized["wash_sale_loss_disallowed"].sum() == Decimal("15163.25")


def test_what_is_not_known_is_missing() -> None:
    lots = replay(SAMPLE).lots
    unknown = lots[lots["basis_status"] == "unknown"]
    assert len(unknown) == 1
    assert unknown["cost_basis"].isna().all()
    deferred = lots[lots["account"] == "trad-ira"]
    assert deferred["long_term_from"].isna().all()


def test_a_day_may_be_a_date_or_a_text() -> None:
    sample = open_book(SAMPLE)
    by_text, by_date = sample.replay(as_of="2018-12-31"), sample.replay(as_of=date(2018, 12, 31))
    assert by_text.as_of == by_date.as_of == date(2018, 12, 31)
    assert by_text.realized.equals(by_date.realized)
    assert len(by_text.realized) < len(sample.replay().realized)


def test_a_harvest_has_a_frame_for_each_of_its_files() -> None:
    plan = harvest(open_book(SAMPLE))
    assert plan.as_of == date(2020, 12, 31)
    assert len(plan.verdicts) == len(replay(SAMPLE).lots)
    sales = plan.orders[plan.orders["action"] == "SELL"]
    harvested = plan.verdicts[plan.verdicts["verdict"] == "harvest"]
    assert sorted(sales["lot_id"]) == sorted(harvested["lot_id"])
    assert str(plan.opportunities["loss"].dtype) == "decimal128(18, 2)[pyarrow]"
    for name in ("lot_instructions", "restrictions", "switch_back", "problems"):
        assert list(getattr(plan, name).columns)


def test_an_explanation_is_text_and_steps() -> None:
    told = open_book(SAMPLE).explain("s2020-0206")
    assert str(told) == told.text
    assert told.because["gain"] == "-79.90"


def test_a_harvest_lists_what_is_not_ready(tmp_path: Path) -> None:
    """The custodian holds half of the lot that the book has."""
    folder = book(tmp_path / "book", BUY)
    (lot,) = lots_of(folder)
    file = open_lots_file(tmp_path, [lot | {"quantity": "5"}], "ABC", date(2024, 1, 31))
    plan = harvest(folder, as_of="2024-01-31", custodian_lots=[("brokerage", file)])
    (row,) = plan.readiness[plan.readiness["reason"] == "LOT_BREAK"].to_dict("records")
    assert (row["account"], row["symbol"], row["lots"]) == ("brokerage", "ABC", 1)
    assert not len(harvest(folder, as_of="2024-01-31").readiness.query("reason == 'LOT_BREAK'"))


def test_problems_are_a_frame_of_warnings_and_errors_are_raised(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", BUY + "t2,2024-02-01,brokerage,ABC,SELL,5,12.00,,t1:5,,,\n")
    assert list(replay(folder).problems["code"]) == ["IDENTIFICATION_ASSUMED"]

    book(tmp_path / "book", BUY + "t2,2024-02-01,brokerage,ABC,SELL,50,12.00,,,,,\n")
    with pytest.raises(DataError) as failed:
        replay(folder)
    assert [problem.code for problem in failed.value.problems] == ["OVERSOLD"]


def test_a_book_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        open_book(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="There is no database"):
        open_book(f"sqlite:///{tmp_path / 'nowhere.db'}")


def test_known_at_is_a_moment_of_a_database(tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    before = datetime.now(UTC)
    taxlots("import", url, book(tmp_path / "book", BUY))

    assert len(open_book(url).replay().lots) == 1
    assert len(open_book(url).replay(known_at=before).lots) == 0
    with pytest.raises(UsageError, match="a folder does not remember"):
        replay(tmp_path / "book", known_at=before)
