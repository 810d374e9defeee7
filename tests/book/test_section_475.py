"""Section 475 accounts: what is sold, what is marked at the end of the year, from small histories.

26 USC 475(f)(1): positions count as sold for their value on the last business day of the year, and
what is made afterwards is measured from there.
"""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from tests.cases import Case, own_cases
from tests.engine_adapter import record_of
from tests.form_4797_cases import reckoned
from tests.histories import Cells, History

from taxlots.book.form_4797 import Form4797Row
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, shares
from taxlots.law.s475_mark_to_market import last_business_day
from taxlots.workflows.replay import replay_record
from taxlots.workflows.year_items import MarkedYear, marked_year

TRADER = {
    "household": "H",
    "account": "T1",
    "kind": "taxable_mtm_475",
    "owner": "self",
    "tax_return": "joint",
}
SECOND = {**TRADER, "account": "T2"}
PRICES = {
    ("2023-12-29", "P"): "15",
    ("2024-12-31", "P"): "12",
    ("2023-12-29", "C"): "3",
    ("2024-12-31", "Q"): "20",
}
CALL = {
    "symbol": "C",
    "kind": "option",
    "multiplier": "100",
    "underlying": "P",
    "strike": "10",
    "expiry": "2024-06-21",
}


def row(name: str, day: str, action: str, quantity: str = "", **cells: str) -> Cells:
    stated = {"id": name, "date": day, "action": action, "quantity": quantity}
    return {"account": "T1", "symbol": "P", **stated, **cells}


def marked(
    *rows: Cells,
    year: int = 2024,
    as_of: str = "2025-03-01",
    accounts: tuple[Cells, ...] = (TRADER, SECOND),
    prices: dict[tuple[str, str], str] = PRICES,
) -> MarkedYear:
    listed = [{"symbol": "P", "kind": "stock"}, CALL]
    record = record_of(History(list(accounts), listed, [], {}, list(rows)))
    columns = {
        "date": [day for day, _ in prices],
        "symbol": [symbol for _, symbol in prices],
        "close": list(prices.values()),
    }
    record = replace(record, prices=pa.table(columns))
    return marked_year(replay_record(record, date.fromisoformat(as_of), compiled=False), year)


