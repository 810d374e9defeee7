"""Accounts, securities, prices and settings: as they are now, and as they were known before."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Connection, Engine

from taxlots.book.record import Record
from taxlots.domain.problem import Problem, UsageError, error, warning
from taxlots.ledger.canonical import Source
from taxlots.ledger.database import reading
from taxlots.ledger.folder import read_folder
from taxlots.ledger.folder_parts import folder_parts
from taxlots.ledger.imports import Imported, Part, import_parts
from taxlots.ledger.price_rows import prices_of
from taxlots.ledger.record import read_record
from taxlots.ledger.reference_rows import reference_of
from taxlots.ledger.verify import heads, verify_ledger

ACCOUNT = {"household": "H1", "account": "A1", "kind": "taxable", "owner": "self"}
IRA = {"household": "H1", "account": "A2", "kind": "roth_ira", "owner": "spouse"}


def at(hour: int) -> datetime:
    return datetime(2026, 1, 1, hour, tzinfo=UTC)


def put(
    ledger: Engine,
    holds: str,
    rows: Any,
    hour: int = 1,
    *,
    is_complete: bool = False,
    check: Any = None,
) -> Imported:
    part = Part(holds=holds, rows=rows, source=Source(f"{holds}.csv"), is_complete=is_complete)
    return import_parts(ledger, [part], recorded_at=at(hour), actor="ann", check=check)


def rows_of(ledger: Engine, holds: str, known_at: datetime | None = None) -> list[dict[str, str]]:
    with reading(ledger) as connection:
        found = reference_of(connection, holds, known_at)
    return [{name: cell for name, cell in row.items() if cell} for row in found]


def closes(ledger: Engine, known_at: datetime | None = None) -> list[tuple[str, ...]]:
    with reading(ledger) as connection:
        return [tuple(row.values()) for row in prices_of(connection, known_at).to_pylist()]


def prices(*lines: str) -> pa.Table:
    days, symbols, values = zip(*(line.split() for line in lines), strict=True)
    return pa.table({"date": list(days), "symbol": list(symbols), "close": list(values)})


def test_a_changed_account_is_known_from_its_change_on(ledger: Engine) -> None:
    [first] = put(ledger, "accounts", [ACCOUNT, IRA], hour=1).parts
    [second] = put(ledger, "accounts", [ACCOUNT | {"method": "HIFO"}], hour=3).parts
    assert (first.added, first.changed, second.added, second.changed) == (2, 0, 0, 1)
    assert rows_of(ledger, "accounts") == [ACCOUNT | {"method": "HIFO"}, IRA]
    assert rows_of(ledger, "accounts", at(3)) == rows_of(ledger, "accounts")
    assert rows_of(ledger, "accounts", at(2)) == [ACCOUNT, IRA]
    assert rows_of(ledger, "accounts", at(0)) == []
    assert verify_ledger(ledger) == []


def test_the_same_reference_twice_records_nothing(ledger: Engine) -> None:
    put(ledger, "accounts", [ACCOUNT, IRA], hour=1)
    before = heads(ledger)
    [again] = put(ledger, "accounts", [IRA, ACCOUNT], hour=2).parts
    assert (again.known, again.added, again.changed) == (2, 0, 0)
    assert heads(ledger) == before


def test_rows_that_a_complete_file_no_longer_has_are_removed(ledger: Engine) -> None:
    member = {"group": "500", "symbol": "SPY"}
    other = {"group": "500", "symbol": "IVV"}
    put(ledger, "identical", [member, other], hour=1)
    put(ledger, "identical", [other], hour=2)
    assert rows_of(ledger, "identical") == [member, other]
    [done] = put(ledger, "identical", [other], hour=3, is_complete=True).parts
    assert done.removed == 1
    assert rows_of(ledger, "identical") == [other]
    assert rows_of(ledger, "identical", at(2)) == [member, other]
    put(ledger, "identical", [member], hour=4)
    assert rows_of(ledger, "identical") == [other, member] == rows_of(ledger, "identical", at(4))
    assert verify_ledger(ledger) == []


def test_unknown_columns_are_kept(ledger: Engine) -> None:
    security = {"symbol": "SPY", "kind": "etf", "index": "S&P 500", "isin": "US78462F1030"}
    put(ledger, "securities", [security])
    assert rows_of(ledger, "securities") == [security]
    assert rows_of(ledger, "securities", at(1)) == [security]


def test_what_could_not_be_read_again_is_refused(ledger: Engine) -> None:
    done = put(ledger, "accounts", [ACCOUNT | {"kind": "taxabel"}])
    assert done.is_refused
    assert [p.where for p in done.problems] == ["accounts.csv:2:kind"]
    assert rows_of(ledger, "accounts") == []


def test_two_different_rows_with_one_key_are_refused(ledger: Engine) -> None:
    done = put(ledger, "profiles", [{"tax_return": "H1", "year": "2024", "state": s} for s in "AB"])
    assert [(p.code, p.where) for p in done.problems] == [
        ("DUPLICATE_KEY", "profiles.csv:3:tax_return")
    ]


def test_reference_changed_past_the_program_is_told(ledger: Engine, tamper: Any) -> None:
    put(ledger, "accounts", [ACCOUNT, IRA])
    tamper("UPDATE account SET kind = 'taxable' WHERE account = 'A2'")
    [problem] = verify_ledger(ledger)
    assert (problem.code, problem.where) == ("REFERENCE_EDITED", "account")
    assert "A2" in problem.message


def test_a_corrected_close_is_known_from_its_correction_on(ledger: Engine) -> None:
    put(ledger, "prices", prices("2024-01-05 SPY 467.92", "2024-01-05 IVV 470.1"), hour=1)
    put(ledger, "prices", prices("2024-01-05 SPY 467.93"), hour=2)
    assert closes(ledger) == [("2024-01-05", "IVV", "470.1"), ("2024-01-05", "SPY", "467.93")]
    assert closes(ledger, at(1))[1] == ("2024-01-05", "SPY", "467.92")
    with reading(ledger) as connection:
        shown = connection.exec_driver_sql("SELECT date, symbol, close FROM prices").all()
    assert [tuple(row) for row in shown] == closes(ledger)


def test_known_closes_are_not_added_again(ledger: Engine) -> None:
    put(ledger, "prices", prices("2024-01-05 SPY 467.92"), hour=1)
    [done] = put(
        ledger, "prices", prices("2024-01-05 SPY 467.920", "2024-01-08 SPY 474.6"), hour=2
    ).parts
    assert (done.added, done.known) == (1, 1)


def test_a_close_that_returns_to_an_earlier_value_is_a_change(ledger: Engine) -> None:
    for hour, close in enumerate(("467.92", "467.93", "467.92"), 1):
        put(ledger, "prices", prices(f"2024-01-05 SPY {close}"), hour=hour)
    assert [closes(ledger, at(hour))[0][2] for hour in (1, 2, 3)] == [
        "467.92",
        "467.93",
        "467.92",
    ]


@pytest.mark.parametrize(
    ("line", "code", "where"),
    [
        ("2024-02-30 SPY 1", "BAD_DATE", "prices.csv:2:date"),
        ("2024-01-05 SPY -1", "BAD_PRICE", "prices.csv:2:close"),
        ("2024-01-05 SPY 1.123456789", "BAD_PRICE", "prices.csv:2:close"),
        ("2024-01-05 SPY n/a", "BAD_PRICE", "prices.csv:2:close"),
    ],
)
def test_a_bad_close_is_refused(ledger: Engine, line: str, code: str, where: str) -> None:
    done = put(ledger, "prices", prices(line))
    assert [(p.code, p.where) for p in done.problems] == [(code, where)]
    assert closes(ledger) == []


def test_a_column_of_prices_that_is_missing(ledger: Engine) -> None:
    done = put(ledger, "prices", pa.table({"date": ["2024-01-05"], "symbol": ["SPY"]}))
    assert [(p.code, p.where) for p in done.problems] == [("MISSING_COLUMN", "prices.csv:1:close")]


def test_two_closes_of_one_day_are_refused(ledger: Engine) -> None:
    done = put(ledger, "prices", prices("2024-01-05 SPY 1", "2024-01-05 SPY 2"))
    assert [(p.code, p.where) for p in done.problems] == [("DUPLICATE_PRICE", "prices.csv:3:close")]


def test_what_a_ledger_has_no_place_for(ledger: Engine) -> None:
    with pytest.raises(UsageError, match="'photos'"):
        put(ledger, "photos", [])


def test_an_import_is_kept_whole_or_not_at_all(ledger: Engine) -> None:
    good = Part(holds="accounts", rows=[ACCOUNT], source=Source("accounts.csv"))
    bad = Part(holds="prices", rows=prices("2024-01-05 SPY x"), source=Source("prices.csv"))
    done = import_parts(ledger, [good, bad], recorded_at=at(1), actor="ann")
    assert done.is_refused
    assert rows_of(ledger, "accounts") == []
    assert heads(ledger)["import_batch"].rows == 0


def test_a_check_sees_what_would_be_and_can_refuse_it(ledger: Engine) -> None:
    seen: list[dict[str, str]] = []

    def refuse(connection: Connection) -> list[Problem]:
        seen.extend(reference_of(connection, "accounts"))
        return [error("accounts.csv", "LATE", "It is late", "Sleep.")]

    done = put(ledger, "accounts", [ACCOUNT], check=refuse)
    assert [p.code for p in done.problems] == ["LATE"]
    assert [row["account"] for row in seen] == ["A1"]
    assert rows_of(ledger, "accounts") == []


def test_a_warning_of_a_check_stops_nothing(ledger: Engine) -> None:
    late = warning("accounts.csv", "LATE", "It is late", "Sleep.")
    done = put(ledger, "accounts", [ACCOUNT], check=lambda _: [late])
    assert (done.is_refused, done.problems) == (False, (late,))
    assert len(rows_of(ledger, "accounts")) == 1


FILES = {
    "book.toml": 'name = "Demo"\n[policy]\nheld_after_sale = false\n[tax_profile]\nstate = "CA"\n',
    "accounts.csv": "household,account,kind,owner,advisor\nH1,A1,taxable,self,Kim\n",
    "securities.csv": "symbol,name,kind,index\nSPY,SPDR S&P 500,etf,S&P 500\n",
    "identical.csv": "group,symbol,from,to\n500,SPY,2020-01-01,\n500,IVV,,\n",
    "proxies.csv": "symbol,proxy,rank,reason\nSPY,VTI,1,total market\nSPY,SCHB,2,\n",
    "overrides.csv": "id,action,symbol,until,by,reason\no1,lock,SPY,2024-12-31,R,gift\n",
    "profiles.csv": "tax_return,year,short_rate,long_rate\nH1,2024,0.37,0.2\n",
    "scheduled.csv": "account,symbol,date,kind,quantity,amount\nA1,SPY,2024-06-01,dividend,,10\n",
    "targets.csv": "household,asset_class,weight\nH1,us_equity,0.6\n",
    "cash.csv": "account,date,amount\nA1,2024-01-31,812.40\n",
    "transactions.csv": (
        "id,date,account,symbol,action,quantity,price,venue\n"
        "T1,2024-01-05,A1,SPY,BUY,10,467.9250,ARCX\n"
    ),
    "prices.csv": "date,symbol,close\n2024-01-05,SPY,467.92\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "book"
    path.mkdir()
    for name, text in FILES.items():
        (path / name).write_text(text)
    return path


def import_folder(ledger: Engine, folder: Path) -> Imported:
    parts, problems = folder_parts(folder)
    assert problems == []
    return import_parts(ledger, parts, recorded_at=at(1), actor="ann")


def test_a_book_in_a_database_is_the_same_record_as_its_folder(
    ledger: Engine, folder: Path
) -> None:
    assert not import_folder(ledger, folder).is_refused
    url = str(ledger.url)
    kept, problems = read_record(url)
    read, _ = read_folder(folder)
    assert problems == []
    assert kept is not None
    assert read is not None
    for name in (
        "name", "policy", "accounts", "securities", "identical", "proxies", "tax_profile",
    ):  # fmt: skip
        assert getattr(kept, name) == getattr(read, name), name
    for name in ("profiles", "scheduled", "targets", "cash", "overrides"):
        assert filled(getattr(kept, name)) == filled(getattr(read, name)), name
    assert kept.prices == read.prices
    rows = read.transactions.to_pylist()
    assert kept.transactions.to_pylist() == [row | {"price": "467.925"} for row in rows]
    assert (kept.is_arrival_ordered, kept.file_name, kept.first_line) == (False, "journal", 1)
    assert kept.hashes["journal"] == heads(ledger)["journal"].hash
    same = read_record(url, at(1))[0]
    assert isinstance(same, Record)
    assert same == kept


def filled(rows: tuple[dict[str, str], ...]) -> list[dict[str, str]]:
    return [{name: cell for name, cell in row.items() if cell} for row in rows]


def test_a_record_of_an_earlier_moment(ledger: Engine, folder: Path) -> None:
    import_folder(ledger, folder)
    put(ledger, "accounts", [ACCOUNT | {"data_through": "2024-12-31"}], hour=2)
    now, _ = read_record(str(ledger.url))
    then, _ = read_record(str(ledger.url), at(1))
    assert now is not None
    assert then is not None
    assert now.accounts[0].data_through == date(2024, 12, 31)
    assert then.accounts[0].data_through is None
    assert now.hashes["reference"] != then.hashes["reference"]


def test_an_imported_folder_is_known_the_second_time(ledger: Engine, folder: Path) -> None:
    import_folder(ledger, folder)
    before = heads(ledger)
    import_folder(ledger, folder)
    assert heads(ledger) == before


def test_a_book_whose_settings_cannot_be_read(ledger: Engine, folder: Path) -> None:
    (folder / "book.toml").write_text("name = \n")
    parts, _ = folder_parts(folder)
    done = import_parts(ledger, parts, recorded_at=at(1), actor="ann")
    assert [(p.code, p.where) for p in done.problems] == [("BAD_TOML", "book.toml")]
    assert heads(ledger)["journal"].rows == 0
