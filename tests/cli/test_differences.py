"""``taxlots differences`` and ``taxlots replay --view broker``."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cases import ROOT, official_cases, own_cases, write_book
from tests.cli.running import taxlots

from taxlots.domain.problem import DataError
from taxlots.workflows.differences import differences

SAMPLE = ROOT / "ledger" / "sample"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def case(name: str, folder: Path) -> Path:
    (found,) = (one for one in official_cases() if one["id"] == name)
    return write_book(found, folder)


@pytest.mark.parametrize(("name", "box_1g"), [("WS-016", "500.00"), ("WS-017", "0.00")])
def test_reg_1_6045_1_d_6_viii_examples_by_replay(name: str, box_1g: str, tmp_path: Path) -> None:
    ran = taxlots(
        "replay", case(name, tmp_path / "book"), "--out", tmp_path / "out", "--view", "broker"
    )

    assert ran.status == 0
    (piece,) = rows(tmp_path / "out" / "realized.csv")
    assert (piece["cost_basis"], piece["wash_sale_loss_disallowed"]) == ("3000.00", box_1g)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["view"] == "broker"
    assert manifest["identity"]["residual"] == "0.00"


def test_the_files_of_the_sample_foot_with_both_views(tmp_path: Path) -> None:
    for view in ("taxpayer", "broker"):
        assert taxlots("replay", SAMPLE, "--out", tmp_path / view, "--view", view).status == 0
    assert taxlots("differences", SAMPLE, "--out", tmp_path / "both").status == 0

    both = rows(tmp_path / "both" / "differences.csv")
    ours = rows(tmp_path / "taxpayer" / "realized.csv")
    theirs = rows(tmp_path / "broker" / "realized.csv")

    def total(table: list[dict[str, str]], name: str) -> Decimal:
        return sum((Decimal(row[name]) for row in table if row[name]), Decimal(0))

    assert total(both, "column_h") == total(ours, "gain")
    assert total(both, "cost_basis") == total(ours, "cost_basis")
    assert total(both, "box_1e") == total(theirs, "cost_basis")
    assert total(both, "box_1g") == total(theirs, "wash_sale_loss_disallowed")
    assert total(both, "difference") == 100 * (total(ours, "gain") - total(theirs, "gain"))
    assert {row["reasons"] for row in both if row["difference"] != "0"} >= {
        "CROSS_ACCOUNT", "SPOUSE", "IRA_PERMANENT", "COMPENSATION",
    }  # fmt: skip


def test_json_lists_the_pieces_that_differ(tmp_path: Path) -> None:
    ran = taxlots("differences", case("WS-017", tmp_path / "book"), "--json")

    told = json.loads(ran.out)
    assert (told["pieces"], told["differing"], told["difference"]) == (1, 1, 50000)
    assert [row["reasons"] for row in told["rows"]] == ["CROSS_ACCOUNT"]
    assert [row["replacements"] for row in told["rows"]] == ["t2@A2"]


def test_one_year_and_a_previous_result_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for year in ("2018", "2020"):
        assert taxlots("differences", SAMPLE, "--out", out, "--year", year).status == 0

    assert {row["sold_date"][:4] for row in rows(out / "differences.csv")} == {"2020"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--same-day", "never"), "--same-day 'never' is no reading"),
        (("--statement-date", "2030-01-01"), "is after 2020-12-31"),
        (("--statement-date", "soon"), "--statement-date 'soon' is no date"),
    ],
)
def test_a_wrong_option(options: tuple[str, str], said: str, tmp_path: Path) -> None:
    ran = taxlots("differences", SAMPLE, "--out", tmp_path / "out", *options)

    assert ran.status == 2
    assert said in ran.err
    assert not (tmp_path / "out").exists()


def test_what_the_broker_s_view_alone_cannot_book_is_told_so(tmp_path: Path) -> None:
    """A vest has no basis in the broker's view, so nothing can be taken off it."""
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "book.toml").write_text('name = "b"\n', "utf-8")
    (folder / "accounts.csv").write_text(
        "household,account,kind,owner\nH,A,taxable,self\n", "utf-8"
    )
    (folder / "transactions.csv").write_text(
        "id,date,account,symbol,action,quantity,price,amount,note\n"
        "t1,2020-01-02,A,P,RSU_VEST,10,50,,\n"
        "t2,2020-02-03,A,P,BASIS_ADJUSTMENT,,,-5.00,fee\n",
        "utf-8",
    )

    ran = taxlots("differences", folder, "--out", tmp_path / "out")

    assert ran.status == 1
    assert "in the broker's view" in ran.err.lower()
    assert "NEGATIVE_BASIS" in ran.err
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["problems.csv"]


@pytest.mark.parametrize("same_day", ["held", "literal"])
def test_every_difference_of_every_case_is_explained(same_day: str, tmp_path: Path) -> None:
    compared = 0
    for at, one in enumerate([*official_cases(), *own_cases()]):
        if "transactions" not in one:
            continue
        try:
            found = differences(str(write_book(one, tmp_path / str(at))), same_day=same_day)
        except DataError:
            continue
        compared += 1
        told = {reason.value for piece in found.pieces for reason in piece.reasons}
        assert "UNEXPLAINED" not in told, one["id"]
    assert compared > 300
