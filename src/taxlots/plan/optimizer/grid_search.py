"""Trades in whole steps by local search: names are moved one by one, then in pairs.

Each move is weighed exactly: the risk by what the factors' exposures are now, the lots by their
slopes.  Sums beyond their limits cost far more than any trade brings, so that moves lead back
within them.  As in the kernel, the functions are plain Python and compiled where that is sooner.
"""

from typing import Any, NamedTuple

import numpy as np

from taxlots.plan.optimizer.kernel import Terms, bought, sold

BREACH = 10.0
"""What a dollar beyond a limit costs: more than a trade can bring by any tax or risk."""
MOST_SWEEPS = 40
MOST_PAIRED = 60
WORTH_IT = 1e-12
"""The least that a move brings, as a fraction of NAV."""
ENOUGH = 1e-9
"""Where all moves of a round bring less, the search ends."""
ROUNDING = 1e-9
"""A part of a step, or of NAV, that is rounding of floats."""


class Grid(NamedTuple):
    """What each name may trade in all: multiples of ``unit``, of ``least`` at least, or nothing.

    ``low`` and ``high`` bound the trades, ``whole`` is the trade that sells all, of any size (not
    a number where that is not allowed).  ``forced`` are trades that the terms leave out.  All are
    fractions of NAV, (names,); ``limited`` are the columns that have limits.
    """

    unit: Any
    least: Any
    low: Any
    high: Any
    whole: Any
    forced: Any
    limited: Any


def own_cost(terms: Terms, name: int, trade: float) -> float:
    """What a name's trade costs by itself: its own risk, its costs and the slopes of its lots."""
    total: float = trade * (0.5 * terms.bend[name] * trade + terms.tilt[name])
    if trade > 0.0:
        total += trade * terms.buy_cost[name]
        return total
    first, end = terms.start[name], terms.start[name + 1]
    total -= trade * terms.sell_cost[name]
    total += cost_of_lots(terms.capacity, terms.slope, first, end, -trade)
    return total


def cost_of_lots(capacity: Any, slope: Any, first: int, end: int, sale: float) -> float:
    """What a sale costs by the slopes of its lots."""
    total, rest = 0.0, sale
    for lot in range(first, end):
        if rest <= 0.0:
            break
        part = min(rest, capacity[lot])
        total += part * slope[lot]
        rest -= part
    return total


def breach(terms: Terms, column: int, amount: float) -> float:
    """What a sum beyond its limits costs."""
    over: float = max(0.0, amount - terms.high[column], terms.low[column] - amount)
    return BREACH * over


def breaches(terms: Terms, limited: Any, amounts: Any, name: int, more: float) -> float:
    """What the sums' breaches cost if a name traded so much more."""
    columns, low, high = terms.columns, terms.low, terms.high
    total = 0.0
    for at in range(limited.size):
        column = limited[at]
        amount = amounts[column] + more * columns[name, column]
        total += max(0.0, amount - high[column], low[column] - amount)
    return BREACH * total


def price_of(terms: Terms, pulls: Any, name: int) -> float:
    """What a dollar more of a name costs in all columns, as they are."""
    price: float = np.dot(terms.columns[name], pulls)
    return price


def is_allowed(grid: Grid, name: int, trade: float) -> bool:
    """Whether a name may trade so much: within its bounds, and large enough."""
    if trade > grid.high[name] + ROUNDING or trade < grid.low[name] - ROUNDING:
        return False
    size = abs(trade)
    if size <= ROUNDING or size >= grid.least[name] - ROUNDING:
        return True
    return bool(abs(trade - grid.whole[name]) <= ROUNDING)


def wanted(terms: Terms, grid: Grid, dollar: float, steep: Any, name: int, trade: float) -> float:
    """The best trade of a name in any fraction, at the price of a dollar more of it now."""
    beyond = trade - grid.forced[name]
    bend = terms.bend[name] + steep[name]
    price = terms.tilt[name] + dollar - steep[name] * beyond
    best: float = 0.0
    if grid.high[name] > ROUNDING:
        best, _ = bought(price + terms.buy_cost[name], bend, terms.room[name])
    if best == 0.0 and grid.low[name] < -ROUNDING:
        first, end = terms.start[name], terms.start[name + 1]
        sale, _, _ = sold(
            price - terms.sell_cost[name], bend, first, end, terms.capacity, terms.slope
        )
        best = -sale
    ideal: float = min(max(best + grid.forced[name], grid.low[name]), grid.high[name])
    return ideal


