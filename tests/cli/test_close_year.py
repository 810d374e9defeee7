"""``taxlots close-year`` and ``taxlots years``: figures that were filed, and what moves them."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import HEADER, SAMPLE, Ran, book, database, files_in, taxlots

from taxlots.workflows import clock

BOUGHT = "t1,2024-01-05,brokerage,ABC,BUY,10,,1000.00,,,,\n"
SOLD = "t2,2024-06-03,brokerage,ABC,SELL,10,,700.00,,,,\n"
LATER = "t9,2025-02-03,brokerage,XYZ,BUY,1,,10.00,,,,\n"
LATE_IN_IRA = "i1,2024-06-02,ira,ABC,BUY,4,,280.00,,,,\n"
DAY = datetime(2025, 3, 1, tzinfo=UTC)

On = Callable[..., None]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return database(tmp_path / "book.db")


@pytest.fixture
def on(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> On:
    """``on(3, rows)`` makes it the third of March, and imports rows if there are any."""

    def imported(day: int, rows: str = "") -> None:
        monkeypatch.setattr(clock, "now", lambda: DAY + timedelta(days=day - 1, hours=12))
        if rows:
            ran = taxlots("import", url, book(tmp_path / f"day-{day}", rows))
            assert ran.status == 0, ran.err

    return imported


def close(url: str, *options: str) -> Ran:
    return taxlots("close-year", url, "--year", "2024", "--by", "ann", *options)


def check(url: str, *options: str) -> list[dict[str, Any]]:
    ran = taxlots("close-year", url, "--check", "--json", *options)
    found: list[dict[str, Any]] = json.loads(ran.out)["years"]
    assert ran.status == int(any(year["changes"] for year in found)), ran.err
    return found


def states(url: str | Path, *options: str) -> dict[str, str]:
    years = json.loads(taxlots("years", url, "--json", *options).out)["years"]
    return {year["year"]: year["state"] for year in years}


def closings_kept(url: str) -> int:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        [[count]] = connection.execute("SELECT count(*) FROM closed_year").fetchall()
        return int(count)


def test_a_final_year_is_closed_with_its_totals_and_hash(url: str, on: On) -> None:
    on(1, BOUGHT + SOLD + LATER)
    ran = close(url, "--json")
    [closed] = json.loads(ran.out)["closed"]
    assert (closed["by"], closed["as_of"], len(closed["figures_hash"])) == ("ann", "2025-02-03", 64)
    [total] = closed["totals"]
    assert (total["box"], total["term"], total["gain"]) == ("A", "ST", "-300.00")
    assert closed["open"]["lots"] == "0"
    assert states(url) == {"2024": "closed"}
    assert [year["state"] for year in check(url)] == ["unchanged"]


def test_1091_a_a_year_is_not_closed_before_30_january_has_passed(url: str, on: On) -> None:
    """A purchase of January may still replace a loss of December."""
    on(1, BOUGHT + "t2,2024-12-30,brokerage,ABC,SELL,10,,700.00,,,,\n")
    ran = close(url)
    assert ran.status == 1
    assert "home 2024: YEAR_PROVISIONAL" in ran.err
    assert "2025-01-30 has not passed: the book is booked as of 2024-12-30" in ran.err
    assert "300.00 of loss may still be disallowed (t2)" in ran.err
    assert "--as-of 2025-01-31" in ran.err
    assert closings_kept(url) == 0
    assert close(url, "--as-of", "2025-01-31").status == 0
    assert closings_kept(url) == 1


def test_a_year_with_an_unknown_basis_is_not_closed(url: str, on: On) -> None:
    header = HEADER.replace("currency", "acquired_date")
    rows = "t1,2024-01-05,brokerage,ABC,TRANSFER_IN,10,,,,,,2020-01-02\n" + SOLD + LATER
    on(1)
    made = book(Path(url.removeprefix("sqlite:///")).parent / "moved", rows, header=header)
    assert taxlots("import", url, made).status == 0
    ran = close(url)
    assert ran.status == 1
    assert "home 2024: BASIS_UNKNOWN" in ran.err
    assert "t2 of lot t1" in ran.err
    assert closings_kept(url) == 0


def test_a_year_that_is_closed_stays_as_it_is(url: str, on: On) -> None:
    """Closing it again with the same figures adds nothing, however the book went on."""
    on(1, BOUGHT + SOLD + LATER)
    close(url)
    on(2, "t10,2025-02-27,brokerage,XYZ,SELL,1,,12.00,,,,\n")
    ran = close(url)
    assert ran.status == 0
    assert "2024 on home is closed since 2025-03-01 by ann, with the same figures" in ran.out
    assert closings_kept(url) == 1


def test_rev_rul_2008_5_a_purchase_that_comes_late_restates_a_closed_year(
    url: str, on: On, tmp_path: Path
) -> None:
    on(1, BOUGHT + SOLD + LATER)
    close(url)
    on(3, LATE_IN_IRA)

    [year] = check(url)
    assert year["state"] == "restated"
    [gain] = year["gain"]
    assert (gain["gain_before"], gain["gain_after"]) == ("-300.00", "-180.00")
    changed = {
        row["figure"]: (row["before"], row["after"], row["because"])
        for row in year["changes"]
        if row["result"] == "realized"
    }
    assert changed == {
        "wash_sale_loss_disallowed": ("0.00", "120.00", "i1"),
        "permanently_disallowed": ("0.00", "120.00", "i1"),
        "gain": ("-300.00", "-180.00", "i1"),
    }
    assert states(url) == {"2024": "restated"}
    assert "1 warning" in taxlots("gains", url).err
    assert taxlots("replay", url, "--out", tmp_path / "out").status == 0
    assert "CLOSED_YEAR_RESTATED" in (tmp_path / "out/problems.csv").read_text()
    verified = taxlots("verify", url)
    assert verified.status == 1
    assert "FAIL  closed    1 of 1 closed years have changed: 2024 on home" in verified.out


def test_a_restated_year_is_closed_again_only_with_a_reason(url: str, on: On) -> None:
    on(1, BOUGHT + SOLD + LATER)
    close(url)
    on(3, LATE_IN_IRA)
    refused = close(url)
    assert refused.status == 2
    assert "say with --reason why" in refused.err
    assert close(url, "--reason", "Form 1040-X").status == 0
    assert closings_kept(url) == 2
    assert [year["state"] for year in check(url)] == ["unchanged"]
    assert taxlots("verify", url).status == 0


def test_a_corrected_row_is_shown_as_the_line_that_it_corrects(url: str, on: On) -> None:
    on(1, BOUGHT + SOLD + LATER)
    close(url)
    void = "v1,2024-01-06,brokerage,,VOID,,,,,,,t1\n"
    header = HEADER.replace("currency", "note")
    on(3)
    right = "t1b,2024-01-05,brokerage,ABC,BUY,10,,1010.00,,,,\n"
    made = book(Path(url.removeprefix("sqlite:///")).parent / "right", right + void, header=header)
    assert taxlots("import", url, made).status == 0
    [year] = check(url)
    assert {
        (row["lot_id"], row["figure"], row["before"], row["after"], row["because"])
        for row in year["changes"]
    } == {
        ("t1b", "cost_basis", "1000.00", "1010.00", "t1b;v1"),
        ("t1b", "gain", "-300.00", "-310.00", "t1b;v1"),
    }


def test_only_lots_at_the_end_changed(url: str, on: On) -> None:
    """A purchase that comes late and replaces nothing: the year's gains are what was filed."""
    on(1, BOUGHT + SOLD + LATER)
    close(url)
    on(3, "x1,2024-11-04,brokerage,XYZ,BUY,1,,20.00,,,,\n")
    [year] = check(url)
    assert year["state"] == "lots_restated"
    assert {row["result"] for row in year["changes"]} == {"lots"}
    assert states(url) == {"2024": "closed"}


