"""``taxlots select`` and ``taxlots set-method``: the lots of a sale, and the standing order."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.running import SAMPLE, book, database, taxlots

SELECT = ("select", SAMPLE, "--account", "spouse-taxable", "--symbol", "VZ")
PRICE = ("--price", "58.75")


def selected(*options: str) -> dict[str, object]:
    ran = taxlots(*SELECT, *options, "--json")
    assert ran.status == 0, ran.err
    found: dict[str, object] = json.loads(ran.out)
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
