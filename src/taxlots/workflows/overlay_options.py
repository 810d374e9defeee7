"""Options in an overlay: by greeks, and as synthetic positions; and curves of futures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from taxlots.domain.contract import Contract, ContractKind
from taxlots.domain.money import SHARE
from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.black_scholes import Greeks, Spot, greeks
from taxlots.plan.overlay.contracts import Future, Option
from taxlots.plan.overlay.options import (
    GreekTargets,
    contract_greeks,
    options_for_greeks,
    short_option_margin,
)
from taxlots.plan.overlay.synthetic import OptionPair, parity_gap, synthetic_position
from taxlots.plan.overlay.tax_flags import OverlayKind, TaxFlag
from taxlots.reports.overlay_options import (
    CurveSaid,
    GreeksSaid,
    LegSaid,
    SyntheticSaid,
    curve_json,
    curve_page,
    greeks_json,
    greeks_page,
    synthetic_json,
    synthetic_page,
)
from taxlots.workflows.exposure import BookedHousehold, booked_household
from taxlots.workflows.overlay import flags_of, return_of
from taxlots.workflows.overlay_contracts import curve_of, figure_of, future_of, option_of
from taxlots.workflows.overlay_sizes import signed
from taxlots.workflows.plan_page import PlanPage, told_page

PAIR: Final = 2
MOST_INSTRUMENTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionsAsked:
    """Wanted changes of greeks in text, or dollars of a synthetic position; blank where not asked.

    ``contracts`` are symbols of contracts.csv: options on one underlying, and futures on it beside
    greeks.  ``delta`` is in shares, ``gamma`` in shares for a dollar's move, ``vega`` in dollars
    for a point of volatility.  ``rate`` and ``income`` are what cash earns and the underlying pays.
    """

    contracts: tuple[str, ...]
    delta: str = ""
    gamma: str = ""
    vega: str = ""
    dollars: str = ""
    rate: str = ""
    income: str = ""


def option_overlay(
    book: str,
    asked: OptionsAsked,
    *,
    household: str | None = None,
    account: str | None = None,
    market: Path | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """Options for wanted greeks, or with ``dollars`` a call and a put that stand for a position.

    Raises UsageError for what cannot be reached so, and DataError for a book or files with errors.
    """
    booked = booked_household(
        book, household=household, account=account, market=market, as_of=as_of, known_at=known_at
    )
    rows = [booked.market.contract(name) for name in asked.contracts]
    tax_return = return_of(booked, account)
    if asked.dollars:
        return _synthetic(booked, rows, asked, tax_return)
    return _by_greeks(booked, rows, asked, tax_return)


def futures_curve(
    book: str,
    underlying: str,
    *,
    household: str | None = None,
    account: str | None = None,
    market: Path | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """The term structure of the futures on an underlying.  Raises as ``option_overlay``."""
    booked = booked_household(
        book, household=household, account=account, market=market, as_of=as_of, known_at=known_at
    )
    mine = [one for one in booked.market.contracts.values() if one.underlying == underlying]
    futures = [one for one in mine if one.kind is ContractKind.FUTURE]
    if len(futures) < PAIR:
        raise UsageError(
            f"contracts.csv has {len(futures)} futures on {underlying!r} that have not expired; a"
            " term structure needs two"
        )
    said = CurveSaid(
        book=booked.books.record.name,
        as_of=booked.as_of,
        underlying=underlying,
        curve=tuple(curve_of(booked.market, futures[0])),
    )
    listings, because = curve_page(said)
    return told_page(listings, curve_json(said), because, booked.books.problems)


def _underlying(rows: Sequence[Contract]) -> str:
    names = list(dict.fromkeys(row.underlying for row in rows))
    if len(names) != 1:
        raise UsageError(f"the contracts are on {', '.join(names)}: name those on one underlying")
    return names[0]


def _spot(booked: BookedHousehold, underlying: str, asked: OptionsAsked) -> Spot:
    quote = booked.history.last_close(underlying, booked.as_of)
    if quote is None:
        raise UsageError(f"prices.csv has no close of {underlying}, which the options are on")
    return Spot(
        price=quote.close / SHARE,
        rate=signed(asked.rate, "--rate") if asked.rate else 0.0,
        dividend_yield=signed(asked.income, "--income") if asked.income else 0.0,
    )


def _by_greeks(
    booked: BookedHousehold, rows: Sequence[Contract], asked: OptionsAsked, tax_return: str
) -> PlanPage:
    spot = _spot(booked, _underlying(rows), asked)
    tools = [_instrument(row) for row in rows]
    each = {one.symbol: contract_greeks(one, spot, booked.as_of) for one in tools}
    targets = _targets(asked, list(each.values()))
    chosen = options_for_greeks(
        targets, tools, spot, booked.as_of, most_instruments=min(MOST_INSTRUMENTS, len(tools))
    )
    legs = []
    for row, one in zip(rows, tools, strict=True):
        count, greek = chosen.counts.get(one.symbol, 0), each[one.symbol]
        if count:
            flags = flags_of(booked, row, count * greek.delta * spot.price, tax_return)
            margin = _margin(one, spot, greek.price, count, row)
            legs.append(_leg(one.symbol, count, greek, margin, flags))
    said = GreeksSaid(
        book=booked.books.record.name,
        as_of=booked.as_of,
        underlying=rows[0].underlying,
        targets={name: getattr(targets, name) for name in targets.names},
        found=chosen,
        legs=tuple(legs),
    )
    listings, because = greeks_page(said)
    return told_page(listings, greeks_json(said), because, booked.books.problems)


def _leg(
    symbol: str, count: int, each: Greeks, margin: float, flags: tuple[TaxFlag, ...]
) -> LegSaid:
    return LegSaid(
        contract=symbol,
        count=count,
        delta=count * each.delta,
        gamma=count * each.gamma,
        vega=count * each.vega,
        premium=count * each.price,
        margin=margin,
        flags=flags,
    )


def _targets(asked: OptionsAsked, each: Sequence[Greeks]) -> GreekTargets:
    """The wanted greeks; half of the smallest contract is near enough."""
    texts = {"delta": asked.delta, "gamma": asked.gamma, "vega": asked.vega}
    wanted = {name: signed(text, f"--{name}") for name, text in texts.items() if text}
    bands = {}
    for name in wanted:
        sizes = [abs(getattr(one, name)) for one in each if getattr(one, name)]
        if not sizes:
            raise UsageError(f"none of the contracts has {name}; name an option")
        bands[f"{name}_band"] = min(sizes) / 2
    return GreekTargets(**wanted, **bands)


def _instrument(row: Contract) -> Option | Future:
    if row.kind is ContractKind.OPTION:
        return option_of(row)
    if row.kind is ContractKind.FUTURE:
        return future_of(row)
    raise UsageError(f"{row.symbol} is a {row.kind}: greeks are those of options and futures")


def _margin(one: Option | Future, spot: Spot, price: float, count: int, row: Contract) -> float:
    """What written options and futures put up; what is bought is paid by its premium."""
    if isinstance(one, Future):
        return abs(count) * one.initial_margin
    if count > 0:
        return 0.0
    premium = price / one.multiplier
    return -count * short_option_margin(one, spot, premium, is_index=row.is_1256)


def _synthetic(
    booked: BookedHousehold, rows: Sequence[Contract], asked: OptionsAsked, tax_return: str
) -> PlanPage:
    calls = [row for row in rows if row.kind is ContractKind.OPTION and not row.is_put]
    puts = [row for row in rows if row.kind is ContractKind.OPTION and row.is_put]
    if len(calls) != 1 or len(puts) != 1 or len(rows) != PAIR:
        raise UsageError("a synthetic position is one call and one put: name both with --with")
    call, put = option_of(calls[0]), option_of(puts[0])
    spot = _spot(booked, _underlying(rows), asked)
    middles = [_middle(row, spot, booked.as_of) for row in (calls[0], puts[0])]
    years = call.years(booked.as_of)
    pair = _pair(call, put, middles, years, is_american=not calls[0].is_1256)
    found = synthetic_position(signed(asked.dollars, "--dollars"), pair, spot)
    said = SyntheticSaid(
        book=booked.books.record.name,
        as_of=booked.as_of,
        underlying=calls[0].underlying,
        bought=put.symbol if found.is_short else call.symbol,
        written=call.symbol if found.is_short else put.symbol,
        wanted=asked.dollars,
        found=found,
        notional=found.delta_shares * spot.price,
        parity_gap=parity_gap(middles[0], middles[1], pair, spot),
        flags=_flags_of_pair(booked, calls[0], found.delta_shares * spot.price, tax_return),
    )
    listings, because = synthetic_page(said)
    return told_page(listings, synthetic_json(said), because, booked.books.problems)


def _pair(
    call: Option, put: Option, middles: Sequence[float], years: float, *, is_american: bool
) -> OptionPair:
    """The quotes of a call and a put, half of the spread to both sides of the middle."""
    if (call.strike, call.expiry, call.multiplier) != (put.strike, put.expiry, put.multiplier):
        raise UsageError(f"{call.symbol} and {put.symbol} differ in strike, expiry or multiplier")
    return OptionPair(
        strike=call.strike,
        years=years,
        call_bid=max(0.0, middles[0] - call.spread / 2),
        call_ask=middles[0] + call.spread / 2,
        put_bid=max(0.0, middles[1] - put.spread / 2),
        put_ask=middles[1] + put.spread / 2,
        multiplier=call.multiplier,
        is_american=is_american,
    )


def _middle(row: Contract, spot: Spot, as_of: date) -> float:
    """The stated price of an option a share, else that of its volatility."""
    stated = figure_of(row, "price")
    return stated or greeks(option_of(row), spot, as_of).price


def _flags_of_pair(
    booked: BookedHousehold, call: Contract, notional: float, tax_return: str
) -> tuple[TaxFlag, ...]:
    """A call and a put of one strike are a forward contract by what they do."""
    if not notional:
        return ()
    return flags_of(booked, call, notional, tax_return, kind=OverlayKind.FORWARD)
