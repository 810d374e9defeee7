"""The dual of a rebalance: a Newton method in which lots never become variables.

For given prices of the columns (factors, cash, limits) each name decides by itself: its best trade
is a closed form over its lots.  The dual function is concave and piecewise quadratic, and its
gradient is what the trades leave unbalanced in each column; Newton's method on it ends exactly.

These functions are plain Python on arrays, and compiled where problems are large; either way they
give the same numbers.
"""

from typing import Any, NamedTuple

import numpy as np

EITHER = 0
"""A name that may be bought or sold; its cost is convex."""
BUYS = 1
SELLS = -1
BRIDGED = 2
"""A name whose loss lots make its cost concave at zero: relaxed to its convex envelope."""

CONVERGED = 0
STALLED = 1

GROWTH = 4.0
LONGEST = 1e9
ENOUGH = 0.9
"""A step is taken as it is where it leaves at most this part of the slope along it."""
SLACK = 0.05
"""And where it goes no further beyond the zero than this part."""
LEAST_DIAGONAL = 1e-6
"""Of what a column would curve by if all names moved: below it few do, and a step is damped by as
much.  Where accounts' cash binds, one name may be all that moves: a larger part is a crawl there.
"""
TINY = 1e-13
FLOOR = 1e-300
HOPELESS = 1e9
"""No plan costs so many times NAV: a dual above it proves that no trades keep all limits."""
LOOKS = 4
"""After so many steps each the dual is held against that."""


class Terms(NamedTuple):
    """A rebalance as the kernel reads it; n names, m columns, l lots.

    A column's amount is ``columns[:, k] · trades``; it costs half of ``curvature[k]`` times the
    square of its distance from ``centre[k]``, and stays between ``low[k]`` and ``high[k]``.  A
    trade u of name i costs ``bend[i]/2 u² + tilt[i] u`` and its linear costs and lots' slopes;
    ``room[i]`` is the most to buy.  ``tie[i]`` is the price at which the best purchase and the
    best sale of a bridged name are worth the same.
    """

    columns: Any
    curvature: Any
    centre: Any
    low: Any
    high: Any
    bend: Any
    tilt: Any
    buy_cost: Any
    sell_cost: Any
    room: Any
    start: Any
    capacity: Any
    slope: Any
    tie: Any


def bought(price: float, bend: float, room: float) -> tuple[float, float]:
    """The best purchase at a price with all costs, and how fast it grows as the price falls."""
    wanted = -price / bend
    if wanted <= 0.0:
        return 0.0, 0.0
    if wanted >= room:
        return room, 0.0
    return wanted, 1.0 / bend


def sold(
    price: float, bend: float, first: int, end: int, capacity: Any, slope: Any
) -> tuple[float, float, float]:
    """The best sale at a price net of costs, how fast it grows, and the slopes of its lots."""
    total = 0.0
    tax = 0.0
    for lot in range(first, end):
        wanted = (price - slope[lot]) / bend - total
        if wanted <= 0.0:
            break
        if wanted < capacity[lot]:
            return total + wanted, 1.0 / bend, tax + wanted * slope[lot]
        total += capacity[lot]
        tax += capacity[lot] * slope[lot]
    return total, 0.0, tax


def branches(terms: Terms, name: int, price: float) -> tuple[float, float, float, float]:
    """The best purchase and sale of a name at a price, and the least cost of either."""
    bend = terms.bend[name]
    buying = price + terms.buy_cost[name]
    purchase, _ = bought(buying, bend, terms.room[name])
    selling = price - terms.sell_cost[name]
    sale, _, tax = sold(
        selling, bend, terms.start[name], terms.start[name + 1], terms.capacity, terms.slope
    )
    worth_of_purchase = purchase * (0.5 * bend * purchase + buying)
    worth_of_sale = sale * (0.5 * bend * sale - selling) + tax
    return purchase, sale, worth_of_purchase, worth_of_sale


def respond(terms: Terms, sides: Any, width: float, price: Any, trades: Any, growth: Any) -> None:
    """Each name's best trade at its price, and how fast it grows as the price falls.

    Within ``width`` of its tie a bridged name moves from its purchase to its sale.
    """
    bend, buy_cost, sell_cost, room = terms.bend, terms.buy_cost, terms.sell_cost, terms.room
    start, capacity, slope, tie = terms.start, terms.capacity, terms.slope, terms.tie
    for name in range(price.size):
        side = sides[name]
        at = price[name]
        away = at - tie[name]
        if side == BRIDGED:
            if away > -width and away < width:
                low, high = tie[name] - width + buy_cost[name], tie[name] + width - sell_cost[name]
                most, _ = bought(low, bend[name], room[name])
                least, _, _ = sold(high, bend[name], start[name], start[name + 1], capacity, slope)
                growth[name] = (most + least) / (2.0 * width)
                trades[name] = most - (away + width) * growth[name]
                continue
            side = BUYS if away < 0.0 else SELLS
        if side == BUYS or (side == EITHER and at + buy_cost[name] < 0.0):
            trades[name], growth[name] = bought(at + buy_cost[name], bend[name], room[name])
        else:
            sale, growth[name], _ = sold(
                at - sell_cost[name],
                bend[name],
                start[name],
                start[name + 1],
                capacity,
                slope,
            )
            trades[name] = -sale


