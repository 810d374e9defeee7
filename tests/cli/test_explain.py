"""``taxlots explain``: every step from the rows to the figure, with the authority of each rule.

Each case states its rows and what a reviewer must find in the explanation.
"""

import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli.explaining import HEADER, buy, explained, one, row, sell, steps
from tests.cli.running import ACCOUNTS, SAMPLE, book, database, taxlots


def test_rev_rul_2008_5_a_replacement_in_an_ira_ends_the_loss_for_good(tmp_path: Path) -> None:
    """100 bought at 26, sold at 24, 40 bought back in the IRA: 40 of 100 of the loss of 200."""
    folder = book(
        tmp_path / "book",
        buy("a", "2024-11-04", "100", "26.00")
        + sell("s", "2024-12-02", "100", "24.00")
        + buy("b", "2024-12-20", "40", "24.50", account="ira"),
        header=HEADER,
    )

    story = explained(folder, "s", "--as-of", "2024-12-20")

    (piece,) = story["pieces"]
    because = piece["because"]
    assert story["gain"] == "-120.00"
    assert one(because, "realized")["realized"] == "-200.00"
    replaced = one(because, "replaced")
    assert replaced["replacement_lot_id"] == "b"
    assert replaced["replacement_account"] == "ira"
    assert replaced["acquired_date"] == "2024-12-20"
    assert replaced["quantity"] == "40"
    assert replaced["disallowed"] == replaced["permanent"] == "80.00"
    assert "Rev. Rul. 2008-5" in replaced["cites"]
    window = one(because, "window")
    assert (window["window_start"], window["window_end"]) == ("2024-11-02", "2025-01-01")
    waiting = one(because, "waiting")
    assert (waiting["rest"], waiting["until"]) == ("120.00", "2025-01-01")
    assert one(because, "status")["status"] == "provisional"
    assert one(because, "result")["text"] == "Gain: 2400.00 - 2600.00 + 80.00 = -120.00"


def test_the_text_shows_the_rows_as_a_scenario_and_the_arithmetic_last(tmp_path: Path) -> None:
    folder = book(
        tmp_path / "book",
        buy("a", "2024-11-04", "100", "26.00", fees="5.00")
        + sell("s", "2024-12-02", "100", "24.00", fees="5.00")
        + buy("b", "2024-12-20", "40", "24.50"),
        header=HEADER,
    )

    lines = taxlots("explain", folder, "s").out.splitlines()

    assert lines[0] == "Sale s: 100 ABC out of brokerage on 2024-12-02"
    scene = [" ".join(line.split()) for line in lines[3:7]]
    assert scene == [
        "2024-11-04 BUY brokerage ABC 100 x 26.00 + 5.00 fees lot a transactions.csv:2",
        "2024-12-02 SELL brokerage ABC 100 x 24.00 - 5.00 fees sale s transactions.csv:3",
        "2024-12-20 BUY brokerage ABC 40 x 24.50 b transactions.csv:4",
        "provisional gain a 100 2605.00 -> 2395.00 ST disallowed 84.00 gain -126.00",
    ]
    assert lines[-1] == " - Gain: 2395.00 - 2605.00 + 84.00 = -126.00"


def test_typed_parquet_columns_are_told_as_they_would_be_written(tmp_path: Path) -> None:
    """Quantities as integers of 1e-8 shares, amounts as decimals."""
    folder = book(tmp_path / "book", "")
    (folder / "transactions.csv").unlink()
    quantity = pa.field("quantity", pa.int64(), metadata={"scale": "8"})
    names = ("id", "date", "account", "symbol", "action")
    cells = ("t1", "2024-01-02", "brokerage", "ABC", "BUY")
    schema = pa.schema(
        [*((name, pa.string()) for name in names), quantity, ("amount", pa.decimal128(18, 2))]
    )
    columns = [*([cell] for cell in cells), [150_000_000], [Decimal("30.00")]]
    table = pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema)
    pq.write_table(table, folder / "transactions.parquet")

    assert "1.5 for 30.00; 1.5 ABC, basis 30.00" in taxlots("explain", folder, "t1").out


def test_a_later_sale_names_the_sale_whose_loss_its_basis_holds(tmp_path: Path) -> None:
    """26 USC 1091(d) and 1223(3): the loss of 200 and the 28 days come along."""
    folder = book(
        tmp_path / "book",
        buy("a", "2024-01-02", "100", "26.00")
        + sell("s", "2024-01-30", "100", "24.00")
        + buy("b", "2024-02-05", "100", "24.50")
        + sell("t", "2025-01-10", "100", "30.00"),
        header=HEADER,
    )

    (piece,) = explained(folder, "t")["pieces"]

    took = one(piece["because"], "took_over_loss")
    assert (took["sale_id"], took["disallowed"]) == ("s", "200.00")
    assert took["cost_basis"] == "2650.00"
    assert took["holding_period_date"] == "2024-01-08"
    assert set(took["cites"]) >= {"26 USC 1091(d)", "26 USC 1223(3)"}
    assert "200.00 of it is the deferred loss of s" in one(piece["because"], "basis")["text"]
    term = one(piece["because"], "term")
    assert (term["term"], term["long_term_from"]) == ("LT", "2025-01-09")
    assert one(piece["because"], "result")["gain"] == "350.00"


