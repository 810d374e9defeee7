"""What a harvest of the sample household on 31 December 2020 comes to."""

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from taxlots.workflows.harvest import write_harvest

SAMPLE = Path(__file__).resolve().parents[1] / "ledger" / "sample"

Row = dict[str, str]


@pytest.fixture(scope="module")
def opportunities(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """What ``taxlots harvest ledger/sample`` looks at on the last day."""
    out = tmp_path_factory.mktemp("sample") / "plan"
    assert write_harvest(str(SAMPLE), out).problems == []
    with (out / "opportunities.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_harvest_sells_what_nothing_stands_in_the_way_of(opportunities: list[Row]) -> None:
    chosen = [row for row in opportunities if row["verdict"] == "harvest"]
    assert {(row["symbol"], row["account"], row["replacement"]) for row in chosen} == {
        ("BA", "fidelity-taxable", "GD"),
        ("DAL", "joint-taxable", "LUV"),
        ("INTC", "fidelity-taxable", "CSCO"),
        ("UAA", "fidelity-taxable", "VFC"),
        ("WBA", "joint-taxable", "CVS"),
        ("XOM", "schwab-taxable", "CVX"),
    }


def test_the_tax_saved_is_the_loss_at_the_long_term_rate(opportunities: list[Row]) -> None:
    [row] = [row for row in opportunities if row["symbol"] == "UAA"]
    loss = (150 * Decimal("42.16") + Decimal("7.95")) - 150 * Decimal("17.17")
    assert Decimal(row["loss"]) == loss
    assert Decimal(row["estimated_tax_saved"]) == (loss * Decimal("0.188")).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )


@pytest.mark.parametrize(
    ("symbol", "refused", "why"),
    [("UAA", "UA", "one identical group"), ("XOM", "COP", "sold at a loss on 18 December")],
)
def test_a_first_proxy_is_refused(
    symbol: str, refused: str, why: str, opportunities: list[Row]
) -> None:
    rows = [r for r in opportunities if r["symbol"] == symbol and r["verdict"] == "harvest"]
    assert rows
    assert all(row["refused_replacements"].startswith(refused + ":") for row in rows), why


@pytest.mark.parametrize(
    ("lot", "purchase", "why"),
    [
        ("s2017-0043", "s2020-0246:200", "WFC: all of it, by the spouse"),
        ("s2019-0231", "s2020-0245:40", "C: in part, by the IRA"),
        ("s2019-0125", "s2020-0239:0.6445", "SLB: a reinvestment in the IRA, 30 days before"),
        ("s2020-0140", "s2020-0252:0.7154", "GILD: a reinvestment in the IRA"),
        ("s2020-0004", "s2020-0261:0.6477", "BXP: its own reinvestment"),
        ("s2017-0106", "s2020-0259:0.3908", "SPG: a reinvestment in the Roth IRA"),
        ("s2016-0075", "s2020-0255:15", "T: a monthly purchase in the Roth IRA"),
    ],
)
def test_a_recent_purchase_blocks_a_loss(
    lot: str, purchase: str, why: str, opportunities: list[Row]
) -> None:
    [row] = [row for row in opportunities if row["lot_id"] == lot]
    assert row["verdict"] == "no", why
    assert purchase in row["blocked_by"].split(";"), why