def slope_along(
    terms: Terms,
    sides: Any,
    width: float,
    price: Any,
    duals: Any,
    move: Any,
    step: Any,
    length: float,
    trades: Any,
    growth: Any,
) -> float:
    """The dual's derivative along a step, at some length of it; trades are left there."""
    respond(terms, sides, width, price + length * move, trades, growth)
    total: float = np.dot(trades, move)
    for k in range(duals.size):
        amount = terms.centre[k] + (duals[k] + length * step[k]) / terms.curvature[k]
        total -= step[k] * min(max(amount, terms.low[k]), terms.high[k])
    return total


def step_length(
    terms: Terms,
    sides: Any,
    width: float,
    price: Any,
    duals: Any,
    move: Any,
    step: Any,
    rise: float,
    trades: Any,
    growth: Any,
) -> float:
    """How far to go along a step along which the dual rises at ``rise`` per length.

    The derivative only falls along it, so its zero is bracketed and found.  Trades are left there.
    """
    args = (terms, sides, width, price, duals, move, step)
    near, far = 0.0, 1.0
    low = slope_along(*args, far, trades, growth)
    while low > ENOUGH * rise and far < LONGEST:
        near, far = far, far * GROWTH
        low = slope_along(*args, far, trades, growth)
    if low >= -SLACK * rise:
        return far
    high = rise if near == 0.0 else slope_along(*args, near, trades, growth)
    for turn in range(100):
        if turn % 3 == 2:  # noqa: PLR2004 (each third cut halves the bracket)
            length = np.sqrt(near * far) if near > 0.0 else 0.1 * far
        else:
            length = near + (far - near) * high / (high - low)
        at = slope_along(*args, length, trades, growth)
        if -SLACK * rise <= at <= 0.5 * rise:
            return length
        if at > 0.0:
            near, high = length, at
        else:
            far, low = length, at
    slope_along(*args, near, trades, growth)
    return near


def gradient(terms: Terms, duals: Any, trades: Any, inside: Any) -> Any:
    """What trades leave unbalanced in each column; ``inside`` tells which columns may give."""
    open_amounts = np.dot(trades, terms.columns)
    for k in range(duals.size):
        amount = terms.centre[k] + duals[k] / terms.curvature[k]
        inside[k] = 0.0
        if amount < terms.low[k]:
            amount = terms.low[k]
        elif amount > terms.high[k]:
            amount = terms.high[k]
        else:
            inside[k] = 1.0 / terms.curvature[k]
        open_amounts[k] -= amount
    return open_amounts


def follow(terms: Terms, growth: Any, known: Any, matrix: Any) -> None:
    """Bring the sum of growth times columns' products from ``known`` growth to the present one."""
    changed = np.flatnonzero(growth - known)
    if 2 * changed.size > np.count_nonzero(growth):
        matrix[:] = 0.0
        known[:] = 0.0
        changed = np.flatnonzero(growth)
    rows = np.empty((changed.size, matrix.shape[0]))
    weighted = np.empty((changed.size, matrix.shape[0]))
    columns = terms.columns
    for at in range(changed.size):
        name = changed[at]
        rows[at] = columns[name]
        weighted[at] = (growth[name] - known[name]) * columns[name]
    matrix += np.dot(weighted.T, rows)
    known[:] = growth


def curved(matrix: Any, inside: Any, full: Any) -> Any:
    """How the dual curves, kept away from singular where no name moves."""
    found = matrix.copy()
    for k in range(inside.size):
        found[k, k] += inside[k] + TINY * full[k]
        if found[k, k] < LEAST_DIAGONAL * full[k]:
            found[k, k] += LEAST_DIAGONAL * full[k]
    return found


def newton_step(matrix: Any, inside: Any, full: Any, rest: Any) -> Any:
    """The step to where the columns would balance."""
    return np.linalg.solve(curved(matrix, inside, full), rest)


def by_name(terms: Terms, sides: Any, duals: Any) -> Any:
    """What each name adds to the dual at given prices of the columns; what they add comes last."""
    price = terms.tilt + np.dot(terms.columns, duals)
    count = price.size
    found = np.empty(count + 1)
    for name in range(count):
        _, _, purchase, sale = branches(terms, name, price[name])
        if sides[name] == BUYS:
            found[name] = purchase
        elif sides[name] == SELLS:
            found[name] = sale
        else:
            found[name] = min(purchase, sale)
    total = 0.0
    for k in range(duals.size):
        amount = terms.centre[k] + duals[k] / terms.curvature[k]
        amount = min(max(amount, terms.low[k]), terms.high[k])
        away = amount - terms.centre[k]
        total += 0.5 * terms.curvature[k] * away * away - duals[k] * amount
    found[count] = total
    return found