def test_closed_years_are_shown_as_they_were_known(url: str, on: On) -> None:
    on(1, BOUGHT + SOLD + LATER)
    on(2)
    close(url)
    on(4, LATE_IN_IRA)
    assert states(url, "--known-at", "2025-03-01T18:00") == {"2024": "final"}
    assert states(url, "--known-at", "2025-03-03") == {"2024": "closed"}
    assert states(url) == {"2024": "restated"}
    assert [year["state"] for year in check(url, "--known-at", "2025-03-03")] == ["unchanged"]


def test_each_return_is_closed_for_itself(url: str, on: On, tmp_path: Path) -> None:
    accounts = (
        "household,account,kind,owner,tax_return,method\n"
        "home,brokerage,taxable,self,ours,FIFO\nhome,child,taxable,child,kid,FIFO\n"
    )
    on(1)
    rows = BOUGHT + SOLD + "k1,2024-02-01,child,XYZ,BUY,1,,10.00,,,,\n" + LATER
    made = book(tmp_path / "two", rows, accounts=accounts)
    assert taxlots("import", url, made).status == 0
    assert close(url, "--tax-return", "ours").status == 0
    assert closings_kept(url) == 1
    done = json.loads(close(url, "--json").out)
    assert [one["tax_return"] for one in done["closed"]] == ["kid"]
    assert [one["tax_return"] for one in done["unchanged"]] == ["ours"]
    unknown = close(url, "--tax-return", "theirs")
    assert (unknown.status, "no return 'theirs'; it has ours, kid" in unknown.err) == (2, True)


