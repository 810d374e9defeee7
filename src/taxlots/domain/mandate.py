"""``[rebalance.mandate]`` of ``book.toml``: what a mandate or a regulation allows a household."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from taxlots.domain.mandate_cells import HUNDRED, MandateCells, Span
from taxlots.domain.problem import Problem
from taxlots.domain.short_mandate import StatedShorts, shorts_from

WHERE: Final = "book.toml:rebalance.mandate"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorLimit:
    """A sector's weight; blank ``symbols`` are those whose asset class bears its name."""

    name: str
    span: Span
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnThreshold:
    """A holding that somebody wants to be told of from a percentage on.

    ``ppm`` is of the household or, where ``is_of_class``, of the shares outstanding; it is told
    from ``near_ppm`` of that on.  ``duty`` is what to do then.
    """

    name: str
    ppm: int
    near_ppm: int
    is_of_class: bool
    duty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedMandate:
    """The keys of ``[rebalance.mandate]``; None and empty tables limit nothing.

    Percentages are in 1e-6 of the household, of an account for ``account_position_ppm``.
    ``factors`` are exposures in 1e-6 of one.  ``do_not_buy`` and ``do_not_sell`` map symbols to
    why.  ``round_lots`` and ``outstanding`` are whole shares by symbol.  A security is traded again
    ``days_between_trades`` after its last trade at the earliest.  ``shortfall_ppm`` caps the
    expected shortfall of one period.  ``market`` is the security that beta is measured against;
    blank: the targets.  ``shorts`` are the short positions that it allows.
    """

    position_ppm: int | None = None
    account_position_ppm: int | None = None
    positions: Mapping[str, Span] = field(default_factory=dict)
    sectors: tuple[SectorLimit, ...] = ()
    factors: Mapping[str, Span] = field(default_factory=dict)
    market: str = ""
    do_not_buy: Mapping[str, str] = field(default_factory=dict)
    do_not_sell: Mapping[str, str] = field(default_factory=dict)
    round_lots: Mapping[str, int] = field(default_factory=dict)
    days_between_trades: int = 0
    most_names: int | None = None
    most_trades: int | None = None
    tax_cents: int | None = None
    shortfall_ppm: int | None = None
    outstanding: Mapping[str, int] = field(default_factory=dict)
    files_13f: bool = False
    thresholds: tuple[OwnThreshold, ...] = ()
    shorts: StatedShorts = field(default_factory=StatedShorts)

    @property
    def symbols(self) -> frozenset[str]:
        """Every security that is named."""
        named = {one for sector in self.sectors for one in sector.symbols}
        tables = (self.positions, self.do_not_buy, self.do_not_sell, self.round_lots)
        named |= {symbol for table in (*tables, self.outstanding) for symbol in table}
        named |= {*self.shorts.symbols, *self.shorts.borrow}
        return frozenset(named | ({self.market} - {""}))


KEYS: Final = frozenset(
    {"position_percent", "account_position_percent", "positions", "sectors", "factors", "market"}
    | {"do_not_buy", "do_not_sell", "round_lots", "days_between_trades", "most_names"}
    | {"most_trades", "tax", "shortfall_percent", "outstanding", "form_13f", "thresholds"}
    | {"shorts"}
)


def mandate_from(mapping: Mapping[str, object]) -> tuple[StatedMandate, list[Problem]]:
    """The mandate that ``[rebalance]`` states, with a problem for each wrong key."""
    cells = MandateCells.of(mapping.get("mandate", {}), WHERE, KEYS)
    shorts, of_shorts = shorts_from(cells.cells)
    stated = StatedMandate(
        position_ppm=cells.percent("position_percent"),
        account_position_ppm=cells.percent("account_position_percent"),
        positions={one: cells.span("positions", one, HUNDRED) for one in cells.table("positions")},
        sectors=tuple(_sector(cells, name) for name in cells.table("sectors")),
        factors={name: cells.exposure("factors", name) for name in cells.table("factors")},
        market=cells.text("market"),
        do_not_buy=cells.reasons("do_not_buy"),
        do_not_sell=cells.reasons("do_not_sell"),
        round_lots=cells.counts("round_lots"),
        days_between_trades=cells.count("days_between_trades") or 0,
        most_names=cells.count("most_names"),
        most_trades=cells.count("most_trades"),
        tax_cents=cells.cents("tax"),
        shortfall_ppm=cells.percent("shortfall_percent"),
        outstanding=cells.counts("outstanding"),
        files_13f=cells.flag("form_13f"),
        thresholds=tuple(_threshold(cells, name) for name in cells.table("thresholds")),
        shorts=shorts,
    )
    return stated, [*cells.problems, *of_shorts]


def _sector(cells: MandateCells, name: str) -> SectorLimit:
    span = cells.span("sectors", name, HUNDRED, also=frozenset({"symbols"}))
    symbols = cells.inner("sectors", name).get("symbols", [])
    if not isinstance(symbols, list) or not all(isinstance(one, str) for one in symbols):
        cells.bad(f"sectors.{name}.symbols", symbols, 'a list of symbols, as ["MSFT", "INTC"]')
        symbols = []
    return SectorLimit(name=name, span=span, symbols=tuple(symbols))


def _threshold(cells: MandateCells, name: str) -> OwnThreshold:
    inner = cells.inner("thresholds", name)
    where = f"thresholds.{name}"
    cells.known(inner, {"percent", "near_percent", "of", "duty"}, where)
    of = inner.get("of", "household")
    if of not in ("household", "class"):
        cells.bad(f"{where}.of", of, '"household" or "class"')
    near = inner.get("near_percent", 80)
    return OwnThreshold(
        name=name,
        ppm=cells.number(inner.get("percent"), f"{where}.percent", HUNDRED),
        near_ppm=cells.number(near, f"{where}.near_percent", HUNDRED),
        is_of_class=of == "class",
        duty=str(inner.get("duty", "")),
    )
