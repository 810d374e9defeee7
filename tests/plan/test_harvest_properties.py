"""What holds for every plan, shown on random households against a plain matching of wash sales."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.plan.situations import AS_OF, World, account, opportunity, units

from taxlots.book.record import OpenLot
from taxlots.domain.harvest_rule import HarvestRule, PartlyWashed
from taxlots.domain.household import wash_sale_party
from taxlots.domain.money import shares
from taxlots.domain.order import Side
from taxlots.domain.security import Security
from taxlots.domain.verdict import Reason
from taxlots.plan.harvest_plan import HarvestPlan

GROUPS = {"A": "a", "A2": "a", "B": "b", "B2": "b", "C": "c", "D": "d"}
"""A and A2 are listed together, B and B2 track one index; C and D stand alone."""

PRICES = {"A": "8", "A2": "9", "B": "8", "B2": "7", "C": "8", "D": "3"}
PROXIES = [("A", "B"), ("A", "C"), ("A2", "A"), ("A2", "C"), ("B", "A"), ("B", "D"), ("B2", "C"),
           ("C", "A"), ("C", "B2"), ("D", "C")]  # fmt: skip
ACCOUNTS = ("main", "spouse", "ira", "kid", "theirs")
WASH = {Reason.PERMANENT_RISK, Reason.WASH_BLOCKED, Reason.PARTIAL}

symbols = st.sampled_from(sorted(GROUPS))
quantities = st.integers(1, 12)
places = st.sampled_from(ACCOUNTS)
ages = st.one_of(st.integers(25, 35), st.integers(0, 800))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to 14 lots, and purchases and losses of the last weeks, in two households."""
    rule = HarvestRule(
        partly_washed=draw(st.sampled_from(PartlyWashed)),
        min_loss_cents=draw(st.sampled_from([0, 500])),
    )
    w = World(PRICES, rule=rule, proxies=PROXIES)
    w.accounts["theirs"] = account("theirs", household="next-door")
    w.group("a", "A", "A2")
    for symbol in ("B", "B2"):
        w.securities[symbol] = Security(symbol=symbol, index="b")
    lots = draw(
        st.lists(st.tuples(ages, symbols, quantities, places, st.integers(1, 150)), max_size=14)
    )
    for n, (age, symbol, quantity, where, basis) in enumerate(
        sorted(lots, key=lambda drawn: -drawn[0])
    ):
        w.lot(f"lot-{n}", quantity, symbol, basis, age, where)
    for n, bought in enumerate(w.acquisitions):
        w.acquisitions[n] = replace(bought, unused=draw(st.integers(0, bought.unused)))
    recent = st.lists(st.tuples(st.integers(0, 40), symbols, quantities, places), max_size=3)
    for n, (age, symbol, quantity, where) in enumerate(draw(recent)):
        w.bought(f"gone-{n}", quantity, symbol, age, where, held=0)
    for n, (age, symbol, quantity, where) in enumerate(draw(recent)):
        if where != "ira":
            w.sold_at_a_loss(f"sale-{n}", quantity, symbol, min(age, 30), where)
    return w


def party(w: World, name: str) -> str:
    return wash_sale_party(w.accounts[name])


def washed(w: World, sold: list[OpenLot]) -> dict[int, tuple[int, bool]]:
    """Lot's rank -> units whose loss is disallowed, and whether part of it is lost for good.

    Every loss in its order against every acquisition in its order; each share serves once.
    """
    queue = sorted(w.acquisitions, key=lambda a: a.acquired)
    left = {id(a): a.unused for a in queue}
    found = {}
    for lot in sorted(sold, key=lambda lot: lot.rank):
        needed, is_lost = lot.quantity, False
        for bought in queue:
            if (
                abs(AS_OF - bought.acquired) <= timedelta(days=30)
                and bought.lot_id != lot.lot_id
                and party(w, bought.account) == party(w, lot.account)
                and GROUPS[bought.symbol] == GROUPS[lot.symbol]
            ):
                taken = min(needed, left[id(bought)])
                left[id(bought)] -= taken
                needed -= taken
                is_lost = is_lost or (taken > 0 and bought.account == "ira")
        found[lot.rank] = (lot.quantity - needed, is_lost)
    return found


