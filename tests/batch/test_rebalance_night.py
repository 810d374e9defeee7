"""A night of rebalances: each household gets the plan of ``taxlots rebalance`` on the same book."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.batch.households_with_targets import AS_OF, write_book
from tests.batch.many_households import Rows, read, rows, write
from tests.cli.running import files_in

from taxlots.domain.problem import UsageError
from taxlots.reports.rebalance_files import trade_rows
from taxlots.reports.rebalance_tables import COLUMNS, drift_rows, plan_rows
from taxlots.workflows import rebalance_partition
from taxlots.workflows.batch import failed_households, run_batch
from taxlots.workflows.drift import drift
from taxlots.workflows.night_asked import NightAsked
from taxlots.workflows.partition import partition
from taxlots.workflows.rebalance import rebalance
from taxlots.workflows.rebalance_asked import RebalanceAsked
from taxlots.workflows.rebalance_files import write_rebalance
from taxlots.workflows.rebalance_restrictions import restrictions_of_rebalance

HOUSEHOLDS = ("h0", "h1", "h2", "h3")


def run(book: Path, out: Path, size: int, asked: NightAsked | None = None) -> Path:
    parts = out.with_name(f"{out.name}-parts")
    partition(str(book), parts, households_per_partition=size)
    run_batch(parts, out, as_of=AS_OF, plan="rebalance", asked=asked)
    return out


def status(results: Path) -> dict[str, tuple[str, str]]:
    return {row["household"]: (row["status"], row["reason"]) for row in rows(results, "households")}


def manifest(results: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((results / "manifest.json").read_text())
    return found


def expected(book: Path) -> dict[str, Rows]:
    """The rows of every table, by the commands for one household."""
    found: dict[str, Rows] = {name: [] for name in COLUMNS}
    for household in HOUSEHOLDS:
        (stated,) = drift(str(book), household=household, as_of=AS_OF).json["households"]
        run = rebalance(str(book), RebalanceAsked(household=household), as_of=AS_OF)
        planned = plan_rows(run.proposal, restrictions_of_rebalance(run), run.schedule)
        for made in (drift_rows(stated), planned):
            for name, listed in made.items():
                found[name] += listed
    return found


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_book(tmp_path_factory.mktemp("targets") / "book", seed=6)


@pytest.fixture(scope="module")
def results(book: Path) -> Path:
    """A run in partitions of two households each."""
    return run(book, book.with_name("results"), 2)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), size=st.sampled_from([1, 3, 9]))
def test_a_household_is_planned_as_by_the_command_for_one(
    seed: int, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Cell by cell, whichever households share its partition, or its tax return."""
    book = write_book(tmp_path_factory.mktemp("random") / "book", seed)

    out = run(book, book.with_name("results"), size)

    assert {name: made[0] for name, made in status(out).items()} == dict.fromkeys(
        HOUSEHOLDS, "done"
    )
    for name, listed in expected(book).items():
        assert rows(out, name) == listed, name


def test_the_files_of_one_household_are_rows_of_the_tables_of_the_night(
    book: Path, tmp_path: Path
) -> None:
    """Also where trades are staggered: orders are then those of the first session."""
    shutil.copytree(book, tmp_path / "book")
    toml = tmp_path / "book" / "book.toml"
    toml.write_text(f"{toml.read_text()}[rebalance.execution]\ntranches = 3\n")
    out = run(tmp_path / "book", tmp_path / "results", 4)

    asked = RebalanceAsked(household="h1")
    write_rebalance(str(tmp_path / "book"), tmp_path / "plan", asked, as_of=AS_OF)

    for name, table in (("trades", "plan_trades"), ("schedule", "plan_schedule")):
        mine = [row for row in rows(out, table) if row.pop("household") == "h1"]
        assert mine == read(tmp_path / "plan" / f"{name}.csv") != [], name
    for name in ("orders", "lot_instructions", "later_orders"):
        path = tmp_path / "plan" / f"{name}.csv"
        mine = [row for row in rows(out, name) if row["account_number"].startswith("h1-")]
        assert mine == (read(path) if path.exists() else []), name
    mine = [row for row in rows(out, "restrictions") if row["household"] == "h1"]
    assert mine == read(tmp_path / "plan" / "restrictions.csv")
    stated = json.loads((tmp_path / "plan" / "plan.json").read_text())
    (plan,) = [row for row in rows(out, "plans") if row["household"] == "h1"]
    certificate = stated["certificate"]
    assert plan["certificate"] == certificate.pop("sentence")
    assert {name: plan.get(name) for name in certificate} == certificate
    assert plan["gate_net"] == stated["gate"]["net"]


