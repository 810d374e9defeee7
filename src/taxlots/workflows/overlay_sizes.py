"""How many contracts of each kind bring a wanted change, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taxlots.domain.contract import Contract, ContractKind
from taxlots.domain.money import SHARE
from taxlots.domain.problem import UsageError
from taxlots.domain.settings import scaled_value
from taxlots.plan.exposure.measures import Measured
from taxlots.plan.overlay.black_scholes import Spot
from taxlots.plan.overlay.contracts import Future
from taxlots.plan.overlay.futures import (
    FuturesOverlay,
    futures_for_beta,
    futures_for_dollars,
    futures_for_duration,
    margin_need,
)
from taxlots.plan.overlay.options import (
    GreekTargets,
    contract_greeks,
    options_for_greeks,
    short_option_margin,
)
from taxlots.plan.overlay.term_structure import (
    next_roll,
    roll_cost,
    roll_yield,
    rolls_a_year,
    shape,
)
from taxlots.reports.overlay import RollSaid, Sized
from taxlots.workflows.exposure import BookedHousehold, ExposureRun
from taxlots.workflows.overlay_contracts import curve_of, fund_of, future_of, option_of, swap_of
from taxlots.workflows.unused_options import check_used

PLACES: Final = 8
USUAL_DAILY_MOVE: Final = "0.01"
USUAL_RESERVE_DAYS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayAsked:
    """A wanted change, in text: one of ``to_beta``, ``to_duration`` and ``dollars``.

    ``contract`` is a symbol of contracts.csv.  ``rate`` and ``income`` are the cash rate and what
    the underlying pays, annual; ``daily_move`` is the volatility of a day, for the reserve of
    ``reserve_days``.  ``instead_of`` is a security of the account that would be sold otherwise.
    """

    contract: str
    to_beta: str = ""
    to_duration: str = ""
    dollars: str = ""
    rate: str = ""
    income: str = ""
    daily_move: str = ""
    reserve_days: int | None = None
    instead_of: str = ""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.to_beta, self.to_duration, self.dollars))) != 1:
            raise UsageError("state one of --to-beta, --to-duration and --dollars")
        if self.income and not self.rate:
            raise UsageError("--income goes with --rate; state both")
        if self.reserve_days is not None and self.reserve_days < 0:
            raise UsageError(f"--reserve-days {self.reserve_days}: write 0 or more")

    @property
    def wanted(self) -> str:
        """What is wanted, in words."""
        if self.to_beta:
            return f"a beta of {self.to_beta}"
        if self.to_duration:
            return f"a duration of {self.to_duration} years"
        return f"{self.dollars} dollars of exposure"


def signed(text: str, option: str) -> float:
    """A number that was written for an option, of either sign.  Raises UsageError."""
    found = scaled_value(text, PLACES)
    if found is None:
        raise UsageError(f"{option} {text!r} is no number; write -0.5 or 250000")
    return found / SHARE


def sized(
    booked: BookedHousehold, row: Contract, asked: OverlayAsked, run: ExposureRun | None
) -> tuple[Sized, RollSaid | None]:
    """Contracts for what is asked, and for a future its next roll.  Raises UsageError."""
    present, value = _present(asked, run)
    if row.kind is ContractKind.FUTURE:
        return _by_future(booked, row, asked, present, value)
    _check_of_futures(row, asked)
    change = _change(row, asked, present, value)
    if row.kind is ContractKind.OPTION:
        return _by_option(booked, row, change), None
    if row.kind is ContractKind.FUND:
        return _by_fund(row, change, present, _unit(asked)), None
    return _by_swap(row, change, present, _unit(asked)), None


def _check_of_futures(row: Contract, asked: OverlayAsked) -> None:
    """Raises UsageError for what only futures heed: the price of a roll, and their reserve."""
    stated = {
        "--rate": asked.rate,
        "--income": asked.income,
        "--daily-move": asked.daily_move,
        "--reserve-days": None if asked.reserve_days is None else str(asked.reserve_days),
    }
    check_used(stated, f"with {row.symbol}, a {row.kind}: it is of the rolls and margin of futures")


def _unit(asked: OverlayAsked) -> str:
    return "beta" if asked.to_beta else "duration" if asked.to_duration else "dollars"


def _present(asked: OverlayAsked, run: ExposureRun | None) -> tuple[float | None, float]:
    """The measure as it is, over all that is held, and the value."""
    if run is None:
        return None, 0.0
    found = measured(asked, run)
    value = run.held.value
    if value <= 0:
        raise UsageError("nothing is held whose exposure could be moved; state --dollars")
    if found.known == 0:
        name = _unit(asked)
        more = ", or name a --benchmark to estimate betas" if name == "beta" else ""
        raise UsageError(f"no {name} of what is held is known; state it in exposures.csv{more}")
    return found.average(value), value


def measured(asked: OverlayAsked, run: ExposureRun) -> Measured:
    """The measure that is asked for, as it is."""
    return run.found.exposures.beta if asked.to_beta else run.found.exposures.duration


def _change(row: Contract, asked: OverlayAsked, present: float | None, value: float) -> float:
    """Dollars of the underlying that are wanted (negative: to be taken away)."""
    if asked.dollars:
        return signed(asked.dollars, "--dollars")
    name = "beta" if asked.to_beta else "duration"
    unit = row.figures.get(name, SHARE if name == "beta" else 0) / SHARE
    if unit == 0:
        raise UsageError(f"{row.symbol} has no {name}; name a contract that has")
    target = signed(asked.to_beta or asked.to_duration, f"--to-{name}")
    return (target - (present or 0.0)) * value / unit


def _by_future(
    booked: BookedHousehold,
    row: Contract,
    asked: OverlayAsked,
    present: float | None,
    value: float,
) -> tuple[Sized, RollSaid | None]:
    contract = future_of(row)
    if asked.to_beta:
        found = futures_for_beta(
            signed(asked.to_beta, "--to-beta"), present or 0.0, value, contract
        )
    elif asked.to_duration:
        wanted = signed(asked.to_duration, "--to-duration")
        found = futures_for_duration(wanted, present or 0.0, value, contract)
    else:
        found = futures_for_dollars(signed(asked.dollars, "--dollars"), contract)
    move = signed(asked.daily_move or USUAL_DAILY_MOVE, "--daily-move")
    days = USUAL_RESERVE_DAYS if asked.reserve_days is None else asked.reserve_days
    need = margin_need(found, move, days)
    roll, carry = _roll(booked, row, found, asked)
    return Sized(
        unit=_unit(asked),
        exact=found.exact,
        count=found.count,
        notional=found.notional,
        residual=found.residual,
        residual_notional=found.residual_notional,
        margin=need.initial,
        reserve=need.reserve,
        trade_cost=found.trade_cost,
        carry_a_year=carry,
        present=present,
    ), roll


def _roll(
    booked: BookedHousehold, row: Contract, found: FuturesOverlay, asked: OverlayAsked
) -> tuple[RollSaid | None, float]:
    """The roll into the next contract of the curve, and what all rolls of a year cost."""
    curve = curve_of(booked.market, row)
    later = [one for one in curve if one.expiry > found.contract.expiry]
    if not later:
        return None, 0.0
    following: Future = later[0]
    rate = signed(asked.rate, "--rate") if asked.rate else 0.0
    income = signed(asked.income, "--income") if asked.income else 0.0
    cost = roll_cost(found.count, found.contract, following, rate - income)
    once = cost.total if asked.rate else cost.trading
    said = RollSaid(
        to=following.symbol,
        day=next_roll(found.contract, booked.as_of),
        cost=cost,
        yield_a_year=roll_yield(found.contract, following),
        shape=str(shape(curve)),
        is_priced=bool(asked.rate),
    )
    return said, once * rolls_a_year(found.contract, following)


def _by_option(booked: BookedHousehold, row: Contract, change: float) -> Sized:
    """Options whose delta stands for the dollars; what the underlying pays is left out."""
    option = option_of(row)
    quote = booked.history.last_close(row.underlying, booked.as_of)
    if quote is None:
        raise UsageError(f"prices.csv has no close of {row.underlying}, which {row.symbol} is on")
    spot = Spot(price=quote.close / SHARE)
    each = contract_greeks(option, spot, booked.as_of)
    wanted = change / spot.price
    found = options_for_greeks(
        GreekTargets(delta=wanted, delta_band=max(abs(each.delta) / 2, 1e-9)),
        [option],
        spot,
        booked.as_of,
        most_instruments=1,
    )
    count = found.counts.get(option.symbol, 0)
    margin = 0.0
    if count < 0:
        premium = each.price / option.multiplier
        margin = -count * short_option_margin(option, spot, premium, is_index=row.is_1256)
    residual = found.residual["delta"] * spot.price
    return Sized(
        unit="dollars",
        exact=wanted / each.delta,
        count=count,
        notional=found.achieved["delta"] * spot.price,
        residual=residual,
        residual_notional=residual,
        margin=margin,
        premium=found.premium,
        trade_cost=found.trade_cost,
        carry_a_year=-found.achieved["theta"],
    )


def _by_fund(row: Contract, change: float, present: float | None, unit: str) -> Sized:
    """Whole shares of a fund; its expense is what it costs to carry."""
    fund = fund_of(row)
    exact = change / fund.price
    count = round(exact)
    notional = count * fund.price
    return Sized(
        unit=unit,
        exact=exact,
        count=count,
        notional=notional,
        residual=(change - notional) * _per_dollar(row, unit),
        residual_notional=change - notional,
        premium=notional,
        trade_cost=abs(notional) * fund.spread / 2,
        carry_a_year=notional * fund.expense,
        present=present,
    )


def _by_swap(row: Contract, change: float, present: float | None, unit: str) -> Sized:
    """One swap of the whole notional."""
    swap = swap_of(row)
    spread = swap.short_spread if change < 0 else swap.financing_spread
    return Sized(
        unit=unit,
        exact=1.0 if change else 0.0,
        count=1 if change else 0,
        notional=change,
        residual=0.0,
        residual_notional=0.0,
        margin=abs(change) * swap.margin,
        trade_cost=abs(change) * swap.fee,
        carry_a_year=abs(change) * spread,
        present=present,
    )


def _per_dollar(row: Contract, unit: str) -> float:
    return 1.0 if unit == "dollars" else row.figures.get(unit, SHARE) / SHARE
