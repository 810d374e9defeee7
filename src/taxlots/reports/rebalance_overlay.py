"""The overlay of a rebalance as text: ``overlay.csv``, its part of ``plan.json``, and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from taxlots.domain.money import CENTS_PER_DOLLAR, dollars
from taxlots.plan.overlay.tax_flags import TaxFlag
from taxlots.plan.rebalance.overlaid import Overlaid, OverlaidLine
from taxlots.plan.rebalance.proposal import ClassWeights
from taxlots.reports.overlay import flag_json
from taxlots.reports.plan_figures import figure, listing, money
from taxlots.reports.terminal import Listing

OVERLAY: Final = (
    "account",
    "contract",
    "class",
    "held",
    "exact",
    "count",
    "trade",
    "notional",
    "margin",
    "tied",
    "entry_cost",
    "carry_a_year",
    "roll_a_year",
    "tax_a_year",
    "basis_percent",
    "curve",
    "next",
    "why_not",
)
CONTRACTS: Final = {
    "contract": "contract",
    "class": "stands for",
    "held": "held",
    "exact": "exact",
    "count": "contracts",
    "notional": "notional",
    "tied": "margin and reserve",
    "entry_cost": "entry",
    "carry_a_year": "carry a year",
}
RESIDUALS: Final = {
    "name": "class",
    "wanted": "wanted",
    "physical": "held after trades",
    "overlay": "contracts",
    "residual": "left",
}
TEXTS: Final = frozenset({"contract", "class", "name"})

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSaid:
    """What is known of a contract beside its line: curve, rolls by notional, and tax flags."""

    shape: str
    next_symbol: str
    roll_a_year: float
    is_estimated: bool
    flags: tuple[TaxFlag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassResidual:
    """A class, in cents: wanted, after the trades, what contracts stand for, and what is left."""

    name: str
    wanted_cents: int
    physical_cents: int
    overlay_cents: int

    @property
    def residual_cents(self) -> int:
        """What is wanting (below zero: too much) after trades and contracts."""
        return self.wanted_cents - self.physical_cents - self.overlay_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlaySaid:
    """The overlay of a plan, ready to be told.  ``cash_cents`` is what is left by account."""

    overlay: Overlaid
    contracts: Mapping[str, ContractSaid]
    classes: tuple[ClassResidual, ...]
    cash_cents: Mapping[str, int]


def residuals(
    overlay: Overlaid, classes: tuple[ClassWeights, ...], nav_cents: int
) -> tuple[ClassResidual, ...]:
    """What trades and contracts leave of each class."""
    return tuple(
        ClassResidual(
            name=one.name,
            wanted_cents=round(one.wanted * nav_cents),
            physical_cents=round(one.after * nav_cents),
            overlay_cents=overlay.stands_for_cents(one.name),
        )
        for one in classes
    )


def overlay_rows(said: OverlaySaid) -> list[Row]:
    """``overlay.csv``: a row for each contract that the plan may use."""
    return [_row(one, said.contracts[one.contract.symbol]) for one in said.overlay.lines]


def _row(line: OverlaidLine, known: ContractSaid) -> Row:
    one = line.contract
    notional = line.notional_cents / CENTS_PER_DOLLAR
    bars = {"not bought": one.long_bar, "not sold short": one.short_bar}
    return {
        "account": one.account.id,
        "contract": one.symbol,
        "class": one.asset_class,
        "held": str(one.held),
        "exact": figure(line.exact, 2),
        "count": str(line.count),
        "trade": str(line.trade),
        "notional": dollars(line.notional_cents),
        "margin": money(abs(notional) * one.margin),
        "tied": dollars(one.tied_cents(line.count)),
        "entry_cost": money(one.entry_cost(line.count)),
        "carry_a_year": money(one.carry(line.count)),
        "roll_a_year": money(notional * known.roll_a_year),
        "tax_a_year": money(abs(notional) * one.tax),
        "basis_percent": figure(100 * one.basis, 2),
        "curve": known.shape,
        "next": known.next_symbol,
        "why_not": "; ".join(f"{side}: {bar}" for side, bar in bars.items() if bar),
    }


def _residual(one: ClassResidual) -> Row:
    return {
        "name": one.name,
        "wanted": dollars(one.wanted_cents),
        "physical": dollars(one.physical_cents),
        "overlay": dollars(one.overlay_cents),
        "residual": dollars(one.residual_cents),
    }


def overlay_json(said: OverlaySaid | None) -> dict[str, Any] | None:
    """The ``overlay`` of ``plan.json``; None where there is none."""
    if said is None:
        return None
    found = said.overlay
    return {
        "contracts": overlay_rows(said),
        "classes": [_residual(one) for one in said.classes],
        "tracking_error": {
            "before": figure(found.error_before, 6),
            "without_overlay": figure(found.error_alone, 6),
            "trades_alone": figure(found.error_unhedged, 6),
            "after": figure(found.error_after, 6),
            "basis": figure(found.basis, 6),
        },
        "worth_bps": figure(found.worth * 1e4, 4),
        "certificate_bps": figure(found.gap_bps, 6),
        "margin": [
            {
                "account": name,
                "tied": dollars(cents),
                "cash_after": dollars(said.cash_cents.get(name, 0)),
                "is_covered": cents <= said.cash_cents.get(name, 0),
            }
            for name, cents in found.tied_cents().items()
        ],
        "flags": [
            {"contract": name} | flag_json(flag)
            for name, known in said.contracts.items()
            for flag in known.flags
        ],
    }


def overlay_listings(said: OverlaySaid | None) -> tuple[Listing, ...]:
    """The tables of an overlay; none without it."""
    if said is None:
        return ()
    left = [_residual(one) for one in said.classes]
    return (
        listing("Contracts", CONTRACTS, overlay_rows(said), TEXTS),
        listing("What is left of each class", RESIDUALS, left, TEXTS),
    )


def overlay_sentences(said: OverlaySaid | None) -> Iterator[str]:
    """The overlay in words."""
    if said is None:
        return
    found = said.overlay
    before, alone, trades, after = (
        figure(100 * one, 2)
        for one in (
            found.error_before,
            found.error_alone,
            found.error_unhedged,
            found.error_after,
        )
    )
    yield (
        f"With contracts the tracking error goes from {before} % to {after} %, of which"
        f" {figure(100 * found.basis, 2)} % is basis risk; a plan without them comes to {alone} %,"
        f" these trades alone to {trades} %"
    )
    for one in found.lines:
        if one.trade:
            yield _traded(one)
    for name, cents in found.tied_cents().items():
        if cents:
            cash = dollars(said.cash_cents.get(name, 0))
            yield f"Margin and reserve tie up {dollars(cents)} of the {cash} that {name} keeps"
    yield (
        f"Trades and contracts together are within {figure(found.gap_bps, 4)} basis points of the"
        " optimum in fractions; they are"
        f" {figure(found.worth * 1e4, 4)} better than the plan without contracts"
    )
    for name, known in said.contracts.items():
        for flag in known.flags:
            yield f"{name}: {flag.code}: {flag.because}"


def _traded(line: OverlaidLine) -> str:
    one, name = line.contract, line.contract.symbol
    verb = "Buy" if line.trade > 0 else "Sell"
    said = f"{verb} {abs(line.trade)} {name} in {one.account.id}"
    if one.held and abs(line.count) < abs(one.held):
        return f"{said}: the trades make that part of the {one.held} held superfluous"
    stands = f"{line.count} stand for {dollars(line.notional_cents)} of {one.asset_class}"
    return f"{said}, so that {stands}"