def test_reg_1_1012_1_c_8_lots_named_after_settlement_do_not_count(tmp_path: Path) -> None:
    folder = book(
        tmp_path / "book",
        buy("a", "2022-01-03", "10", "10.00")
        + buy("b", "2022-02-01", "10", "20.00")
        + sell("s", "2024-03-01", "10", "15.00", lots="b:10", identified_at="2024-03-20")
        + sell(
            "t",
            "2024-03-01",
            "10",
            "15.00",
            lots="b:10",
            identified_at="2024-03-01",
            confirmation="C77",
        ),
        header=HEADER,
    )

    late, timely = (
        one(explained(folder, name)["because"], "identification") for name in ("s", "t")
    )

    assert late["text"].startswith("The lots that it names (b:10) were named after settlement.")
    assert late["method"] == "FIFO"
    assert timely["text"].startswith("The order names its lots (b:10) on 2024-03-01, in time")
    assert timely["confirmation"] == "C77"
    for step in (late, timely):
        assert "Treas. Reg. 1.1012-1(c)(8)" in step["cites"]


def test_the_method_is_told_with_who_chose_it(tmp_path: Path) -> None:
    """The order's own, the latest SET_METHOD of its security, of its account, the account's."""
    setting = {"action": "SET_METHOD", "method": "HIFO", "quantity": "", "price": ""}
    folder = book(
        tmp_path / "book",
        buy("a", "2022-01-03", "10", "10.00")
        + sell("s1", "2022-01-04", "1", "11.00")
        + row(id="m1", date="2022-01-05", account="brokerage", **setting)
        + sell("s2", "2022-01-06", "1", "11.00")
        + row(
            id="m2",
            date="2022-01-07",
            account="brokerage",
            symbol="ABC",
            **{**setting, "method": "LIFO"},
        )
        + sell("s3", "2022-01-10", "1", "11.00")
        + sell("s4", "2022-01-11", "1", "11.00", method="LOFO"),
        header=HEADER,
    )

    told = [
        one(explained(folder, name)["because"], "identification")["text"]
        for name in ("s1", "s2", "s3", "s4")
    ]

    assert told == [
        "The method FIFO decides: it is the method of brokerage in accounts.csv.",
        "The method HIFO decides: m1 set it for brokerage on 2022-01-05.",
        "The method LIFO decides: m2 set it for ABC in brokerage on 2022-01-07.",
        "The method LOFO decides: the order names it.",
    ]


def test_26_usc_1015_a_gift_says_which_of_its_two_bases_counts(tmp_path: Path) -> None:
    """Donor's basis 50 a share, worth 40 at the gift, sold at 30, 45 and 60."""
    gift = row(
        id="g",
        date="2024-01-02",
        account="brokerage",
        symbol="ABC",
        action="GIFT_IN",
        quantity="30",
        fmv="1200.00",
        cost_basis="1500.00",
        acquired_date="2020-05-01",
    )
    sales = "".join(
        sell(f"s{n}", f"2024-06-0{n}", "10", price)
        for n, price in enumerate(("30.00", "45.00", "60.00"), 3)
    )
    folder = book(tmp_path / "book", gift + sales, header=HEADER)

    told = {}
    for name in ("s3", "s4", "s5"):
        (piece,) = explained(folder, name)["pieces"]
        told[name] = (one(piece["because"], "gift_basis")["text"], piece["gain"], piece["term"])

    assert "the basis for loss counts, and the holding period starts with" in told["s3"][0]
    assert told["s3"][1:] == ("-100.00", "ST")
    assert "neither gain nor loss" in told["s4"][0]
    assert told["s4"][1] == "0.00"
    assert "the basis for gain counts" in told["s5"][0]
    assert told["s5"][1:] == ("100.00", "LT")


