"""Why a broker's 1099-B differs from the taxpayer's books: one small history for each reason."""

from tests.book.two_views import IRA, OWN, SECOND, SPOUSES, Told, row, told
from tests.histories import Cells

BOUGHT = row("t1", "2012-09-21", "BUY", "100", "30")
AGAIN = row("t2", "2012-12-14", "BUY", "100", "28")
SOLD = row("t3", "2013-01-04", "SELL", "100", "25", lots="t1:100")

CALL = {"symbol": "P_C", "kind": "option", "underlying": "P", "put_call": "call"}
CALL |= {"multiplier": "100", "strike": "30", "expiry": "2016-06-17"}


def reasons(*rows: Cells, **stated: object) -> dict[tuple[str, str], tuple[str, ...]]:
    """The reasons of each piece, by sale and lot."""
    return {(one.sale, one.lot): one.reasons for one in told(*rows, **stated)}  # type: ignore[arg-type]


def test_reg_1_6045_1_d_6_viii_example_1_same_account_and_cusip() -> None:
    """The broker reports the wash sale: both sides agree."""
    (piece,) = told(BOUGHT, AGAIN, SOLD)

    assert piece == Told("t3", "t1", "3000.00", "500.00", "3000.00", "W", "500.00", "0.00", (), ())


def test_reg_1_6045_1_d_6_viii_example_2_another_account() -> None:
    """The broker is silent; the taxpayer enters W and 500 on Form 8949."""
    (piece,) = told(BOUGHT, AGAIN | {"account": "A2"}, SOLD, accounts=(OWN, SECOND))

    assert piece == Told(
        "t3", "t1", "3000.00", "0.00", "3000.00", "W", "500.00", "0.00", ("CROSS_ACCOUNT",), ()
    )


def test_the_loss_of_another_account_is_in_the_basis_of_its_replacement() -> None:
    """26 USC 1091(d): the taxpayer's basis has it, the broker's does not (code B)."""
    later = row("t4", "2014-03-03", "SELL", "100", "40", account="A2")

    found = told(BOUGHT, AGAIN | {"account": "A2"}, SOLD, later, accounts=(OWN, SECOND))

    assert found[1] == Told(
        "t4", "t2", "2800.00", "0.00", "2800.00", "B", "-500.00", "700.00",
        ("EARLIER_DIFFERENCE",), ("t3",),
    )  # fmt: skip


def test_an_earlier_difference_passes_on_along_a_chain_of_losses() -> None:
    """A replacement that is itself sold at a loss hands on what it carries."""
    second = row("t4", "2013-03-01", "SELL", "100", "20", account="A2")
    third = row("t5", "2013-03-05", "BUY", "100", "21", account="A2")
    last = row("t6", "2014-06-02", "SELL", "100", "50", account="A2")
    rows = (BOUGHT, AGAIN | {"account": "A2"}, SOLD, second, third, last)

    found = told(*rows, accounts=(OWN, SECOND))

    assert [(p.sale, p.reasons, p.carried_from) for p in found] == [
        ("t3", ("CROSS_ACCOUNT",), ()),
        ("t4", ("EARLIER_DIFFERENCE",), ("t3",)),
        ("t6", ("EARLIER_DIFFERENCE",), ("t4",)),
    ]


def test_pub_550_a_spouse_s_purchase() -> None:
    found = reasons(BOUGHT, AGAIN | {"account": "S1"}, SOLD, accounts=(OWN, SPOUSES))

    assert found == {("t3", "t1"): ("SPOUSE",)}


def test_rev_rul_2008_5_a_purchase_in_an_ira() -> None:
    (piece,) = told(BOUGHT, AGAIN | {"account": "R1"}, SOLD, accounts=(OWN, IRA))

    assert piece.reasons == ("IRA_PERMANENT",)
    assert (piece.column_f, piece.column_g) == ("W", "500.00")


def test_reg_1_6045_1_d_6_iii_a_another_cusip_of_one_group() -> None:
    group = ({"group": "G", "symbol": "P"}, {"group": "G", "symbol": "Q"})
    other = {"symbol": "Q", "kind": "stock"}

    found = reasons(BOUGHT, AGAIN | {"symbol": "Q"}, SOLD, securities=(other,), identical=group)

    assert found == {("t3", "t1"): ("DIFFERENT_CUSIP",)}


def test_two_symbols_of_one_cusip_are_one_security_to_a_broker() -> None:
    """Treas. Reg. 1.6045-1(d)(6)(iii)(A) asks for the CUSIP number, not for the symbol."""
    listed = tuple({"symbol": s, "kind": "stock", "cusip": "123456789"} for s in ("P", "Q"))

    found = reasons(BOUGHT, AGAIN | {"symbol": "Q"}, SOLD, securities=listed)

    assert found == {("t3", "t1"): ()}


