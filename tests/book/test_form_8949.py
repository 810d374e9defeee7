"""Form 8949: boxes, columns and codes, as its instructions for 2025 give them."""

from dataclasses import replace

import pytest
from tests.book.filled_forms import ACCOUNT, both_views, columns, filled, row

from taxlots.book.form_8949 import Told, form_8949_rows
from taxlots.book.form_8949_totals import (
    in_whole_dollars,
    one_row_a_sale,
    statement_totals,
    whole_dollars,
)
from taxlots.book.wash_statement import statement_text, wash_statement

BOUGHT = row("b1", "2024-03-01", "BUY", "10", price="20")
SECOND = {**ACCOUNT, "account": "A2"}
COIN = {"symbol": "C", "kind": "digital_asset"}
CALL = {
    "symbol": "O",
    "kind": "option",
    "multiplier": "100",
    "underlying": "P",
    "strike": "10",
    "expiry": "2024-06-21",
    "put_call": "call",
}


def test_exception_1_a_covered_sale_without_adjustment_stands_on_schedule_d() -> None:
    rows = (BOUGHT, row("s1", "2024-05-01", "SELL", "10", price="30"))
    (sale,) = filled(*rows)
    assert columns(sale) == ("A", 30000, 20000, "", 0, 10000)
    assert (sale.is_straight, sale.description) == (True, "10 sh. P")
    assert (sale.acquired, sale.sold) == ("2024-03-01", "2024-05-01")
    (listed,) = filled(*rows, with_straight=False)
    assert not listed.is_straight


def test_code_w_adds_the_disallowed_loss_as_a_positive_amount() -> None:
    """Ten shares lose 50; the four that are bought back disallow 20 of it."""
    (sale,) = filled(
        BOUGHT,
        row("s1", "2024-05-01", "SELL", "10", price="15"),
        row("b2", "2024-05-02", "BUY", "4", price="15"),
    )
    assert columns(sale) == ("A", 15000, 20000, "W", 2000, -3000)
    assert (sale.is_straight, sale.wash_cents) == (False, 2000)


def test_code_b_corrects_a_reported_basis_in_column_g() -> None:
    """Reg. 1.6045-1(d)(6)(ii)(A): the broker's basis leaves out the income of the vest."""
    (sale,) = filled(
        row("v1", "2024-03-01", "RSU_VEST", "10", price="20"),
        row("s1", "2024-05-01", "SELL", "10", price="30"),
    )
    assert columns(sale) == ("A", 30000, 0, "B", -20000, 10000)


def test_box_b_has_the_correct_basis_in_column_e() -> None:
    """A lot bought before 2011 is not covered: the broker reports no basis."""
    (sale,) = filled(
        row("b1", "2009-03-02", "BUY", "10", price="20"),
        row("s1", "2024-05-01", "SELL", "10", price="30"),
    )
    assert (columns(sale), sale.is_straight) == (("E", 30000, 20000, "", 0, 10000), False)


def test_an_unknown_basis_leaves_columns_e_and_h_blank() -> None:
    (sale,) = filled(
        row("t1", "2024-01-02", "TRANSFER_IN", "10", acquired_date="2020-01-02", origin="purchase"),
        row("s1", "2024-05-01", "SELL", "10", price="30"),
    )
    assert (sale.basis_cents, sale.gain_cents, sale.is_straight) == (None, None, False)


@pytest.mark.parametrize(
    ("year", "custodian", "box"),
    [("2024", "Exchange", "C"), ("2025", "Exchange", "H"), ("2025", "own", "I")],
)
def test_digital_assets_have_boxes_of_their_own_from_2025(
    year: str, custodian: str, box: str
) -> None:
    """Form 1099-DA reports proceeds from 2025, and basis of units bought from 2026."""
    (sale,) = filled(
        row("b1", f"{year}-03-01", "BUY", "2", price="20", symbol="C"),
        row("s1", f"{year}-05-01", "SELL", "1.5", price="30", symbol="C"),
        year=int(year),
        accounts=({**ACCOUNT, "custodian": custodian},),
        securities=(COIN,),
    )
    assert (columns(sale), sale.description) == ((box, 4500, 3000, "", 0, 1500), "1.5 C")


