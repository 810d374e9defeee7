"""The tables of lots in columns are those of lots as objects, cell by cell."""

from hypothesis import given, settings
from tests.plan.screening import planned_by_screen
from tests.plan.situations import World
from tests.plan.test_screen import situations

from taxlots.domain.harvest_rule import HarvestRule
from taxlots.plan.harvest import plan
from taxlots.plan.situation import Situation
from taxlots.reports.harvest_files import tables
from taxlots.reports.screened_tables import screened_tables


@given(situations())
@settings(max_examples=150)
def test_tables_of_screened_lots_are_those_of_all_lots_planned(situation: Situation) -> None:
    expected = tables(plan(situation))

    found = screened_tables(*planned_by_screen(situation))

    for name, table in found.items():
        assert table.to_pylist() == expected[name], name
    assert list(found) == list(expected)


def test_names_that_a_spreadsheet_would_run_are_inert() -> None:
    w = World({"=A": "8"}, rule=HarvestRule(min_loss_cents=10_000))
    w.lot("+lot", 10, "=A", 90)

    found = screened_tables(*planned_by_screen(w.situation()))

    (row,) = found["verdicts.csv"].to_pylist()
    assert (row["symbol"], row["lot_id"]) == ("'=A", "'+lot")
    assert found["opportunities.csv"].to_pylist() == tables(w.plan())["opportunities.csv"]
