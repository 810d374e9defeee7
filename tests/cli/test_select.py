"""``taxlots select`` and ``taxlots set-method``: the lots of a sale, and the standing order."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import SAMPLE, book, database, taxlots

SELECT = ("select", SAMPLE, "--account", "spouse-taxable", "--symbol", "VZ")
PRICE = ("--price", "58.75")


def selected(*options: str) -> dict[str, Any]:
    ran = taxlots(*SELECT, *options, "--json")
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_the_lots_sum_to_the_total() -> None:
    found = selected("--quantity", "20", *PRICE, "--method", "HIFO")
    for name in ("quantity", "cost_basis", "proceeds", "gain", "disallowed", "tax", "tax_later"):
        assert sum(Decimal(lot[name]) for lot in found["lots"]) == Decimal(found["total"][name])
    assert found["method"] == "HIFO"
    assert found["total"]["quantity"] == "20"
    assert found["total"]["proceeds"] == "1175.00"


def test_the_contract_of_the_json() -> None:
    found = selected("--quantity", "3.5", *PRICE)
    assert {"method", "lots", "total"} <= set(found)
    needed = {"lot_id", "acquired_date", "term", "quantity", "cost_basis", "proceeds", "gain"}
    assert needed | {"disallowed", "tax"} <= set(found["lots"][0])


def test_what_is_selected_is_what_replay_books(tmp_path: Path) -> None:
    rows = (
        "b1,2023-01-03,brokerage,ABC,BUY,10,10.00,,,,,\n"
        "b2,2024-01-03,brokerage,ABC,BUY,10,30.00,,,,,\n"
        "b3,2024-06-03,brokerage,ABC,BUY,10,20.00,,,,,\n"
    )
    sale = "s1,2024-06-10,brokerage,ABC,SELL,15,15.00,,,{method},,\n"
    before = book(tmp_path / "before", rows)
    for method in ("FIFO", "HIFO", "MINTAX", "IBKR_MSL", "LONG_TERM_FIRST"):
        ran = taxlots(
            "select", before, "--account", "brokerage", "--symbol", "ABC", "--quantity", "15",
            "--price", "15", "--method", method, "--as-of", "2024-06-10", "--json",
        )  # fmt: skip
        assert ran.status == 0, ran.err
        lots = json.loads(ran.out)["lots"]
        after = book(tmp_path / method, rows + sale.format(method=method))
        gains = json.loads(taxlots("gains", after, "--json").out)["rows"]
        key = ("lot_id", "quantity", "gain", "term")
        assert sorted(tuple(lot[name] for name in key) for lot in lots) == sorted(
            tuple(row[name] for name in key) for row in gains
        )


def budgeted(folder: Path, budget: str, *options: str) -> tuple[dict[str, Any], str]:
    """A sale of 10 from two lots with gains of 500 and 300, 200 realized before; and stderr."""
    rows = (
        "g1,2022-01-03,brokerage,XYZ,BUY,10,10.00,,,,,\n"
        "b1,2022-01-03,brokerage,ABC,BUY,10,10.00,,,,,\n"
        "b2,2022-06-03,brokerage,ABC,BUY,10,30.00,,,,,\n"
        "g2,2024-03-04,brokerage,XYZ,SELL,10,30.00,,,,,\n"
    )
    toml = 'name = "Test"\n[tax_profile]\nshort_rate = 0.4\nlong_rate = 0.2\n'
    path = book(folder, rows, toml=f"{toml}[rebalance.budget]\n{budget}")
    ran = taxlots(
        "select", path, "--account", "brokerage", "--symbol", "ABC", "--quantity", "10",
        "--price", "60", "--as-of", "2024-06-10", *options, "--json",
    )  # fmt: skip
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found, ran.err


def test_a_sale_beyond_a_gain_budget_is_told(tmp_path: Path) -> None:
    """FIFO realizes 500 after 200: 100 more than 600.  HIFO realizes 300, which fits."""
    found, told = budgeted(tmp_path / "fifo", "gain = 600\n", "--method", "FIFO")
    assert found["budget"] == {
        "fit": "refused",
        "over": {"gain": "100.00"},
        "short_term_so_far": "0.00",
        "long_term_so_far": "200.00",
        "tax_so_far": "40.00",
        "tax_budget_by_now": "",
        "tax_budget": "",
    }
    assert "OVER_GAIN_BUDGET (warning): Sold by FIFO, the year goes 100.00 beyond" in told
    found, told = budgeted(tmp_path / "hifo", "gain = 600\n", "--method", "HIFO")
    assert found["budget"]["fit"] == "fits"
    assert "BUDGET" not in told


def test_a_sale_beyond_the_tax_budget_that_is_released_is_told(tmp_path: Path) -> None:
    """By June half of 200 is released; 40 is used, and 20 % of 500 comes to it."""
    budget = 'tax = 200\nprorated = "semiannual"\n'
    found, told = budgeted(tmp_path, budget, "--method", "FIFO")
    assert found["budget"]["over"] == {"tax": "40.00"}
    assert (found["budget"]["tax_budget_by_now"], found["budget"]["tax_budget"]) == (
        "100.00",
        "200.00",
    )
    assert "OVER_TAX_BUDGET (warning)" in told


def test_every_method_of_a_comparison_is_held_against_the_budget(tmp_path: Path) -> None:
    found, _ = budgeted(tmp_path, "gain = 600\n", "--compare")
    fits = {one["method"]: one["budget"]["fit"] for one in found["methods"]}
    assert (fits["FIFO"], fits["HIFO"]) == ("refused", "fits")


def test_without_a_budget_nothing_is_said_of_one(tmp_path: Path) -> None:
    assert "budget" not in selected("--quantity", "20", *PRICE)
    _, told = budgeted(tmp_path, "", "--method", "FIFO")
    assert "BUDGET" not in told


def test_compare_shows_every_method_and_none_is_cheaper_than_the_least_tax() -> None:
    ran = taxlots(*SELECT, "--quantity", "20", *PRICE, "--compare", "--json")
    methods = {one["method"]: one["total"] for one in json.loads(ran.out)["methods"]}
    assert len(methods) == 12
    cost = {name: Decimal(t["tax"]) + Decimal(t["tax_later"]) for name, t in methods.items()}
    assert cost["TAX_OPTIMAL"] == min(cost.values())
    assert Decimal(methods["TAX_OPTIMAL"]["bound"]) <= cost["TAX_OPTIMAL"]


def test_proceeds_take_the_fewest_whole_shares() -> None:
    total = selected("--proceeds", "1000", *PRICE)["total"]
    assert (total["quantity"], total["proceeds"]) == ("18", "1057.50")
    total = selected("--proceeds", "1000", *PRICE, "--fractions")["total"]
    assert total["proceeds"] == "1000.00"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--quantity", "0"), "no quantity above zero"),
        (("--quantity", "ten"), "no quantity above zero"),
        (("--quantity", "1", "--proceeds", "1"), "one of the two"),
        ((), "one of the two"),
        (("--proceeds", "-5"), "no dollars above zero"),
        (("--quantity", "1", "--price", "0"), "no price above zero"),
        (("--quantity", "99999"), "are asked for"),
        (("--quantity", "1", "--method", "BEST"), "there is no method"),
        (("--quantity", "1", "--symbol", "NONE"), "holds no NONE"),
        (("--quantity", "1", "--account", "nobody"), "it has schwab-taxable"),
        (("--quantity", "1", "--account", "roth-ira", "--symbol", "COST"), "realizes nothing"),
    ],
)
def test_a_sale_that_cannot_be_is_told(options: tuple[str, ...], told: str) -> None:
    ran = taxlots(*SELECT, *options)
    assert ran.status == 2
    assert told in ran.err


def test_without_a_profile_no_tax_is_shown(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", "b1,2023-01-03,brokerage,ABC,BUY,10,10.00,,,,,\n")
    sale = ("select", folder, "--account", "brokerage", "--symbol", "ABC", "--quantity", "5")
    ran = taxlots(*sale, "--price", "12")
    assert ran.status == 0, ran.err
    assert "No tax is shown" in ran.out
    ran = taxlots(*sale, "--price", "12", "--method", "TAX_OPTIMAL")
    assert ran.status == 2
    assert "profiles.csv" in ran.err


def test_a_change_of_the_standing_order_is_a_row_of_the_journal(tmp_path: Path) -> None:
    rows = (
        "b1,2023-01-03,brokerage,ABC,BUY,10,10.00,,,,,\n"
        "b2,2024-01-03,brokerage,ABC,BUY,10,30.00,,,,,\n"
        "s1,2024-06-10,brokerage,ABC,SELL,1,15.00,,,,,\n"
    )
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, book(tmp_path / "folder", rows)).status == 0
    change = ("set-method", url, "--account", "brokerage", "--method", "hifo", "--by", "J. Doe")
    ran = taxlots(*change, "--from", "2024-06-10")
    assert ran.status == 2
    assert "s1 sold ABC on 2024-06-10" in ran.err
    ran = taxlots(*change, "--from", "2024-07-01", "--reason", "client letter")
    assert (ran.status, ran.out) == (0, "From 2024-07-01 brokerage sells by HIFO (was FIFO).\n")
    assert taxlots(*change, "--from", "2024-07-02").status == 2
    ran = taxlots(
        "select", url, "--account", "brokerage", "--symbol", "ABC", "--quantity", "1",
        "--price", "15", "--json",
    )  # fmt: skip
    found = json.loads(ran.out)
    assert (found["method"], found["lots"][0]["lot_id"]) == ("HIFO", "b2")
    gains = json.loads(taxlots("gains", url, "--json").out)["rows"]
    assert gains[0]["lot_id"] == "b1"
    assert taxlots("verify", url).status == 0


@pytest.mark.parametrize("method", ["TAX_OPTIMAL", "BEST"])
def test_no_standing_order_by_what_is_no_method(method: str, tmp_path: Path) -> None:
    url = database(tmp_path / "book.db")
    ran = taxlots(
        "set-method", url, "--account", "a", "--method", method, "--from", "2024-07-01", "--by", "x"
    )
    assert ran.status == 2
    assert "use one of AVERAGE, FIFO" in ran.err


def test_a_folder_remembers_no_change(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", "")
    ran = taxlots(
        "set-method", folder, "--account", "brokerage", "--method", "HIFO",
        "--from", "2024-07-01", "--by", "x",
    )  # fmt: skip
    assert ran.status == 2
    assert "taxlots init" in ran.err
