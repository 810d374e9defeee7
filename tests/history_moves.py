"""What may happen to the shares of a random history that move or leave without a sale."""

from datetime import date, timedelta

from tests.history_choices import chance, pick
from tests.history_positions import OpenLot, Position
from tests.history_rows import SHARE, Scribe, Transit, dollars, shares


def _of_same_character(scribe: Scribe, account: str) -> list[str]:
    """Accounts to which lots of this one may move: same kind, same household and party."""
    mine = scribe.accounts[account]

    def party(cells: dict[str, str]) -> tuple[str, str, str]:
        apart = cells["tax_return"] if cells["owner"] in {"child", "other"} else ""
        return (cells["household"], cells["kind"], apart)

    found = [id_ for id_, other in scribe.accounts.items() if party(other) == party(mine)]
    return [id_ for id_ in found if id_ != account]


def going(
    scribe: Scribe, position: Position, *, may_name: bool = True
) -> tuple[list[OpenLot], int, dict[str, str]]:
    """What leaves a position other than by sale: by name, else first in, first out."""
    if may_name and position.lots and chance(scribe.rng, 0.3):
        named = scribe.naming(position)
        position.take_named(named)
        cells = {"lots": ";".join(f"{lot.id}:{shares(lot.units)}" for lot in named)}
        return named, sum(lot.units for lot in named), cells
    units = scribe.part_of(position)
    return position.take(units), units, {}


def transfer(scribe: Scribe, *, linked: bool = False) -> bool:
    held = [key for key in scribe.held() if _of_same_character(scribe, key[0])]
    if not held:
        return False
    account, symbol = pick(scribe.rng, held)
    to_account = pick(scribe.rng, _of_same_character(scribe, account))
    position = scribe.positions[account, symbol]
    unknown = position.has_unknown_basis
    taken, units, cells = going(scribe, position)
    if not linked:
        scribe.write("TRANSFER", account, symbol, units, to_account=to_account, **cells)
        target = scribe.positions[to_account, symbol]
        target.receive(taken, units, unknown=unknown)
        return True
    order_id = f"m{scribe.serial}"
    transit = Transit(order_id, to_account, symbol, scribe.household_of(account), Position())
    transit.position.receive(taken, units, unknown=unknown)
    scribe.transits.append(transit)
    scribe.write("TRANSFER_OUT", account, symbol, units, order_id=order_id, **cells)
    day = scribe.today + timedelta(days=scribe.rng.randint(1, 12))
    if chance(scribe.rng, 0.2):
        scribe.due.append((day, lambda: arrive(scribe, transit, in_part=True)))
        day += timedelta(days=scribe.rng.randint(1, 12))
    scribe.due.append((day, lambda: arrive(scribe, transit, in_part=False)))
    return True


def arrive(scribe: Scribe, transit: Transit, *, in_part: bool) -> None:
    """Lots of our own come in; what the row says of basis and dates does not matter."""
    pool = transit.position
    units = pool.total // 2 if in_part else pool.total
    if units:
        taken = pool.take(units)
        cells = {"order_id": transit.order_id, "cost_basis": dollars(units // SHARE * 1_000)}
        cells["acquired_date"] = scribe.days_ago(20, 300).isoformat()
        scribe.write("TRANSFER_IN", transit.to_account, transit.symbol, units, **cells)
        target = scribe.positions[transit.to_account, transit.symbol]
        target.receive(taken, units, unknown=pool.has_unknown_basis)
    if not in_part:
        scribe.transits.remove(transit)


def transfer_in(scribe: Scribe) -> bool:
    """A lot from outside, often bought within the window of a sale here."""
    rng = scribe.rng
    account, symbol = pick(rng, list(scribe.accounts)), pick(rng, scribe.symbols)
    acquired = scribe.days_ago(1, 40)
    if chance(rng, 0.3):
        acquired = scribe.days_ago(41, 900)
    if acquired <= scribe.renamed_on.get(symbol, date.min):
        return False
    units = scribe.units()
    basis = scribe.value_cents(symbol, units) * rng.randint(70, 170) // 100
    cells = {"acquired_date": acquired.isoformat(), "cost_basis": dollars(basis)}
    position = scribe.positions[account, symbol]
    if chance(rng, 0.1):
        cells["cost_basis"] = ""
        position.has_unknown_basis = True
    if chance(rng, 0.2):
        earlier = timedelta(days=rng.randint(1, 400))
        cells["holding_period_date"] = (acquired - earlier).isoformat()
    cells["origin"] = pick(rng, ["", "purchase", "", "gift", "inheritance", "exchange"])
    cells["covered"] = pick(rng, ["", "", "true", "false"])
    lot_id = scribe.write("TRANSFER_IN", account, symbol, units, **cells)
    position.add(lot_id, scribe.rank(acquired), units)
    return True


def leave(scribe: Scribe, action: str) -> bool:
    held = scribe.held(taxable_only=action != "TRANSFER_OUT")
    if not held:
        return False
    account, symbol = pick(scribe.rng, held)
    _, units, cells = going(scribe, scribe.positions[account, symbol])
    scribe.write(action, account, symbol, units, **cells)
    return True
