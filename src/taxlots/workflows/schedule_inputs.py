"""What somebody asks of ``taxlots schedule``, and the market, prices and days that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from taxlots.book.standing import last_splits
from taxlots.domain.money import SHARE, scaled
from taxlots.domain.problem import UsageError
from taxlots.domain.security import Security
from taxlots.market_data.volatility import volatility
from taxlots.plan.execution.impact import Market
from taxlots.plan.execution.schedules import (
    risk_aversion_of,
    square_root_schedule,
    twap,
    vwap,
)
from taxlots.workflows.exposure import BookedHousehold
from taxlots.workflows.select import NAMES
from taxlots.workflows.trade_price import fresh_close, stated_price
from taxlots.workflows.unused_options import check_used

ALMGREN_CHRISS: Final = "almgren-chriss"
BY: Final = ("twap", "vwap", ALMGREN_CHRISS)
USUAL_TRANCHES: Final = 5
MOST_TRANCHES: Final = 60
SESSIONS_OF_YEAR: Final = 252
PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleAsked:
    """A trade as somebody asks for it, in text; blank and None are not stated.

    ``over`` is in how many sessions (5 where it is not stated), ``by`` the schedule (``twap``).
    ``volumes`` are shares expected in each session, ``adv`` those of an average one; ``spread`` a
    fraction of the price, ``volatility`` annual.  ``block`` is the discount that a dealer asks for
    all of it now, a fraction of the price; ``currency`` is that of the security, where it is not
    the dollar, and ``rates`` the file of currency pairs.  ``quotes`` is a file of quotes of one
    day; ``forced_by`` is when the money of a sale must be there, and ``orderly_by`` when an orderly
    one would be done (None: as the volume says).
    """

    account: str
    symbol: str
    quantity: str
    over: int | None = None
    by: str = ""
    method: str = ""
    price: str = ""
    adv: str = ""
    spread: str = ""
    volatility: str = ""
    volumes: str = ""
    risk_aversion: str = ""
    is_purchase: bool = False
    block: str = ""
    currency: str = ""
    rates: Path | None = None
    quotes: Path | None = None
    forced_by: date | None = None
    orderly_by: date | None = None

    @property
    def sessions(self) -> int:
        """In how many sessions it is traded."""
        return USUAL_TRANCHES if self.over is None else self.over

    @property
    def schedule(self) -> str:
        """The schedule, one of ``BY``."""
        return self.by or BY[0]


def check_asked(asked: ScheduleAsked) -> None:
    """Raises UsageError for what no schedule can be, and for what it would not heed."""
    if asked.schedule not in BY:
        raise UsageError(f"--by {asked.by!r} is no schedule; use one of {', '.join(BY)}")
    if asked.method and asked.method not in NAMES:
        raise UsageError(f"there is no method {asked.method!r}; use one of {', '.join(NAMES)}")
    if not 1 <= asked.sessions <= MOST_TRANCHES:
        raise UsageError(f"--over {asked.over}: write 1 to {MOST_TRANCHES} sessions")
    if asked.is_purchase and asked.method:
        raise UsageError("--method chooses the lots of a sale; leave it out with --buy")
    _check_heeded(asked)


def _check_heeded(asked: ScheduleAsked) -> None:
    """Raises UsageError for options that the question which is asked does not look at."""
    tranches = {"--by": asked.by, "--risk-aversion": asked.risk_aversion}
    sessions = {"--over": "" if asked.over is None else str(asked.over)}
    if asked.quotes is not None:
        market = {
            "--price": asked.price,
            "--volatility": asked.volatility,
            "--volumes": asked.volumes,
        }
        why = "with --quotes: slices of one day follow its quotes"
        check_used(sessions | tranches | market, why)
    elif asked.forced_by is not None:
        # Volumes of sessions are stated with the number of sessions.
        unused = tranches if asked.volumes else sessions | tranches
        check_used(unused, "with --forced-by: a sale in a hurry goes by volume and that day")
    elif asked.schedule != ALMGREN_CHRISS and not asked.block:
        why = f"without --by {ALMGREN_CHRISS} or --block: nothing else weighs risk"
        check_used({"--risk-aversion": asked.risk_aversion}, why)


def number_of(text: str, option: str) -> float:
    """A number of zero or more that was written for an option.  Raises UsageError."""
    stated = scaled(text, 8)
    if stated is None or stated < 0:
        raise UsageError(f"{option} {text!r} is no number of zero or more; write 12.5")
    return stated / SHARE


def part_below_one(text: str, option: str) -> float:
    """A part of one from zero up, below one, that was written for an option.  Raises UsageError."""
    stated = scaled(text, 8)
    if stated is None or not 0 <= stated < SHARE:
        raise UsageError(f"{option} {text!r} is no part of the price; write 0.012 for 1.2 percent")
    return stated / SHARE


def quantity_of(asked: ScheduleAsked) -> int:
    """The quantity in 1e-8 units.  Raises UsageError."""
    stated = scaled(asked.quantity, 8)
    if stated is None or stated <= 0:
        raise UsageError(f"QTY {asked.quantity!r} is no quantity above zero; write 500")
    return stated


def price_of(booked: BookedHousehold, asked: ScheduleAsked) -> int:
    """The stated price, or the last close, in 1e-8 dollars."""
    if asked.price:
        return stated_price(asked.price)
    return fresh_close(booked.history, asked.symbol, booked.as_of)


def market_of(
    booked: BookedHousehold, asked: ScheduleAsked, price: int
) -> tuple[Market, list[str]]:
    """The market that is stated, that of securities.csv, or that of the book's closes."""
    told = []
    security = booked.books.record.securities.get(asked.symbol) or Security(symbol=asked.symbol)
    adv = number_of(asked.adv, "--adv") if asked.adv else (security.adv or 0) / SHARE
    if asked.volumes:
        expected = _stated_volumes(asked)
        adv = sum(expected) / len(expected)
    if not adv:
        told.append(
            f"No volume of {asked.symbol} is stated (adv in securities.csv, or --adv): the costs"
            " leave impact out"
        )
    spread = (
        number_of(asked.spread, "--spread") if asked.spread else (security.spread_ppm or 0) / PPM
    )
    if not asked.spread and security.spread_ppm is None:
        told.append(f"No spread of {asked.symbol} is stated: it is taken to be none")
    yearly = number_of(asked.volatility, "--volatility") if asked.volatility else None
    if yearly is None:
        since = last_splits(booked.books).get(asked.symbol, 0)
        ppm = volatility(booked.history, asked.symbol, booked.books.as_of, since)
        yearly = USUAL_VOLATILITY if ppm is None else ppm / PPM
        if ppm is None:
            told.append(
                f"The closes of {asked.symbol} do not tell its volatility: {yearly:.2f} a year is"
                " assumed"
            )
    market = Market(
        price=price / SHARE * security.multiplier,
        adv=adv,
        volatility=yearly / SESSIONS_OF_YEAR**0.5,
        spread=spread,
        impact_factor=1.0 if adv else 0.0,
    )
    return market, told


