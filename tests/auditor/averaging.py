"""Average basis, Reg. 1.1012-1(e).

No pool is kept.  A pool is what its shares' own bases sum to, plus an ``excess`` that grows when
a sale takes less than the own basis of what it sells: so a purchase or a disallowed loss joins it
by itself, and a revocation in time finds every own basis where it was.
"""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from .book import InvalidBookError
from .holdings import Election, Holdings, PoolKey
from .journal import Event
from .lots import Part
from .money import UNITS_IN_A_SHARE, rounded, spread

FUNDS = {"mutual_fund", "etf"}


def standing_method(held: Holdings, account: str, symbol: str) -> str:
    standing = held.standing.get((account, symbol)) or held.standing.get((account, ""))
    return standing or held.accounts[account].method


def is_in_force(held: Holdings, account: str, symbol: str) -> bool:
    if (account, symbol) in held.elections:
        return True
    return standing_method(held, account, symbol) == "AVERAGE"


def pool_of(held: Holdings, part: Part) -> PoolKey | None:
    """The pool to which an open part belongs, if it belongs to one."""
    lot, kind = part.lot, held.book.kind_of(part.symbol)
    eligible = kind in FUNDS or (kind == "stock" and lot.from_plan)
    if not eligible or lot.is_dual or lot.basis_status == "unknown" or part.place != "held":
        return None
    if not held.is_taxable(part.account) or not is_in_force(held, part.account, part.symbol):
        return None
    election = held.elections.get((part.account, part.symbol))
    together = election is not None and election.is_single
    return (part.account, part.symbol, None if together else lot.is_covered)


def averages(held: Holdings, account: str, symbol: str) -> bool:
    """Whether averaging rules the sales of a position: then they go first in, first out."""
    eligible = held.book.kind_of(symbol) in FUNDS | {"stock"}
    return eligible and held.is_taxable(account) and is_in_force(held, account, symbol)


def _members(held: Holdings, pool: PoolKey) -> list[Part]:
    return [part for part in held.position(pool[0], pool[1]) if pool_of(held, part) == pool]


def _own_cents(parts: list[Part]) -> int:
    return sum(part.whole.remaining("basis") for part in parts)


def relieve(held: Holdings, part: Part, quantity: int) -> tuple[Part, int]:
    """Cut off what a sale takes of a part; the cut, and the basis that goes with it."""
    pool = pool_of(held, part)
    if pool is None:
        cut = part.cut_off(quantity)
        return cut, cut.whole.amounts["basis"]
    parts = _members(held, pool)
    cents, units = _own_cents(parts) + held.excess[pool], sum(one.left for one in parts)
    basis = _share(held, cents, units, quantity)
    cut = part.cut_off(quantity)
    held.excess[pool] = cents - basis - _own_cents(parts)
    return cut, basis


def _share(held: Holdings, cents: int, units: int, quantity: int) -> int:
    if quantity == units:
        return cents
    if held.decides("average_rounding") == "exact":
        return rounded(Fraction(cents * quantity, units))
    average = rounded(Fraction(cents * UNITS_IN_A_SHARE, units))
    return min(cents, rounded(Fraction(average * quantity, UNITS_IN_A_SHARE)))


def shares_of_pools(held: Holdings) -> dict[Part, int]:
    """The basis of every part in a pool, as if its pool were settled."""
    pools = dict.fromkeys(pool for part in held.parts if (pool := pool_of(held, part)))
    found: dict[Part, int] = {}
    for pool in pools:
        parts = _members(held, pool)
        cents = _own_cents(parts) + held.excess[pool]
        found |= zip(parts, spread(cents, [part.left for part in parts]), strict=True)
    return found


def settle_pools(held: Holdings, account: str, symbol: str) -> None:
    """Spread each pool of a position over its parts: the average becomes their own basis."""
    _settle(held, lambda pool: pool[:2] == (account, symbol))
    disturb(held, account, symbol)


def disturb(held: Holdings, account: str, symbol: str) -> None:
    """Something happened after which an election can't be revoked any more."""
    if election := held.elections.get((account, symbol)):
        election.is_disturbed = True


def _settle(held: Holdings, is_meant: Callable[[PoolKey], bool]) -> None:
    for part, basis in shares_of_pools(held).items():
        pool = pool_of(held, part)
        if pool and is_meant(pool):
            part.restate(basis, basis, part.whole.remaining("wash"))
    for pool in [pool for pool in held.excess if is_meant(pool)]:
        del held.excess[pool]


def elect(held: Holdings, event: Event) -> None:
    kind = held.book.kind_of(event.symbol)
    if kind not in FUNDS | {"stock"} or not held.is_taxable(event.account):
        raise InvalidBookError(f"{event.symbol} can't be averaged in {event.account}")
    position = (event.account, event.symbol)
    if position in held.elections:
        return
    election = Election(event.day, event.says("single_account"))
    if election.is_single:
        apart = [(*position, covered) for covered in (True, False)]
        together = sum(held.excess.pop(pool, 0) for pool in apart)
        held.excess[*position, None] = together
    held.elections[position] = election


def revoke(held: Holdings, event: Event) -> None:
    """In time, every lot has its own basis again; later, the average stays."""
    position = (event.account, event.symbol)
    election = held.elections.get(position)
    if election is None:
        raise InvalidBookError(f"{event.symbol} was not elected in {event.account}")
    if election.is_disturbed or event.day > _a_year_after(election.on):
        settle_pools(held, *position)
    del held.elections[position]


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def set_method(held: Holdings, event: Event) -> None:
    """A standing order.  Where it ends an averaging, the average stays."""
    before = dict(held.standing)
    held.standing[event.account, event.symbol] = event.method
    after = dict(held.standing)
    symbols = {part.symbol for part in held.parts if part.account == event.account}
    ends = {symbol for symbol in symbols if not is_in_force(held, event.account, symbol)}
    held.standing = before
    for symbol in ends:
        if averages(held, event.account, symbol):
            settle_pools(held, event.account, symbol)
    held.standing = after
