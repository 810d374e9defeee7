"""The risk of a rebalance: a model estimated from closes, or given; scenarios; views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from taxlots.book.standing import split_ratios
from taxlots.domain.problem import DataError, UsageError, error
from taxlots.domain.rebalance_terms import PPM, RebalanceTerms
from taxlots.domain.rebalance_views import WHERE, StatedViews, views_from
from taxlots.market_data.common_closes import (
    MONTHS_OF_YEAR,
    WEEKS_OF_YEAR,
    CommonCloses,
)
from taxlots.market_data.given_risk import GivenRisk, read_risk_model
from taxlots.plan.rebalance.factor_exposures import FactorExposures
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.shortfall_cap import ShortfallCap
from taxlots.plan.rebalance.shortfall_weight import cap_of_weight
from taxlots.plan.rebalance.solving import Question
from taxlots.plan.risk import RiskModel
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.market_of_day import same_market
from taxlots.workflows.risk_of_day import RiskOfDay, same_risk

PERIOD: Final = {WEEKS_OF_YEAR: "week", MONTHS_OF_YEAR: "month"}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlanRisk:
    """The risk model of a plan; ``given`` where somebody gives it."""

    model: RiskModel
    given: GivenRisk | None = None

    def exposures(self, target_weights: Mapping[str, float]) -> FactorExposures:
        """What securities are exposed to, beta to these targets."""
        return FactorExposures(
            model=self.model,
            stated=self.given.exposures if self.given else {},
            target_weights=target_weights,
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ShortfallTerm:
    """The cap on expected shortfall, if any, and where it comes from."""

    cap: ShortfallCap | None = None
    told: tuple[str, ...] = ()


def plan_risk(plan: HouseholdPlan, positions: Sequence[Position], folder: str = "") -> PlanRisk:
    """The risk model of securities: that of a folder, or one from their closes.

    Raises DataError for securities that lack closes, or that the given model does not have.
    """
    symbols = sorted({one.symbol for one in positions})
    if folder:
        given = read_risk_model(Path(folder))
        return PlanRisk(model=given.model.of(symbols), given=given)
    closes_of(plan, symbols)
    return PlanRisk(model=_risk_of(plan).model(symbols, split_ratios(plan.prepared.books)))


def _risk_of(plan: HouseholdPlan) -> RiskOfDay:
    """What closes tell of risk on the day of a plan, with what others have asked for."""
    return same_risk(same_market(plan.prepared.books.record.prices, plan.as_of))


def closes_of(plan: HouseholdPlan, symbols: Sequence[str]) -> CommonCloses:
    """Closes of securities at common times.  Raises DataError for securities that lack them."""
    closes = _risk_of(plan).closes(symbols, split_ratios(plan.prepared.books))
    if closes.lacking:
        raise DataError(
            [
                error(
                    f"prices:{symbol}",
                    "TOO_FEW_CLOSES",
                    f"The closes of {symbol} do not tell its risk.",
                    "Add a close of each month of three years, or take the security out of its"
                    " class in securities.csv: it is then left alone.",
                )
                for symbol in closes.lacking
            ]
        )
    return closes


def views_of(
    plan: HouseholdPlan, positions: Sequence[Position], terms: RebalanceTerms
) -> dict[str, float]:
    """What a dollar of each security is expected to earn beyond its target over the horizon.

    Raises UsageError where the book states no view, or closes do not reach back far enough, and
    DataError for keys that cannot be read and names that the book does not have.
    """
    stated, problems = views_from(plan.prepared.books.record.rebalance)
    if problems:
        raise DataError(problems)
    years = terms.horizon_ppm / PPM
    if not stated.is_stated:
        raise UsageError("the objective has views, and [rebalance.views] of book.toml states none")
    symbols = sorted({one.symbol for one in positions})
    classes = {one: plan.index.security(one).asset_class for one in symbols}
    known = set(plan.prepared.books.record.securities) | set(classes.values()) | set(symbols)
    unknown = sorted(set(stated.annual_ppm) - known)
    if unknown:
        message = f"Views name {', '.join(unknown)}, which is no security and no class here."
        remedy = "Use symbols, or asset classes of securities.csv."
        raise DataError([error(WHERE, "UNKNOWN_NAME", message, remedy)])
    annual = {
        one: stated.annual_ppm.get(one, stated.annual_ppm.get(classes[one], 0)) / PPM
        for one in symbols
    }
    if stated.momentum_ppm:
        for one, score in _momentum_scores(plan, stated, symbols).items():
            annual[one] += score * stated.momentum_ppm / PPM
    return {one: value * years for one, value in annual.items()}


def _momentum_scores(
    plan: HouseholdPlan, stated: StatedViews, symbols: Sequence[str]
) -> dict[str, float]:
    """Ranks of securities by momentum, from -1 for the weakest to 1 for the strongest."""
    closes = closes_of(plan, symbols)
    first = round(stated.momentum_months * closes.periods_of_year / MONTHS_OF_YEAR)
    last = round(stated.momentum_skip_months * closes.periods_of_year / MONTHS_OF_YEAR)
    if len(closes.matrix) <= first:
        raise UsageError(
            f"momentum_months = {stated.momentum_months} goes further back than the closes that all"
            " securities have"
        )
    returns = closes.matrix[-1 - last] / closes.matrix[-1 - first] - 1.0
    ranks = np.argsort(np.argsort(returns, kind="stable"), kind="stable")
    top = max(1, len(symbols) - 1)
    scores = 2.0 * ranks / top - 1.0
    return dict(zip(closes.symbols, scores.tolist(), strict=True))


def shortfall_of(
    plan: HouseholdPlan,
    terms: RebalanceTerms,
    question: Question,
    most_ppm: int | None,
    *,
    is_weighed: bool,
) -> ShortfallTerm:
    """The cap on expected shortfall: the mandate's, or that which its weight comes to.

    Scenarios are the returns of the weeks or months for which all securities have closes.
    """
    if most_ppm is None and not is_weighed:
        return ShortfallTerm()
    closes = closes_of(plan, sorted({one.symbol for one in question.positions}))
    returns = closes.matrix[1:] / closes.matrix[:-1] - 1.0
    confidence = terms.shortfall_confidence_ppm / PPM
    cap = ShortfallCap(
        symbols=closes.symbols,
        scenarios=returns,
        confidence=confidence,
        most=np.inf if most_ppm is None else most_ppm / PPM,
    )
    period = PERIOD.get(closes.periods_of_year, "period")
    worst = f"the worst {100 * (1 - confidence):g} % of {len(returns)} {period}s that were seen"
    told = [f"expected shortfall is the mean loss of {worst}"]
    if is_weighed:
        weight = terms.shortfall_weight_ppm / PPM
        weighed = cap_of_weight(question, cap, weight)
        told.append(
            f"its weight of {weight:g} comes to a cap of {100 * weighed.most:.2f} % for this"
            " household; the certificate is against plans within it"
        )
        cap = replace(cap, most=min(cap.most, weighed.most))
    return ShortfallTerm(cap=cap, told=tuple(told))