def test_26_usc_1091_a_a_call_on_the_stock() -> None:
    sold = row("t3", "2015-01-05", "SELL", "100", "25")
    call = row("t4", "2015-01-12", "BUY_OPTION", "1", "2", symbol="P_C")

    found = reasons(BOUGHT, sold, call, securities=(CALL,))

    assert found == {("t3", "t1"): ("OPTION",)}


def test_reg_1_6045_1_a_15_a_lot_of_2010_is_not_covered() -> None:
    """The basis is not reported: the correct one stands in column (e), without code B."""
    (piece,) = told(BOUGHT | {"date": "2010-09-21"}, AGAIN, SOLD)

    assert piece.reasons == ("NONCOVERED",)
    assert (piece.column_e, piece.column_f, piece.column_g) == ("3000.00", "W", "500.00")


def test_a_row_that_says_that_its_lot_is_not_covered() -> None:
    found = reasons(BOUGHT, AGAIN | {"covered": "false"}, SOLD)

    assert found == {("t3", "t1"): ("NONCOVERED",)}


def test_reg_1_6045_1_d_6_iii_b_shares_bought_elsewhere_and_transferred_in() -> None:
    moved = row("t2", "2013-01-10", "TRANSFER_IN", "100", "", cost_basis="2800.00")

    found = reasons(BOUGHT, SOLD, moved | {"acquired_date": "2012-12-14", "covered": "true"})

    assert found == {("t3", "t1"): ("TRANSFERRED_IN",)}


def test_reg_1_6045_1_d_6_iii_b_shares_moved_between_accounts_of_the_household() -> None:
    again = AGAIN | {"account": "A2"}
    moved = row("t4", "2012-12-20", "TRANSFER", "100", "", account="A2", to_account="A1")

    found = reasons(BOUGHT, again, moved, SOLD, accounts=(OWN, SECOND))

    assert found == {("t3", "t1"): ("TRANSFERRED_IN",)}


def test_a_window_that_goes_on_after_the_statement() -> None:
    """Sold in December, bought back in January: a form of 31 December cannot know."""
    sold = row("t3", "2012-12-20", "SELL", "100", "25")
    again = row("t4", "2013-01-04", "BUY", "100", "24")

    assert reasons(BOUGHT, sold, again, statement="2012-12-31") == {
        ("t3", "t1"): ("STATEMENT_DATE",)
    }
    assert reasons(BOUGHT, sold, again) == {("t3", "t1"): ()}


def test_sales_after_the_statement_are_not_compared() -> None:
    later = row("t4", "2013-02-01", "SELL", "100", "25")

    assert list(reasons(BOUGHT, AGAIN, SOLD, later, statement="2013-01-15")) == [("t3", "t1")]


def test_d1_the_literal_reading_of_one_order() -> None:
    """Brokers are known to report W on a position that is sold out in one order."""
    everything = row("t3", "2013-01-04", "SELL", "200", "25")

    found = told(BOUGHT, AGAIN, everything, same_day="literal")

    assert [(p.lot, p.box_1e, p.box_1g, p.column_h, p.reasons) for p in found] == [
        ("t1", "3000.00", "500.00", "-500.00", ("SAME_ORDER",)),
        ("t2", "3300.00", "0.00", "-300.00", ("SAME_ORDER",)),
    ]
    assert [p.column_f for p in found] == ["W", "B"]
    assert set(reasons(BOUGHT, AGAIN, everything).values()) == {()}


def test_d2_shares_sold_before_the_loss() -> None:
    bought_and_sold = (
        row("t2", "2012-12-14", "BUY", "100", "28"),
        row("t3", "2012-12-20", "SELL", "100", "29", lots="t2:100"),
    )
    loss = row("t4", "2013-01-04", "SELL", "100", "25")

    found = reasons(BOUGHT, *bought_and_sold, loss, policy={"sold_before_counts": True})

    assert found == {
        ("t3", "t2"): ("SOLD_BEFORE", "EARLIER_DIFFERENCE"),
        ("t4", "t1"): ("SOLD_BEFORE",),
    }


def test_d3_shares_older_than_the_sold_lot() -> None:
    """The broker reads section 1091(a) literally; the taxpayer leaves older shares out."""
    older = row("t1", "2012-12-14", "BUY", "100", "28")
    newer = row("t2", "2012-12-20", "BUY", "100", "30")
    sold = row("t3", "2013-01-04", "SELL", "100", "25", lots="t2:100")

    found = told(older, newer, sold, policy={"count_older_than_sold": False})

    assert [(p.box_1g, p.column_f, p.column_g, p.reasons) for p in found] == [
        ("500.00", "W", "0.00", ("OLDER_SHARES",))
    ]


