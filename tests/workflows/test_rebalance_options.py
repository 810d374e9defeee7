"""Calls written on shares and puts held on them, in the book of a rebalance.

A household holds 800 AAA and 300 BBB in one account and is to sell BBB, which stands at a loss.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.workflows.short_books import DAY, planned, short_book

from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.workflows.rebalance import RebalanceRun
from taxlots.workflows.rebalance_asked import RebalanceAsked

CALL = "w1,2021-05-03,m,BBBC,WRITE_OPTION,{},3"
PUT = "w2,2021-05-03,m,BBBP,BUY,{},2"
WRITTEN_PUT = "w3,2021-05-03,m,BBBP,WRITE_OPTION,{},2"
FORCED = "o1,force,BBB,m,sell,24000,Rowan,said so"


def book(folder: Path, *rows: str, overrides: str = "", expiry: str = "2021-12-17") -> Path:
    """The book of ``short_books`` with some options on BBB, each contract on 100 shares."""
    found = short_book(folder, *rows, overrides=overrides)
    securities = found / "securities.csv"
    _, *stocks = securities.read_text(encoding="utf-8").splitlines()
    lines = [
        "symbol,kind,asset_class,multiplier,underlying,put_call,strike,expiry",
        *(f"{line},,,,," for line in stocks),
        f"BBBC,option,,100,BBB,call,95,{expiry}",
        "BBBP,option,,100,BBB,put,70,2021-12-17",
    ]
    securities.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found


def sold(run: RebalanceRun, symbol: str = "BBB") -> int:
    """Shares that the plan sells."""
    trades = [one for one in run.proposal.trades if one.position.symbol == symbol]
    return sum(one.units for one in trades if one.side is Side.SELL) // SHARE


def told(run: RebalanceRun) -> str:
    return "\n".join(run.proposal.told)


def test_shares_behind_a_written_call_are_not_sold_and_it_is_said_why(tmp_path: Path) -> None:
    free, covered = planned(book(tmp_path / "a")), planned(book(tmp_path / "b", CALL.format(3)))
    assert sold(free)
    assert not sold(covered)
    assert "m keeps 300 BBB behind BBBC" in told(covered)
    assert "BBBC" not in told(free)


def test_a_forced_sale_is_made_and_the_naked_calls_are_told(tmp_path: Path) -> None:
    run = planned(book(tmp_path, CALL.format(2), overrides=FORCED))
    assert sold(run) == 300
    assert "0 BBB are left in m, and calls are written on more, so that they are naked" in told(run)


def test_puts_do_not_keep_shares_but_what_they_no_longer_protect_is_told(tmp_path: Path) -> None:
    free, held = planned(book(tmp_path / "a")), planned(book(tmp_path / "b", PUT.format(3)))
    assert sold(held) == sold(free)
    left = 300 - sold(held)
    assert f"{left} BBB are left in m, and puts are held on more" in told(held)


@pytest.mark.parametrize("row", [CALL.format(1), PUT.format(1)])
def test_a_loss_on_shares_that_an_option_stands_against_may_be_deferred(
    tmp_path: Path, row: str
) -> None:
    """26 USC 1092(a)(1): beyond the gain that the other leg of the straddle has not recognized."""
    run = planned(book(tmp_path, row))
    assert sold(run)
    assert "the loss on BBB may be deferred" in told(run)
    assert "STRADDLE_POSSIBLE" in {one.code for one in run.problems}


def test_an_option_that_has_expired_keeps_nothing(tmp_path: Path) -> None:
    """Its row of EXPIRE may still be missing."""
    run = planned(book(tmp_path, CALL.format(3), expiry="2021-06-18"))
    assert sold(run)
    assert "BBBC" not in told(run)


def test_a_written_put_asks_for_money_that_the_plan_does_not_set_aside(tmp_path: Path) -> None:
    assert "BBBP may ask m to buy 200 BBB: the plan sets no money aside" in told(
        planned(book(tmp_path, WRITTEN_PUT.format(2)))
    )


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 5), st.integers(0, 45_000))
def test_no_plan_leaves_a_call_naked_that_was_covered(
    tmp_path_factory: pytest.TempPathFactory, contracts: int, dollars: int
) -> None:
    """Whatever is withdrawn: m has 40,000 in cash, 16,000 of CCC and 40,000 of AAA beside."""
    rows = [CALL.format(contracts)] if contracts else []
    by = DAY + timedelta(days=10)
    asked = RebalanceAsked(withdraw=str(dollars), by=by) if dollars else None
    run = planned(book(tmp_path_factory.mktemp("book"), *rows), asked=asked)
    assert 300 - sold(run) >= min(300, 100 * contracts)