def dual(terms: Terms, sides: Any, duals: Any) -> float:
    """The value of the dual at given prices of the columns, which it is maximized over."""
    value: float = by_name(terms, sides, duals).sum()
    return value


def ascend(
    terms: Terms,
    sides: Any,
    width: float,
    duals: Any,
    known: Any,
    matrix: Any,
    tolerance: float,
    most_steps: int,
) -> tuple[Any, Any, int, float, int]:
    """Maximize the dual from given prices of the columns.

    Gives the prices, the trades, how many steps it took, what stays unbalanced at most, and
    whether that is within the tolerance.  ``matrix`` is the sum of ``known`` growth times
    columns' products, which a run before has left and this one leaves to the next.
    """
    count = terms.bend.size
    trades = np.zeros(count)
    growth = np.zeros(count)
    inside = np.zeros(duals.size)
    full = np.dot(1.0 / terms.bend, terms.columns * terms.columns) + FLOOR
    price = terms.tilt + np.dot(terms.columns, duals)
    respond(terms, sides, width, price, trades, growth)
    steps = 0
    while True:
        rest = gradient(terms, duals, trades, inside)
        residual = np.max(np.abs(rest))
        if residual <= tolerance:
            return duals, trades, steps, residual, CONVERGED
        if steps >= most_steps or (
            steps % LOOKS == LOOKS - 1 and dual(terms, sides, duals) > HOPELESS
        ):
            return duals, trades, steps, residual, STALLED
        follow(terms, growth, known, matrix)
        step = newton_step(matrix, inside, full, rest)
        rise = np.dot(step, rest)
        move = np.dot(terms.columns, step)
        length = step_length(terms, sides, width, price, duals, move, step, rise, trades, growth)
        if length >= LONGEST:
            return duals, trades, steps, residual, STALLED
        duals = duals + length * step
        price = price + length * move
        steps += 1


def bounds(terms: Terms, sides: Any, duals: Any) -> Any:
    """The dual by names and columns: no trades that keep all limits cost less than their sum."""
    return by_name(terms, sides, duals)


def cost(terms: Terms, trades: Any) -> float:
    """What trades cost: risk, costs and the slopes of the lots sold, cheapest first."""
    amounts = np.dot(trades, terms.columns)
    total = 0.0
    for k in range(amounts.size):
        away = amounts[k] - terms.centre[k]
        total += 0.5 * terms.curvature[k] * away * away
    for name in range(trades.size):
        trade = trades[name]
        total += trade * (0.5 * terms.bend[name] * trade + terms.tilt[name])
        if trade > 0.0:
            total += trade * terms.buy_cost[name]
        else:
            rest = -trade
            total += rest * terms.sell_cost[name]
            for lot in range(terms.start[name], terms.start[name + 1]):
                part = min(rest, terms.capacity[lot])
                total += part * terms.slope[lot]
                rest -= part
                if rest <= 0.0:
                    break
    return total


def set_ties(terms: Terms, bridged: Any) -> None:
    """The price at which the best purchase and the best sale of each bridged name tie.

    The sale gains on the purchase as the price rises, so the tie is the only zero of their
    difference; Newton's method finds it, kept in its bracket by halving, from where it was.
    """
    for at in range(bridged.size):
        name = bridged[at]
        low = terms.slope[terms.start[name]] + terms.sell_cost[name]
        high = -terms.buy_cost[name]
        price = terms.tie[name] if low < terms.tie[name] < high else 0.5 * (low + high)
        for _ in range(80):
            purchase, sale, worth_of_purchase, worth_of_sale = branches(terms, name, price)
            gap = worth_of_sale - worth_of_purchase
            if gap > 0.0:
                low = price
            else:
                high = price
            moved = price + gap / (sale + purchase) if sale + purchase > 0.0 else low
            if abs(moved - price) <= 1e-15 + 1e-14 * abs(price):
                break
            price = moved if low < moved < high else 0.5 * (low + high)
        terms.tie[name] = price


def around_ties(terms: Terms, sides: Any, tied: Any, duals: Any) -> tuple[Any, Any, Any]:
    """How the dual curves where ``tied`` names do not move, and their best purchases and sales."""
    count = terms.bend.size
    trades, growth = np.zeros(count), np.zeros(count)
    inside = np.zeros(duals.size)
    price = terms.tilt + np.dot(terms.columns, duals)
    respond(terms, sides, 0.0, price, trades, growth)
    gradient(terms, duals, trades, inside)
    purchases, sales = np.zeros(tied.size), np.zeros(tied.size)
    for at in range(tied.size):
        name = tied[at]
        growth[name] = 0.0
        purchases[at], sales[at], _, _ = branches(terms, name, terms.tie[name])
    matrix = np.zeros((duals.size, duals.size))
    follow(terms, growth, np.zeros(count), matrix)
    full = np.dot(1.0 / terms.bend, terms.columns * terms.columns) + FLOOR
    return curved(matrix, inside, full), purchases, sales
