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


class Name(NamedTuple):
    """One name of a grid, in numbers: what it costs (see ``Terms``), and what it may trade.

    ``steep`` is how the columns curve along it, and its lots are those from ``first`` to ``end``.
    Compiled code hands on numbers for much less than the arrays that they stand in.
    """

    bend: Any
    steep: Any
    tilt: Any
    buy_cost: Any
    sell_cost: Any
    room: Any
    first: Any
    end: Any
    unit: Any
    least: Any
    low: Any
    high: Any
    whole: Any
    forced: Any


def name_of(terms: Terms, grid: Grid, steep: Any, name: int) -> Name:
    """A name by its row."""
    return Name(
        terms.bend[name],
        steep[name],
        terms.tilt[name],
        terms.buy_cost[name],
        terms.sell_cost[name],
        terms.room[name],
        terms.start[name],
        terms.start[name + 1],
        grid.unit[name],
        grid.least[name],
        grid.low[name],
        grid.high[name],
        grid.whole[name],
        grid.forced[name],
    )


def own_cost(one: Name, capacity: Any, slope: Any, trade: float) -> float:
    """What a name's trade costs by itself: its own risk, its costs and the slopes of its lots."""
    beyond = trade - one.forced
    total: float = beyond * (0.5 * one.bend * beyond + one.tilt)
    if beyond > 0.0:
        total += beyond * one.buy_cost
        return total
    total -= beyond * one.sell_cost
    rest = -beyond
    for lot in range(one.first, one.end):
        if rest <= 0.0:
            break
        part = min(rest, capacity[lot])
        total += part * slope[lot]
        rest -= part
    return total


def is_allowed(one: Name, trade: float) -> bool:
    """Whether a name may trade so much: within its bounds, and large enough."""
    if trade > one.high + ROUNDING or trade < one.low - ROUNDING:
        return False
    size = abs(trade)
    if size <= ROUNDING or size >= one.least - ROUNDING:
        return True
    return bool(abs(trade - one.whole) <= ROUNDING)


def wanted(one: Name, capacity: Any, slope: Any, dollar: float, trade: float) -> float:
    """The best trade of a name in any fraction, at the price of a dollar more of it now."""
    bend = one.bend + one.steep
    price = one.tilt + dollar - one.steep * (trade - one.forced)
    best: float = 0.0
    if one.high > ROUNDING:
        best, _ = bought(price + one.buy_cost, bend, one.room)
    if best == 0.0 and one.low < -ROUNDING:
        sale, _, _ = sold(price - one.sell_cost, bend, one.first, one.end, capacity, slope)
        best = -sale
    ideal: float = min(max(best + one.forced, one.low), one.high)
    return ideal


def candidates(one: Name, trade: float, ideal: float, found: Any) -> int:
    """The trades of a name to be weighed: around the ideal one, around this one, none, all."""
    unit = one.unit
    if unit <= 0.0:
        found[0], found[1], found[2] = ideal, trade, 0.0
        found[3] = one.least if ideal > 0.0 else -one.least
        found[4] = one.whole
        return 5
    found[0] = np.floor(ideal / unit + ROUNDING) * unit
    found[1] = found[0] + unit
    here = np.round(trade / unit) * unit
    found[2], found[3], found[4] = here - unit, here, here + unit
    fewest = np.ceil((one.least - ROUNDING) / unit) * unit
    found[5] = fewest if ideal > 0.0 else -fewest
    found[6] = 0.0
    found[7] = one.whole
    return 8


def breaches(limited: Any, low: Any, high: Any, amounts: Any, row: Any, more: float) -> float:
    """What sums cost beyond their limits if the name of a row traded so much more."""
    total = 0.0
    for at in range(limited.size):
        column = limited[at]
        amount = amounts[column] + more * row[column]
        total += max(0.0, amount - high[column], low[column] - amount)
    return BREACH * total