def test_475_f_what_is_marked_to_market_is_frozen_too(url: str, on: On, tmp_path: Path) -> None:
    """A trader's open position counts as sold on 31 December, at a price that must be known."""
    accounts = "household,account,kind,owner\nhome,trading,taxable_mtm_475,self\n"
    rows = BOUGHT.replace("brokerage", "trading") + LATER.replace("brokerage", "trading")
    made = book(tmp_path / "trader", rows, accounts=accounts)
    on(1)
    assert taxlots("import", url, made).status == 0
    refused = close(url)
    assert (refused.status, closings_kept(url)) == (1, 0)
    assert "price" in refused.err

    (made / "prices.csv").write_text("date,symbol,close\n2024-12-31,ABC,120\n", encoding="utf-8")
    assert taxlots("import", url, made).status == 0
    assert close(url).status == 0
    assert [year["state"] for year in check(url)] == ["unchanged"]

    on(3)
    (made / "prices.csv").write_text("date,symbol,close\n2024-12-31,ABC,125\n", encoding="utf-8")
    assert taxlots("import", url, made).status == 0
    [year] = check(url)
    assert year["state"] == "restated"
    assert {
        (row["result"], row["lot_id"], row["figure"], row["before"], row["after"])
        for row in year["changes"]
    } == {
        ("section_475", "t1", "proceeds", "1200.00", "1250.00"),
        ("section_475", "t1", "gain", "200.00", "250.00"),
    }


def test_a_folder_remembers_nothing(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", BOUGHT + SOLD + LATER)
    before = files_in(folder)
    for options in (("--year", "2024", "--by", "ann"), ("--check",)):
        ran = taxlots("close-year", folder, *options)
        assert ran.status == 2
        assert "remembers nothing; make a database for it: taxlots init" in ran.err
    assert files_in(folder) == before
    assert states(folder) == {"2024": "final"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--year", "2024"), "name the year and who closes it"),
        (("--by", "ann"), "name the year and who closes it"),
        (("--year", "2024", "--by", " "), "--by is blank"),
        (("--year", "2024", "--by", "ann", "--known-at", "2025-01-01"), "goes with --check"),
        (("--check", "--by", "ann"), "--check closes nothing"),
        (("--year", "2023", "--by", "ann"), "the book begins on 2024-01-05"),
    ],
)
def test_wrong_calls(url: str, on: On, options: tuple[str, ...], said: str) -> None:
    on(1, BOUGHT + SOLD + LATER)
    ran = taxlots("close-year", url, *options)
    assert (ran.status, said in ran.err) == (2, True), ran.err
    assert closings_kept(url) == 0


def test_gains_and_the_manifest_say_which_years_are_provisional(tmp_path: Path) -> None:
    ran = taxlots("gains", SAMPLE, "--year", "2020")
    assert "2020 on kessler: provisional; 2021-01-30 has not passed" in ran.out
    [year] = json.loads(taxlots("gains", SAMPLE, "--year", "2019", "--json").out)["years"]
    assert (year["year"], year["state"], year["final_from"]) == ("2019", "final", "2020-01-31")
    assert taxlots("replay", SAMPLE, "--out", tmp_path / "out").status == 0
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert [(year["year"], year["state"]) for year in manifest["years"]][-2:] == [
        ("2019", "final"),
        ("2020", "provisional"),
    ]
