"""``taxlots explain`` of a lot: from the row that opened it to what is open of it."""

from pathlib import Path

from tests.cli.explaining import HEADER, buy, explained, row, sell
from tests.cli.running import ACCOUNTS, SAMPLE, book


def test_a_lot_is_explained_from_its_purchase_to_what_is_open() -> None:
    """XOM in the sample: 40 shares bought back took over 482.76."""
    story = explained(SAMPLE, "s2018-0056")

    assert [step["step"] for step in story["because"]] == ["opened", "took_over_loss"]
    assert story["because"][1]["sale_id"] == "s2018-0050"
    (part,) = story["open"]
    assert (part["quantity"], part["wash_sale_adjustment"]) == ("40", "482.76")


def test_a_lot_s_splits_moves_and_sales_are_steps(tmp_path: Path) -> None:
    accounts = ACCOUNTS + "home,other,taxable,joint,,FIFO\n"
    folder = book(
        tmp_path / "book",
        buy("a", "2022-01-03", "100", "10.00")
        + sell("s", "2022-02-01", "30", "11.00")
        + row(id="sp", date="2022-03-01", symbol="ABC", action="SPLIT", ratio="2")
        + row(
            id="tr",
            date="2022-04-01",
            account="brokerage",
            symbol="ABC",
            action="TRANSFER",
            quantity="40",
            to_account="other",
        )
        + row(
            id="adj",
            date="2022-05-02",
            account="other",
            symbol="ABC",
            action="BASIS_ADJUSTMENT",
            amount="-8.00",
            lots="a:40",
            note="return of capital",
        ),
        header=HEADER,
        accounts=accounts,
    )

    story = explained(folder, "a")

    assert [step["step"] for step in story["because"]] == [
        "opened",
        "sold",
        "split",
        "moved",
        "basis_adjusted",
    ]
    told = [step["text"] for step in story["because"][1:]]
    assert told[0] == "30 sold by s (2022-02-01); 70 with basis 700.00 left."
    assert told[1] == "Split sp (2022-03-01): 70 became 140; basis and dates stay."
    assert "now 100 in brokerage as ABC, 40 in other as ABC" in told[2]
    assert told[3] == "Basis adjusted by adj (2022-05-02): 700.00 became 692.00."
    assert {(part["account"], part["quantity"]) for part in story["open"]} == {
        ("brokerage", "100"),
        ("other", "40"),
    }
