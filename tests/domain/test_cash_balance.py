"""Cash balances as ``cash.csv`` states them."""

from datetime import date

from taxlots.domain.cash_balance import cash_on, read_cash_balances

ROWS = [
    {"account": "A1", "date": "2024-01-31", "amount": "1200.50"},
    {"account": "A1", "date": "2024-03-31", "amount": "-80.00"},
    {"account": "A2", "date": "2024-02-29", "amount": "0"},
]


def test_the_last_balance_on_a_day_or_before_it_holds() -> None:
    balances, problems = read_cash_balances(ROWS, {"A1", "A2"})
    assert not problems
    in_march = cash_on(balances, date(2024, 3, 30))
    assert {name: one.amount_cents for name, one in in_march.items()} == {"A1": 120_050, "A2": 0}
    assert cash_on(balances, date(2024, 3, 31))["A1"].amount_cents == -8_000
    assert cash_on(balances, date(2024, 1, 30)) == {}


def test_every_bad_cell_is_told_with_its_place() -> None:
    rows = [{"account": "B", "date": "31.1.2024", "amount": "1,200.50"}, ROWS[0]]
    balances, problems = read_cash_balances(rows, {"A1"})
    assert [one.account for one in balances] == ["A1"]
    assert [(p.where, p.code) for p in problems] == [
        ("cash.csv:2:account", "UNKNOWN_ACCOUNT"),
        ("cash.csv:2:date", "BAD_DATE"),
        ("cash.csv:2:amount", "BAD_AMOUNT"),
    ]