def candidates(grid: Grid, name: int, trade: float, ideal: float, found: Any) -> int:
    """The trades of a name to be weighed: around the ideal one, around this one, none, all."""
    unit = grid.unit[name]
    if unit <= 0.0:
        found[0], found[1], found[2] = ideal, trade, 0.0
        found[3] = grid.least[name] if ideal > 0.0 else -grid.least[name]
        found[4] = grid.whole[name]
        return 5
    found[0] = np.floor(ideal / unit + ROUNDING) * unit
    found[1] = found[0] + unit
    here = np.round(trade / unit) * unit
    found[2], found[3], found[4] = here - unit, here, here + unit
    fewest = np.ceil((grid.least[name] - ROUNDING) / unit) * unit
    found[5] = fewest if ideal > 0.0 else -fewest
    found[6] = 0.0
    found[7] = grid.whole[name]
    return 8


def move(terms: Terms, amounts: Any, pulls: Any, trades: Any, name: int, to: float) -> None:
    """Let a name trade so much; amounts of columns, and what they pull at, follow."""
    more = to - trades[name]
    for k in range(amounts.size):
        moved = more * terms.columns[name, k]
        amounts[k] += moved
        pulls[k] += terms.curvature[k] * moved
    trades[name] = to


def gain_of(
    terms: Terms, grid: Grid, pulls: Any, steep: Any, name: int, trade: float, to: float
) -> float:
    """What it brings if a name trades another amount, limits left out."""
    more = to - trade
    before = own_cost(terms, name, trade - grid.forced[name])
    after = own_cost(terms, name, to - grid.forced[name])
    price = price_of(terms, pulls, name)
    gain: float = before - after - more * (price + 0.5 * steep[name] * more)
    return gain


def move_best(
    terms: Terms,
    grid: Grid,
    amounts: Any,
    pulls: Any,
    steep: Any,
    trades: Any,
    name: int,
    must: bool,
) -> float:
    """Move a name to its best whole trade; what that brings.  ``must``: the present one is none."""
    found = np.empty(8)
    trade, own_steep = trades[name], steep[name]
    price = price_of(terms, pulls, name)
    ideal = wanted(terms, grid, price, steep, name, trade)
    count = candidates(grid, name, trade, ideal, found)
    low, high, whole = grid.low[name] - ROUNDING, grid.high[name] + ROUNDING, grid.whole[name]
    least = grid.least[name] - ROUNDING
    broken = breaches(terms, grid.limited, amounts, name, 0.0)
    before = own_cost(terms, name, trade - grid.forced[name]) + broken
    best, to = (-np.inf if must else WORTH_IT), trade
    for at in range(count):
        rival = found[at]
        size = abs(rival)
        is_large = size <= ROUNDING or size >= least or abs(rival - whole) <= ROUNDING
        if not is_large or not low <= rival <= high or (rival == trade and not must):
            continue
        more = rival - trade
        gain = before - own_cost(terms, name, rival - grid.forced[name])
        gain -= more * (price + 0.5 * own_steep * more)
        if gain > best:
            gain -= breaches(terms, grid.limited, amounts, name, more)
        if gain > best:
            best, to = gain, rival
    if to == trade:
        return 0.0
    move(terms, amounts, pulls, trades, name, to)
    return best


def single_steps(terms: Terms, grid: Grid, pulls: Any, steep: Any, trades: Any) -> Any:
    """What a step up or down of each name brings, limits left out; -inf where not allowed."""
    count = trades.size
    gains = np.full((2, count), -np.inf)
    for name in range(count):
        unit = grid.unit[name]
        if unit <= 0.0 or grid.low[name] >= grid.high[name]:
            continue
        for side in range(2):
            to = trades[name] + (unit if side == 1 else -unit)
            if abs(to) <= ROUNDING:
                to = 0.0
            if is_allowed(grid, name, to):
                gains[side, name] = gain_of(terms, grid, pulls, steep, name, trades[name], to)
    return gains


