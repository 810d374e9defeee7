"""A plan and its targets are made of one drift, of the books that the plan has."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from taxlots.workflows import drift
from taxlots.workflows.household_plan import drift_of_plan, household_plan
from taxlots.workflows.rebalance import rebalance_of
from taxlots.workflows.rebalance_asked import RebalanceAsked

SAMPLE = Path(__file__).parents[2] / "ledger" / "sample"
TREND = """
[rebalance.targets]
system = "trend"
trend_of = ["energy", "utilities"]
trend_into = "health care"
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sample, with targets that follow a trend."""
    mine = tmp_path_factory.mktemp("trend") / "book"
    shutil.copytree(SAMPLE, mine)
    toml = mine / "book.toml"
    toml.write_text(toml.read_text() + TREND)
    return str(mine)


@pytest.fixture
def reckoned(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The books of which a drift is reckoned."""
    found: list[object] = []
    real = drift.drift_of_books

    def noted(books: Any, *given: Any, **named: Any) -> Any:
        found.append(books)
        return real(books, *given, **named)

    monkeypatch.setattr(drift, "drift_of_books", noted)
    return found


def test_a_rebalance_reckons_the_drift_once(book: str, reckoned: list[object]) -> None:
    plan = household_plan(book, account="schwab-taxable", is_funded=True)
    run = rebalance_of(plan, RebalanceAsked(withdraw="500", account="schwab-taxable"))
    (books,) = reckoned
    assert books is plan.prepared.books
    assert run.proposal.classes


def test_a_plan_of_an_account_has_the_targets_of_its_household(book: str) -> None:
    whole, narrowed = household_plan(book), household_plan(book, account="schwab-taxable")
    assert narrowed.is_narrowed
    assert not whole.is_narrowed
    assert drift_of_plan(narrowed, is_funded=False) == drift_of_plan(whole, is_funded=False)
    assert narrowed.sleeves == whole.sleeves
