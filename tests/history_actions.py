"""What may happen in a random history: one function an action, with its usual variants."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

from tests.history_averaging import AVERAGED_KINDS, AVERAGING
from tests.history_choices import chance, pick, weighted
from tests.history_corporate import CORPORATE
from tests.history_moves import going, leave, transfer, transfer_in
from tests.history_options import OPTIONS
from tests.history_rows import SHARE, Scribe, dollars, shares
from tests.history_shorts import SHORTING

METHODS = ["FIFO", "HIFO", "LIFO", "MINTAX", "LOFO"]
RATIOS = ["2", "1.5", "1/3", "0.1", "1.05", "3", "3/2", "1.1"]
WHOLE_RATIOS = ["2", "3"]
PLAIN_KINDS = {"taxable", "custodial"}


def act(scribe: Scribe, weights: dict[str, float]) -> None:
    """Draw an action; one for which nothing is there becomes a purchase."""
    action = weighted(scribe.rng, weights)
    if not ACTIONS[action](scribe):
        _buy(scribe)


def _buy(scribe: Scribe, action: str = "BUY") -> bool:
    """A purchase, now and then in fills of one order or as a block for two accounts."""
    rng = scribe.rng
    account, symbol = pick(rng, list(scribe.accounts)), pick(rng, scribe.symbols)
    if action in {"RSU_VEST", "ESPP", "TAXABLE_EXCHANGE"} and not scribe.is_taxable(account):
        action = "BUY"
    order = f"o{scribe.serial}" if chance(rng, 0.15) else ""
    first = scribe.row(action, account, symbol, units := scribe.units(), order_id=order)
    lot_id, rank = first["id"], scribe.rank()
    first |= _cost(scribe, action, symbol, units)
    scribe.append(first)
    scribe.positions[account, symbol].add(lot_id, rank, units)
    if order and chance(rng, 0.7):
        for _ in range(pick(rng, [1, 2])):
            fill = scribe.row(action, account, symbol, more := scribe.units(), order_id=order)
            fill |= _cost(scribe, action, symbol, more)
            scribe.positions[account, symbol].add(lot_id, rank, more)
            scribe.late.append(fill)
    elif order:
        other = pick(rng, list(scribe.accounts))
        if other != account and scribe.is_taxable(other) == scribe.is_taxable(account):
            block = scribe.row(action, other, symbol, units, order_id=order)
            block |= _cost(scribe, action, symbol, units)
            scribe.append(block)
            scribe.positions[other, symbol].add(block["id"], scribe.rank(), units)
    return True


def _cost(scribe: Scribe, action: str, symbol: str, units: int) -> dict[str, str]:
    """The cells that say what was paid."""
    rng, value = scribe.rng, scribe.value_cents(symbol, units)
    cells = {"price": scribe.price(symbol)}
    if scribe.profile != "trades" and action in {"BUY", "RSU_VEST"} and chance(rng, 0.1):
        cells["compensation_income"] = dollars(value * rng.randint(1, 40) // 100)
    if scribe.profile in {"averaging", "all"} and action == "BUY" and chance(rng, 0.2):
        cells["origin"] = "drip"
    if action == "TAXABLE_EXCHANGE":
        return {"fmv": dollars(value)}
    if action == "ESPP" and chance(rng, 0.8):
        cells["compensation_income"] = dollars(value * 15 // 100)
    if chance(rng, 0.15):
        cells["amount"] = dollars(value + rng.randint(0, 99))
    elif chance(rng, 0.25):
        cells["fees"] = pick(rng, ["4.95", "0.01", "0.0123", "1"])
    return cells


def _proceeds(scribe: Scribe, symbol: str, units: int, action: str = "SELL") -> dict[str, str]:
    rng, value = scribe.rng, scribe.value_cents(symbol, units)
    if action in {"CASH_IN_LIEU", "TENDER"}:
        return {pick(rng, ["amount", "cash"]): dollars(value + rng.randint(0, 99))}
    if chance(rng, 0.15):
        return {"amount": dollars(value + rng.randint(0, 99))}
    cells = {"price": scribe.price(symbol)}
    if value > 10_000 and chance(rng, 0.25):
        cells["fees"] = pick(rng, ["4.95", "0.01", "0.0123", "1"])
    return cells


def _sell(scribe: Scribe, action: str = "SELL") -> bool:
    """A sale: by standing order, by a method of its own, or by name, in time or too late."""
    rng = scribe.rng
    if not (held := scribe.held()):
        return False
    account, symbol = pick(rng, held)
    if action != "SELL" and (symbol in scribe.options or scribe.shorts[account, symbol].total):
        return False
    if scribe.averages(account, symbol):
        return _sell_average(scribe, action, account, symbol)
    position = scribe.positions[account, symbol]
    if symbol in scribe.options:
        action = pick(rng, ["SELL_OPTION", "SELL"])
    method, cells = scribe.standing_method(account, symbol), {}
    units = scribe.part_of(position)
    if chance(rng, 0.3) and position.lots:
        named = scribe.naming(position)
        units = sum(lot.units for lot in named)
        cells["lots"] = ";".join(f"{lot.id}:{shares(lot.units)}" for lot in named)
        days = pick(rng, [0, 1, 2, 9])
        if days:  # Settlement on the next day is never after that of SEC Rule 15c6-1.
            cells["settle_date"] = (scribe.today + timedelta(days=1)).isoformat()
            cells["identified_at"] = (scribe.today + timedelta(days=days)).isoformat()
        if days <= (0 if scribe.listing(symbol)["kind"] == "digital_asset" else 1):
            position.take_named(named)
        else:
            position.take(units, method)
    else:
        if chance(rng, 0.2):
            method = cells["method"] = pick(rng, METHODS)
        position.take(units, method)
        if chance(rng, 0.1) and action in {"SELL", "SELL_OPTION"}:
            return _sell_in_fills(scribe, account, symbol, units, cells)
    cells |= _proceeds(scribe, symbol, units, action)
    scribe.write(action, account, symbol, units, **cells)
    return True


def _sell_average(scribe: Scribe, action: str, account: str, symbol: str) -> bool:
    """Shares with an average basis go first in, first out, whatever the row says."""
    position = scribe.positions[account, symbol]
    rules = scribe.is_taxable(account) and scribe.listing(symbol)["kind"] in AVERAGED_KINDS
    units, cells = scribe.part_of(position), {}
    if rules and chance(scribe.rng, 0.2):
        cells["method"] = pick(scribe.rng, METHODS)
    elif rules and position.lots and chance(scribe.rng, 0.2):
        named = scribe.naming(position)
        units = sum(lot.units for lot in named)
        cells["lots"] = ";".join(f"{lot.id}:{shares(lot.units)}" for lot in named)
    position.take(units)
    cells |= _proceeds(scribe, symbol, units, action)
    scribe.write(action, account, symbol, units, **cells)
    return True


def _sell_in_fills(
    scribe: Scribe, account: str, symbol: str, units: int, cells: dict[str, str]
) -> bool:
    cells["order_id"] = f"o{scribe.serial}"
    first = max(1, units // 3)
    scribe.write("SELL", account, symbol, first, **cells, **_proceeds(scribe, symbol, first))
    if rest := units - first:
        row = scribe.row("SELL", account, symbol, rest, **cells)
        scribe.late.append(row | _proceeds(scribe, symbol, rest))
    return True


def _buy_option(scribe: Scribe) -> bool:
    if not scribe.options:
        return False
    account = pick(scribe.rng, list(scribe.accounts))
    symbol = pick(scribe.rng, list(scribe.options))
    units = scribe.rng.randint(1, 4) * SHARE
    lot_id = scribe.write(
        "BUY_OPTION", account, symbol, units, **_cost(scribe, "BUY_OPTION", symbol, units)
    )
    scribe.positions[account, symbol].add(lot_id, scribe.rank(), units)
    return True


def _split(scribe: Scribe) -> bool:
    """One event: for every household, or stated by the accounts of one."""
    rng = scribe.rng
    symbol = pick(rng, scribe.symbols)
    households = sorted({account["household"] for account in scribe.accounts.values()})
    household = "" if chance(rng, 0.5) else pick(rng, households)
    touched = [household] if household else households
    ratio = pick(rng, WHOLE_RATIOS if scribe.has_whole_splits_only else RATIOS)
    if scribe.is_tiny and Fraction(ratio) < 1:
        return False
    for one in touched:
        last = scribe.split_days.get((one, symbol), date.min)
        if (scribe.today - last).days <= 10:
            return False
        scribe.split_days[one, symbol] = scribe.today
    action = pick(rng, ["SPLIT", "STOCK_DIVIDEND"])
    if not household:
        scribe.write(action, "", symbol, ratio=ratio)
    else:
        mine = [id_ for id_ in scribe.accounts if scribe.household_of(id_) == household]
        for account in mine[: pick(rng, [1, 2, 9])]:
            row = scribe.row(action, account, symbol, ratio=ratio)
            scribe.late.append(row) if account != mine[0] else scribe.append(row)
    scribe.split_positions(symbol, household, Fraction(ratio))
    return True


def _come_in_untaxed(scribe: Scribe, action: str) -> bool:
    """A gift or an inheritance."""
    rng = scribe.rng
    plain = [id_ for id_, cells in scribe.accounts.items() if cells["kind"] in PLAIN_KINDS]
    account, symbol = pick(rng, plain), pick(rng, scribe.symbols)
    units = scribe.units()
    value = scribe.value_cents(symbol, units)
    cells = {"fmv": dollars(value)}
    if action == "GIFT_IN":
        cells["cost_basis"] = dollars(value * rng.randint(50, 180) // 100)
        cells["acquired_date"] = scribe.days_ago(1, 700).isoformat()
        if chance(rng, 0.2):
            cells["basis_increase"] = dollars(value * rng.randint(1, 40) // 100)
    lot_id = scribe.write(action, account, symbol, units, **cells)
    scribe.positions[account, symbol].add(lot_id, scribe.rank(), units)
    return True


def _distribution(scribe: Scribe) -> bool:
    held = [key for key in scribe.held() if not scribe.is_taxable(key[0])]
    if not held:
        return False
    account, symbol = pick(scribe.rng, held)
    to_account = f"{scribe.household_of(account)}A1"
    _, units, cells = going(scribe, scribe.positions[account, symbol])
    cells["fmv"] = dollars(scribe.value_cents(symbol, units))
    lot_id = scribe.write(
        "IRA_DISTRIBUTION", account, symbol, units, to_account=to_account, **cells
    )
    scribe.positions[to_account, symbol].add(lot_id, scribe.rank(), units)
    return True


def _basis_adjustment(scribe: Scribe) -> bool:
    held = [
        key
        for key in scribe.held(taxable_only=True)
        if not scribe.positions[key].has_unknown_basis and scribe.positions[key].total >= SHARE
    ]
    if not held:
        return False
    account, symbol = pick(scribe.rng, held)
    position = scribe.positions[account, symbol]
    named = position.lots[: pick(scribe.rng, [0, 1, 2])]
    units = sum(lot.units for lot in named)
    value = scribe.value_cents(symbol, units or position.total)
    amount = value * scribe.rng.randint(1, 200) // 10_000
    sign = ""
    if chance(scribe.rng, 0.4):
        sign, amount = "-", amount // 20
    lots = ";".join(f"{lot.id}:{shares(lot.units)}" for lot in named)
    scribe.write(
        "BASIS_ADJUSTMENT", account, symbol, units, amount=sign + dollars(amount), lots=lots,
        note="premium",
    )  # fmt: skip
    return True


def _set_method(scribe: Scribe) -> bool:
    account, method = pick(scribe.rng, list(scribe.accounts)), pick(scribe.rng, METHODS)
    if scribe.profile in {"averaging", "all"} and chance(scribe.rng, 0.3):
        method = "AVERAGE"
    symbol = pick(scribe.rng, scribe.symbols) if chance(scribe.rng, 0.4) else ""
    scribe.write("SET_METHOD", account, symbol, method=method)
    if symbol:
        scribe.symbol_method[account, symbol] = method
    else:
        scribe.method[account] = method
    return True


def _symbol_change(scribe: Scribe) -> bool:
    """Everybody's shares get a name that was never used."""
    symbol = pick(scribe.rng, scribe.symbols)
    new = f"{symbol[:3]}{scribe.serial}"
    scribe.write("SYMBOL_CHANGE", "", symbol, to_symbol=new)
    listing = scribe.listing(symbol)
    scribe.securities.append(listing | {"symbol": new})
    scribe.symbols[scribe.symbols.index(symbol)] = new
    scribe.prices[new] = scribe.prices.pop(symbol)
    scribe.renamed_on[new] = scribe.today
    for account in scribe.accounts:
        if (account, symbol) in scribe.positions:
            scribe.positions[account, new] = scribe.positions.pop((account, symbol))
        if (account, symbol) in scribe.shorts:
            scribe.shorts[account, new] = scribe.shorts.pop((account, symbol))
        if (account, symbol) in scribe.symbol_method:
            scribe.symbol_method[account, new] = scribe.symbol_method.pop((account, symbol))
        if (account, symbol) in scribe.elected:
            scribe.elected[account, new] = scribe.elected.pop((account, symbol))
    for transit in scribe.transits:
        if transit.symbol == symbol:
            transit.symbol = new
    for one in {scribe.household_of(account) for account in scribe.accounts}:
        scribe.split_days[one, new] = scribe.split_days.pop((one, symbol), date.min)
    return True


