"""Deferral of gains as text: a row for each lot, and what the figures rest on."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import TYPE_CHECKING, Any

from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, shares
from taxlots.domain.tax_rate import rate_text
from taxlots.plan.deferral import Why

if TYPE_CHECKING:
    from taxlots.plan.deferral import Waiting

WHY: dict[Why, str] = {
    Why.WAITING_SAVES: "waiting saves more tax than its risk costs",
    Why.RISK_COSTS_MORE: "the risk of waiting costs more than the tax that it saves",
    Why.NO_TAX_SAVED: "waiting saves no tax: losses absorb the gain, or both terms are taxed alike",
}


def waiting_row(one: Waiting) -> dict[str, str]:
    """One lot, as ``taxlots defer --json`` gives it."""
    fall, lot = one.bearable_fall_cents, one.lot
    return {
        "lot_id": lot.lot_id,
        "account": lot.account,
        "symbol": lot.symbol,
        "quantity": shares(lot.quantity),
        "value": dollars(one.value_cents),
        "gain": dollars(one.gain_cents),
        "long_term_from": date_of(one.long_from).isoformat(),
        "days_to_long_term": str(one.days),
        "tax_now": dollars(one.sell_tax_cents),
        "tax_waiting": dollars(one.wait_tax_cents),
        "tax_saved": dollars(one.saved_cents),
        "risk_cost": dollars(one.risk_cents),
        "worth": dollars(one.net_cents),
        "waits_from": "" if one.waits_from is None else date_of(one.waits_from).isoformat(),
        "bearable_fall": "" if fall is None else dollars(floor(fall)),
        "bearable_fall_percent": "" if fall is None else _hundredths(fall / one.value_cents * 100),
        "bearable_fall_a_day": "" if fall is None else dollars(floor(fall / one.days)),
        "usual_moves": "" if (n := one.usual_moves_tenths) is None else f"{n // 10}.{n % 10}",
        "volatility": rate_text(one.volatility_ppm),
        "dividends_spoiled": dollars(sum(dividend.cents for dividend in one.dividends)),
        "qualified_from": max((d.qualified_from.isoformat() for d in one.dividends), default=""),
        "advice": one.advice,
        "why": one.why,
    }


def _hundredths(number: Any) -> str:
    return dollars(floor(number * 100))


def deferral_sentences(
    lots: tuple[Waiting, ...],
    *,
    risk_aversion_ppm: int,
    return_ppm: int,
    assumed_volatility: tuple[str, ...],
    assumed_years: tuple[str, ...],
    year: int,
) -> Iterator[str]:
    """What the advice rests on, one sentence each."""
    yield (
        "Each lot is reckoned by itself, with what the year has so far, at its last close; tax of "
        "the next year is in today's dollars"
    )
    yield (
        f"Risk: half of risk aversion {rate_text(risk_aversion_ppm)} × volatility² × weight in the "
        "household's holdings a year, for the days to wait; expected return of the lot beyond "
        f"that of its proceeds: {rate_text(return_ppm)} a year"
    )
    if assumed_volatility:
        yield (
            "Volatility of 0.30 is assumed where the closes of a year are too few: "
            + ", ".join(assumed_volatility)
        )
    for name in assumed_years:
        yield f"Nobody says what {year + 1} is like for {name}: it is taken to be like {year}"
    for one in lots:
        for dividend in one.dividends:
            yield (
                f"{one.lot.lot_id}: a sale before {dividend.qualified_from} leaves the dividend of "
                f"{dividend.ex_date} ({dollars(dividend.cents)}) an ordinary one"
            )
