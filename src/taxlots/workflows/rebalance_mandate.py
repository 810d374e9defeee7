"""The mandate of a book in a rebalance: limits by security, sector and factor, lists, rests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from taxlots.book.booking import Books
from taxlots.book.journal import ACTION_CODE
from taxlots.domain.action import Action
from taxlots.domain.calendar import day_of
from taxlots.domain.mandate import WHERE, StatedMandate
from taxlots.domain.mandate_cells import Span
from taxlots.domain.money import SHARE
from taxlots.domain.problem import DataError, Problem, error
from taxlots.domain.short_mandate import StatedShorts
from taxlots.plan.optimizer.cardinality import CountLimit
from taxlots.plan.rebalance.factor_exposures import MARKET, FactorExposures
from taxlots.plan.rebalance.household_portfolio import CashNeeds
from taxlots.plan.rebalance.mandate import Mandate, SumLimit
from taxlots.plan.rebalance.positions import Position
from taxlots.workflows.household_plan import HouseholdPlan

PPM: Final = 1_000_000
TRADES: Final = (Action.BUY, Action.SELL, Action.SELL_SHORT, Action.BUY_TO_COVER)
"""Trades that somebody decided on, of which two may have to be some days apart."""


def barred(
    plan: HouseholdPlan, stated: StatedMandate, positions: Sequence[Position]
) -> tuple[Position, ...]:
    """Positions as lists and rests of the mandate let them be traded."""
    rests = dict(rests_of(plan, stated))

    def of(one: Position) -> Position:
        buy, sell = one.buy_bar, one.sell_bar
        if one.symbol in stated.do_not_buy:
            buy = buy or _listed("do_not_buy", stated.do_not_buy[one.symbol])
        if one.symbol in stated.do_not_sell:
            sell = sell or _listed("do_not_sell", stated.do_not_sell[one.symbol])
        rest = rests.get(one.symbol, "")
        return replace(one, buy_bar=buy or rest, sell_bar=sell or rest)

    return tuple(of(one) for one in positions)


def sentences_of_lists(plan: HouseholdPlan, stated: StatedMandate) -> Iterator[str]:
    """What is not bought, not sold, and rests, with why."""
    for verb, table in (("bought", stated.do_not_buy), ("sold", stated.do_not_sell)):
        for symbol, why in table.items():
            yield f"nothing of {symbol} is {verb}: the mandate says so" + (why and f", {why}")
    for symbol, why in rests_of(plan, stated):
        yield f"{symbol} is not traded: {why}"


def mandate_of(
    plan: HouseholdPlan,
    stated: StatedMandate,
    positions: Sequence[Position],
    cash: CashNeeds,
    exposures: FactorExposures,
) -> Mandate:
    """The limits of a mandate for the positions of a household.

    Raises DataError for securities that the book does not have, and factors that no model tells.
    """
    problems = [*_unknown_symbols(plan, stated), *_unknown_factors(stated, exposures)]
    if problems:
        raise DataError(problems)
    return Mandate(
        sums=(
            *_symbol_limits(stated, positions),
            *_account_limits(stated, positions, cash),
            *_sector_limits(plan, stated, positions),
            *_factor_limits(stated, exposures),
            *short_limits(stated.shorts, positions, cash),
        ),
        round_lots={symbol: count * SHARE for symbol, count in stated.round_lots.items()},
    )


def count_of(stated: StatedMandate) -> CountLimit | None:
    """The most securities that may be held and traded; None for any number."""
    if stated.most_names is None and stated.most_trades is None:
        return None
    return CountLimit(held=stated.most_names, traded=stated.most_trades)


def _listed(key: str, why: str) -> str:
    return f"the mandate's {key}" + (why and f": {why}")


def rests_of(plan: HouseholdPlan, stated: StatedMandate) -> Iterator[tuple[str, str]]:
    """Securities that were traded too shortly ago, and why."""
    least = stated.days_between_trades
    if least:
        for symbol, day in sorted(last_trades(plan.prepared.books, plan.name).items()):
            since = day_of(plan.as_of) - day
            if 0 <= since < least:
                yield (
                    symbol,
                    f"it was traded {since} days ago, and trades are at least {least} apart",
                )


def last_trades(books: Books, household: str) -> dict[str, int]:
    """The day of the last purchase or sale of each security in a household's accounts."""
    mine = {one.id for one in books.record.accounts if one.household == household}
    codes = [ACTION_CODE[action] for action in TRADES]
    events = books.blueprint.tables["events"]
    rows = events["row"]
    is_trade = (rows >= 0) & (events["day"] <= books.as_of)
    is_trade[is_trade] = np.isin(books.journal.action[rows[is_trade]], codes)
    found: dict[str, int] = {}
    for at in np.flatnonzero(is_trade).tolist():
        account, symbol, _ = books.blueprint.places[int(events["position"][at])]
        if account in mine:
            found[symbol] = max(found.get(symbol, 0), int(events["day"][at]))
    return found


