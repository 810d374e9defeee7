"""Corporate actions in random histories: of one account, or of everybody who holds the shares."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import floor

from tests.history_choices import chance, pick
from tests.history_moves import arrive
from tests.history_positions import OpenLot, Position
from tests.history_rows import SHARE, Scribe, Transit, dollars, shares

RATIOS = ["1", "2", "0.7", "1.5", "1/3", "0.1", "3/7", "1.05", "3"]
NEW_RATIOS = ["0.5", "1/3", "0.1", "1", "2", "0.07"]


@dataclass
class Holding:
    """What an action of an issuer meets: a position, or one on its way (``transit``)."""

    account: str
    position: Position
    transit: Transit | None = None


def _everybody(scribe: Scribe, symbol: str) -> list[Holding]:
    held = [
        Holding(account, position)
        for (account, name), position in scribe.positions.items()
        if name == symbol and position.total
    ]
    moving = [t for t in scribe.transits if t.symbol == symbol and t.position.total]
    return held + [Holding("", transit.position, transit) for transit in moving]


def _scope(
    scribe: Scribe, *, may_move: bool = True, may_be_short: bool = False
) -> tuple[str, str, list[Holding]] | None:
    """The account of a row (blank: everybody's), its symbol, and what it meets."""
    rng = scribe.rng
    held = [key for key in scribe.held() if key[1] in scribe.symbols]
    if not held:
        return None
    account, symbol = pick(rng, held)
    holdings = [Holding(account, scribe.positions[account, symbol])]
    if chance(rng, 0.5):
        account, holdings = "", _everybody(scribe, symbol)
    if not may_move and any(holding.transit for holding in holdings):
        return None
    accounts = [account] if account else list(scribe.accounts)
    if any(scribe.shorts[one, symbol].total for one in accounts) and not may_be_short:
        return None
    if any(holding.position.total < SHARE // 10 for holding in holdings):
        return None
    return account, symbol, holdings


def _ratio(scribe: Scribe, ratios: list[str]) -> str:
    whole = [ratio for ratio in ratios if Fraction(ratio).denominator == 1]
    return pick(scribe.rng, whole if scribe.has_whole_splits_only else ratios)


def _other_symbol(scribe: Scribe, symbol: str, *, kind: str = "") -> str:
    """Another symbol: one that is traded already, or a new one."""
    others = [one for one in scribe.symbols if one != symbol]
    if others and not kind and chance(scribe.rng, 0.4):
        return pick(scribe.rng, others)
    new = f"N{scribe.serial}"
    scribe.securities.append({"symbol": new, "kind": kind or scribe.listing(symbol)["kind"]})
    scribe.prices[new] = 10_000 * scribe.rng.randint(5, 90)
    if not kind:
        scribe.symbols.append(new)
    return new


def _value(scribe: Scribe, column: str, account: str, symbol: str, units: int) -> dict[str, str]:
    """Dollars for the row's shares, or for each one where the row has no account."""
    per_share = scribe.prices[symbol]
    if account:
        return {column: dollars(per_share * units // (SHARE * 100))}
    return {column: f"{per_share // 10_000}.{per_share % 10_000:04d}"}


def _cash(scribe: Scribe, account: str, symbol: str, units: int, percent: int) -> dict[str, str]:
    per_share = scribe.prices[symbol] * percent // 100
    if account:
        return {"cash": dollars(per_share * units // (SHARE * 100))}
    return {"cash": f"{per_share // 10_000}.{per_share % 10_000:04d}"}


def _move(scribe: Scribe, holding: Holding, symbol: str, to_symbol: str, total: int) -> None:
    """A position, restated, goes to another symbol."""
    holding.position.become(total)
    if holding.transit:
        holding.transit.symbol = to_symbol
        return
    target = scribe.positions[holding.account, to_symbol]
    source = scribe.positions.pop((holding.account, symbol))
    taken = [] if source.unclear else source.lots
    target.receive(taken, source.total, unknown=source.has_unknown_basis)


def merger(scribe: Scribe) -> bool:
    """Stock for stock, with cash beside it or taxed."""
    rng = scribe.rng
    style = pick(rng, ["stock", "boot", "taxable", "stock"])
    found = _scope(scribe, may_move=style != "taxable", may_be_short=style == "stock")
    if found is None:
        return False
    account, symbol, holdings = found
    to_symbol, ratio = _other_symbol(scribe, symbol), _ratio(scribe, RATIOS)
    terms = {"to_symbol": to_symbol, "ratio": ratio}
    total = sum(holding.position.total for holding in holdings)
    new = floor(total * Fraction(ratio))
    has_shorts = any(scribe.shorts[one, symbol].total for one in scribe.accounts)
    if account and not scribe.has_whole_splits_only and not has_shorts and chance(rng, 0.3):
        new = new * rng.randint(95, 105) // 100 or 1
        terms = {"to_symbol": to_symbol, "quantity": shares(new)}
    if style != "stock":
        terms |= _value(scribe, "fmv", account, to_symbol, new)
    if style == "boot" or (style == "taxable" and chance(rng, 0.5)):
        terms |= _cash(scribe, account, symbol, total, rng.randint(1, 60))
    if style == "taxable":
        terms["taxable"] = "true"
    row = scribe.row("MERGER", account, symbol)
    scribe.append(row | terms)
    for holding in holdings:
        units = floor(holding.position.total * Fraction(ratio))
        units = new if "quantity" in terms else units
        if style == "taxable":
            scribe.positions.pop((holding.account, symbol))
            if units:
                target = scribe.positions[holding.account, to_symbol]
                target.add(row["id"], scribe.rank(), units)
        else:
            _move(scribe, holding, symbol, to_symbol, units)
    if style == "stock":
        _exchange_shorts(scribe, account, symbol, to_symbol, Fraction(ratio))
    return True


def _exchange_shorts(
    scribe: Scribe, account: str, symbol: str, to_symbol: str, ratio: Fraction
) -> None:
    for one in [account] if account else list(scribe.accounts):
        source = scribe.shorts.pop((one, symbol), None)
        if source and source.total:
            source.split(ratio)
            taken = [] if source.unclear else source.lots
            scribe.shorts[one, to_symbol].receive(taken, source.total, unknown=False)


def cash_merger(scribe: Scribe) -> bool:
    if (found := _scope(scribe, may_move=False)) is None:
        return False
    account, symbol, holdings = found
    total = sum(holding.position.total for holding in holdings)
    cells = _cash(scribe, account, symbol, total, scribe.rng.randint(50, 130))
    scribe.write("MERGER", account, symbol, 0, **cells)
    for holding in holdings:
        holding.position.take(holding.position.total)
    return True


def class_exchange(scribe: Scribe, action: str = "CLASS_EXCHANGE") -> bool:
    """All shares, or some of one account's."""
    rng = scribe.rng
    if (found := _scope(scribe, may_be_short=True)) is None:
        return False
    account, symbol, holdings = found
    to_symbol, ratio = _other_symbol(scribe, symbol), _ratio(scribe, RATIOS)
    if ratio == "1" and action == "CLASS_EXCHANGE":
        ratio = pick(rng, ["", "1"])
    factor = Fraction(ratio or "1")
    if action == "TENDER" and not account:
        return False
    if account and chance(rng, 0.5):
        return _exchange_some(scribe, action, (account, symbol, to_symbol), ratio)
    units = holdings[0].position.total if action == "TENDER" else 0
    scribe.write(action, account, symbol, units, to_symbol=to_symbol, ratio=ratio)
    for holding in holdings:
        _move(scribe, holding, symbol, to_symbol, floor(holding.position.total * factor))
    _exchange_shorts(scribe, account, symbol, to_symbol, factor)
    return True


def _exchange_some(scribe: Scribe, action: str, what: tuple[str, str, str], ratio: str) -> bool:
    account, symbol, to_symbol = what
    position, cells = scribe.positions[account, symbol], {"to_symbol": to_symbol, "ratio": ratio}
    units = max(SHARE // 10, position.total // 3)
    if position.total <= units:
        return False
    if position.lots and chance(scribe.rng, 0.4):
        lot = pick(scribe.rng, position.lots)
        if SHARE // 10 <= lot.units < position.total:
            units = lot.units
            taken = [OpenLot(lot.id, lot.rank, units)]
            cells["lots"] = f"{lot.id}:{shares(units)}"
            position.take_named(taken)
        else:
            taken = position.take(units)
    else:
        taken = position.take(units)
    moved = Position()
    moved.receive(taken, units, unknown=False)
    moved.split(Fraction(ratio or "1"))
    target = scribe.positions[account, to_symbol]
    lots = [] if moved.unclear else moved.lots
    target.receive(lots, moved.total, unknown=position.has_unknown_basis)
    scribe.write(action, account, symbol, units, **cells)
    return True


def distribution(scribe: Scribe, action: str) -> bool:
    """SPINOFF, STOCK_DIVIDEND of another class, and RIGHTS; now and then taxed."""
    rng = scribe.rng
    is_taxable = chance(rng, 0.15)
    if (found := _scope(scribe, may_move=not is_taxable)) is None:
        return False
    account, symbol, holdings = found
    if action == "RIGHTS" and scribe.listing(symbol)["kind"] == "section_1256":
        return False
    ratio = _ratio(scribe, NEW_RATIOS)
    if is_taxable and action == "STOCK_DIVIDEND" and chance(rng, 0.5):
        return _taxable_dividend(scribe, found)
    to_symbol = _right(scribe, symbol) if action == "RIGHTS" else _other_symbol(scribe, symbol)
    total = sum(holding.position.total for holding in holdings)
    new = floor(total * Fraction(ratio))
    if any(not floor(holding.position.total * Fraction(ratio)) for holding in holdings):
        return False
    terms = {"to_symbol": to_symbol, "ratio": ratio}
    if account and chance(rng, 0.3):
        terms = {"to_symbol": to_symbol, "quantity": shares(new)}
    terms |= _value(scribe, "fmv", account, to_symbol, new)
    terms |= {"taxable": "true"} if is_taxable else _allocation(scribe, action, symbol)
    row = scribe.row(action, account, symbol)
    scribe.append(row | terms)
    for holding in holdings:
        units = floor(holding.position.total * Fraction(ratio))
        if is_taxable:
            target = scribe.positions[holding.account, to_symbol]
            target.add(row["id"], scribe.rank(), units)
        else:
            _hand_out(scribe, holding, to_symbol, units)
    return True


def _allocation(scribe: Scribe, action: str, symbol: str) -> dict[str, str]:
    """How the old basis is divided: by the issuer's fraction, or by values."""
    if action == "SPINOFF" and chance(scribe.rng, 0.4):
        fractions = ["0.109624", "0.25", "0", "0.5", "1", "0.3333333"]
        return {"basis_fraction": pick(scribe.rng, fractions)}
    elected = "true" if action == "RIGHTS" and chance(scribe.rng, 0.4) else ""
    return {"price": scribe.price(symbol), "elected": elected}


def _right(scribe: Scribe, symbol: str) -> str:
    new = _other_symbol(scribe, symbol, kind="option")
    option = scribe.listing(new)
    option |= {"underlying": symbol, "put_call": "call", "multiplier": "1"}
    option["strike"] = pick(scribe.rng, ["15", "30"])
    scribe.options[new] = option
    scribe.rights.add(new)
    scribe.prices[new] = scribe.prices[symbol] * pick(scribe.rng, [1, 10, 30]) // 100
    return new


def _hand_out(scribe: Scribe, holding: Holding, to_symbol: str, units: int) -> None:
    """New shares of the same lots; what is on its way takes its new shares along."""
    old = holding.position
    child = Position()
    taken = [OpenLot(lot.id, lot.rank, lot.units) for lot in old.lots]
    child.receive([] if old.unclear else taken, old.total, unknown=True)
    child.become(units)
    old.has_unknown_basis = True
    if holding.transit is None:
        target = scribe.positions[holding.account, to_symbol]
        lots = [] if child.unclear else child.lots
        target.receive(lots, child.total, unknown=True)
        return
    way = holding.transit
    transit = Transit(way.order_id, way.to_account, to_symbol, way.household, child)
    scribe.transits.append(transit)
    day = scribe.today + timedelta(days=scribe.rng.randint(1, 12))
    scribe.due.append((day, lambda: arrive(scribe, transit, in_part=False)))


def _taxable_dividend(scribe: Scribe, found: tuple[str, str, list[Holding]]) -> bool:
    """Shares of the same class, taxed."""
    account, symbol, holdings = found
    ratio = "2" if scribe.has_whole_splits_only else pick(scribe.rng, ["1.05", "1.5"])
    total = sum(holding.position.total for holding in holdings)
    new = floor(total * Fraction(ratio)) - total
    cells = _value(scribe, "fmv", account, symbol, new) | {"ratio": ratio, "taxable": "true"}
    lot_id = scribe.write("STOCK_DIVIDEND", account, symbol, 0, **cells)
    for holding in holdings:
        units = floor(holding.position.total * Fraction(ratio)) - holding.position.total
        holding.position.add(lot_id, scribe.rank(), units)
    return True


def return_of_capital(scribe: Scribe, action: str = "RETURN_OF_CAPITAL") -> bool:
    if (found := _scope(scribe)) is None:
        return False
    account, symbol, holdings = found
    total = sum(holding.position.total for holding in holdings)
    cells = _cash(scribe, account, symbol, total, pick(scribe.rng, [3, 20, 1, 80]))
    if account and chance(scribe.rng, 0.5):
        cells = {"amount": cells["cash"]}
    scribe.write(action, account, symbol, 0, **cells)
    for holding in holdings:
        holding.position.has_unknown_basis = True
    return True


def _leaving(scribe: Scribe, account: str, symbol: str) -> tuple[int, dict[str, str]]:
    position = scribe.positions[account, symbol]
    is_clear = position.lots and not scribe.averages(account, symbol)
    if is_clear and chance(scribe.rng, 0.4):
        named = scribe.naming(position)
        position.take_named(named)
        cells = {"lots": ";".join(f"{lot.id}:{shares(lot.units)}" for lot in named)}
        return sum(lot.units for lot in named), cells
    units = scribe.part_of(position)
    position.take(units)
    return units, {}


def liquidation(scribe: Scribe) -> bool:
    if chance(scribe.rng, 0.4):
        return return_of_capital(scribe, "LIQUIDATION")
    found = _scope(scribe)
    if found is None or not found[0]:
        return False
    account, symbol, _ = found
    units, cells = _leaving(scribe, account, symbol)
    cells["amount"] = dollars(scribe.value_cents(symbol, units))
    scribe.write("LIQUIDATION", account, symbol, units, **cells)
    return True


def worthless(scribe: Scribe) -> bool:
    if (found := _scope(scribe, may_move=False)) is None:
        return False
    account, symbol, holdings = found
    if account and chance(scribe.rng, 0.5):
        units, cells = _leaving(scribe, account, symbol)
        scribe.write("WORTHLESS", account, symbol, units, **cells)
        return True
    scribe.write("WORTHLESS", account, symbol)
    for holding in holdings:
        holding.position.take(holding.position.total)
    return True


CORPORATE: dict[str, Callable[[Scribe], bool]] = {
    "MERGER": merger,
    "CASH_MERGER": cash_merger,
    "CLASS_EXCHANGE": class_exchange,
    "TENDER_EXCHANGE": lambda scribe: class_exchange(scribe, "TENDER"),
    "SPINOFF": lambda scribe: distribution(scribe, "SPINOFF"),
    "OTHER_CLASS": lambda scribe: distribution(scribe, "STOCK_DIVIDEND"),
    "RIGHTS": lambda scribe: distribution(scribe, "RIGHTS"),
    "RETURN_OF_CAPITAL": return_of_capital,
    "LIQUIDATION": liquidation,
    "WORTHLESS": worthless,
}