def test_what_came_in_within_the_window_and_replaces_nothing_is_told_with_the_reason(
    tmp_path: Path,
) -> None:
    accounts = ACCOUNTS + "home,kid,custodial,child,kid,FIFO\n"
    folder = book(
        tmp_path / "book",
        buy("a", "2024-01-02", "10", "26.00")
        + row(
            id="g",
            date="2024-01-12",
            account="brokerage",
            symbol="ABC",
            action="GIFT_IN",
            quantity="5",
            fmv="130.00",
            cost_basis="100.00",
            acquired_date="2020-01-02",
        )
        + buy("k", "2024-01-15", "10", "25.00", account="kid")
        + sell("s", "2024-01-16", "10", "24.00", lots="a:10"),
        header=HEADER,
        accounts=accounts,
    )

    (piece,) = explained(folder, "s")["pieces"]

    reasons = {
        step["lot_id"]: (step["reason"], step["cites"])
        for step in steps(piece["because"], "not_a_replacement")
    }
    assert reasons["a"][0] == "it is the lot that was sold (a)"
    assert reasons["a"][1] == ["Rev. Rul. 56-602"]
    assert reasons["g"][0] == "GIFT_IN is no purchase or taxable exchange"
    assert reasons["k"][0] == "kid belongs to another taxpayer"
    assert piece["wash_sale_loss_disallowed"] == "0.00"


def test_decisions_that_matter_are_named_with_what_the_other_answer_gives() -> None:
    """D1 in the sample: the reinvestment of 4 December is sold by the same order."""
    story = explained(SAMPLE, "s2018-0208")

    (decision,) = story["decisions"]
    assert (decision["decision"], decision["field"]) == ("D1", "held_after_sale")
    assert decision["value"] == "true"
    assert "With false: disallowed 3746.00 instead of 3667.01" in decision["text"]


def test_a_decision_on_the_spouse_s_basis_matters_only_where_a_spouse_replaces() -> None:
    """D8 in the sample: the spouse buys 60 of the 100 DAL that were sold."""
    fields = {step["field"] for step in explained(SAMPLE, "s2016-0100")["decisions"]}
    assert "spouse_basis_step_up" in fields
    assert explained(SAMPLE, "s2020-0206")["decisions"] == []


def test_a_split_while_the_loss_waits_is_a_step_of_its_own() -> None:
    """NEE in the sample: sold before a 4-for-1 split, bought back after it."""
    (piece,) = explained(SAMPLE, "s2020-0206")["pieces"]
    names = [step["step"] for step in piece["because"]]
    assert names.index("window") < names.index("split") < names.index("replaced")
    assert one(piece["because"], "replaced")["quantity"] == "20"


def test_any_fill_of_an_order_explains_the_whole_order() -> None:
    first, second = (explained(SAMPLE, name) for name in ("s2019-0179", "s2019-0180"))
    assert first == second
    assert "Treas. Reg. 1.1012-1(c)(1)(ii)" in one(first["because"], "sale")["cites"]


def test_a_sale_in_an_ira_realizes_nothing(tmp_path: Path) -> None:
    folder = book(
        tmp_path / "book",
        buy("a", "2024-01-02", "10", "26.00", account="ira")
        + sell("s", "2024-01-16", "4", "24.00", account="ira"),
        header=HEADER,
    )

    story = explained(folder, "s")

    assert story["pieces"] == []
    assert "no gain or loss is realized" in one(story["because"], "result")["text"]


def test_in_a_database_every_row_bears_its_hash_and_the_line_that_it_came_from(
    tmp_path: Path,
) -> None:
    url = database(tmp_path / "book.db")
    taxlots("import", url, SAMPLE)

    story = json.loads(taxlots("explain", url, "s2020-0206", "--json").out)

    (cited,) = one(story["because"], "sale")["rows"]
    with closing(sqlite3.connect(tmp_path / "book.db")) as connection:
        query = "SELECT sequence, line, hash FROM journal WHERE id = 's2020-0206'"
        sequence, line, digest = connection.execute(query).fetchone()
    assert cited["where"] == f"journal:{sequence}"
    assert cited["origin"] == f"transactions.csv:{line}"
    assert cited["hash"] == digest


def test_a_row_that_changed_lots_says_what_it_did_to_each() -> None:
    """A split in the sample: no lot is opened or closed, all are restated."""
    story = explained(SAMPLE, "s2017-0032")

    assert story["row_id"] == "s2017-0032"
    assert one(story["because"], "action")["rows"][0]["said"].startswith("ratio ")
    assert story["lots"]
    for lot in story["lots"]:
        assert one(lot["because"], "split")["text"].endswith("basis and dates stay.")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("s2020-20", (), "the book has no transaction 's2020-20'; near to it: s2020-0220"),
        ("s2016-0001", (), "is a DEPOSIT row, which neither closes nor opens a lot"),
        ("s2017-0045", (), "was taken back by a VOID row"),
        ("s2020-0206", ("--as-of", "2020-01-31"), "after 2020-01-31; use a later --as-of"),
    ],
)
def test_what_cannot_be_explained_is_told_with_what_can(
    name: str, options: tuple[str, ...], said: str
) -> None:
    ran = taxlots("explain", SAMPLE, name, *options)
    assert ran.status == 2
    assert said in ran.err
