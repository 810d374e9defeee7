"""Short sales in random histories: opened, covered, closed by delivery, sometimes cured."""

from collections.abc import Callable
from datetime import date, timedelta

from tests.history_choices import chance, pick
from tests.history_positions import OpenLot
from tests.history_rows import SHARE, Scribe, dollars, shares


def draw_money(scribe: Scribe, symbol: str, units: int, *, is_cost: bool) -> dict[str, str]:
    rng, value = scribe.rng, scribe.value_cents(symbol, units)
    if chance(rng, 0.3):
        return {"amount": dollars(value + rng.randint(0, 99))}
    cells = {"price": scribe.price(symbol)}
    if (is_cost or value > 10_000) and chance(rng, 0.25):
        cells["fees"] = pick(rng, ["4.95", "0.01", "1"])
    return cells


def _named(lots: list[OpenLot]) -> str:
    return ";".join(f"{lot.id}:{shares(lot.units)}" for lot in lots)


def sell_short(scribe: Scribe) -> bool:
    """Now and then as many as are held, in fills of one order, or in an account apart."""
    rng = scribe.rng
    taxable = [id_ for id_ in scribe.accounts if scribe.is_taxable(id_)]
    account, symbol = pick(rng, taxable), pick(rng, scribe.symbols)
    units = scribe.units()
    held = scribe.positions[account, symbol].total
    if held and chance(rng, 0.4):
        units = pick(rng, [held, max(1, held // 2)])
    order = f"s{scribe.serial}" if chance(rng, 0.1) else ""
    cells = draw_money(scribe, symbol, units, is_cost=False)
    lot_id = scribe.write("SELL_SHORT", account, symbol, units, order_id=order, **cells)
    scribe.shorts[account, symbol].add(lot_id, scribe.rank(), units)
    if order:
        rank = scribe.rank()
        fill = scribe.row("SELL_SHORT", account, symbol, more := scribe.units(), order_id=order)
        scribe.late.append(fill | draw_money(scribe, symbol, more, is_cost=False))
        scribe.shorts[account, symbol].add(lot_id, rank, more)
    return True


def _owed(scribe: Scribe) -> list[tuple[str, str]]:
    return [key for key, position in scribe.shorts.items() if position.total]


def cover(scribe: Scribe) -> bool:
    if not (owed := _owed(scribe)):
        return False
    account, symbol = pick(scribe.rng, owed)
    position = scribe.shorts[account, symbol]
    units, cells = scribe.part_of(position), {}
    if position.lots and chance(scribe.rng, 0.25):
        named = scribe.naming(position)
        units = sum(lot.units for lot in named)
        position.take_named(named)
        cells["lots"] = _named(named)
    else:
        position.take(units)
    cells |= draw_money(scribe, symbol, units, is_cost=True)
    if units % 3 == 0:
        cells["settle_date"] = (scribe.today + timedelta(days=2)).isoformat()
    scribe.write("BUY_TO_COVER", account, symbol, units, **cells)
    return True


def deliver(scribe: Scribe) -> bool:
    """Shares that the account holds go to the lender."""
    both = [key for key in _owed(scribe) if scribe.positions[key].total]
    if not both:
        return False
    account, symbol = pick(scribe.rng, both)
    long, short = scribe.positions[account, symbol], scribe.shorts[account, symbol]
    units = min(scribe.part_of(long), scribe.part_of(short))
    cells = {}
    if long.lots and chance(scribe.rng, 0.3):
        named, left = [], units
        for lot in scribe.naming(long):
            if part := min(left, lot.units):
                named.append(OpenLot(lot.id, lot.rank, part))
                left -= part
        units -= left
        long.take_named(named)
        cells["lots"] = _named(named)
    else:
        long.take(units)
    short.take(units)
    scribe.write("CLOSE_SHORT_BY_DELIVERY", account, symbol, units, **cells)
    return True


def cure(scribe: Scribe) -> bool:
    """A short sale against the box that is covered by 30 January, and then a quiet time."""
    held = [key for key in scribe.held(taxable_only=True) if key[1] in scribe.symbols]
    if not held:
        return False
    account, symbol = pick(scribe.rng, held)
    units = pick(scribe.rng, [scribe.positions[account, symbol].total, 10 * SHARE])
    cells = draw_money(scribe, symbol, units, is_cost=False)
    lot_id = scribe.write("SELL_SHORT", account, symbol, units, **cells)
    scribe.shorts[account, symbol].add(lot_id, scribe.rank(), units)
    latest = (date(scribe.today.year + 1, 1, 30) - scribe.today).days
    wait = pick(scribe.rng, [1, 5, 31, latest, latest + 1])
    scribe.due.append((scribe.today + timedelta(days=wait), lambda: _cover_all(scribe, account)))
    return True


def _cover_all(scribe: Scribe, account: str) -> None:
    for (owner, symbol), position in list(scribe.shorts.items()):
        if owner == account and position.total:
            units = position.total
            position.take(units)
            cells = draw_money(scribe, symbol, units, is_cost=True)
            scribe.write("BUY_TO_COVER", account, symbol, units, **cells)


SHORTING: dict[str, Callable[[Scribe], bool]] = {
    "SELL_SHORT": sell_short,
    "BUY_TO_COVER": cover,
    "CLOSE_SHORT_BY_DELIVERY": deliver,
    "CURE": cure,
}