def test_inherited_shares_say_so_in_column_b_and_are_long_term() -> None:
    (sale,) = filled(
        row("i1", "2024-03-01", "INHERIT", "10", fmv="200", acquired_date="2024-03-01"),
        row("s1", "2024-05-01", "SELL", "10", price="30"),
    )
    assert (sale.acquired, sale.is_long) == ("INHERITED", True)


def test_worthless_shares_are_sold_for_nothing_on_the_last_day_of_the_year() -> None:
    (sale,) = filled(BOUGHT, row("w1", "2024-06-03", "WORTHLESS", "10"))
    assert (sale.sold, sale.proceeds_cents, sale.gain_cents) == ("2024-12-31", 0, -20000)


def test_an_option_that_lapsed_says_expired_in_column_d_or_e() -> None:
    """(d) of a bought one, (e) of a written one."""
    bought = row("o1", "2024-03-01", "BUY", "1", price="2", symbol="O")
    written = row("o2", "2024-03-04", "SELL_SHORT", "2", price="3", symbol="O", account="A2")
    found = filled(
        bought,
        written,
        row("x1", "2024-06-21", "EXPIRE", "1", symbol="O"),
        row("x2", "2024-06-21", "EXPIRE", "2", symbol="O", account="A2"),
        accounts=(ACCOUNT, SECOND),
        securities=(CALL,),
    )
    told = {sale.account: (sale.description, sale.expired, sale.gain_cents) for sale in found}
    assert told["A1"] == ("1 contract O", "d", -20000)
    assert told["A2"] == ("2 contracts O (short)", "e", 60000)


def test_a_distribution_beyond_the_basis_stands_on_no_form_1099_b() -> None:
    """Pub. 550: what exceeds the basis is a gain.  Form 1099-DIV has it in box 3: box C."""
    (sale,) = filled(BOUGHT, row("r1", "2024-05-01", "RETURN_OF_CAPITAL", amount="250"))
    assert columns(sale) == ("C", 5000, 0, "", 0, 5000)


def test_code_d_takes_accrued_market_discount_out_of_the_gain() -> None:
    """Box 1f of 30: interest (26 USC 1276(a)), but no more than the gain."""
    rows = (BOUGHT, row("s1", "2024-05-01", "SELL", "10", price="22"))
    (sale,) = filled(*rows, told={0: Told(accrued_market_discount_cents=3000)})
    assert columns(sale) == ("A", 22000, 20000, "D", -2000, 0)


def test_various_dates_stand_in_column_b_and_keep_exception_1() -> None:
    rows = (BOUGHT, row("s1", "2024-05-01", "SELL", "10", price="22"))
    (sale,) = filled(*rows, told={0: Told(has_various_dates=True)})
    assert (sale.acquired, sale.is_straight) == ("VARIOUS", True)


def test_ordinary_gain_is_not_straight_on_schedule_d() -> None:
    rows = (BOUGHT, row("s1", "2024-05-01", "SELL", "10", price="22"))
    (sale,) = filled(*rows, told={0: Told(is_ordinary=True)})
    assert not sale.is_straight


def test_a_short_sale_stands_in_the_year_in_which_it_is_closed() -> None:
    rows = (
        row("o1", "2024-11-01", "SELL_SHORT", "10", price="30"),
        row("c1", "2025-02-03", "BUY_TO_COVER", "10", price="20"),
    )
    assert filled(*rows) == ()
    (sale,) = filled(*rows, year=2025)
    assert (sale.description, sale.gain_cents) == ("10 sh. P (short)", 10000)


def test_sales_of_retirement_accounts_and_traders_are_not_on_the_form() -> None:
    trader = {**ACCOUNT, "account": "T1", "kind": "taxable_mtm_475"}
    ira = {**ACCOUNT, "account": "R1", "kind": "roth_ira"}
    rows = [
        cells | {"account": account, "id": f"{cells['id']}{account}"}
        for account in ("T1", "R1")
        for cells in (BOUGHT, row("s1", "2024-05-01", "SELL", "10", price="22"))
    ]
    assert filled(*rows, accounts=(trader, ira)) == ()