def _void(scribe: Scribe) -> bool:
    """A row that is taken back later, as if it had never been."""
    account, symbol = pick(scribe.rng, list(scribe.accounts)), pick(scribe.rng, scribe.symbols)
    action = pick(scribe.rng, ["BUY", "SELL"])
    wrong = scribe.write(action, account, symbol, scribe.units(), price=scribe.price(symbol))
    day = scribe.today + timedelta(days=scribe.rng.randint(1, 60))
    scribe.due.append((day, lambda: _take_back(scribe, account, wrong)))
    return True


def _take_back(scribe: Scribe, account: str, wrong: str) -> None:
    scribe.write("VOID", account, "", note=wrong)


def _cash(scribe: Scribe) -> bool:
    account, symbol = pick(scribe.rng, list(scribe.accounts)), pick(scribe.rng, scribe.symbols)
    action = pick(scribe.rng, ["DIVIDEND", "INTEREST", "DEPOSIT", "WITHDRAWAL", "FEE"])
    symbol = symbol if action == "DIVIDEND" else ""
    scribe.write(action, account, symbol, amount=dollars(scribe.rng.randint(1, 99_999)))
    return True


ACTIONS: dict[str, Callable[[Scribe], bool]] = {
    "BUY": _buy,
    "SELL": _sell,
    "BUY_OPTION": _buy_option,
    "REINVEST": lambda scribe: _buy(scribe, "REINVEST"),
    "RSU_VEST": lambda scribe: _buy(scribe, "RSU_VEST"),
    "ESPP": lambda scribe: _buy(scribe, "ESPP"),
    "TAXABLE_EXCHANGE": lambda scribe: _buy(scribe, "TAXABLE_EXCHANGE"),
    "SPLIT": _split,
    "TRANSFER": transfer,
    "LINKED_TRANSFER": lambda scribe: transfer(scribe, linked=True),
    "TRANSFER_IN": transfer_in,
    "TRANSFER_OUT": lambda scribe: leave(scribe, "TRANSFER_OUT"),
    "DONATE": lambda scribe: leave(scribe, "DONATE"),
    "GIFT_OUT": lambda scribe: leave(scribe, "GIFT_OUT"),
    "GIFT_IN": lambda scribe: _come_in_untaxed(scribe, "GIFT_IN"),
    "INHERIT": lambda scribe: _come_in_untaxed(scribe, "INHERIT"),
    "IRA_DISTRIBUTION": _distribution,
    "BASIS_ADJUSTMENT": _basis_adjustment,
    "SET_METHOD": _set_method,
    "SYMBOL_CHANGE": _symbol_change,
    "VOID": _void,
    "CASH": _cash,
    **CORPORATE,
    **SHORTING,
    **OPTIONS,
    **AVERAGING,
    "CASH_IN_LIEU": lambda scribe: _sell(scribe, "CASH_IN_LIEU"),
    "TENDER": lambda scribe: _sell(scribe, "TENDER"),
}

