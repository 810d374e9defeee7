"""The items of a tax year, return by return, from small histories."""

from dataclasses import replace
from datetime import date

import pytest
from tests.engine_adapter import record_of
from tests.histories import Cells, History

from taxlots.book.year_items import YearItems
from taxlots.domain.security import Security, SecurityKind
from taxlots.workflows.replay import replay_record
from taxlots.workflows.year_items import marked_year

OWN = {"household": "H", "account": "A1", "kind": "taxable", "owner": "self", "tax_return": "joint"}
IRA = {**OWN, "account": "R1", "kind": "roth_ira"}
CHILD = {**OWN, "account": "C1", "kind": "custodial", "owner": "child", "tax_return": "child"}
GOLD = Security(symbol="GOLD", kind=SecurityKind.ETF, is_collectible=True)


def row(name: str, day: str, action: str, quantity: str = "", **cells: str) -> Cells:
    """A journal row of stock P in the account A1, unless ``cells`` say otherwise."""
    stated = {"id": name, "date": day, "action": action, "quantity": quantity}
    return {"account": "A1", "symbol": "P", **stated, **cells}


def items_of(
    *rows: Cells,
    year: int = 2024,
    as_of: str = "",
    accounts: tuple[Cells, ...] = (OWN,),
    securities: tuple[Cells, ...] = (),
    collectible: Security | None = None,
) -> dict[str, YearItems]:
    listed = [{"symbol": "P", "kind": "stock"}, *securities]
    record = record_of(History(list(accounts), listed, [], {}, list(rows)))
    if collectible is not None:
        kept = {**record.securities, collectible.symbol: collectible}
        record = replace(record, securities=kept)
    last = date.fromisoformat(as_of) if as_of else None
    return marked_year(replay_record(record, last, compiled=False), year).items


def test_gains_are_summed_by_return_and_term_in_the_year_of_the_sale() -> None:
    found = items_of(
        row("b1", "2022-03-01", "BUY", "11", price="10"),
        row("s1", "2023-12-29", "SELL", "2", price="99"),
        row("b2", "2024-03-01", "BUY", "10", price="20"),
        row("c1", "2024-03-01", "BUY", "10", price="20", account="C1"),
        row("s2", "2024-12-31", "SELL", "10", price="30"),
        row("s3", "2024-12-31", "SELL", "5", price="30", account="C1"),
        row("s4", "2025-01-02", "SELL", "5", price="99", account="C1"),
        accounts=(OWN, IRA, CHILD),
    )
    assert list(found) == ["joint", "child"]
    assert (found["joint"].long_cents, found["joint"].short_cents) == (18000, 1000)
    assert (found["child"].long_cents, found["child"].short_cents) == (0, 5000)


def test_wash_sales_are_in_the_gain_and_make_it_provisional_until_january_ends() -> None:
    """26 USC 1091(a): 10 shares sold at a loss of 50, of which 4 are bought back."""
    rows = (
        row("b1", "2024-03-01", "BUY", "10", price="20"),
        row("s1", "2024-12-31", "SELL", "10", price="15"),
        row("b2", "2025-01-02", "BUY", "4", price="15"),
    )
    early, late = (items_of(*rows, as_of=day)["joint"] for day in ("2025-01-30", "2025-01-31"))
    assert early.short_cents == late.short_cents == -3000
    assert (early.is_provisional, late.is_provisional) == (True, False)


def test_a_year_is_provisional_while_an_account_has_no_data_through_january() -> None:
    rows = (row("b1", "2024-03-01", "BUY", "10", price="20"),)
    short = {**IRA, "data_through": "2025-01-29"}
    found = items_of(*rows, as_of="2025-03-01", accounts=(OWN, short))
    assert found["joint"].is_provisional, "the IRA may have bought a replacement"
    full = {**IRA, "data_through": "2025-01-30"}
    assert not items_of(*rows, as_of="2025-03-01", accounts=(OWN, full))["joint"].is_provisional


