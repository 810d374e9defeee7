"""Limits of ``taxlots rebalance`` that no plan keeps together: the clash, and the nearest plan."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import taxlots

PLAN, BUDGET = "[rebalance.plan]", "[rebalance.budget]"
BEFORE = "gains and taxes are kept before turnover, and turnover before tracking error"


def limited(book: Path, plan: str, more: str = "") -> None:
    """Keys of [rebalance.plan], and further tables, in the book's settings."""
    stated = (book / "book.toml").read_text()
    (book / "book.toml").write_text(stated.replace(PLAN, f"{PLAN}\n{plan}") + more)


def planned(book: Path, *asked: str) -> tuple[dict[str, Any], list[str]]:
    """The plan, and what it says of limits that clash."""
    done = taxlots("rebalance", book, *asked, "--json")
    assert done.status == 0, done.err
    plan = json.loads(done.out)
    return plan, [one for one in plan["told"] if " clash" in one]


def test_turnover_and_tracking_error_that_clash_leave_the_nearest_plan(six: Path) -> None:
    limited(six, "turnover_percent = 1\ntracking_error_percent = 0.5")
    plan, (said,) = planned(six)
    assert said == (
        "tracking error of at most 0.5 % a year clashes with turnover of at most 1 % of NAV;"
        " where that is kept, allow tracking error of 0.5057 % a year; where tracking error is"
        " kept, allow turnover of 1.039 % of NAV; the plan takes the first of these, because"
        f" {BEFORE}"
    )
    assert 2 * float(plan["turnover"]) <= 0.01
    assert 0.005 < float(plan["tracking_error"]["after"]) <= 0.0051
    assert plan["trades"]


def test_what_is_told_to_be_enough_is_enough(six: Path) -> None:
    limited(six, "turnover_percent = 1\ntracking_error_percent = 0.51")
    plan, said = planned(six)
    assert not said
    assert float(plan["tracking_error"]["after"]) <= 0.0051


def test_a_tracking_error_that_nothing_reaches_is_told_alone_and_beside_turnover(six: Path) -> None:
    limited(six, "turnover_percent = 1\ntracking_error_percent = 0.0001")
    plan, said = planned(six)
    alone, beside = said
    assert "tracking error of at most 0.0001 % a year clashes with the other limits" in alone
    assert "clashes with turnover of at most 1 % of NAV" in beside
    assert plan["trades"]


def test_a_withdrawal_that_must_realize_gains_clashes_with_a_budget_of_none(six: Path) -> None:
    limited(six, "turnover_percent = 50", f"\n{BUDGET}\ngain = 0\n")
    plan, (said,) = planned(six, "--withdraw", "400000")
    assert "gains of at most 0.00 dollars clash with the other limits" in said
    needed = float(said.partition("the nearest is ")[2].partition(" dollars")[0])
    (taxed,) = plan["returns"]
    realized = float(taxed["short_term"]) + float(taxed["long_term"])
    assert 0 < realized <= 1.011 * needed


def test_a_tax_budget_is_kept_before_turnover_and_tracking_error(six: Path) -> None:
    limited(six, "turnover_percent = 10\ntracking_error_percent = 0.5")
    (six / "book.toml").write_text(
        (six / "book.toml").read_text() + "\n[rebalance.mandate]\ntax = 0\n"
    )
    plan, said = planned(six, "--withdraw", "200000")
    assert float(plan["returns"][0]["tax_now"]) <= 0
    assert any("turnover of at most 10 % of NAV clashes with" in one for one in said)
    assert any("tracking error of at most 0.5 % a year clashes with" in one for one in said)


OVERRIDES = "id,action,account,symbol,side,quantity,instead,by,reason\n"


def overridden(book: Path, *rows: str) -> None:
    """Rows of overrides.csv."""
    (book / "overrides.csv").write_text(OVERRIDES + "".join(f"{row}\n" for row in rows))


@pytest.mark.parametrize("turned", [False, True])
def test_two_replacements_of_one_position_are_told_by_both_rows(six: Path, turned: bool) -> None:
    rows = ["o1,replace,joint,DEV1,,,DEV2,Ann,x", "o2,replace,joint,DEV1,,,USEQ,Bob,y"]
    overridden(six, *(reversed(rows) if turned else rows))
    done = taxlots("rebalance", six)
    assert done.status == 2
    assert "o1: replace DEV1 in joint with DEV2" in done.err
    assert "o2: replace DEV1 in joint with USEQ" in done.err
    assert "keep one of them" in done.err


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("quantity", ["10", "0.00001"])
def test_a_forced_trade_of_what_is_excluded_is_told_in_either_order(
    six: Path, quantity: str, turned: bool
) -> None:
    """However small: what is excluded is not traded at all."""
    rows = ["o1,exclude,joint,GOLD,sell,,,Ann,x", f"o2,force,joint,GOLD,sell,{quantity},,Bob,y"]
    overridden(six, *(reversed(rows) if turned else rows))
    done = taxlots("rebalance", six)
    assert done.status == 2
    assert "o1: exclude sell GOLD in joint (by Ann) stands against it" in done.err


def test_ids_of_overrides_are_told_as_they_are_written(six: Path) -> None:
    overridden(six, "o1,lock,,GOLD,,,,Ann,kept")
    said = taxlots("rebalance", six).out.splitlines()
    assert "o1: lock GOLD, by Ann: kept." in said
    assert not any(one.startswith("O1") for one in said)


def test_fewer_securities_than_are_locked_is_told_with_the_fewest(six: Path) -> None:
    locked = ("USEQ", "DEV1", "DEV2")
    overridden(six, *(f"o{at},lock,,{name},,,,Ann,kept" for at, name in enumerate(locked)))
    with (six / "book.toml").open("a") as file:
        file.write("\n[rebalance.mandate]\nmost_names = 2\n")
    done = taxlots("rebalance", six, "--json")
    assert done.status == 0, done.err
    (said,) = [one for one in json.loads(done.out)["told"] if "do not let it be so few" in one]
    assert "at most 2 securities are to be held" in said
    assert int(said.partition("allow ")[2].partition(",")[0]) > len(locked)
