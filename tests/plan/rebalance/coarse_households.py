"""Tiny households of dear shares, and what their whole shares can keep by trying all of them."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from hypothesis import strategies as st
from tests.plan.rebalance.households import YEAR, account, lot, position, risk

from taxlots.domain.account import Account, AccountKind
from taxlots.plan.rebalance.household_portfolio import CASH_OF, Band, CashNeeds, PlanTerms
from taxlots.plan.rebalance.mandate import Mandate, SumLimit
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.solving import Question, portfolio_of
from taxlots.plan.risk import Floats

MOST_PLANS = 200_000
ROUNDED_CENTS = 2
"""What an account keeps beside, for the rounding of costs."""


@st.composite
def coarse_households(draw: st.DrawFn) -> Question:
    """Two to four securities of a few shares each, two classes with bands, cash, a withdrawal.

    A share is up to a fifth of the household, so that most bands are narrower than a share.
    """
    count = draw(st.integers(2, 4))
    accounts = [account("T")]
    if count < 4 and draw(st.integers(0, 3)) == 0:
        accounts.append(account("I", AccountKind.TRADITIONAL_IRA))
    names = [f"S{place + 2}" for place in range(count)]
    prices = {name: draw(st.integers(2_000, 60_000)) for name in names}
    positions = tuple(_position(draw, of, name, prices[name]) for of in accounts for name in names)
    cash = {of.id: draw(st.integers(10, 600)) * 100 for of in accounts}
    worth = sum(one.value_cents for one in positions)
    nav = worth + sum(cash.values())
    taken = draw(st.integers(0, 40)) / 100
    mine = sum(one.value_cents for one in positions if one.account.id == "T")
    floors = {("T",): cash["T"] + round(taken * mine)} if taken and mine else {}
    left = 1 - sum(floors.values()) / nav if floors else 1.0
    parts = [draw(st.integers(1, 6)) for _ in names]
    targets = {
        name: 0.97 * max(0.0, left) * part / sum(parts)
        for name, part in zip(names, parts, strict=True)
    }
    cut = draw(st.integers(1, count - 1))
    return Question(
        positions=positions,
        cash=CashNeeds(cash, floors),
        symbol_weights=targets,
        model=risk(names, count),
        years={"H": YEAR},
        bands={
            f"class {place}": _band(draw, positions, frozenset(mine), nav, left)
            for place, mine in enumerate((names[:cut], names[cut:]))
        },
        terms=PlanTerms(cash_target=max(0.0, 1 - sum(targets.values()))),
        mandate=_mandate(draw, names[0]),
    )


def _position(draw: st.DrawFn, of: Account, name: str, price: int) -> Position:
    lots = [
        lot(f"{of.id}-{name}-{at}", draw(st.integers(1, 6)), price, draw(_BASIS) * price // 10)
        for at in range(draw(st.integers(0, 2)))
    ]
    return position(of, name, price, *lots)


_BASIS = st.integers(6, 13)


def _band(
    draw: st.DrawFn, positions: Sequence[Position], mine: frozenset[str], nav: int, left: float
) -> Band:
    """A band around what the class will be worth, some of it after a withdrawal."""
    now = sum(one.value_cents for one in positions if one.symbol in mine) / nav
    middle, width = draw(st.sampled_from([now, now * left])), draw(st.integers(1, 8)) / 100
    return Band(mine, max(0.0, middle - width), min(1.0, middle + width))


def _mandate(draw: st.DrawFn, name: str) -> Mandate:
    """Now and then a security may weigh no more than some part."""
    most = draw(st.sampled_from([0, 0, 0, 25, 40]))
    if not most:
        return Mandate()
    return Mandate(
        sums=(SumLimit(name=f"weight of {name}", exposures={name: 1.0}, most=most / 100),)
    )


def least_missed(question: Question) -> float | None:
    """What whole shares miss bands and limits by at least; None where there are too many to try.

    Each position is bought or sold in any number of whole shares that its account can pay, but no
    security is bought in one account and sold in another.  Infinite where none raise the money.
    """
    positions, nav = question.positions, portfolio_of(question).nav_cents
    choices = [list(_choices(question, one)) for one in positions]
    if np.prod([float(len(one)) for one in choices]) > MOST_PLANS:
        return None
    plans = np.array(list(product(*choices)))
    plans = plans[_are_paid(question, plans) & ~_are_on_both_sides(positions, plans)]
    book = portfolio_of(question).book
    limits = [at for at, name in enumerate(book.rows.names) if not name.startswith(CASH_OF)]
    after = (book.held + plans / nav) @ book.rows.matrix[limits].T
    over = np.maximum(after - book.rows.high[limits], book.rows.low[limits] - after)
    return float(np.maximum(over, 0.0).sum(axis=1).min(initial=np.inf))


def _choices(question: Question, one: Position) -> Iterator[float]:
    """Cents that whole shares bring (below 0) or take."""
    share = one.price / 10**6
    mine = sum(p.value_cents for p in question.positions if p.account.id == one.account.id)
    money = question.cash.held_cents[one.account.id] + mine
    for count in range(-(one.quantity // 10**8), int(money // share) + 1):
        yield count * share


def _are_paid(question: Question, plans: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.ones(len(plans), np.bool_)
    for name, held in question.cash.held_cents.items():
        mine = [at for at, one in enumerate(question.positions) if one.account.id == name]
        rates = np.array([question.positions[at].cost_rate for at in mine])
        money = held - plans[:, mine].sum(axis=1) - np.abs(plans[:, mine]) @ rates
        trades = (plans[:, mine] != 0).sum(axis=1)
        found &= money >= question.cash.floors.get((name,), 0) + ROUNDED_CENTS * trades
    return found


def _are_on_both_sides(
    positions: Sequence[Position], plans: Floats
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(len(plans), np.bool_)
    for symbol in {one.symbol for one in positions}:
        mine = [at for at, one in enumerate(positions) if one.symbol == symbol]
        found |= (plans[:, mine] > 0).any(axis=1) & (plans[:, mine] < 0).any(axis=1)
    return found