def test_a_return_has_only_its_own_rows() -> None:
    pairs, books = both_views(
        BOUGHT,
        row("c1", "2024-03-01", "BUY", "10", price="20", account="A2"),
        row("s1", "2024-05-01", "SELL", "10", price="22"),
        row("s2", "2024-05-01", "SELL", "10", price="23", account="A2"),
        accounts=(ACCOUNT, {**SECOND, "tax_return": "child", "owner": "child"}),
    )
    (sale,) = form_8949_rows(pairs, books, 2024, tax_return="child")
    assert (sale.account, sale.gain_cents) == ("A2", 3000)


def test_code_w_below_box_1g_needs_a_statement() -> None:
    """A loss of 50 of which Form 1099-B disallows all, and section 1091 nothing."""
    ((pair,), books) = both_views(BOUGHT, row("s1", "2024-05-01", "SELL", "10", price="15"))
    assert wash_statement([pair], books, 2024) == ()
    assert pair.broker is not None
    reported = replace(pair, broker=replace(pair.broker, disallowed_cents=5000))
    (told,) = wash_statement([reported], books, 2024, because={0: "the shares were sold too"})
    assert (told.reported_cents, told.disallowed_cents, told.difference_cents) == (5000, 0, 5000)
    assert statement_text([told]) == (
        "Box A: 10 sh. P, acquired 2024-03-01, sold 2024-05-01: Form 1099-B shows a wash sale loss "
        "disallowed of 50.00; section 1091 disallows 0.00, because the shares were sold too.\n"
    )
    (sale,) = form_8949_rows([reported], books, 2024)
    assert columns(sale) == ("A", 15000, 20000, "W", 0, -5000)


LOTS = (
    row("b1", "2024-03-01", "BUY", "10", price="20.05"),
    row("b2", "2024-04-01", "BUY", "10", price="25.07"),
    row("s1", "2024-05-01", "SELL", "20", price="30.03"),
)


def test_lots_of_a_sale_may_stand_on_one_row_acquired_on_various_days() -> None:
    (one,) = one_row_a_sale(filled(*LOTS), lambda total: f"{total.quantity // 10**8} sh. P")
    assert columns(one) == ("A", 60060, 45120, "", 0, 14940)
    assert (one.acquired, one.description, one.sale_id) == ("VARIOUS", "20 sh. P", "s1")


def test_exception_2_totals_rows_by_broker_and_box_with_code_m() -> None:
    rows = filled(
        *LOTS,
        row("s2", "2024-06-03", "SELL", "4", price="10", account="A2"),
        row("b3", "2024-02-01", "BUY", "4", price="20", account="A2"),
        row("b4", "2024-06-04", "BUY", "4", price="10", account="A2"),
        accounts=(ACCOUNT, SECOND),
        with_straight=False,
    )
    first, second = statement_totals(rows, {"A1": "Schwab", "A2": "Fidelity"})
    assert columns(first) == ("A", 60060, 45120, "M", 0, 14940)
    assert first.description == "Schwab, see attached statement"
    assert columns(second) == ("A", 4000, 8000, "MW", 4000, 0)
    assert (second.acquired, second.sold, second.sale_id, second.lot_id) == ("", "", "", "")


def test_exception_2_leaves_rows_of_unknown_basis_by_themselves() -> None:
    arrived = {"acquired_date": "2020-01-02", "origin": "purchase"}
    rows = filled(
        row("t1", "2024-01-02", "TRANSFER_IN", "10", **arrived),
        row("s1", "2024-05-01", "SELL", "10", price="30"),
    )
    assert statement_totals(rows, {}) == rows


@pytest.mark.parametrize(
    ("exact", "rounded"), [(149, 100), (150, 200), (-149, -100), (-150, -200), (0, 0)]
)
def test_less_than_50_cents_are_dropped_and_50_cents_are_a_dollar(exact: int, rounded: int) -> None:
    assert whole_dollars(exact) == rounded


def test_rows_in_whole_dollars_foot() -> None:
    """Columns (d), (e) and (g) are rounded; (h) is made of them."""
    for sale in map(in_whole_dollars, filled(*LOTS)):
        assert sale.basis_cents is not None
        assert sale.proceeds_cents % 100 == sale.basis_cents % 100 == 0
        assert sale.gain_cents == sale.proceeds_cents - sale.basis_cents + sale.adjustment_cents
