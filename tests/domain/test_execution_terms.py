"""``[rebalance.execution]``: its keys, their defaults, and what is wrong with them."""

import pytest

from taxlots.domain.execution_terms import ExecutionTerms, ScheduleKind, execution_from


def test_without_the_table_trades_are_made_at_once() -> None:
    terms, problems = execution_from({})
    assert terms == ExecutionTerms()
    assert terms.tranches == 1
    assert problems == []


def test_all_keys() -> None:
    stated = {
        "tranches": 10,
        "schedule": "almgren-chriss",
        "participation_percent": 7.5,
        "settled_cash": True,
        "impact_factor": 0.8,
        "commission": {"Schwab": 4.95, "joint": 0},
    }
    terms, problems = execution_from({"execution": stated})
    assert problems == []
    assert terms.tranches == 10
    assert terms.schedule is ScheduleKind.ALMGREN_CHRISS
    assert terms.participation_ppm == 75_000
    assert terms.is_settled_only
    assert terms.impact_factor_ppm == 800_000
    assert terms.commission_of("own", "Schwab") == 495
    assert terms.commission_of("joint", "Schwab") == 0
    assert terms.commission_of("own", "Other") == 0


def test_one_commission_is_that_of_every_order() -> None:
    terms, _ = execution_from({"execution": {"commission": 1.25}})
    assert terms.commission_of("any", "") == 125


@pytest.mark.parametrize(
    ("stated", "where"),
    [
        ({"tranches": 0}, "tranches"),
        ({"tranches": 61}, "tranches"),
        ({"schedule": "fast"}, "schedule"),
        ({"schedule": ["twap"]}, "schedule"),
        ({"schedule": {"by": "twap"}}, "schedule"),
        ({"participation_percent": 0}, "participation_percent"),
        ({"participation_percent": 101}, "participation_percent"),
        ({"settled_cash": 1}, "settled_cash"),
        ({"impact_factor": -1}, "impact_factor"),
        ({"commission": {"Schwab": -1}}, "commission.Schwab"),
        ({"commission": "free"}, "commission"),
        ({"commission": 1e308}, "commission"),
        ({"hurry": 1}, "hurry"),
    ],
)
def test_what_is_wrong_is_named(stated: dict[str, object], where: str) -> None:
    terms, problems = execution_from({"execution": stated})
    assert len(problems) == 1
    assert where in problems[0].where
    assert terms == ExecutionTerms()


def test_it_must_be_a_table() -> None:
    (problem,) = execution_from({"execution": 3})[1]
    assert "rebalance.execution" in problem.where