def test_rows_without_a_known_basis_are_left_out_and_counted() -> None:
    arrives = {"acquired_date": "2020-01-02", "origin": "purchase"}
    found = items_of(
        row("t1", "2024-01-02", "TRANSFER_IN", "10", **arrives),
        row("s1", "2024-05-01", "SELL", "10", price="10"),
    )
    assert (found["joint"].long_cents, found["joint"].unknown_basis) == (0, 1)


def test_a_short_sale_counts_in_the_year_in_which_it_is_closed() -> None:
    """Pub. 550: a short sale is realized when property is delivered to close it."""
    rows = (
        row("o1", "2024-11-01", "SELL_SHORT", "10", price="30"),
        row("c1", "2025-02-03", "BUY_TO_COVER", "10", price="20"),
    )
    assert items_of(*rows)["joint"].short_cents == 0
    assert items_of(*rows, year=2025)["joint"].short_cents == 10000


def test_a_constructive_sale_counts_in_the_year_of_the_short_sale() -> None:
    """26 USC 1259: a short sale against the box, closed by delivery in the next year."""
    rows = (
        row("b1", "2022-01-03", "BUY", "10", price="10"),
        row("o1", "2024-11-01", "SELL_SHORT", "10", price="30"),
        row("d1", "2025-02-03", "CLOSE_SHORT_BY_DELIVERY", "10"),
    )
    assert items_of(*rows)["joint"].long_cents == 20000
    assert items_of(*rows, year=2025)["joint"].long_cents == 0


def test_collectibles_are_the_28_percent_group_within_the_long_term_gain() -> None:
    """26 USC 1(h)(5): held for more than a year."""
    found = items_of(
        row("b1", "2022-01-03", "BUY", "10", price="10", symbol="GOLD"),
        row("b2", "2024-01-03", "BUY", "10", price="10", symbol="GOLD"),
        row("s1", "2024-11-01", "SELL", "15", price="30", symbol="GOLD"),
        collectible=GOLD,
    )
    assert (found["joint"].long_cents, found["joint"].gain_28_cents) == (20000, 20000)
    assert found["joint"].short_cents == 10000


def test_what_is_paid_counts_in_the_year_of_payment_and_outside_of_retirement_accounts() -> None:
    found = items_of(
        row("b1", "2024-01-03", "BUY", "10", price="10"),
        row("d1", "2024-03-01", "DIVIDEND", amount="7", ex_date="2024-02-20"),
        row("d2", "2024-06-03", "DIVIDEND", amount="8"),
        row("d3", "2024-06-03", "DIVIDEND", amount="9", account="R1"),
        row("g1", "2024-12-02", "CAPITAL_GAIN_DISTRIBUTION", amount="11"),
        row("i1", "2024-12-03", "INTEREST", amount="1.50", symbol=""),
        row("e1", "2024-12-04", "EXEMPT_INTEREST_DIVIDEND", amount="3"),
        accounts=(OWN, IRA),
    )
    ours = found["joint"]
    assert (ours.dividends_cents, ours.qualified_dividends_cents) == (1500, 700)
    assert ours.unclassified_dividends_cents == 800
    assert (ours.capital_gain_distributions_cents, ours.interest_cents) == (1100, 150)


@pytest.mark.parametrize("year", [2023, 2024])
def test_section_1256_contracts_are_60_percent_long_term_and_no_row_of_form_8949(
    year: int,
) -> None:
    """26 USC 1256(a)(3): closed within the year, gain 100."""
    found = items_of(
        row("b1", "2024-02-01", "BUY", "1", amount="900", symbol="ES"),
        row("s1", "2024-03-01", "SELL", "1", amount="1000", symbol="ES"),
        securities=({"symbol": "ES", "kind": "section_1256", "multiplier": "50"},),
        year=year,
    )
    ours = found["joint"]
    expected = (4000, 6000) if year == 2024 else (0, 0)
    assert (ours.section_1256_short_cents, ours.section_1256_long_cents) == expected
    assert (ours.short_cents, ours.long_cents) == (0, 0)
