"""Options, synthetic positions and curves of futures as text, for people and programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

from taxlots.plan.overlay.contracts import Future
from taxlots.plan.overlay.options import OptionOverlay
from taxlots.plan.overlay.synthetic import SyntheticPosition
from taxlots.plan.overlay.tax_flags import TaxFlag
from taxlots.plan.overlay.term_structure import implied_carry, roll_yield, shape
from taxlots.reports.overlay import flag_json, flag_listings
from taxlots.reports.plan_figures import figure, listing, money
from taxlots.reports.terminal import Listing

LEGS: Final = {
    "contract": "contract",
    "count": "contracts",
    "delta": "delta",
    "gamma": "gamma",
    "vega": "vega",
    "premium": "premium",
    "margin": "margin",
}
GREEKS: Final = {
    "greek": "greek",
    "wanted": "wanted",
    "achieved": "achieved",
    "residual": "residual",
}
SYNTHETIC: Final = {
    "bought": "bought",
    "written": "written",
    "pairs": "pairs",
    "notional": "notional",
    "residual": "residual",
    "premium": "premium",
    "forward": "forward",
    "financing": "financing %",
    "crossing": "crossing",
}
CURVE: Final = {
    "contract": "contract",
    "expiry": "expiry",
    "price": "price",
    "carry": "carry to it %",
    "roll_yield": "roll yield %",
}
TEXTS: Final = frozenset({"contract", "greek", "bought", "written", "expiry"})

Row = dict[str, str]
Page = tuple[tuple[Listing, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSaid:
    """Contracts of one kind, the greeks that they bring, and what tax law says of them."""

    contract: str
    count: int
    delta: float
    gamma: float
    vega: float
    premium: float
    margin: float
    flags: tuple[TaxFlag, ...] = ()

    def row(self) -> Row:
        """As text."""
        return {
            "contract": self.contract,
            "count": str(self.count),
            "delta": figure(self.delta, 2),
            "gamma": figure(self.gamma, 3),
            "vega": figure(self.vega, 2),
            "premium": money(self.premium),
            "margin": money(self.margin),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GreeksSaid:
    """Options for wanted greeks, ready to be told."""

    book: str
    as_of: date
    underlying: str
    targets: Mapping[str, float]
    found: OptionOverlay
    legs: tuple[LegSaid, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticSaid:
    """A call and a put that stand for a position, ready to be told."""

    book: str
    as_of: date
    underlying: str
    bought: str
    written: str
    wanted: str
    found: SyntheticPosition
    notional: float
    parity_gap: float
    flags: tuple[TaxFlag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveSaid:
    """The futures on an underlying, by expiry."""

    book: str
    as_of: date
    underlying: str
    curve: tuple[Future, ...]


def greeks_page(said: GreeksSaid) -> Page:
    """The contracts, what they bring of each greek, and sentences."""
    title = f"Options of {said.book} on {said.underlying} on {said.as_of}"
    flags = [flag for leg in said.legs for flag in leg.flags]
    tables = (
        listing(title, LEGS, [one.row() for one in said.legs], TEXTS, "none comes nearer"),
        listing("Greeks", GREEKS, _greeks(said), TEXTS),
        *flag_listings(flags),
    )
    return tables, tuple(_greek_sentences(said))


def _greeks(said: GreeksSaid) -> list[Row]:
    return [
        {
            "greek": name,
            "wanted": figure(wanted, 2),
            "achieved": figure(said.found.achieved[name], 2),
            "residual": figure(said.found.residual[name], 2),
        }
        for name, wanted in said.targets.items()
    ]


def _greek_sentences(said: GreeksSaid) -> Iterator[str]:
    found = said.found
    verb = "cost" if found.premium >= 0 else "bring"
    premium, costs = money(abs(found.premium)), money(found.trade_cost)
    lost = money(-found.achieved["theta"])
    yield (
        f"They {verb} {premium} of premium at model prices; spreads and commissions cost {costs},"
        f" and a year of time that passes {lost}"
    )
    if not found.is_within:
        yield "No numbers of these contracts come within half a contract: name others"
    for leg in said.legs:
        for flag in leg.flags:
            yield f"{leg.contract}: {flag.code}: {flag.because}"


def greeks_json(said: GreeksSaid) -> dict[str, Any]:
    """What ``taxlots overlay --delta ... --json`` prints."""
    return {
        "book": said.book,
        "as_of": said.as_of.isoformat(),
        "underlying": said.underlying,
        "contracts": [one.row() for one in said.legs],
        "greeks": _greeks(said),
        "premium": money(said.found.premium),
        "trade_cost": money(said.found.trade_cost),
        "theta": money(said.found.achieved["theta"]),
        "is_within": said.found.is_within,
        "flags": [
            {"contract": leg.contract} | flag_json(flag) for leg in said.legs for flag in leg.flags
        ],
    }


def synthetic_page(said: SyntheticSaid) -> Page:
    """The pair, and sentences."""
    title = f"Synthetic {said.underlying} of {said.book} for {said.wanted} dollars on {said.as_of}"
    return (
        listing(title, SYNTHETIC, [_synthetic(said)], TEXTS),
        *flag_listings(said.flags),
    ), tuple(_synthetic_sentences(said))


def _synthetic(said: SyntheticSaid) -> Row:
    one = said.found
    return {
        "bought": said.bought,
        "written": said.written,
        "pairs": str(one.pairs),
        "notional": money(said.notional),
        "residual": money(one.residual),
        "premium": money(one.premium),
        "forward": money(one.forward),
        "financing": figure(100 * one.financing_rate, 2),
        "crossing": money(one.crossing),
    }


def _synthetic_sentences(said: SyntheticSaid) -> Iterator[str]:
    one = said.found
    side = "short" if one.is_short else "long"
    yield (
        f"{abs(one.pairs)} pairs are {side} at a forward of {money(one.forward)}: they finance at"
        f" {figure(100 * one.financing_rate, 2)} percent a year"
    )
    if abs(said.parity_gap) >= 0.005:  # noqa: PLR2004 (half a cent)
        yield f"Put-call parity is missed by {money(said.parity_gap)} a share: check the quotes"
    if one.may_be_assigned:
        yield f"{said.written} is American: it may be assigned early, and the position end"
    for flag in said.flags:
        yield f"{flag.code}: {flag.because}"


def synthetic_json(said: SyntheticSaid) -> dict[str, Any]:
    """What ``taxlots overlay --synthetic --json`` prints."""
    return {
        "book": said.book,
        "as_of": said.as_of.isoformat(),
        "underlying": said.underlying,
        **_synthetic(said),
        "parity_gap": money(said.parity_gap),
        "may_be_assigned": said.found.may_be_assigned,
        "flags": [{"contract": said.bought} | flag_json(flag) for flag in said.flags],
    }


def curve_page(said: CurveSaid) -> Page:
    """The curve, and its shape."""
    title = f"Futures on {said.underlying} on {said.as_of}"
    told = f"The curve is in {shape(said.curve)}"
    return (listing(title, CURVE, _curve(said), TEXTS),), (told,)


def _curve(said: CurveSaid) -> list[Row]:
    rows = [
        {
            "contract": one.symbol,
            "expiry": one.expiry.isoformat(),
            "price": figure(one.price, 2),
            "carry": "",
            "roll_yield": "",
        }
        for one in said.curve
    ]
    for row, (near, far) in zip(rows[1:], pairwise(said.curve), strict=True):
        row["carry"] = figure(100 * implied_carry(near, far), 2)
        row["roll_yield"] = figure(100 * roll_yield(near, far), 2)
    return rows


def curve_json(said: CurveSaid) -> dict[str, Any]:
    """What ``taxlots overlay --curve UNDERLYING --json`` prints."""
    return {
        "book": said.book,
        "as_of": said.as_of.isoformat(),
        "underlying": said.underlying,
        "shape": str(shape(said.curve)),
        "contracts": _curve(said),
    }