def joint_gain(
    terms: Terms, grid: Grid, amounts: Any, one: int, more: float, other: int, also: float
) -> float:
    """What two names' steps bring beyond their own gains: their common risk, and the limits."""
    common: float = np.dot(terms.columns[one], terms.curvature * terms.columns[other])
    total = -common * more * also
    for at in range(grid.limited.size):
        column = grid.limited[at]
        moved = more * terms.columns[one, column] + also * terms.columns[other, column]
        if moved != 0.0:
            total -= breach(terms, column, amounts[column] + moved)
            total += breach(terms, column, amounts[column])
    return total


def move_pair(
    terms: Terms,
    grid: Grid,
    amounts: Any,
    pulls: Any,
    steep: Any,
    trades: Any,
    most_first: int,
) -> float:
    """Make the best two steps of two names, one of them of the most tempting; what they bring."""
    gains = single_steps(terms, grid, pulls, steep, trades)
    flat = gains.ravel()
    count = trades.size
    order = np.argsort(-flat)[:most_first]
    most = grid.unit * np.sqrt(steep)
    largest = most.max()
    best, best_one, best_other = WORTH_IT, -1, -1
    for at in range(order.size):
        first = order[at]
        if flat[first] == -np.inf:
            break
        one, up = first % count, first // count
        more, most_one = (grid.unit[one] if up == 1 else -grid.unit[one]), most[one]
        for second in range(flat.size):
            own = flat[first] + flat[second]
            if own + most_one * largest <= best:
                continue
            other = second if second < count else second - count
            if other == one or own + most_one * most[other] <= best:
                continue
            also = grid.unit[other] if second >= count else -grid.unit[other]
            gain = own + joint_gain(terms, grid, amounts, one, more, other, also)
            if gain > best:
                best, best_one, best_other = gain, first, second
    if best_one < 0:
        return 0.0
    for step in (best_one, best_other):
        name = step % count
        to = trades[name] + (grid.unit[name] if step >= count else -grid.unit[name])
        move(terms, amounts, pulls, trades, name, 0.0 if abs(to) <= ROUNDING else to)
    return best


def descend_on_grid(terms: Terms, grid: Grid, start: Any, most_first: int) -> tuple[Any, float]:
    """Whole trades near given ones that no step of a name, or of two, betters.

    Coarse names are rounded first, so that finer ones make up for them.  Gives the trades in all,
    and by how much sums are beyond their limits at most, as a fraction of NAV.
    """
    trades = start.copy()
    count = trades.size
    amounts = np.dot(trades - grid.forced, terms.columns)
    pulls = terms.curvature * (amounts - terms.centre)
    steep = np.dot(terms.columns * terms.columns, terms.curvature)
    state = (amounts, pulls, steep, trades)
    for name in np.argsort(-np.maximum(grid.unit, grid.least)):
        if grid.low[name] < grid.high[name]:
            move_best(terms, grid, *state, name, True)
    for _ in range(MOST_PAIRED):
        for _ in range(MOST_SWEEPS):
            gained = 0.0
            for name in range(count):
                if grid.low[name] < grid.high[name]:
                    gained += move_best(terms, grid, *state, name, False)
            if gained <= ENOUGH:
                break
        if move_pair(terms, grid, *state, most_first) <= ENOUGH:
            break
    return trades, beyond_limits(terms, grid, trades)


def beyond_limits(terms: Terms, grid: Grid, trades: Any) -> float:
    """By how much sums of these trades are beyond their limits at most."""
    amounts = np.dot(trades - grid.forced, terms.columns)
    worst = 0.0
    for at in range(grid.limited.size):
        column = grid.limited[at]
        over = max(amounts[column] - terms.high[column], terms.low[column] - amounts[column])
        worst = max(worst, over)
    return worst