WEIGHTS = dict(
    zip(
        list(ACTIONS)[:22],
        [30, 30, 2, 4, 2, 2, 1, 3, 3, 2, 4, 1, 0.7, 0.7, 2, 1, 1.5, 1.5, 2, 0.5, 1, 1],
        strict=True,
    )
)
"""How often each happens, in hundredths or so: mostly buying and selling."""

MIXES: dict[str, dict[str, float]] = {
    "trades": {},
    "corporate": {
        **dict.fromkeys(CORPORATE, 2.0), "CASH_IN_LIEU": 2, "TENDER": 1,
        "WORTHLESS": 1, "LIQUIDATION": 1, "SYMBOL_CHANGE": 1.5, "EXERCISE": 2, "EXPIRE": 2,
    },
    "shorts": {"SELL_SHORT": 16, "BUY_TO_COVER": 11, "CLOSE_SHORT_BY_DELIVERY": 5, "CURE": 2},
    "options": {"BUY_OPTION": 10, **dict.fromkeys(OPTIONS, 6.0)},
    "averaging": {"REINVEST": 10, "ELECT_AVERAGE": 5, "REVOKE_AVERAGE": 4, "SET_METHOD": 3},
}  # fmt: skip
MIXES["all"] = {
    action: weight / 2
    for name in MIXES
    if name != "trades"
    for action, weight in MIXES[name].items()
}
"""What each profile of histories adds to that."""


def weights_of(profile: str) -> dict[str, float]:
    return WEIGHTS | MIXES[profile]