def cells(row: Form4797Row) -> tuple[str, int, int | None, int | None]:
    """What, (d), (f) and (g) in dollars."""
    name = "mark" if row.is_mark else row.sale_id
    amounts = (row.basis_cents, row.gain_cents)
    basis, gain = (None if cents is None else cents // 100 for cents in amounts)
    return name, row.proceeds_cents // 100, basis, gain


BOUGHT = row("b1", "2023-03-01", "BUY", "10", price="10")


def test_an_open_position_counts_as_sold_at_the_end_of_the_year() -> None:
    found = marked(BOUGHT, year=2023)
    assert [cells(r) for r in found.securities.rows] == [("mark", 150, 100, 50)]
    assert found.items["joint"].section_475_cents == 5000
    assert (found.items["joint"].long_cents, found.items["joint"].short_cents) == (0, 0)


def test_the_next_year_starts_from_the_mark() -> None:
    """Basis 150 after the mark of 2023: 4 sold for 80 gain 20, 6 marked at 72 lose 18."""
    found = marked(BOUGHT, row("s1", "2024-05-01", "SELL", "4", price="20"))
    rows = [cells(r) for r in found.securities.rows]
    assert rows == [("s1", 80, 60, 20), ("mark", 72, 90, -18)]
    assert found.items["joint"].section_475_cents == 200


def test_a_sale_at_a_loss_is_ordinary_and_no_wash_sale() -> None:
    """26 USC 475(d)(1): section 1091 does not apply."""
    found = marked(
        row("b1", "2024-03-01", "BUY", "10", price="20"),
        row("s1", "2024-05-01", "SELL", "10", price="15"),
        row("b2", "2024-05-02", "BUY", "10", price="12"),
    )
    assert [cells(r) for r in found.securities.rows] == [
        ("s1", 150, 200, -50),
        ("mark", 120, 120, 0),
    ]


def test_a_split_restates_the_mark_of_last_year() -> None:
    """2-for-1: 20 shares carry the mark of 50; 5 of them 12.50."""
    found = marked(
        BOUGHT,
        row("x1", "2024-02-01", "SPLIT", account="", ratio="2"),
        row("s1", "2024-05-01", "SELL", "5", price="10"),
    )
    sale, mark = found.securities.rows
    assert (sale.basis_cents, sale.gain_cents) == (3750, 1250)
    assert (mark.proceeds_cents, mark.basis_cents) == (18000, 11250)


def test_a_move_to_another_trading_account_takes_the_mark_along() -> None:
    found = marked(
        BOUGHT,
        row("m1", "2024-02-01", "TRANSFER", "6", to_account="T2"),
        row("s1", "2024-05-01", "SELL", "6", price="20", account="T2"),
        row("s2", "2024-05-02", "SELL", "4", price="20"),
    )
    assert [cells(r) for r in found.securities.rows] == [("s1", 120, 90, 30), ("s2", 80, 60, 20)]


def test_what_is_given_away_takes_its_mark_along() -> None:
    """10 marked at a gain of 50; 5 given away: theirs stays taxed, and is not taken back."""
    found = marked(BOUGHT, row("g1", "2024-02-01", "GIFT_OUT", "5"))
    assert [cells(r) for r in found.securities.rows] == [("mark", 60, 75, -15)]


def test_a_short_sale_is_marked_at_what_it_would_cost() -> None:
    """Short at 20 for 200, worth 150 at the end of 2023; covered at 11 for 110 in 2024."""
    rows = (
        row("o1", "2023-05-01", "SELL_SHORT", "10", price="20"),
        row("c1", "2024-05-01", "BUY_TO_COVER", "10", price="11"),
    )
    first, second = marked(*rows, year=2023), marked(*rows)
    assert [cells(r) for r in first.securities.rows] == [("mark", 200, 150, 50)]
    assert [cells(r) for r in second.securities.rows] == [("c1", 200, 160, 40)]


def test_a_delivery_takes_the_marks_of_both_sides_back() -> None:
    """Long 10 at 10 and short 10 at 20, both marked at 15 in 2023; in all the gain is 100."""
    rows = (
        row("o1", "2023-02-01", "SELL_SHORT", "10", price="20"),
        BOUGHT,
        row("d1", "2024-05-01", "CLOSE_SHORT_BY_DELIVERY", "10"),
    )
    years = [marked(*rows, year=year).items["joint"].section_475_cents for year in (2023, 2024)]
    assert years == [10000, 0]


def test_an_option_that_is_exercised_gives_its_mark_back() -> None:
    """A call bought for 200, worth 300 at the end of 2023, exercised at 10: in all 1200 - 1200."""
    rows = (
        row("o1", "2023-05-01", "BUY_OPTION", "1", amount="200", symbol="C"),
        row("e1", "2024-05-01", "EXERCISE", "1", symbol="C"),
    )
    years = [marked(*rows, year=year).items["joint"].section_475_cents for year in (2023, 2024)]
    assert years == [10000, -10000]


def test_a_year_that_goes_on_is_marked_on_the_day_of_the_books() -> None:
    prices = {("2023-11-30", "P"): "13"}
    found = marked(BOUGHT, year=2023, as_of="2023-11-30", prices=prices)
    assert [cells(r) for r in found.securities.rows] == [("mark", 130, 100, 30)]
    assert found.items["joint"].is_provisional


def test_without_a_price_the_row_is_left_open_and_told() -> None:
    found = marked(BOUGHT, year=2023, prices={("2023-06-30", "P"): "13"})
    assert [cells(r) for r in found.securities.rows] == [("mark", 0, None, None)]
    assert [p.code for p in found.problems] == ["NO_YEAR_END_PRICE"]
    assert (found.items["joint"].section_475_cents, found.items["joint"].unknown_marks) == (0, 1)


@pytest.mark.parametrize("sold", ["1", "3", "7", "9.99999999"])
def test_over_the_years_the_gain_is_that_of_the_sales(sold: str) -> None:
    """What was counted early is taken back to the cent, however the lot is cut."""
    bought = row("b1", "2022-03-01", "BUY", "10", amount="100.01")
    rest = f"{10 - float(sold):.8f}"
    rows = (
        bought,
        row("s1", "2023-05-01", "SELL", sold, amount="77.77"),
        row("s2", "2024-05-01", "SELL", rest, amount="33.33"),
    )
    prices = {**PRICES, ("2022-12-30", "P"): "17.777"}
    years = (2022, 2023, 2024)
    sums = [
        marked(*rows, year=year, prices=prices).items["joint"].section_475_cents for year in years
    ]
    assert sum(sums) == 7777 + 3333 - 10001


CASES = [case for case in own_cases() if "form_4797" in case["expected"]]
OF_CASE = {
    "sale": "sale_id",
    "lot": "lot_id",
    "acquired": "acquired",
    "sold": "sold",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_own_case_of_form_4797(case: Case) -> None:
    """Every row of every year, with its dates, quantity and columns (d), (f) and (g)."""
    found = [
        {"year": year}
        | {name: getattr(row, of) for name, of in OF_CASE.items()}
        | {"qty": shares(row.quantity), "proceeds": dollars(row.proceeds_cents)}
        | {"basis": dollars(row.basis_cents or 0), "gain": dollars(row.gain_cents or 0)}
        for year, marked in reckoned(case).items()
        for row in marked.securities.rows
    ]
    assert found == case["expected"]["form_4797"]


@pytest.mark.parametrize(
    ("year", "day"), [(2021, "2021-12-31"), (2022, "2022-12-30"), (2023, "2023-12-29")]
)
def test_the_last_business_day_is_the_last_weekday(year: int, day: str) -> None:
    """31 December was a Friday, a Saturday and a Sunday."""
    assert date_of(last_business_day(year)).isoformat() == day
