"""The plan of one household inside a running process: its situation is read once, then planned."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.harvest_rule import Goal
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.tax_return import ReturnIncome
from taxlots.plan.harvest import plan
from taxlots.plan.situation import Situation
from taxlots.plan.year_tax import year_tax
from taxlots.workflows.harvest import situation_of
from taxlots.workflows.replay import replay

SAMPLE: Final = Path(__file__).parents[1] / "ledger" / "sample"
ROUNDS: Final = 30


def milliseconds(situation: Situation) -> tuple[float, float]:
    """What a plan takes: the median and the slowest."""
    plan(situation)
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        plan(situation)
        taken.append(1e3 * (time.perf_counter() - start))
    return sorted(taken)[ROUNDS // 2], max(taken)


def by_law(situation: Situation) -> Situation:
    """The same household with an income in California, whose tax is reckoned by law."""
    income = ReturnIncome(
        year=situation.as_of.year,
        status=FilingStatus.JOINT,
        ordinary_income_cents=300_000_00,
        short_cents=2_000_00,
        long_cents=5_000_00,
        state="CA",
    )
    years = {}
    for name in situation.profiles:
        year = year_tax(TaxProfile(tax_return=name, year=income.year), income)
        if year is not None:
            years[name] = year
    return replace(situation, years=years)


def lines() -> Iterator[str]:
    """The figures, one line each."""
    situation, _ = situation_of(replay(str(SAMPLE)))
    reckoned = by_law(situation)
    goal = replace(situation.rule, goal=Goal.TARGET, goal_cents=5_000_00)
    for name, each in (
        ("stated rates", situation),
        ("tax by law", reckoned),
        ("tax by law, goal of 5,000", replace(reckoned, rule=goal)),
    ):
        median, slowest = milliseconds(each)
        yield f"{len(each.lots)} lots, {name}: {median:.1f} ms, slowest {slowest:.1f} ms"
