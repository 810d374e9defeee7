"""An overlay as text: contracts, costs, flags and days of unwinding, for people and programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from taxlots.domain.money import dollars
from taxlots.plan.overlay.tax_flags import TaxFlag
from taxlots.plan.overlay.term_structure import RollCost
from taxlots.plan.overlay.unwinding import UnwindChoice
from taxlots.reports.plan_figures import figure, listing, money
from taxlots.reports.terminal import Listing

SIZE: Final = {
    "contract": "contract",
    "exact": "exact",
    "count": "contracts",
    "notional": "notional",
    "residual": "residual",
    "margin": "margin",
    "reserve": "reserve",
    "premium": "premium",
    "trade_cost": "trade cost",
    "carry_a_year": "carry a year",
}
FLAGS: Final = {"code": "flag", "authority": "authority", "gain": "gain", "until": "until"}
UNWINDING: Final = {"day": "unwind on", "carry": "carry", "tax": "tax", "total": "in all"}
UNITS: Final = {"beta": "dollars of beta", "duration": "dollars × years"}
TEXTS: Final = frozenset({"contract", "code", "authority", "until", "day"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """Contracts for a wanted change, in dollars unless a name says otherwise.

    ``unit`` says in what ``residual`` is: dollars of beta, dollars × years, or dollars.
    ``present`` is the measure before, None where it was not asked.
    """

    unit: str
    exact: float
    count: int
    notional: float
    residual: float
    residual_notional: float
    margin: float = 0.0
    reserve: float = 0.0
    premium: float = 0.0
    trade_cost: float = 0.0
    carry_a_year: float = 0.0
    present: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollSaid:
    """The next roll: from one contract to the next on a day, its cost, and the curve's shape."""

    to: str
    day: date
    cost: RollCost
    yield_a_year: float
    shape: str
    is_priced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlaySaid:
    """An overlay, ready to be told."""

    book: str
    as_of: date
    contract: str
    kind: str
    wanted: str
    tax_return: str
    sized: Sized
    roll: RollSaid | None
    flags: tuple[TaxFlag, ...]
    unwinding: UnwindChoice | None = None
    instead_of: str = ""
    told: tuple[str, ...] = ()


def size_row(said: OverlaySaid) -> dict[str, str]:
    """The contracts and their costs."""
    one = said.sized
    return {
        "contract": said.contract,
        "exact": figure(one.exact, 2),
        "count": str(one.count),
        "notional": money(one.notional),
        "residual": money(one.residual),
        "margin": money(one.margin),
        "reserve": money(one.reserve),
        "premium": money(one.premium),
        "trade_cost": money(one.trade_cost),
        "carry_a_year": money(one.carry_a_year),
    }


def flag_row(flag: TaxFlag) -> dict[str, str]:
    """A flag in a row."""
    return {
        "code": str(flag.code),
        "authority": flag.authority,
        "gain": dollars(flag.gain_cents) if flag.gain_cents else "",
        "until": "" if flag.until is None else flag.until.isoformat(),
    }


def flag_json(flag: TaxFlag) -> dict[str, Any]:
    """A flag for programs, with its reason and the lots that it is about."""
    return flag_row(flag) | {"because": flag.because, "lots": list(flag.lots)}


def flag_listings(flags: Sequence[TaxFlag]) -> tuple[Listing, ...]:
    """The table of flags; none where there are none."""
    if not flags:
        return ()
    return (listing("Tax flags", FLAGS, [flag_row(one) for one in flags], TEXTS),)


def unwind_rows(found: UnwindChoice) -> list[dict[str, str]]:
    """A row a day of unwinding."""
    return [
        {
            "day": one.day.isoformat(),
            "carry": money(one.carry),
            "tax": money(one.tax),
            "total": money(one.total),
        }
        for one in found.days
    ]


def overlay_page(said: OverlaySaid) -> tuple[tuple[Listing, ...], tuple[str, ...]]:
    """The tables, and the sentences below them."""
    title = f"Overlay of {said.book} for {said.wanted} on {said.as_of}"
    tables = [listing(title, SIZE, [size_row(said)], TEXTS), *flag_listings(said.flags)]
    if said.unwinding is not None:
        heading = f"Selling {said.instead_of} instead, in today's dollars"
        tables.append(listing(heading, UNWINDING, unwind_rows(said.unwinding), TEXTS))
    return tuple(tables), tuple(_sentences(said))


def _sentences(said: OverlaySaid) -> Iterator[str]:
    one = said.sized
    if one.present is not None:
        yield f"The present {one.unit} is {figure(one.present)}"
    if money(one.residual) != money(0):
        yield _residual(one)
    roll = said.roll
    if roll is not None:
        priced = (
            f"{money(roll.cost.total)}, of which {money(roll.cost.mispricing)} is mispricing"
            if roll.is_priced
            else f"{money(roll.cost.trading)} in trading; state --rate for the mispricing"
        )
        yield (
            f"Roll into {roll.to} on {roll.day}: the curve is in {roll.shape}, the roll yields"
            f" {figure(100 * roll.yield_a_year, 2)} percent a year, a roll costs {priced}"
        )
    for flag in said.flags:
        yield f"{flag.code}: {flag.because}"
    if said.unwinding is not None:
        best = said.unwinding.best
        when = "now" if said.unwinding.is_now else f"on {best.day}"
        yield f"Unwinding into the physical costs least {when}: {money(best.total)} in all"
    yield from said.told


def _residual(one: Sized) -> str:
    if one.unit == "dollars":
        return f"The residual of {money(one.residual)} dollars is left: hold it in a fund, or not"
    return (
        f"The residual of {money(one.residual)} ({UNITS[one.unit]}) is"
        f" {money(one.residual_notional)} dollars of what the contract stands for: hold it in a"
        " fund, or not"
    )


def overlay_json(said: OverlaySaid) -> dict[str, Any]:
    """What ``taxlots overlay --json`` prints; money and figures are strings."""
    roll = said.roll
    return {
        "book": said.book,
        "as_of": said.as_of.isoformat(),
        "wanted": said.wanted,
        "kind": said.kind,
        "tax_return": said.tax_return,
        "unit": said.sized.unit,
        "present": figure(said.sized.present),
        **size_row(said),
        "residual_notional": money(said.sized.residual_notional),
        "roll": None
        if roll is None
        else {
            "to": roll.to,
            "day": roll.day.isoformat(),
            "shape": roll.shape,
            "yield_a_year": figure(roll.yield_a_year),
            "trading": money(roll.cost.trading),
            "mispricing": money(roll.cost.mispricing) if roll.is_priced else "",
        },
        "flags": [flag_json(flag) for flag in said.flags],
        "unwinding": None
        if said.unwinding is None
        else {
            "instead_of": said.instead_of,
            "days": unwind_rows(said.unwinding),
            "best": said.unwinding.best.day.isoformat(),
        },
    }
