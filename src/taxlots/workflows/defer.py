"""Deferral of gains: which short-term lots to hold until they are long-term."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.problem import UsageError
from taxlots.domain.settings import scaled_value
from taxlots.domain.tax_rate import RATE_ONE, RATE_PLACES, rate_text
from taxlots.plan.deferral import Waiting, WaitingRisk, waiting
from taxlots.reports.deferral import deferral_sentences, waiting_row
from taxlots.workflows.gain_lots import Holdings, gain_table, holdings_of, rate_of
from taxlots.workflows.plan_page import PlanPage

if TYPE_CHECKING:
    from taxlots.domain.verdict import Reason

COLUMNS: Final = {
    "lot_id": "lot",
    "symbol": "symbol",
    "gain": "gain",
    "days_to_long_term": "days",
    "tax_now": "tax now",
    "tax_waiting": "tax waiting",
    "tax_saved": "saved",
    "risk_cost": "risk",
    "waits_from": "waits from",
    "bearable_fall_percent": "bears fall of %",
    "advice": "advice",
}

USUAL_VOLATILITY_PPM: Final = 300_000
"""Assumed of a security whose closes do not tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is expected of a price, in parts per million; None is taken from the book's closes.

    ``return_ppm`` is what a lot earns a year more than its proceeds would.
    """

    volatility_ppm: int | None = None
    risk_aversion_ppm: int = 3 * RATE_ONE
    return_ppm: int = 0
    discount_ppm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferRun:
    """The short-term lots with a gain, and how many lots this rule does not concern.

    ``assumed_volatility`` names the securities whose closes do not tell it, ``assumed_years`` the
    returns of which nobody says what the next year is like.
    """

    holdings: Holdings
    expected: Expected
    lots: tuple[Waiting, ...]
    long_term_gains: int
    others: Counter[Reason]
    assumed_volatility: tuple[str, ...]
    assumed_years: tuple[str, ...]

    @property
    def because(self) -> tuple[str, ...]:
        """What the advice rests on, in sentences."""
        return tuple(
            deferral_sentences(
                self.lots,
                risk_aversion_ppm=self.expected.risk_aversion_ppm,
                return_ppm=self.expected.return_ppm,
                assumed_volatility=self.assumed_volatility,
                assumed_years=self.assumed_years,
                year=self.holdings.as_of.year,
            )
        )

    @property
    def json(self) -> dict[str, Any]:
        """What ``taxlots defer --json`` prints."""
        stated = self.expected.volatility_ppm
        return {
            "book": self.holdings.books.record.name,
            "as_of": self.holdings.as_of.isoformat(),
            "lots": [waiting_row(one) for one in self.lots],
            "long_term_gains": self.long_term_gains,
            "others": {str(reason): number for reason, number in sorted(self.others.items())},
            "assumed": {
                "volatility": "" if stated is None else rate_text(stated),
                "risk_aversion": rate_text(self.expected.risk_aversion_ppm),
                "expected_return": rate_text(self.expected.return_ppm),
            },
            "because": list(self.because),
        }

    @property
    def page(self) -> PlanPage:
        """The lots as a table."""
        name, others = self.holdings.books.record.name, sum(self.others.values())
        never = (
            f"Never held by this rule: {_lots(self.long_term_gains)} with long-term gain, and"
            f" {_lots(others)} without a gain that is known"
        )
        title = f"Short-term gains of {name} on {self.holdings.as_of}"
        return PlanPage(
            listings=gain_table(title, COLUMNS, [waiting_row(one) for one in self.lots]),
            json=self.json,
            because=(never, *self.because),
            problems=tuple(self.holdings.problems),
        )


def _lots(number: int) -> str:
    return "1 lot" if number == 1 else f"{number or 'no'} lots"


def expected_of(
    volatility: object, risk_aversion: object, expected_return: object, discount: object
) -> Expected:
    """What is expected, from what was written; None is not stated.  UsageError."""
    earned = scaled_value(0 if expected_return is None else expected_return, RATE_PLACES)
    if earned is None or abs(earned) > RATE_ONE:
        raise UsageError(
            f"--expected-return {str(expected_return)[:40]!r} is no rate from -1 to 1; write 0.03"
        )
    usual = Expected()
    return Expected(
        volatility_ppm=None if volatility is None else rate_of(volatility, "--volatility", 5),
        risk_aversion_ppm=(
            usual.risk_aversion_ppm
            if risk_aversion is None
            else rate_of(risk_aversion, "--risk-aversion", 100)
        ),
        return_ppm=earned,
        discount_ppm=None if discount is None else rate_of(discount, "--discount"),
    )


def defer(
    book: str,
    *,
    account: str | None = None,
    symbol: str | None = None,
    expected: Expected | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> DeferRun:
    """Hold or sell, for each short-term lot that shows a gain at its last close.

    Lots that are long-term, or show no gain, are never held by this rule.  Raises UsageError, and
    DataError for a book with errors or a return whose tax nobody tells.
    """
    holdings = holdings_of(book, account=account, as_of=as_of, known_at=known_at)
    wanted = expected or Expected()
    gains, others = holdings.gains(account, symbol)
    short = [one for one in gains if not one.appraisal.is_long]
    by_closes = holdings.index.situation.volatility_ppm
    told = {one.lot.symbol: by_closes.get(one.lot.symbol) for one in short}
    if wanted.volatility_ppm is not None:
        told = dict.fromkeys(told, wanted.volatility_ppm)
    found, weights = [], holdings.weights()
    for one in short:
        volatility = told[one.lot.symbol]
        risk = WaitingRisk(
            volatility_ppm=USUAL_VOLATILITY_PPM if volatility is None else volatility,
            risk_aversion_ppm=wanted.risk_aversion_ppm,
            weight=weights[one.lot.household, one.lot.symbol],
            expected_return_ppm=wanted.return_ppm,
        )
        today = holdings.books.as_of
        found.append(
            waiting(
                one.lot,
                one.value_cents,
                today + one.appraisal.days_to_long_term,
                today,
                holdings.years(holdings.tax_return(one.lot.account), wanted.discount_ppm).two,
                risk,
                holdings.index.pending_dividends.get(one.lot.lot_id, ()),
            )
        )
    returns = dict.fromkeys(holdings.tax_return(one.lot.account) for one in short)
    return DeferRun(
        holdings=holdings,
        expected=wanted,
        lots=tuple(sorted(found, key=lambda one: (-one.net_cents, one.lot.rank))),
        long_term_gains=len(gains) - len(short),
        others=others,
        assumed_volatility=tuple(sorted(name for name, rate in told.items() if rate is None)),
        assumed_years=tuple(n for n in returns if not holdings.years(n).is_stated),
    )