def thin(book: Path, folder: Path) -> Path:
    """The book where 40 shares of each security trade in a day: many trades take sessions."""
    shutil.copytree(book, folder)
    listed = read(book / "securities.csv")
    write(folder / "securities.csv", [row | {"adv": "40"} for row in listed])
    return folder


def test_a_night_over_sessions_writes_the_orders_of_every_session(
    book: Path, tmp_path: Path
) -> None:
    """Each with its day, cell by cell as ``taxlots rebalance --tranches`` writes them."""
    mine = thin(book, tmp_path / "book")
    night = NightAsked(tranches=4, schedule="twap")
    out = run(mine, tmp_path / "results", 2, night)

    expected: dict[str, Rows] = {"orders": [], "later_orders": [], "schedule": []}
    for household in HOUSEHOLDS:
        asked = RebalanceAsked(household=household, tranches=4, schedule="twap")
        write_rebalance(str(mine), tmp_path / household, asked, as_of=AS_OF)
        for name in expected:
            path = tmp_path / household / f"{name}.csv"
            expected[name] += read(path) if path.exists() else []
        stated = json.loads((tmp_path / household / "plan.json").read_text())["schedule"]
        for table, key in (("plan_untraded", "left"), ("plan_schedule_cash", "cash")):
            found = [row for row in rows(out, table) if row.pop("household") == household]
            assert found == stated[key], table

    assert rows(out, "orders") == expected["orders"]
    assert rows(out, "later_orders") == expected["later_orders"] != []
    schedule = [row for row in rows(out, "plan_schedule") if row.pop("household")]
    assert schedule == expected["schedule"]
    assert len({row["date"] for row in rows(out, "later_orders")}) == 3
    counts = manifest(out)["totals"]
    assert isinstance(counts, dict)
    assert counts["later_orders"] == len(expected["later_orders"])
    assert manifest(out)["tranches"] == 4


def test_a_night_over_sessions_is_resumed_by_the_same_question_alone(
    book: Path, tmp_path: Path
) -> None:
    night = NightAsked(tranches=2)
    out = run(book, tmp_path / "results", 4, night)
    parts = tmp_path / "results-parts"
    before = (out / "manifest.json").read_bytes()
    run_batch(parts, out, as_of=AS_OF, plan="rebalance", asked=night)
    assert (out / "manifest.json").read_bytes() == before
    with pytest.raises(UsageError, match="another plan"):
        run_batch(parts, out, as_of=AS_OF, plan="rebalance", asked=NightAsked(tranches=3))


def test_what_no_night_can_be_asked_is_refused_before_it_begins(
    results: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="--tranches 0: write 1 to"):
        NightAsked(tranches=0)
    with pytest.raises(UsageError, match="--schedule needs --tranches"):
        NightAsked(schedule="vwap")
    with pytest.raises(UsageError, match="a harvest is of one day"):
        run_batch(
            results.with_name("results-parts"),
            tmp_path / "out",
            as_of=AS_OF,
            asked=NightAsked(tranches=2),
        )
    assert not (tmp_path / "out").exists()


def test_every_household_has_a_status_and_the_reasons_sum_to_them(results: Path) -> None:
    found = manifest(results)
    by_reason = Counter(reason for _, reason in status(results).values())

    assert found["households_by_reason"] == dict(by_reason)
    assert found["totals"]["households"] == sum(by_reason.values()) == len(HOUSEHOLDS)
    assert found["totals"]["trades"] == len(rows(results, "plan_trades")) > 0
    assert found["totals"]["orders"] == len(rows(results, "orders"))


def test_a_household_without_targets_or_anything_held_is_told_apart(
    book: Path, results: Path, tmp_path: Path
) -> None:
    shutil.copytree(book, tmp_path / "book")
    kept = [row for row in read(book / "targets.csv") if row["household"] != "h0"]
    write(tmp_path / "book" / "targets.csv", kept)
    journal = [r for r in read(book / "transactions.csv") if not r["account"].startswith("h1-")]
    write(tmp_path / "book" / "transactions.csv", journal)
    cash = [row for row in read(book / "cash.csv") if not row["account"].startswith("h1-")]
    write(tmp_path / "book" / "cash.csv", cash)

    out = run(tmp_path / "book", tmp_path / "results", 2)

    assert status(out)["h0"] == ("no targets", "NO_TARGETS")
    assert status(out)["h1"] == ("nothing to plan", "NOTHING_HELD")
    assert failed_households(out, manifest(out)) == []
    for name in ("plans", "plan_trades", "drift"):
        others = [row for row in rows(results, name) if row["household"] not in ("h0", "h1")]
        assert rows(out, name) == others, name