def move(curvature: Any, amounts: Any, pulls: Any, row: Any, more: float) -> None:
    """Let the name of a row trade so much more: amounts of columns, and what they pull at."""
    for k in range(amounts.size):
        moved = more * row[k]
        amounts[k] += moved
        pulls[k] += curvature[k] * moved


def sweep(
    terms: Terms,
    grid: Grid,
    amounts: Any,
    pulls: Any,
    steep: Any,
    trades: Any,
    order: Any,
    must: bool,
) -> float:
    """Move names to their best whole trades, one by one; what that brings.

    ``must``: their present trades are not whole.
    """
    capacity, slope, columns = terms.capacity, terms.slope, terms.columns
    limited, low, high = grid.limited, terms.low, terms.high
    found = np.empty(8)
    gained = 0.0
    for name in order:
        one = name_of(terms, grid, steep, name)
        if one.low >= one.high:
            continue
        trade, row = trades[name], columns[name]
        price = np.dot(row, pulls)
        ideal = wanted(one, capacity, slope, price, trade)
        count = candidates(one, trade, ideal, found)
        before = own_cost(one, capacity, slope, trade)
        before += breaches(limited, low, high, amounts, row, 0.0)
        best, to = (-np.inf if must else WORTH_IT), trade
        for at in range(count):
            rival = found[at]
            if not is_allowed(one, rival) or (rival == trade and not must):
                continue
            more = rival - trade
            gain = before - own_cost(one, capacity, slope, rival)
            gain -= more * (price + 0.5 * one.steep * more)
            if gain > best:
                gain -= breaches(limited, low, high, amounts, row, more)
            if gain > best:
                best, to = gain, rival
        if to != trade:
            move(terms.curvature, amounts, pulls, row, to - trade)
            trades[name] = to
            gained += best
    return gained


def single_steps(terms: Terms, grid: Grid, pulls: Any, steep: Any, trades: Any) -> Any:
    """What a step up or down of each name brings, limits left out; -inf where not allowed."""
    capacity, slope = terms.capacity, terms.slope
    count = trades.size
    prices = np.dot(terms.columns, pulls)
    gains = np.full((2, count), -np.inf)
    for name in range(count):
        one = name_of(terms, grid, steep, name)
        if one.unit <= 0.0 or one.low >= one.high:
            continue
        trade = trades[name]
        before = own_cost(one, capacity, slope, trade)
        for side in range(2):
            to = trade + (one.unit if side == 1 else -one.unit)
            if abs(to) <= ROUNDING:
                to = 0.0
            if is_allowed(one, to):
                more = to - trade
                gain = before - own_cost(one, capacity, slope, to)
                gains[side, name] = gain - more * (prices[name] + 0.5 * one.steep * more)
    return gains


def breach(terms: Terms, column: int, amount: float) -> float:
    """What a sum beyond its limits costs."""
    over: float = max(0.0, amount - terms.high[column], terms.low[column] - amount)
    return BREACH * over


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
        to = 0.0 if abs(to) <= ROUNDING else to
        move(terms.curvature, amounts, pulls, terms.columns[name], to - trades[name])
        trades[name] = to
    return best


def descend_on_grid(terms: Terms, grid: Grid, start: Any, most_first: int) -> tuple[Any, float]:
    """Whole trades near given ones that no step of a name, or of two, betters.

    Coarse names are rounded first, so that finer ones make up for them.  Gives the trades in all,
    and by how much sums are beyond their limits at most, as a fraction of NAV.
    """
    trades = start.copy()
    amounts = np.dot(trades - grid.forced, terms.columns)
    pulls = terms.curvature * (amounts - terms.centre)
    steep = np.dot(terms.columns * terms.columns, terms.curvature)
    state = (amounts, pulls, steep, trades)
    sweep(terms, grid, *state, np.argsort(-np.maximum(grid.unit, grid.least)), True)
    every = np.arange(trades.size)
    for _ in range(MOST_PAIRED):
        for _ in range(MOST_SWEEPS):
            if sweep(terms, grid, *state, every, False) <= ENOUGH:
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