USUAL_VOLATILITY: Final = 0.30


def _stated_volumes(asked: ScheduleAsked) -> list[float]:
    found = [number_of(cell.strip(), "--volumes") for cell in asked.volumes.split(",")]
    if len(found) != asked.sessions:
        raise UsageError(
            f"--volumes states {len(found)} sessions and --over {asked.sessions}; state as many"
        )
    if not sum(found):
        raise UsageError("--volumes are all zero: nothing can be traded then")
    return found


def volumes_of(asked: ScheduleAsked, market: Market) -> list[float]:
    """Shares that are expected to trade in each session."""
    return _stated_volumes(asked) if asked.volumes else [market.adv] * asked.sessions


def parts_of_schedule(
    asked: ScheduleAsked,
    units: float,
    volumes: Sequence[float],
    market: Market,
    booked: BookedHousehold,
) -> Sequence[float]:
    """Parts of the order by session, of one in all.  Raises UsageError without a volume."""
    if asked.schedule == "twap":
        return list(twap(asked.sessions))
    if not market.adv:
        raise UsageError(
            f"--by {asked.by} needs the volume of {asked.symbol}; state --adv or --volumes, or adv"
            " in securities.csv"
        )
    if asked.schedule == "vwap":
        return list(vwap(volumes))
    aversion = aversion_of(asked, booked, units * market.price)
    return list(square_root_schedule(units, volumes, market, aversion))


def aversion_of(asked: ScheduleAsked, booked: BookedHousehold, value: float) -> float:
    """Aversion per dollar of variance, from the relative one and the value of the holdings.

    ``value`` is that of the trade in dollars: the wealth is at least that.
    """
    relative = number_of(asked.risk_aversion, "--risk-aversion") if asked.risk_aversion else 3.0
    return risk_aversion_of(relative, max(booked.held().value, value))
