"""Options on what is harvested: a call is bought nowhere in the household, of the whole chain.

26 USC 1091(a) names contracts and options to acquire; Rev. Rul. 56-406 is of a warrant.
"""

from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest
from tests.engine_adapter import record_of
from tests.histories import Cells, History
from tests.plan.situations import AS_OF, World, days_ago

from taxlots.book.results import realized_of
from taxlots.domain.restriction import Force, Origin, Restriction, RestrictionKind
from taxlots.domain.security import Security, SecurityKind
from taxlots.plan.what_if import with_rows
from taxlots.workflows.harvest import harvest_books
from taxlots.workflows.replay import replay_record

ACCOUNTS = ("main", "joint", "spouse", "ira", "roth", "kid")
STRIKES = (5, 10, 15)
MONTHS = {
    "expired": days_ago(20),
    "today": AS_OF,
    "january": days_ago(-15),
    "leaps": days_ago(-380),
}


def chain(symbol: str) -> dict[str, Security]:
    """Calls and puts at three strikes, of four months; those of one month have expired."""
    return {
        f"{symbol}-{month}-{kind}{strike}": Security(
            symbol=f"{symbol}-{month}-{kind}{strike}",
            kind=SecurityKind.OPTION,
            underlying=symbol,
            multiplier=100,
            strike=str(strike),
            expiry=day,
            is_put=kind == "P",
        )
        for month, day in MONTHS.items()
        for kind in "CP"
        for strike in STRIKES
    }


def world() -> World:
    """ABC and ABC-B are one by identical.csv, and each has a chain; XYZ is the proxy."""
    w = World({"ABC": "8", "XYZ": "20"}, proxies=[("ABC", "XYZ")])
    w.securities = chain("ABC") | chain("ABC-B") | chain("XYZ")
    w.group("classes", "ABC", "ABC-B")
    w.lot("lot", 100, "ABC", 1000)
    return w


def not_to_buy(w: World) -> dict[tuple[str, str], Restriction]:
    return {
        (r.account, r.symbol): r
        for r in w.plan().restrictions
        if r.kind is RestrictionKind.DO_NOT_BUY
    }


CALLS = {
    f"{symbol}-{month}-C{strike}"
    for symbol in ("ABC", "ABC-B")
    for month in ("today", "january", "leaps")
    for strike in STRIKES
}


def test_every_call_of_the_group_is_named_in_every_account() -> None:
    found = not_to_buy(world())
    assert {symbol for _, symbol in found} == CALLS | {"ABC", "ABC-B"}
    assert {(account, symbol) for account in ACCOUNTS for symbol in CALLS} <= set(found)
    assert {row.until for row in found.values()} == {AS_OF + timedelta(days=31)}
    assert {row.origin for row in found.values()} == {Origin.PLAN}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_household_must_and_a_childs_account_is_advised(account: str) -> None:
    row = not_to_buy(world())[account, "ABC-january-C10"]
    assert row.force is (Force.ADVISED if account == "kid" else Force.MUST)


def test_a_bought_put_acquires_nothing_and_a_written_one_is_told_of() -> None:
    """Rev. Rul. 85-87: writing a put deep in the money is a contract to acquire."""
    found = not_to_buy(world())
    assert not [symbol for _, symbol in found if "-P" in symbol]
    assert "write no put on it that is deep in the money" in found["main", "ABC"].note
    bare = world()
    bare.securities = {name: s for name, s in bare.securities.items() if not s.is_put}
    assert "put" not in not_to_buy(bare)["main", "ABC"].note


def test_calls_on_a_loss_that_is_booked_already_are_named_too() -> None:
    w = World({"ABC": "8"})
    w.securities = chain("ABC")
    w.sold_at_a_loss("sale", 10, "ABC", 12, "spouse")
    row = not_to_buy(w)["ira", "ABC-leaps-C15"]
    assert (row.until, row.origin, row.because) == (days_ago(12 - 31), Origin.BOOKS, ("sale",))


def test_calls_on_the_proxy_may_be_bought() -> None:
    assert not [symbol for _, symbol in not_to_buy(world()) if symbol.startswith("XYZ")]


DAY = date(2023, 12, 15)
CALL = {
    "symbol": "ABC_C",
    "kind": "option",
    "underlying": "ABC",
    "put_call": "call",
    "multiplier": "100",
    "strike": "50",
    "expiry": "2024-06-21",
}


def booked_loss(call_day: date, account: str) -> int:
    """The loss of 2,000 of a harvest of 100 ABC that the books leave, after a call is bought."""
    accounts = [
        {"household": "H", "account": name, "kind": kind, "owner": owner, "tax_return": "R"}
        for name, kind, owner in (
            ("mine", "taxable", "self"),
            ("hers", "taxable", "spouse"),
            ("ira", "roth_ira", "spouse"),
        )
    ]
    stocks = [{"symbol": name, "kind": "stock"} for name in ("ABC", "PRX")]
    bought: Cells = {
        "id": "old",
        "date": "2021-03-01",
        "account": "mine",
        "action": "BUY",
        "symbol": "ABC",
        "quantity": "100",
        "price": "60",
    }
    record = record_of(History(accounts, [*stocks, CALL], [], {}, [bought]))
    prices = pa.table(
        {"date": [DAY.isoformat()] * 2, "symbol": ["ABC", "PRX"], "close": ["40", "10"]}
    )
    record = replace(record, prices=prices, harvest={"without_replacement": "cash"})
    plan = harvest_books(replay_record(record, as_of=DAY)).plan
    (sale,) = plan.orders
    until = {r.account: r.until for r in plan.restrictions if r.symbol == "ABC_C"}
    assert until == dict.fromkeys(("mine", "hers", "ira"), date(2024, 1, 15))
    rows = [
        {
            "id": "sale",
            "date": DAY.isoformat(),
            "account": "mine",
            "action": "SELL",
            "symbol": "ABC",
            "quantity": "100",
            "price": "40",
            "lots": f"{sale.lot_id}:100",
        },
        {
            "id": "call",
            "date": call_day.isoformat(),
            "account": account,
            "action": "BUY_OPTION",
            "symbol": "ABC_C",
            "quantity": "1",
            "price": "2",
        },
    ]
    books = replay_record(with_rows(record, rows), as_of=date(2024, 3, 1))
    return -int(realized_of(books).gain.sum())


@pytest.mark.parametrize("account", ["mine", "hers", "ira"])
def test_the_books_agree_on_the_day_and_on_every_account(account: str) -> None:
    """A call of the 14th of January takes the loss on its 100 shares; of the 15th it does not."""
    assert booked_loss(date(2024, 1, 14), account) == 0
    assert booked_loss(date(2024, 1, 15), account) == 2_000_00