def test_d16_shares_that_vest() -> None:
    vest = row("t2", "2012-12-14", "RSU_VEST", "100", "28")

    found = reasons(BOUGHT, vest, SOLD, policy={"rsu_vest_is_acquisition": False})

    assert found == {("t3", "t1"): ("VEST",)}


def test_reg_1_6045_1_d_6_ii_a_income_of_a_vest_is_not_in_the_broker_s_basis() -> None:
    """Code B: the instructions for Form 8949 correct the basis in column (g)."""
    vest = row("t1", "2015-03-02", "RSU_VEST", "10", "50")
    sold = row("t2", "2016-06-01", "SELL", "10", "60")

    (piece,) = told(vest, sold)

    assert piece == Told(
        "t2", "t1", "0.00", "0.00", "0.00", "B", "-500.00", "100.00", ("COMPENSATION",), ()
    )


def test_26_usc_1259_a_short_sale_against_the_box() -> None:
    """For the taxpayer the long lot is sold; the broker reports nothing until the short closes."""
    rows = (
        row("t1", "2013-01-07", "BUY", "100", "30"),
        row("t2", "2013-06-03", "SELL_SHORT", "100", "40"),
        row("t3", "2014-06-02", "SELL", "100", "50"),
    )

    found = told(*rows)

    assert [(p.sale, p.box_1e, p.column_h, p.reasons) for p in found] == [
        ("t2", "", "1000.00", ("CONSTRUCTIVE_SALE",)),
        ("t3", "3000.00", "1000.00", ("CONSTRUCTIVE_SALE",)),
    ]


def test_26_usc_267_a_sale_to_a_relative() -> None:
    sold = row("t2", "2014-06-02", "SELL", "100", "25", related_party="true")

    (piece,) = told(BOUGHT, sold)

    assert piece.reasons == ("SECTION_267",)
    assert (piece.column_f, piece.column_g, piece.column_h) == ("L", "500.00", "0.00")


def test_26_usc_852_b_4_a_loss_after_a_capital_gain_distribution() -> None:
    """The loss on fund shares of six months is long-term to the extent of the distribution."""
    fund = {"symbol": "F", "kind": "mutual_fund"}
    rows = (
        row("t1", "2014-01-06", "BUY", "100", "30", symbol="F"),
        row("t2", "2014-03-03", "CAPITAL_GAIN_DISTRIBUTION", "", "", symbol="F", amount="500.00"),
        row("t3", "2014-05-05", "SELL", "100", "25", symbol="F"),
    )

    (piece,) = told(*rows, securities=(fund,))

    assert piece.reasons == ("SECTION_852",)
    assert (piece.column_f, piece.column_g, piece.column_h) == ("T", "0.00", "-500.00")


def test_another_basis_makes_a_method_choose_another_lot() -> None:
    """HIFO by the broker's basis sells the lot whose basis the earlier loss did not raise."""
    high = OWN | {"account": "A2", "method": "HIFO"}
    rows = (
        BOUGHT,
        row("b1", "2012-11-01", "BUY", "100", "29", account="A2"),
        AGAIN | {"account": "A2"},
        SOLD,
        row("t4", "2014-03-03", "SELL", "100", "40", account="A2"),
    )

    found = told(*rows, accounts=(OWN, high))

    assert found[1].sale == "t4"
    assert found[1].reasons[0] == "METHOD_MISMATCH"
    assert (found[1].box_1e, found[1].column_h) == ("2900.00", "700.00")


def test_shares_used_for_another_account_s_loss_cannot_serve_the_own() -> None:
    """The replacement serves the first loss of the household, and the second in the broker's view.

    What began it is told: the first loss met shares of another account.
    """
    rows = (
        row("t1", "2012-06-01", "BUY", "100", "30"),
        row("u1", "2012-06-01", "BUY", "100", "30", account="A2"),
        row("t3", "2013-01-04", "SELL", "100", "25"),
        row("u3", "2013-01-07", "SELL", "100", "25", account="A2"),
        row("u4", "2013-01-14", "BUY", "100", "24", account="A2"),
    )

    found = told(*rows, accounts=(OWN, SECOND))

    assert [(p.sale, p.box_1g, p.column_g, p.reasons) for p in found] == [
        ("t3", "0.00", "500.00", ("CROSS_ACCOUNT",)),
        ("u3", "500.00", "0.00", ("CROSS_ACCOUNT",)),
    ]
