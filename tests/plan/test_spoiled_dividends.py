"""26 USC 1(h)(11)(B)(iii): a sale that would leave a dividend ordinary is told, or left out."""

from datetime import date

import pytest
from tests.plan.situations import World, opportunity, reasons

from taxlots.domain.dividend import PendingDividend
from taxlots.domain.harvest_rule import HarvestRule, SpoiledDividends, WithoutReplacement
from taxlots.domain.security import Security, TaxClass
from taxlots.domain.verdict import Reason
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.reports.harvest_files import tables

KEPT = (
    "SPOILS_DIVIDEND until 2021-01-20: 12.00 of the dividend of 2020-12-01 would not be qualified"
)


def planned(spoiled: SpoiledDividends) -> HarvestPlan:
    """One lot with a loss, bought 46 days ago, whose dividend is not qualified yet."""
    rule = HarvestRule(spoiled_dividends=spoiled, without_replacement=WithoutReplacement.CASH)
    world = World(prices={"ABC": "8"}, rule=rule)
    world.lot("lot", 10, "ABC", 100, 46)
    world.dividends.append(
        PendingDividend(
            lot_id="lot",
            ex_date=date(2020, 12, 1),
            qualified_from=date(2021, 1, 20),
            cents=12_00,
        )
    )
    return world.plan()


def test_by_default_the_sale_is_proposed_and_the_dividend_told() -> None:
    plan = planned(SpoiledDividends.TELL)
    assert reasons(plan) == {"lot": Reason.HARVEST}
    assert [d.cents for d in opportunity(plan, "lot").spoiled] == [12_00]
    (told,) = tables(plan)["opportunities.csv"]
    (verdict,) = tables(plan)["verdicts.csv"]
    assert told["told"] == KEPT
    assert verdict["detail"] == f"the proceeds stay in cash; {KEPT}"


def test_a_rule_can_leave_such_lots_out() -> None:
    plan = planned(SpoiledDividends.SKIP)
    assert reasons(plan) == {"lot": Reason.SPOILS_DIVIDEND}
    (verdict,) = tables(plan)["verdicts.csv"]
    assert (verdict["verdict"], verdict["detail"]) == ("no", KEPT)


@pytest.mark.parametrize(
    ("tax_class", "reason"),
    [("partnership", "BASIS_NOT_ADJUSTED"), ("grantor_trust", "BASIS_NOT_ADJUSTED")],
)
def test_26_usc_705_a_basis_that_was_not_supplied_bars_a_harvest(
    tax_class: str, reason: str
) -> None:
    world = World(prices={"MLP": "8"})
    world.securities["MLP"] = Security(symbol="MLP", tax_class=TaxClass(tax_class))
    world.lot("lot", 10, "MLP", 100, basis_status="unknown")
    assert reasons(world.plan()) == {"lot": Reason(reason)}