def _bounds(span: Span) -> tuple[float, float]:
    return (
        -np.inf if span.least_ppm is None else span.least_ppm / PPM,
        np.inf if span.most_ppm is None else span.most_ppm / PPM,
    )


def _symbol_limits(stated: StatedMandate, positions: Sequence[Position]) -> Iterator[SumLimit]:
    every = stated.position_ppm
    for symbol in dict.fromkeys(one.symbol for one in positions):
        span = stated.positions.get(symbol, Span(None, every))
        if span != Span():
            least, most = _bounds(span)
            yield SumLimit(
                name=f"position limit of {symbol}", exposures={symbol: 1.0}, least=least, most=most
            )


def _account_limits(
    stated: StatedMandate, positions: Sequence[Position], cash: CashNeeds
) -> Iterator[SumLimit]:
    """What a security may weigh of its account, as a part of the household.

    What an account is worth does not move with its trades, but for what they cost.
    """
    if stated.account_position_ppm is None:
        return
    worth = dict(cash.held_cents)
    for one in positions:
        worth[one.account.id] = worth.get(one.account.id, 0) + one.value_cents
    nav = sum(worth.values())
    for one in positions:
        if one.short:
            continue
        name = one.account.id
        yield SumLimit(
            name=f"position limit of {one.symbol} in {name}",
            exposures={one.symbol: 1.0},
            most=stated.account_position_ppm / PPM * worth[name] / nav,
            accounts=frozenset({name}),
        )


def short_limits(
    stated: StatedShorts, positions: Sequence[Position], cash: CashNeeds
) -> Iterator[SumLimit]:
    """What each account may owe, as a part of the household."""
    worth = dict(cash.held_cents)
    for one in positions:
        worth[one.account.id] = worth.get(one.account.id, 0) + one.value_cents
    nav = sum(worth.values())
    for name in stated.accounts:
        if any(one.short and one.account.id == name for one in positions):
            yield SumLimit(
                name=f"short limit of {name}",
                exposures={},
                most=max(0.0, stated.most_ppm / PPM * worth[name] / nav),
                accounts=frozenset({name}),
                is_of_shorts=True,
            )


def _sector_limits(
    plan: HouseholdPlan, stated: StatedMandate, positions: Sequence[Position]
) -> Iterator[SumLimit]:
    """Sectors by their own symbols, or by the class of securities.csv that bears their name."""
    held = dict.fromkeys(one.symbol for one in positions)
    for sector in stated.sectors:
        least, most = _bounds(sector.span)
        symbols = sector.symbols or [
            symbol for symbol in held if plan.index.security(symbol).asset_class == sector.name
        ]
        exposures = dict.fromkeys(symbols, 1.0)
        name = f"sector limit of {sector.name}"
        yield SumLimit(name=name, exposures=exposures, least=least, most=most)


def _factor_limits(stated: StatedMandate, exposures: FactorExposures) -> Iterator[SumLimit]:
    for factor, span in stated.factors.items():
        least, most = _bounds(span)
        found = exposures.of(factor, stated.market) or {}
        name = f"factor limit of {factor}"
        yield SumLimit(name=name, exposures=found, least=least, most=most)


def _unknown_symbols(plan: HouseholdPlan, stated: StatedMandate) -> Iterator[Problem]:
    known = set(plan.prepared.books.record.securities)
    known |= {lot.symbol for lot in plan.situation.lots}
    for symbol in sorted(stated.symbols - known):
        message = f"The mandate names {symbol}, which the book does not have."
        yield error(WHERE, "UNKNOWN_SYMBOL", message, "Write it into securities.csv, or mend it.")
    classes = {one.asset_class for one in plan.prepared.books.record.securities.values()}
    for sector in stated.sectors:
        if not sector.symbols and sector.name not in classes:
            message = f"No security has the class {sector.name!r}, and the sector names no symbols."
            remedy = "Write symbols = [...] for it, or the asset_class of securities.csv."
            yield error(f"{WHERE}:sectors.{sector.name}", "UNKNOWN_SECTOR", message, remedy)


def _unknown_factors(stated: StatedMandate, exposures: FactorExposures) -> Iterator[Problem]:
    for factor in stated.factors:
        if exposures.of(factor, stated.market) is None:
            where = f"{WHERE}:factors.{factor}"
            has = ", ".join([MARKET, *exposures.stated])
            message = f"The risk model tells no factor {factor!r}; it has {has}."
            if factor == MARKET:
                message = f"The risk model knows nothing of the market {stated.market!r}."
            remedy = (
                "Give a model that has it (--risk-model DIR), or hold a security of the market."
            )
            yield error(where, "UNKNOWN_FACTOR", message, remedy)
