"""Overrides of short positions: a purchase covers what is owed, a sale sells short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from taxlots.domain.money import dollars
from taxlots.domain.order import Side
from taxlots.domain.problem import UsageError
from taxlots.domain.trade_override import TradeAction, TradeOverride
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.trade_overrides import said_of


def owed_by(one: TradeOverride, positions: Sequence[Position]) -> list[Position]:
    """The short positions that an override is about; nothing is bought instead of covering.

    What is forced to be bought covers where the security is owed; what is forced to be sold is sold
    short where none of it is held.
    """
    mine = [p for p in positions if _speaks_of(one, p)]
    owed = [p for p in mine if p.short is not None]
    if one.action is TradeAction.REPLACE:
        return []
    if one.action is not TradeAction.FORCE:
        return owed
    if one.side is Side.BUY:
        return [p for p in owed if p.lots]
    held = {p.account.id for p in mine if p.short is None and p.lots}
    return [p for p in owed if p.account.id not in held]


def shorts_overridden(
    positions: Sequence[Position], overrides: Iterable[TradeOverride]
) -> Iterator[Position]:
    """The short positions of ``positions`` as overrides let them be covered and sold short.

    Raises UsageError for forced trades that are not of one account, twice of one position, or more
    than may be traded.
    """
    found = {one.name: one for one in positions if one.short is not None}
    for one in sorted(overrides, key=lambda one: one.action is TradeAction.FORCE):
        mine = owed_by(one, positions)
        is_forced = one.action is TradeAction.FORCE
        if is_forced and len(mine) > 1:
            names = ", ".join(p.account.id for p in mine)
            raise UsageError(f"{said_of(one)}: say in which account: {names}")
        for p in mine:
            change = _forced if is_forced else _limited
            found[p.name] = change(found[p.name], one)
    yield from found.values()


def _speaks_of(one: TradeOverride, position: Position) -> bool:
    account = position.account
    return one.speaks_of(account.household, account.id, position.symbol)


def _limited(position: Position, one: TradeOverride) -> Position:
    """A position of which less may be covered, or sold short: limits are of its equity."""
    most = _equity_cents(one, position) if one.action is TradeAction.CAP else 0
    is_any = one.side is None or one.action is TradeAction.LOCK
    if is_any or one.side is Side.SELL:
        position = replace(position, most_bought_cents=_least(position.most_bought_cents, most))
    if is_any or one.side is Side.BUY:
        position = replace(position, most_sold_cents=_least(position.most_sold_cents, most))
    return position


def _forced(position: Position, one: TradeOverride) -> Position:
    """A position of which so much must be covered, or sold short."""
    if position.forced_cents:
        raise UsageError(
            f"{said_of(one)}: another override forces {position.symbol} in"
            f" {position.account.id} as well; keep one of them"
        )
    is_cover = one.side is Side.BUY
    wanted = _equity_cents(one, position)
    most = position.sellable_cents if is_cover else _most_shorted(position)
    if most is not None and wanted > most + 1:
        raise UsageError(
            f"{said_of(one)}: {_because(position, is_cover=is_cover)}; the most that is possible"
            f" is {dollars(round(most / position.equity))}"
        )
    wanted = wanted if most is None else min(wanted, most)
    units = one.quantity or 0
    if is_cover and wanted == position.sellable_cents:
        units = sum(lot.quantity for lot in position.lots if not lot.bar)
    sign = -1 if is_cover else 1
    return replace(position, forced_cents=sign * wanted, forced_units=sign * units)


def _because(position: Position, *, is_cover: bool) -> str:
    """Why no more may be covered, or sold short."""
    symbol, account = position.symbol, position.account.id
    if is_cover:
        bars = [position.sell_bar] if position.sell_bar else [b.bar for b in position.lots if b.bar]
        is_limited = position.most_sold_cents is not None
        owed = position.market_cents(position.quantity)
        bars = bars or ([] if is_limited else [f"{dollars(owed)} of it is owed in {account}"])
    else:
        bars = [position.buy_bar] if position.buy_bar else []
    return "; ".join(dict.fromkeys(bars)) or f"another override limits {symbol} in {account}"


def _most_shorted(position: Position) -> int | None:
    return 0 if position.buy_bar else position.most_bought_cents


def _equity_cents(one: TradeOverride, position: Position) -> int:
    """What the shares of an override tie up, or free."""
    cents = one.amount_cents
    market = position.market_cents(one.quantity or 0) if cents is None else cents
    return round(market * position.equity)


def _least(stated: int | None, most: int) -> int:
    return most if stated is None else min(stated, most)
