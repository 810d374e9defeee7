"""The guard from Python: exact decimals, dates, and a guard that is prepared once."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.running import SAMPLE, book

import taxlots
from taxlots import UsageError, open_book
from taxlots.plan.trade_check import TradeSide
from taxlots.workflows.guard import TradeAsked, guard_many

ROWS = (
    "b1,2024-01-03,brokerage,ABC,BUY,100,10.00,,,,,\n"
    "b2,2024-06-03,ira,ABC,BUY,40,8.00,,,,,\n"
    "s1,2024-06-10,brokerage,ABC,SELL,10,8.00,,,,,\n"
)


def test_an_answer_in_exact_decimals(tmp_path: Path) -> None:
    answer = open_book(book(tmp_path / "book", ROWS)).can_sell("brokerage", "ABC", 90, price=8)
    assert (answer.verdict, answer.is_ok) == ("partial", False)
    assert (answer.quantity, answer.loss_at_stake) == (Decimal(30), Decimal("60.00"))
    assert answer.permanent == Decimal("60.00")
    assert answer.safe_date == date(2024, 7, 4)
    assert answer.json["because"][0]["id"] == "b2"


def test_functions_of_the_package_are_methods_of_a_book(tmp_path: Path) -> None:
    folder = book(tmp_path / "book", ROWS)
    assert taxlots.can_sell(folder, "brokerage", "ABC", "0.5", price="8").verdict == "blocked"
    assert taxlots.can_buy(folder, "brokerage", "ABC", 1).is_ok


def test_a_prepared_guard_answers_as_the_command_does() -> None:
    asked = open_book(SAMPLE)
    guard = asked.guard()
    for account, symbol in (("schwab-taxable", "T"), ("spouse-taxable", "GILD")):
        quick = guard.can_sell(account, symbol).json
        confirmed = asked.can_sell(account, symbol).json
        assert quick.pop("is_confirmed") is False
        assert confirmed.pop("is_confirmed") is True
        assert quick == confirmed
    for quantity in (None, 50):
        quick = guard.can_buy("roth-ira", "COP", quantity)
        assert quick.loss_at_stake == asked.can_buy("roth-ira", "COP", quantity).loss_at_stake


def test_many_questions_are_one_reading_of_the_book() -> None:
    asked = [
        TradeAsked(side=TradeSide.BUY, account=account, symbol="COP")
        for account in ("roth-ira", "joint-taxable")
    ]
    gone, deferred = guard_many(str(SAMPLE), asked).checks
    assert gone.at_stake.permanent_cents == gone.at_stake.loss_cents == 2770_35
    assert deferred.at_stake.permanent_cents == 0


@pytest.mark.parametrize(
    ("account", "symbol", "quantity", "told"),
    [
        ("nobody", "T", None, "no account"),
        ("roth-ira", "XOM", None, "holds no XOM"),
        ("schwab-taxable", "T", 1000, "holds 270.2012"),
        ("schwab-taxable", "T", -1, "no number above zero"),
    ],
)
def test_wrong_calls_are_usage_errors(
    account: str, symbol: str, quantity: int | None, told: str
) -> None:
    for ask in (open_book(SAMPLE).can_sell, open_book(SAMPLE).guard().can_sell):
        with pytest.raises(UsageError, match=told):
            ask(account, symbol, quantity)
