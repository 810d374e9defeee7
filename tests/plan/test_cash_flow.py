"""Cash flows: what pays what, and how amounts become whole shares."""

from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.money import SHARE
from taxlots.plan.cash_flow import (
    CashNeed,
    CashSale,
    Inflow,
    Offer,
    in_shares,
    meet_needs,
    purchases,
)

DOLLAR = 100
PRICE = 100_000_000
"""A dollar, in 1e-8 dollars."""


def offer(dollars: int, symbol: str = "S") -> Offer:
    """A security at a price in dollars."""
    return Offer(symbol=symbol, price=dollars * PRICE)


def sale(dollars: int, held_units: int) -> CashSale:
    """A position of one lot, of which nothing is sold yet."""
    shares = {"lot": held_units * SHARE}
    return CashSale(account="A", symbol="S", sleeve="x", offer=offer(dollars), held=shares)


def any_money(account: str, need: CashNeed) -> bool:
    """Every account may pay every need that names none, and its own."""
    return need.account in ("", account)


def test_the_earliest_need_is_paid_first_and_by_its_own_account_before_others() -> None:
    """A dividend of the account that must pay a fee goes there, though another came before."""
    inflows = [
        Inflow(account="B", day=1, cents=50 * DOLLAR, kind="dividend"),
        Inflow(account="A", day=2, cents=30 * DOLLAR, kind="interest"),
    ]
    needs = [
        CashNeed(day=9, cents=60 * DOLLAR),
        CashNeed(day=5, cents=20 * DOLLAR, account="A", kind="fee"),
    ]
    met = meet_needs(inflows, needs, any_money)
    assert [(one.inflow, one.need, one.cents) for one in met.paid] == [
        (1, 1, 20 * DOLLAR),
        (0, 0, 50 * DOLLAR),
        (1, 0, 10 * DOLLAR),
    ]
    assert met.left_cents == (0, 0)
    assert met.missing_cents == (0, 0)


def test_money_that_comes_after_the_day_of_a_need_pays_nothing_of_it() -> None:
    """A need of today waits for no dividend of tomorrow."""
    inflows = [Inflow(account="A", day=2, cents=500, kind="dividend")]
    met = meet_needs(inflows, [CashNeed(day=1, cents=500)], any_money)
    assert met.paid == ()
    assert met.missing_cents == (500,)


amounts = st.integers(0, 1_000_00)
days = st.integers(0, 5)
accounts = st.sampled_from(["A", "B", "C"])


@given(
    flows=st.lists(st.tuples(accounts, days, amounts), max_size=6),
    wants=st.lists(st.tuples(st.sampled_from(["", "A", "B"]), days, amounts), max_size=6),
)
def test_what_is_paid_was_there_was_needed_and_is_counted_once(
    flows: list[tuple[str, int, int]], wants: list[tuple[str, int, int]]
) -> None:
    """No cent pays twice, none pays early, and none is left where a need that it may pay is not."""
    inflows = [Inflow(account=a, day=d, cents=c, kind="dividend") for a, d, c in flows]
    needs = [CashNeed(day=d, cents=c, account=a) for a, d, c in wants]
    met = meet_needs(inflows, needs, any_money)
    for place, inflow in enumerate(inflows):
        used = sum(one.cents for one in met.paid if one.inflow == place)
        assert used + met.left_cents[place] == inflow.cents
    for place, need in enumerate(needs):
        got = sum(one.cents for one in met.paid if one.need == place)
        assert got + met.missing_cents[place] == need.cents
    for i, inflow in enumerate(inflows):
        for n, need in enumerate(needs):
            may_pay = inflow.day <= need.day and any_money(inflow.account, need)
            assert may_pay or all((one.inflow, one.need) != (i, n) for one in met.paid)
            assert not (may_pay and met.left_cents[i] and met.missing_cents[n])


def test_money_that_is_left_over_buys_what_lacks_most_of_its_part() -> None:
    """Of 190 dollars 110 are for shares of 60, 80 for shares of 50: 70 are left, one share of 60.

    One share of each leaves 50 and 30 lacking; the first lacks more and is paid for.
    """
    wanted = {("A", 0): 110 * DOLLAR, ("A", 1): 80 * DOLLAR}
    bought, left = purchases(wanted, {("A", 0): offer(60, "X"), ("A", 1): offer(50, "Y")})
    assert [(one.symbol, one.units // SHARE) for one in bought] == [("X", 2), ("Y", 1)]
    assert left == {"A": 20 * DOLLAR}


orders = st.dictionaries(
    st.tuples(accounts, st.integers(0, 4)),
    st.tuples(st.integers(1, 900_00), st.integers(1, 300)),
    min_size=1,
    max_size=8,
)


@given(orders=orders)
def test_purchases_spend_no_more_than_the_flow_and_stay_within_a_share_of_each_part(
    orders: dict[tuple[str, int], tuple[int, int]],
) -> None:
    """And no share more could be paid for of which half at least is lacking."""
    wanted = {key: cents for key, (cents, _) in orders.items()}
    offers = {key: offer(dollars) for key, (_, dollars) in orders.items()}
    bought, left = purchases(wanted, offers)
    spent = {(one.account, one.sleeve): one.cents for one in bought}
    for account in {name for name, _ in wanted}:
        flow = sum(cents for key, cents in wanted.items() if key[0] == account)
        mine = sum(cents for key, cents in spent.items() if key[0] == account)
        assert left[account] == flow - mine >= 0
    for key, cents in wanted.items():
        share = offers[key].cost_cents(SHARE)
        lacking = cents - spent.get(key, 0)
        assert -share < lacking < share
        assert lacking < max(1, share // 2) or share > left[key[0]]


@given(
    held=st.lists(st.tuples(st.integers(1, 400), st.integers(1, 50)), min_size=1, max_size=5),
    need=st.integers(1, 50_000_00),
)
def test_sales_bring_what_is_needed_or_all_that_there_is(
    held: list[tuple[int, int]], need: int
) -> None:
    """Steps are added where they overshoot least: a share less of some sale would not do."""
    sales = [sale(dollars, units) for dollars, units in held]
    brought = in_shares(sales, need)
    assert brought == sum(one.cents for one in sales)
    if brought < need:
        assert all(one.units == sum(one.held.values()) for one in sales)
    else:
        assert brought - need < max(dollars for dollars, _ in held) * DOLLAR
