"""The book of section 1256: what contracts make in a year, marked at its end."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import Case, own_cases, read_csv, write_book

from taxlots.book.contract_trades import Trade
from taxlots.book.section_1256 import ContractYear, MarkedBook, mark_to_market
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.action import Action
from taxlots.domain.calendar import civil, day_of
from taxlots.domain.problem import Severity
from taxlots.domain.quote import Quote
from taxlots.domain.security import Security, SecurityKind
from taxlots.workflows.replay import write_replay

CONTRACT = 10**8
MULTIPLIER = 50
ACCOUNTS = tuple(
    Account(
        id=name, household="home", kind=AccountKind.TAXABLE, owner=Owner.SELF, tax_return="home"
    )
    for name in ("first", "second")
)
CONTRACTS = {
    name: Security(symbol=name, kind=SecurityKind.SECTION_1256, multiplier=MULTIPLIER)
    for name in ("ES", "NQ")
}
MARKED = [case for case in own_cases() if "section_1256" in case["expected"]]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in MARKED])
def test_case(case: Case, tmp_path: Path) -> None:
    """What replay writes is what the case reckons by hand, row by row."""
    book = write_book(case, tmp_path / "book")
    write_replay(str(book), tmp_path / "out", as_of=date.fromisoformat(case["as_of"]))
    expected = case["expected"]["section_1256"]
    written = read_csv(tmp_path / "out" / "section_1256.csv")
    assert [{name: row[name] for name in expected[0]} for row in written] == expected


def trade(
    day: str, action: Action, contracts: int | None = 1, dollars: int = 0, **more: object
) -> Trade:
    cells = {"account": "first", "symbol": "ES", "household": "home", "to_account": ""} | more
    return Trade(
        row=0,
        id=f"{action}-{day}",
        where="transactions.csv:2",
        day=day_of(date.fromisoformat(day)),
        action=action,
        quantity=None if contracts is None else contracts * CONTRACT,
        cents=dollars * 100,
        **cells,  # type: ignore[arg-type]
    )


def marked(
    trades: Iterable[Trade],
    closes: Mapping[str, int] | None = None,
    as_of: str = "2025-12-31",
    *,
    replaced: Mapping[tuple[str, str, int], int] | None = None,
    accounts: tuple[Account, ...] = ACCOUNTS,
) -> MarkedBook:
    """The book at these closes in dollars, each of the day that its key names."""

    def close(_symbol: str, day: date) -> Quote | None:
        dollars = (closes or {}).get(day.isoformat())
        return None if dollars is None else Quote(dollars * CONTRACT, day, 0)

    last = day_of(date.fromisoformat(as_of))
    return mark_to_market(trades, accounts, CONTRACTS, close, last, replaced)


def boxes(row: ContractYear) -> tuple[int | None, ...]:
    """Year and boxes 8 to 11, in whole dollars."""
    cents = (row.realized_cents, row.before_cents, row.at_end_cents, row.aggregate_cents)
    return (row.year, *(None if c is None else c // 100 for c in cents))


def test_a_short_future_is_marked_and_covered() -> None:
    """Sold short at 4,700, marked at 4,800 (a loss of 50 x 100), covered at 4,650."""
    book = marked(
        [
            trade("2024-11-01", Action.SELL_SHORT, 1, 235_000),
            trade("2025-02-03", Action.BUY_TO_COVER, 1, 232_500),
        ],
        {"2024-12-31": 4_800},
    )
    assert [boxes(row) for row in book.years] == [
        (2024, 0, 0, -5_000, -5_000),
        (2025, 2_500, -5_000, 0, 7_500),
    ]
    (position,) = book.positions
    assert position.is_short
    assert (position.opening_cents, position.marked_cents) == (23_500_000, 24_000_000)


def test_a_written_index_option_expires() -> None:
    book = marked(
        [
            trade("2024-12-02", Action.WRITE_OPTION, 2, 3_000),
            trade("2025-01-17", Action.EXPIRE, None),
        ],
        {"2024-12-31": 10},
    )
    assert [boxes(row) for row in book.years] == [
        (2024, 0, 0, 2_000, 2_000),
        (2025, 3_000, 2_000, 0, 1_000),
    ]


def test_index_options_are_settled_in_cash() -> None:
    book = marked(
        [
            trade("2025-03-03", Action.BUY_OPTION, 1, 1_000),
            trade("2025-03-03", Action.WRITE_OPTION, 1, 400),
            trade("2025-03-21", Action.EXERCISE, 1, 2_500, is_in_cash=True),
            trade("2025-03-21", Action.ASSIGN, 1, 900, is_in_cash=True),
        ]
    )
    assert [boxes(row) for row in book.years] == [(2025, 1_500 - 500, 0, 0, 1_000)]


def test_contracts_are_closed_first_in_first_out() -> None:
    """Which are left matters for boxes 8 and 10, never for box 11."""
    book = marked(
        [
            trade("2025-03-03", Action.BUY, 1, 200_000),
            trade("2025-04-03", Action.BUY, 1, 210_000),
            trade("2025-05-05", Action.SELL, 1, 215_000),
        ],
        {"2025-12-31": 4_400},
    )
    assert [boxes(row) for row in book.years] == [(2025, 15_000, 0, 10_000, 25_000)]
    assert [p.opening_cents for p in book.positions] == [21_000_000]


def test_a_contract_that_moves_leaves_its_last_mark_where_it_was_taxed() -> None:
    book = marked(
        [
            trade("2024-06-03", Action.BUY, 1, 200_000),
            trade("2025-06-03", Action.TRANSFER, 1, to_account="second"),
        ],
        {"2024-12-31": 4_500, "2025-12-31": 4_600},
    )
    assert [(row.account.id, *boxes(row)) for row in book.years] == [
        ("first", 2024, 0, 0, 25_000, 25_000),
        ("first", 2025, 0, 25_000, 0, -25_000),
        ("second", 2025, 0, 0, 30_000, 30_000),
    ]


def test_a_running_year_is_provisional_and_marked_as_of_the_day_of_the_books() -> None:
    bought = [trade("2025-03-03", Action.BUY, 1, 200_000)]
    (row,) = marked(bought, {"2025-06-30": 4_100}, "2025-06-30").years
    assert (row.status, *boxes(row)) == ("provisional", 2025, 0, 0, 5_000, 5_000)
    without = marked(bought, {}, "2025-06-30")
    assert (without.years[0].status, without.problems) == ("provisional", ())
    assert without.years[0].at_end_cents is None


def test_a_year_is_provisional_while_the_account_has_no_data_to_its_end() -> None:
    account = Account(
        id="first",
        household="home",
        kind=AccountKind.TAXABLE,
        owner=Owner.SELF,
        tax_return="home",
        data_through=date(2025, 11, 30),
    )
    sold = [trade("2025-03-03", Action.BUY), trade("2025-04-03", Action.SELL)]
    assert [row.status for row in marked(sold, accounts=(account,)).years] == ["provisional"]


def test_a_missing_year_end_price_is_an_error_and_never_zero() -> None:
    """Neither the year that ends nor the one that starts from the mark can be reckoned."""
    book = marked(
        [
            trade("2024-06-03", Action.BUY, 1, 200_000),
            trade("2025-06-03", Action.SELL, 1, 220_000),
        ]
    )
    assert [boxes(row) for row in book.years] == [
        (2024, 0, 0, None, None),
        (2025, 20_000, None, 0, None),
    ]
    assert {row.status for row in book.years} == {"incomplete"}
    assert {row.long_term_cents for row in book.years} == {None}
    (problem,) = book.problems
    assert (problem.severity, problem.code) == (Severity.ERROR, "NO_YEAR_END_PRICE")
    assert "2024-12-31,ES,PRICE" in problem.remedy


def test_a_stale_price_is_no_price_and_a_somewhat_older_one_is_told() -> None:
    def book(sessions_old: int) -> MarkedBook:
        quote = Quote(4_000 * CONTRACT, date(2025, 12, 20), sessions_old)
        bought = [trade("2025-03-03", Action.BUY, 1, 200_000)]
        last = day_of(date(2025, 12, 31))
        return mark_to_market(bought, ACCOUNTS, CONTRACTS, lambda _symbol, _day: quote, last)

    assert [problem.code for problem in book(0).problems] == []
    assert [problem.code for problem in book(1).problems] == ["EARLIER_YEAR_END_PRICE"]
    assert [problem.code for problem in book(6).problems] == ["NO_YEAR_END_PRICE"]


@pytest.mark.parametrize(
    "unknown",
    [
        trade("2025-05-01", Action.TRANSFER_IN),
        trade("2025-05-01", Action.GIFT_OUT),
        trade("2025-05-01", Action.EXERCISE),
        trade("2025-05-01", Action.SPLIT, None, account=""),
    ],
    ids=lambda unknown: unknown.action,
)
def test_a_row_that_does_not_tell_what_is_taxed_is_an_error(unknown: Trade) -> None:
    """What was made before its year stands; what follows is not known."""
    book = marked(
        [
            trade("2024-03-01", Action.BUY, 2, 400_000),
            trade("2024-04-01", Action.SELL, 1, 210_000),
            unknown,
            trade("2025-06-02", Action.SELL, 1, 210_000),
        ],
        {"2024-12-31": 4_000},
    )
    assert [(row.status, *boxes(row)) for row in book.years] == [
        ("final", 2024, 10_000, 0, 0, 10_000),
        ("incomplete", 2025, None, 0, None, None),
    ]
    assert [problem.code for problem in book.problems] == ["SECTION_1256_ROW"]


def test_closing_more_than_is_open_is_an_error() -> None:
    book = marked([trade("2025-05-01", Action.BUY, 1), trade("2025-05-02", Action.SELL, 2)])
    assert [problem.code for problem in book.problems] == ["SECTION_1256_OVERSOLD"]


def test_1091_d_a_loss_that_a_contract_replaced_lowers_what_is_taxed_not_box_11() -> None:
    book = marked(
        [trade("2025-05-01", Action.BUY, 1, 200_000), trade("2025-06-02", Action.SELL, 1, 203_000)],
        replaced={("first", "ES", 2025): 100_000},
    )
    (row,) = book.years
    assert (row.aggregate_cents, row.taxed_cents) == (300_000, 200_000)
    assert (row.long_term_cents, row.short_term_cents) == (120_000, 80_000)


OPENED = {Action.BUY: 1, Action.SELL_SHORT: -1}
CLOSED = {Action.SELL: 1, Action.BUY_TO_COVER: -1}
PAID = frozenset({Action.BUY, Action.BUY_TO_COVER})
YEARS = range(2020, 2025)
PRICES = {f"{year}-12-31": 3_900 + 31 * (year % 4) for year in YEARS}


@st.composite
def histories(draw: st.DrawFn) -> list[Trade]:
    """Trades of some years, long and short, in two contracts and accounts, all closed at last."""
    held: dict[tuple[str, str, int], int] = defaultdict(int)
    trades = []

    def add(day: str, action: Action, account: str, symbol: str, contracts: int) -> None:
        dollars = draw(st.integers(1, 300_000))
        trades.append(trade(day, action, contracts, dollars, account=account, symbol=symbol))

    for number in range(draw(st.integers(1, 20))):
        day = f"{YEARS[number * len(YEARS) // 20]}-06-{1 + number % 28:02d}"
        account = draw(st.sampled_from([a.id for a in ACCOUNTS]))
        symbol = draw(st.sampled_from(sorted(CONTRACTS)))
        action = draw(st.sampled_from([*OPENED, *CLOSED]))
        side = (account, symbol, (OPENED | CLOSED)[action])
        if action in OPENED:
            contracts = draw(st.integers(1, 5))
            held[side] += contracts
            add(day, action, account, symbol, contracts)
        elif held[side]:
            contracts = draw(st.integers(1, held[side]))
            held[side] -= contracts
            add(day, action, account, symbol, contracts)
    for (account, symbol, sign), contracts in held.items():
        if contracts:
            action = Action.SELL if sign > 0 else Action.BUY_TO_COVER
            add("2024-12-30", action, account, symbol, contracts)
    return trades


@given(histories())
def test_over_the_years_what_is_taxed_is_the_cash_that_came_in(trades: list[Trade]) -> None:
    cash = sum(-t.cents if t.action in PAID else t.cents for t in trades)
    book = marked(trades, PRICES)
    assert book.problems == ()
    assert sum(row.aggregate_cents or 0 for row in book.years) == cash


@given(histories())
def test_each_year_is_its_cash_and_the_change_of_value(trades: list[Trade]) -> None:
    """Box 11 reckoned without lots: cash of the year, and value at its end less that before."""
    expected: dict[tuple[str, str, int], int] = defaultdict(int)
    for t in trades:
        year, _, _ = civil(t.day)
        is_paid = t.action in PAID
        expected[t.account, t.symbol, year] += -t.cents if is_paid else t.cents
        contracts = (t.quantity or 0) // CONTRACT * (1 if is_paid else -1)
        for later in range(year, max(YEARS) + 1):
            value = contracts * MULTIPLIER * PRICES[f"{later}-12-31"] * 100
            expected[t.account, t.symbol, later] += value
            expected[t.account, t.symbol, later + 1] -= value
    years = marked(trades, PRICES).years
    found = {(row.account.id, row.symbol, row.year): row.aggregate_cents for row in years}
    mine = {key: cents for key, cents in expected.items() if key[2] in YEARS}
    assert {key: cents for key, cents in found.items() if cents} == {
        key: cents for key, cents in mine.items() if cents
    }


@given(histories())
def test_form_6781_the_parts_of_a_year_sum_to_line_7(trades: list[Trade]) -> None:
    rows = marked(trades, PRICES).years
    for year in YEARS:
        mine = [row for row in rows if row.year == year]
        line_7 = sum(row.aggregate_cents or 0 for row in mine)
        line_9 = sum(row.long_term_cents or 0 for row in mine)
        assert line_9 == (line_7 * 6 + 5) // 10
        assert sum(row.short_term_cents or 0 for row in mine) == line_7 - line_9
