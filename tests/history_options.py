"""Options in random histories: written, closed, exercised, assigned, expired, paid in cash."""

from collections.abc import Callable

from tests.history_choices import chance, pick
from tests.history_rows import SHARE, Scribe, dollars, shares
from tests.history_shorts import draw_money

Key = tuple[str, str]


def write_option(scribe: Scribe) -> bool:
    if not scribe.options:
        return False
    rng = scribe.rng
    taxable = [id_ for id_ in scribe.accounts if scribe.is_taxable(id_)]
    account, symbol = pick(rng, taxable), pick(rng, list(scribe.options))
    units = rng.randint(1, 4) * SHARE
    cells = draw_money(scribe, symbol, units, is_cost=False)
    lot_id = scribe.write("WRITE_OPTION", account, symbol, units, **cells)
    scribe.written[account, symbol].add(lot_id, scribe.rank(), units)
    return True


def close_option(scribe: Scribe) -> bool:
    if not (keys := _written(scribe)):
        return False
    account, symbol = pick(scribe.rng, keys)
    position = scribe.written[account, symbol]
    units, cells = scribe.part_of(position), {}
    if position.lots and chance(scribe.rng, 0.25):
        named = scribe.naming(position)
        units = sum(lot.units for lot in named)
        position.take_named(named)
        cells["lots"] = ";".join(f"{lot.id}:{shares(lot.units)}" for lot in named)
    else:
        position.take(units)
    cells |= draw_money(scribe, symbol, units, is_cost=True)
    scribe.write("CLOSE_OPTION", account, symbol, units, **cells)
    return True


def _written(scribe: Scribe, *, on_traded: bool = False) -> list[Key]:
    """What was written; ``on_traded``: on stock that still has its name."""
    keys = [key for key, position in scribe.written.items() if position.total]
    return [key for key in keys if not on_traded or _is_on_traded(scribe, key)]


def _long(scribe: Scribe, *, on_traded: bool = False) -> list[Key]:
    keys = [key for key in scribe.held() if key[1] in scribe.options]
    return [key for key in keys if not on_traded or _is_on_traded(scribe, key)]


def _is_on_traded(scribe: Scribe, key: Key) -> bool:
    return scribe.options[key[1]]["underlying"] in scribe.prices


def expire(scribe: Scribe) -> bool:
    """What is held, else what was written; mostly all of it."""
    keys = [*_long(scribe), *_written(scribe)]
    if not keys:
        return False
    account, symbol = pick(scribe.rng, keys)
    position = scribe.positions[account, symbol]
    if not position.total:
        position = scribe.written[account, symbol]
    units = position.total
    stated = pick(scribe.rng, [0, units])
    if chance(scribe.rng, 0.2) and scribe.standing_method(account, symbol) == "FIFO":
        stated = units = max(1, units // 2)
    position.take(units)
    scribe.write("EXPIRE", account, symbol, stated)
    return True


def _contracts(scribe: Scribe, key: Key, *, fifo: bool) -> tuple[int, dict[str, str]]:
    """How many contracts leave, and their names if they are named."""
    position, method = scribe.positions[key], scribe.standing_method(*key)
    if not fifo and position.lots and chance(scribe.rng, 0.3):
        named = scribe.naming(position)
        position.take_named(named)
        cells = {"lots": ";".join(f"{lot.id}:{shares(lot.units)}" for lot in named)}
        return sum(lot.units for lot in named), cells
    units = position.total if method == "MINTAX" and not fifo else scribe.part_of(position)
    position.take(units, "FIFO" if fifo or method == "AVERAGE" else method)
    return units, {}


def exercise(scribe: Scribe) -> bool:
    if not (keys := _long(scribe, on_traded=True)):
        return False
    rng = scribe.rng
    account, symbol = key = pick(rng, keys)
    option = scribe.options[symbol]
    if symbol not in scribe.rights and chance(rng, 0.15):
        units, cells = _contracts(scribe, key, fifo=False)
        cells["cash"] = dollars(scribe.value_cents(symbol, units))
        scribe.write("EXERCISE", account, symbol, units, **cells)
        return True
    if option.get("put_call") == "put":
        return _sell_by_option(scribe, "EXERCISE", key)
    units, cells = _contracts(scribe, key, fifo=False)
    stock = units * int(option["multiplier"])
    cells |= _strike(scribe, option["underlying"], stock)
    lot_id = scribe.write("EXERCISE", account, symbol, units, **cells)
    scribe.positions[account, option["underlying"]].add(lot_id, scribe.rank(), stock)
    return True


def _strike(scribe: Scribe, underlying: str, stock: int) -> dict[str, str]:
    if chance(scribe.rng, 0.4):
        value = scribe.prices[underlying] * stock // (SHARE * 100)
        return {"amount": dollars(value + scribe.rng.randint(0, 99))}
    return {"fees": pick(scribe.rng, ["", "0.65", "1.1"])}


def _sell_by_option(scribe: Scribe, action: str, key: Key) -> bool:
    """The stock goes at the strike: as many contracts as there is stock for."""
    account, symbol = key
    option = scribe.options[symbol]
    stock = scribe.positions[account, option["underlying"]]
    contracts = (scribe.written if action == "ASSIGN" else scribe.positions)[key]
    size = int(option["multiplier"])
    units = min(scribe.part_of(contracts), stock.total // size)
    if not units:
        return False
    contracts.take(units)
    cells, wanted = _strike(scribe, option["underlying"], units * size), units * size
    if scribe.averages(account, option["underlying"]):
        stock.take(wanted)
    elif sum(lot.units for lot in stock.lots) >= wanted and chance(scribe.rng, 0.3):
        named = stock.take(wanted, "LIFO")
        cells["lots"] = ";".join(f"{lot.id}:{shares(lot.units)}" for lot in named)
    else:
        stock.take(wanted, scribe.standing_method(account, option["underlying"]))
    scribe.write(action, account, symbol, units, **cells)
    return True


def assign(scribe: Scribe) -> bool:
    if not (keys := _written(scribe, on_traded=True)):
        return False
    rng = scribe.rng
    account, symbol = key = pick(rng, keys)
    option, position = scribe.options[symbol], scribe.written[key]
    if chance(rng, 0.15):
        units = scribe.part_of(position)
        position.take(units)
        cash = dollars(scribe.value_cents(symbol, units))
        scribe.write("ASSIGN", account, symbol, units, cash=cash)
        return True
    if option.get("put_call") != "put":
        return _sell_by_option(scribe, "ASSIGN", key)
    units = scribe.part_of(position)
    position.take(units)
    stock = units * int(option["multiplier"])
    # More than any premium, so that no basis falls below zero.
    cells = {"amount": dollars(stock * rng.randint(6_000, 9_000) // SHARE)}
    lot_id = scribe.write("ASSIGN", account, symbol, units, **cells)
    scribe.positions[account, option["underlying"]].add(lot_id, scribe.rank(), stock)
    return True


OPTIONS: dict[str, Callable[[Scribe], bool]] = {
    "WRITE_OPTION": write_option,
    "CLOSE_OPTION": close_option,
    "EXPIRE": expire,
    "EXERCISE": exercise,
    "ASSIGN": assign,
}
