"""A harvest of a book keeps to its budgets, and to the opinions that it states."""

import json
from datetime import date
from pathlib import Path

import pytest
from tests.cli.running import book, taxlots

from taxlots.domain.problem import DataError
from taxlots.workflows.harvest import Harvest, harvest

DAY = date(2024, 12, 20)
ROWS = (
    "old,2022-01-03,brokerage,ABC,BUY,100,30.00,,,,,\n"
    "new,2024-08-01,brokerage,ABC,BUY,100,15.00,,,,,\n"
)
WHOLE = 'sell = "whole_position"\nwithout_replacement = "cash"\nlater_sale_rate = 0\n'
RATES = "[tax_profile]\nshort_rate = 0.4\nlong_rate = 0.2\n"


def written(folder: Path, harvest_rule: str, more: str = RATES) -> str:
    """ABC closes at 20: 1,000 are lost long-term, and 500 gained short-term."""
    toml = f'name = "Test"\n[harvest]\n{harvest_rule}{more}'
    path = book(folder, ROWS, toml=toml)
    (path / "prices.csv").write_text(
        "date,symbol,close\n2024-12-20,ABC,20.00\n2024-12-20,XYZ,10.00\n"
    )
    return str(path)


def codes(run: Harvest) -> set[str]:
    return {problem.code for problem in run.problems if "BUDGET" in problem.code}


def reasons(run: Harvest) -> dict[str, str]:
    return {verdict.lot.lot_id: str(verdict.reason) for verdict in run.plan.verdicts}


SOLD = {"old": "HARVEST", "new": "HARVEST_WITH_POSITION"}
LEFT = {"old": "OVER_GAIN_BUDGET", "new": "OVER_GAIN_BUDGET"}


@pytest.mark.parametrize(
    ("budget", "expected", "told"),
    [
        ("", SOLD, set()),
        ("[rebalance.budget]\nshort_gain = 500\n", SOLD, set()),
        ("[rebalance.budget]\nshort_gain = 499.99\n", LEFT, {"OVER_GAIN_BUDGET"}),
        ("[rebalance.budget]\ngain = 0\n", SOLD, set()),
    ],
    ids=["none", "just enough", "a cent too little", "both terms"],
)
def test_a_gain_budget_leaves_a_position_that_goes_beyond_it(
    budget: str, expected: dict[str, str], told: set[str], tmp_path: Path
) -> None:
    run = harvest(written(tmp_path / "book", WHOLE, RATES + budget), as_of=DAY)
    assert (reasons(run), codes(run)) == (expected, told)
    assert bool(run.plan.orders) is (expected == SOLD)


def test_a_position_that_costs_more_tax_than_is_released_is_sold_with_a_warning(
    tmp_path: Path,
) -> None:
    """500 at 60 % cost 100 more than 1,000 at 20 % save; 99 of tax are released."""
    rates = RATES.replace("0.4", "0.6")
    for tax, told in (("100", set()), ("99", {"OVER_TAX_BUDGET"})):
        budget = f"[rebalance.budget]\ntax = {tax}\n"
        run = harvest(written(tmp_path / tax, WHOLE, rates + budget), as_of=DAY)
        assert reasons(run)["new"] == "HARVEST_WITH_POSITION"
        assert codes(run) == told


def test_a_bad_budget_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "book", WHOLE, "[rebalance.budget]\ngains = 5\n")
    with pytest.raises(DataError, match="no key 'gains'"):
        harvest(path, as_of=DAY)


OPINION = "symbol,proxy,rank,opinion_date,opinion_by\nABC,XYZ,1,2024-01-15,A. Lee CPA\n"


@pytest.mark.parametrize(
    ("of_book", "of_return", "is_told"), [(100, 2000, False), (2000, 100, True)]
)
def test_how_old_an_opinion_may_be_is_said_by_the_rule_of_the_return(
    of_book: int, of_return: int, is_told: bool, tmp_path: Path
) -> None:
    """The opinion is 340 days old."""
    rule = f"opinion_max_age_days = {of_book}\n"
    own = f"[harvest.returns.home]\nopinion_max_age_days = {of_return}\n"
    path = written(tmp_path / "book", rule, own)
    (Path(path) / "proxies.csv").write_text(OPINION)
    run = harvest(path, as_of=DAY)
    assert any(order.symbol == "XYZ" for order in run.plan.orders)
    told = [p.message for p in run.problems if p.code == "OPINION_OUT_OF_DATE"]
    assert bool(told) is is_told
    if told:
        assert told == [
            "the opinion on XYZ of 2024-01-15 is 340 days old; opinion_max_age_days is 100"
        ]


class TestOneIndexForABook:
    """Pub. 550 asks for facts and circumstances: somebody says so, by name and date."""

    def path(self, folder: Path, day: str) -> str:
        rule = (
            'allow_same_index = true\nsame_index_opinion_by = "A. Lee, CPA"\n'
            f"same_index_opinion_date = {day}\n"
        )
        path = written(folder, rule)
        (Path(path) / "securities.csv").write_text(
            "symbol,kind,index\nABC,etf,S&P 500\nXYZ,etf,S&P 500\n"
        )
        (Path(path) / "proxies.csv").write_text("symbol,proxy,rank\nABC,XYZ,1\n")
        return path

    def test_it_lets_a_fund_on_the_same_index_be_bought_and_stands_in_the_manifest(
        self, tmp_path: Path
    ) -> None:
        path = self.path(tmp_path / "book", "2024-12-20")
        ran = taxlots("harvest", path, "--as-of", DAY, "--out", tmp_path / "plan", "--json")
        assert ran.status == 0, ran.err
        printed = json.loads(ran.out)
        assert "XYZ" in {order["symbol"] for order in printed["orders"]}
        rule = printed["manifest"]["rule"]
        assert rule["same_index_opinion_by"] == "A. Lee, CPA"
        assert rule["same_index_opinion_date"] == "2024-12-20"

    def test_before_its_date_it_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="is dated 2024-12-21, after 2024-12-20"):
            harvest(self.path(tmp_path / "book", "2024-12-21"), as_of=DAY)