def test_a_household_of_cash_alone_makes_its_first_purchases(book: Path, tmp_path: Path) -> None:
    mine = tmp_path / "book"
    shutil.copytree(book, mine)
    journal = [r for r in read(book / "transactions.csv") if not r["account"].startswith("h1-")]
    write(mine / "transactions.csv", journal)

    out = run(mine, tmp_path / "results", 2)
    alone = rebalance(str(mine), RebalanceAsked(household="h1"), as_of=AS_OF).proposal

    assert status(out)["h1"] == ("done", "TRADES")
    trades = [row for row in rows(out, "plan_trades") if row["household"] == "h1"]
    assert {row["action"] for row in trades} == {"BUY"}
    assert [(row["account"], row["symbol"], row["amount"]) for row in trades] == [
        (row["account"], row["symbol"], row["amount"]) for row in trade_rows(alone)
    ]
    assert "h1" not in {row["household"] for row in rows(out, "drift")}


def test_one_failed_household_is_reported_and_the_rest_is_done(
    book: Path, results: Path, tmp_path: Path
) -> None:
    """A row with errors fails those of its return, and a target with errors its household."""
    shutil.copytree(book, tmp_path / "book")
    journal = read(book / "transactions.csv")
    line = next(n for n, row in enumerate(journal) if row["account"] == "h3-0") + 2
    journal[line - 2]["quantity"] = "many"
    write(tmp_path / "book" / "transactions.csv", journal)
    wrong = read(book / "targets.csv")
    place = next(n for n, row in enumerate(wrong) if row["household"] == "h1")
    wrong[place]["weight"] = "much"
    write(tmp_path / "book" / "targets.csv", wrong)

    out = run(tmp_path / "book", tmp_path / "results", 4)

    failed = {name for name, (one, _) in status(out).items() if one == "failed"}
    assert failed == {"h1", "h2", "h3"}
    told = {row["household"]: row["where"] for row in failed_households(out, manifest(out))}
    assert told["h3"] == f"transactions.csv:{line}:quantity"
    assert told["h1"] == f"targets.csv:{place + 2}:weight"
    mine = [row for row in rows(results, "plan_trades") if row["household"] == "h0"]
    assert rows(out, "plan_trades") == mine


def test_a_defect_of_the_program_stops_no_other_household(
    book: Path, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = rebalance_partition.plan_of

    def broken(prepared: object, name: str) -> object:
        if name == "h2":
            raise ZeroDivisionError
        return plain(prepared, name)

    monkeypatch.setattr(rebalance_partition, "plan_of", broken)

    out = run(book, tmp_path / "results", 4)

    assert status(out)["h2"] == ("failed", "DEFECT")
    kept = [row for row in rows(results, "plans") if row["household"] != "h2"]
    assert rows(out, "plans") == kept


def test_results_do_not_depend_on_workers_and_a_run_is_resumed_to_the_same_bytes(
    results: Path, tmp_path: Path
) -> None:
    parts = results.with_name("results-parts")
    shutil.copytree(results, tmp_path / "cut")
    shutil.rmtree(tmp_path / "cut" / "part-00001")
    (tmp_path / "cut" / "manifest.json").unlink()

    run_batch(parts, tmp_path / "cut", as_of=AS_OF, plan="rebalance", workers=2)

    assert files_in(tmp_path / "cut") == files_in(results)
    for name in files_in(results):
        if (results / name).is_file():
            assert (tmp_path / "cut" / name).read_bytes() == (results / name).read_bytes(), name


def test_a_harvest_does_not_go_on_a_rebalance(results: Path) -> None:
    with pytest.raises(UsageError, match="another plan"):
        run_batch(results.with_name("results-parts"), results, as_of=AS_OF)


def test_a_plan_that_there_is_not_is_refused(results: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no plan 'letters' for a night; use one of harvest"):
        run_batch(results.with_name("results-parts"), tmp_path, as_of=AS_OF, plan="letters")


def test_parts_without_targets_have_nobody_to_plan(book: Path, tmp_path: Path) -> None:
    """A folder that was partitioned before targets were carried is read."""
    shutil.copytree(book, tmp_path / "book")
    for name in ("targets", "cash"):
        (tmp_path / "book" / f"{name}.csv").unlink()

    out = run(tmp_path / "book", tmp_path / "results", 4)

    assert set(status(out).values()) == {("no targets", "NO_TARGETS")}
    assert rows(out, "plans") == rows(out, "orders") == []
