"""What signed orders leave in cash: no part of a plan overdraws an account unnoticed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.harvest_run import HarvestRun, RunKind, RunOrder
from taxlots.domain.money import SHARE, dollars, shares
from taxlots.domain.order import OrderAction, ShortSide, Side
from taxlots.workflows.run_cash import cash_of_trades, shortfalls
from taxlots.workflows.run_lines import plan_lines

ACCOUNTS = ("joint", "ira")
Trade = tuple[str, OrderAction, int, int]
"""Account, side, whole shares, and cents a share; half a percent of it is its cost."""

trades = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        st.sampled_from(Side),
        st.integers(1, 500),
        st.integers(100, 50_000).map(lambda cents: cents - cents % 100),
    ),
    max_size=8,
)
cash = st.fixed_dictionaries({name: st.integers(0, 5_000_000) for name in ACCOUNTS})


def moved(trade: Trade, quantity: int) -> int:
    """Cents that a part of a trade moves into its account."""
    _, side, _, price = trade
    cents, cost = quantity * price, quantity * price // 200
    return cents - cost if side is Side.SELL else -cents - cost


def a_run(floors: str = "[]") -> HarvestRun:
    return HarvestRun(
        as_of=date(2024, 12, 31),
        engine_version="1",
        rules_version="1",
        checkers_apart=True,
        journal_rows=0,
        journal_hash="",
        reference_rows=0,
        reference_hash="",
        plan_hash="",
        verdicts=0,
        manifest=f'{{"cash_floors": {floors}}}',
        number=1,
        kind=RunKind.REBALANCE,
    )


def files_of(found: list[Trade], before: Mapping[str, int]) -> dict[str, list[dict[str, str]]]:
    rows = [
        {
            "account": account,
            "symbol": f"S{place}",
            "action": str(side),
            "quantity": str(quantity),
            "amount": dollars(quantity * price),
            "cost": dollars(quantity * price // 200),
        }
        for place, (account, side, quantity, price) in enumerate(found)
    ]
    plan = {"cash": [{"account": name, "before": dollars(cents)} for name, cents in before.items()]}
    return {"trades.csv": rows, "plan.json": plan_lines(plan)}


def order(place: int, trade: Trade, quantity: int) -> RunOrder:
    account, side, _, _ = trade
    return RunOrder(
        client_order_id=f"H{place}",
        household="home",
        account=account,
        side=side,
        symbol=f"S{place}",
        quantity=quantity * SHARE,
        lot_id="",
        for_symbol=f"S{place}",
        cells={"quantity": shares(quantity * SHARE)},
    )


@given(found=trades, before=cash, data=st.data())
def test_what_is_signed_overdraws_no_account_or_is_told(
    found: list[Trade], before: dict[str, int], data: st.DataObject
) -> None:
    """Any part of any plan, each order whole or capped: told where an account that buys lacks."""
    signed = [
        (place, trade, data.draw(st.integers(0, trade[2])))
        for place, trade in enumerate(found)
        if data.draw(st.booleans())
    ]
    orders = [order(*one) for one in signed if one[2]]
    told = shortfalls(a_run(), files_of(found, before), orders)
    for account in ACCOUNTS:
        mine = [(trade, part) for _, trade, part in signed if trade[0] == account and part]
        left = before[account] + sum(moved(trade, part) for trade, part in mine)
        buys = any(trade[1] is Side.BUY for trade, _ in mine)
        # A cent of rounding for each order that is capped.
        if buys and left < -len(mine):
            assert any(f"the purchases in {account} cost" in one for one in told)
        if not buys or left > len(mine):
            assert not any(f"the purchases in {account} cost" in one for one in told)


@given(found=trades, before=cash)
def test_a_plan_as_a_whole_is_told_by_its_own_cash(
    found: list[Trade], before: dict[str, int]
) -> None:
    files = files_of(found, before)
    after = cash_of_trades(before, files["trades.csv"])
    orders = [order(place, trade, trade[2]) for place, trade in enumerate(found)]
    buying = {trade[0] for trade in found if trade[1] is Side.BUY}
    short = {name for name, cents in after.items() if cents < 0 and name in buying}
    assert len(shortfalls(a_run(), files, orders)) == len(short)


def test_money_that_is_to_be_taken_out_is_not_spent() -> None:
    """1,000 in cash and 500 from a sale; 1,200 are to be taken out, so no 400 may be spent."""
    found: list[Trade] = [("joint", Side.SELL, 5, 10_000), ("joint", Side.BUY, 4, 10_000)]
    floors = '[{"accounts": ["joint"], "amount": "1200.00"}]'
    files = files_of(found, {"joint": 100_000})
    sale, purchase = order(0, found[0], 5), order(1, found[1], 4)
    assert shortfalls(a_run(floors), files, [sale]) == []
    (told,) = shortfalls(a_run(floors), files, [sale, purchase])
    assert told == "104.50 of the 1200.00 that is to be taken out of joint would not be there"


DAYS = (date(2024, 12, 31), date(2025, 1, 2), date(2025, 1, 3))
parts = st.lists(st.tuples(st.sampled_from(DAYS), trades.map(lambda found: found[:1])), max_size=8)


@given(found=parts, before=cash, data=st.data())
def test_no_session_pays_with_the_sales_of_a_later_one(
    found: list[tuple[date, list[Trade]]], before: dict[str, int], data: st.DataObject
) -> None:
    """Any part of any schedule: told where an account owes money through a day on which it buys."""
    dated = [(day, trade) for day, listed in found for trade in listed]
    files = files_of([trade for _, trade in dated], before)
    rows = [
        {**row, "side": row["action"], "date": day.isoformat()}
        for (day, _), row in zip(dated, files["trades.csv"], strict=True)
    ]
    plan = {
        "cash": [{"account": name, "before": dollars(cents)} for name, cents in before.items()],
        "schedule": {"trades": rows, "cash": [], "settled_cash": False},
    }
    run = replace(
        a_run(),
        orders=tuple(
            replace(order(place, trade, trade[2]), session=day)
            for place, (day, trade) in enumerate(dated)
        ),
    )
    signed = [one for one in run.orders if data.draw(st.booleans())]
    told = shortfalls(run, {**files, "plan.json": plan_lines(plan)}, signed)
    for account in ACCOUNTS:
        mine = [
            (one.session, moved(trade, trade[2]), one.side)
            for one, (_, trade) in zip(run.orders, dated, strict=True)
            if one in signed and one.account == account
        ]
        owes = any(
            before[account] + sum(cents for on, cents, _ in mine if on and on <= day) < 0
            for day, _, side in mine
            if day and side is Side.BUY
        )
        assert owes is any(f"the purchases in {account} " in one for one in told)


SHORTED = st.lists(
    st.tuples(
        st.just("joint"),
        st.sampled_from((*Side, *ShortSide)),
        st.integers(1, 500),
        st.integers(100, 50_000).map(lambda cents: cents - cents % 100),
    ),
    max_size=8,
)


@given(found=SHORTED, cash_cents=st.integers(0, 9_000_000), data=st.data())
def test_what_is_signed_leaves_the_margin_of_what_is_owed_or_is_told(
    found: list[Trade], cash_cents: int, data: st.DataObject
) -> None:
    """12 CFR 220.12(c): 150 % of what is owed is in cash, whatever part of a plan is signed."""
    covered = sum(n * price for _, side, n, price in found if side is ShortSide.BUY_TO_COVER)
    other = data.draw(st.integers(0, 10_000)) * 100
    before = cash_cents + (covered + other) * 3 // 2
    files = files_of(found, {"joint": before})
    signs: dict[OrderAction, int] = {ShortSide.SELL_SHORT: 1, ShortSide.BUY_TO_COVER: -1}
    rows = zip(files["trades.csv"], found, strict=True)
    tied = [
        {**row, "tied": dollars(signs[side] * n * price * 3 // 2)}
        for row, (_, side, n, price) in rows
        if isinstance(side, ShortSide)
    ]
    plan = {
        "cash": [{"account": "joint", "before": dollars(before)}],
        "short_positions": {
            "cash": [{"account": "joint", "before": dollars((covered + other) * 3 // 2)}],
            "trades": tied,
        },
    }
    files["plan.json"] = plan_lines(plan)
    signed = [(place, one) for place, one in enumerate(found) if data.draw(st.booleans())]
    told = shortfalls(a_run(), files, [order(place, one, one[2]) for place, one in signed])
    left, owed, spends = before, covered + other, False
    for _, (_, side, quantity, price) in signed:
        sign = 1 if side in (Side.SELL, ShortSide.SELL_SHORT) else -1
        left += sign * quantity * price - quantity * price // 200
        owed += signs.get(side, 0) * quantity * price
        spends |= side in (Side.BUY, ShortSide.SELL_SHORT)
    lacks = left * 2 < owed * 3 - 2 * len(found)
    if spends and lacks:
        assert any("more than its free cash" in one for one in told) or (not tied and not owed)
    if not lacks and left * 2 > owed * 3 + 2 * len(found):
        assert told == []