def sold_lots(proposal: HarvestPlan) -> list[OpenLot]:
    return [v.lot for v in proposal.verdicts if v.reason.is_harvest]


@given(worlds())
def test_every_open_lot_has_exactly_one_verdict(w: World) -> None:
    proposal = w.plan()
    assert [v.lot for v in proposal.verdicts] == w.lots
    assert sum(proposal.lots_by_reason.values()) == len(w.lots)


@given(worlds())
def test_no_proposed_sale_is_washed_beyond_what_the_plan_says(w: World) -> None:
    """And where nothing partly washed is sold, no proposed sale is washed at all."""
    proposal = w.plan()
    for rank, (quantity, is_lost) in washed(w, sold_lots(proposal)).items():
        said = opportunity(proposal, f"lot-{rank}").check.blocked_quantity
        assert quantity == said
        assert not is_lost
        if w.rule.partly_washed is PartlyWashed.SKIP:
            assert quantity == 0


@given(worlds())
def test_what_is_blocked_would_be_washed_and_what_is_not_would_not(w: World) -> None:
    """Each lot by itself, with what the plan sells before it."""
    proposal = w.plan()
    for verdict in proposal.opportunities:
        lot = verdict.lot
        before = [
            other
            for other in sold_lots(proposal)
            if other.rank < lot.rank and GROUPS[other.symbol] == GROUPS[lot.symbol]
        ]
        quantity, is_lost = washed(w, [*before, lot])[lot.rank]
        assert opportunity(proposal, lot.lot_id).check.blocked_quantity == quantity
        assert (verdict.reason in WASH) <= (quantity > 0)
        assert (verdict.reason is Reason.PERMANENT_RISK) <= is_lost


@given(worlds())
def test_sales_never_use_more_than_the_purchases_have(w: World) -> None:
    proposal = w.plan()
    used: dict[tuple[str, str], int] = {}
    for lot in sold_lots(proposal):
        key = party(w, lot.account), GROUPS[lot.symbol]
        blocked = opportunity(proposal, lot.lot_id).check.blocked_quantity
        used[key] = used.get(key, 0) + blocked
    for (name, group), quantity in used.items():
        capacity = sum(
            a.unused
            for a in w.acquisitions
            if party(w, a.account) == name and GROUPS[a.symbol] == group
        )
        assert quantity <= capacity


@given(worlds())
def test_no_purchase_washes_a_loss_of_the_plan_or_of_the_books(w: World) -> None:
    proposal = w.plan()
    at_stake = {(party(w, lot.account), GROUPS[lot.symbol]) for lot in sold_lots(proposal)}
    at_stake |= {(party(w, loss.account), GROUPS[loss.symbol]) for loss in w.waiting}
    for order in proposal.orders:
        if order.side is Side.BUY:
            assert (party(w, order.account), GROUPS[order.symbol]) not in at_stake


@given(worlds())
def test_orders_sell_what_is_harvested_and_spend_no_more_than_it_brings(w: World) -> None:
    proposal = w.plan()
    sales = [order for order in proposal.orders if order.side is Side.SELL]
    assert sorted((o.lot_id, o.quantity) for o in sales) == sorted(
        (lot.lot_id, lot.quantity) for lot in sold_lots(proposal)
    )
    for name in ACCOUNTS:
        value = {Side.SELL: 0, Side.BUY: 0}
        for order in proposal.orders:
            if order.account == name:
                value[order.side] += order.quantity * units(PRICES[order.symbol])
        assert value[Side.BUY] <= value[Side.SELL]
        assert all(shares(o.quantity).isdigit() for o in proposal.orders if o.side is Side.BUY)


@given(worlds())
def test_households_do_not_touch(w: World) -> None:
    """The plan for one household is the same with and without the other in the book."""
    both = {v.lot.lot_id: v.reason for v in w.plan().verdicts}
    for household in ("home", "next-door"):
        alone = replace(w)
        alone.accounts = {n: a for n, a in w.accounts.items() if a.household == household}
        for kept in ("lots", "acquisitions", "waiting"):
            rows = [row for row in getattr(w, kept) if row.household == household]
            setattr(alone, kept, rows)
        for verdict in alone.plan().verdicts:
            assert verdict.reason is both[verdict.lot.lot_id]
