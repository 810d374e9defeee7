"""The rebalance of a household: drift, cash, losses and deferral in one plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from taxlots.domain.account import Account, taxed_returns
from taxlots.domain.calendar import date_of
from taxlots.domain.execution_terms import ExecutionTerms
from taxlots.domain.mandate import StatedMandate, mandate_from
from taxlots.domain.money import SHARE
from taxlots.domain.order import Side
from taxlots.domain.problem import DataError, Problem, Severity
from taxlots.domain.rebalance_keys import from_mapping
from taxlots.domain.rebalance_terms import RebalanceTerms, terms_from
from taxlots.domain.trade_override import TradeOverride
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.cash_flow import FRACTION
from taxlots.plan.optimizer.newton import engine
from taxlots.plan.rebalance.booked_gains import within_booked_gains
from taxlots.plan.rebalance.breaches import sums_missed
from taxlots.plan.rebalance.clashing_caps import within_nearest_caps
from taxlots.plan.rebalance.class_goals import ClassGoal
from taxlots.plan.rebalance.contract_orders import ContractOrder
from taxlots.plan.rebalance.mandate_room import room_of
from taxlots.plan.rebalance.mandated import Mandated, gated_within_mandate
from taxlots.plan.rebalance.objectives import objectives_of
from taxlots.plan.rebalance.overlaid import Planner, overlaid_household
from taxlots.plan.rebalance.overridden import cost_of_overrides, overridden
from taxlots.plan.rebalance.proposal import Proposal, cash_after, returns_of
from taxlots.plan.rebalance.solving import Question
from taxlots.plan.rebalance.stopped_trades import sentences_of_stopped
from taxlots.plan.rebalance.trade_schedule import TradeSchedule
from taxlots.plan.rebalance.turned_lots import without_turned_lots
from taxlots.plan.rebalance.whole_trades import Trade
from taxlots.plan.selection import SaleRequest
from taxlots.plan.several_sales import BookedSale, book_sales
from taxlots.plan.trade_overrides import TradeLimits
from taxlots.reports.drift import HouseholdDrift
from taxlots.reports.rebalance_overlay import OverlaySaid
from taxlots.workflows.cash_alone import is_rebalanced, sentences_of_others
from taxlots.workflows.contract_orders import contract_orders_of
from taxlots.workflows.executed_trades import executed_since
from taxlots.workflows.household_plan import HouseholdPlan, drift_of_plan, household_plan
from taxlots.workflows.market_files import MarketFiles
from taxlots.workflows.rebalance_asked import (
    AskedCash,
    RebalanceAsked,
    cash_of,
    check_withdrawal,
)
from taxlots.workflows.rebalance_bands import sentences_of_bands
from taxlots.workflows.rebalance_cash import cash_target_of, nav_cents, plan_terms
from taxlots.workflows.rebalance_classes import (
    class_weights,
    drained_securities,
    goals_of,
    illiquid_classes,
    sentences_of_empty,
    wanted_weights,
)
from taxlots.workflows.rebalance_execution import (
    execution_terms,
    scheduled,
    with_trading_costs,
)
from taxlots.workflows.rebalance_exposures import exposure_changes, market_of_rebalance
from taxlots.workflows.rebalance_illiquid import risk_around_illiquid, with_calls
from taxlots.workflows.rebalance_limits import limits_of_plan
from taxlots.workflows.rebalance_mandate import count_of, mandate_of, sentences_of_lists
from taxlots.workflows.rebalance_options import HeldOptions, with_calls_covered
from taxlots.workflows.rebalance_overlay import overlay_of, overlay_said
from taxlots.workflows.rebalance_positions import Positions, positions_of
from taxlots.workflows.rebalance_risk import PlanRisk, ShortfallTerm, shortfall_of, views_of
from taxlots.workflows.rebalance_shorts import ShortPositions, sentences_of_shorts, with_shorts
from taxlots.workflows.rebalance_standings import (
    sentences_of_caps,
    sentences_of_limits,
    sentences_of_losses,
    sentences_of_reports,
)
from taxlots.workflows.rebalance_volume import PlanVolume, plan_volume
from taxlots.workflows.schedule_limits import with_limits_checked
from taxlots.workflows.trade_overrides import overrides_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RebalanceRun:
    """A proposal for a household, what it was asked and solved from, and every warning.

    ``schedule`` has its trades over sessions, where that is asked or the book says so;
    ``contract_orders`` are those of an overlay and of currency hedges.
    """

    plan: HouseholdPlan
    asked: RebalanceAsked
    question: Question
    proposal: Proposal
    problems: tuple[Problem, ...]
    schedule: TradeSchedule | None = None
    overlay: OverlaySaid | None = None
    contract_orders: tuple[ContractOrder, ...] = ()


def rebalance(
    book: str,
    asked: RebalanceAsked | None = None,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> RebalanceRun:
    """Plan the rebalance of a household on a day.  Nothing is booked.

    Raises UsageError for what cannot be asked so, and DataError for a book with errors, targets
    that contradict themselves, and securities without enough closes to estimate their risk.
    """
    wanted = asked or RebalanceAsked()
    plan = household_plan(
        book,
        account=wanted.account,
        household=wanted.household,
        as_of=as_of,
        known_at=known_at,
        is_funded=True,
    )
    files = market_of_rebalance(book, wanted.market, plan.as_of, has_overlay=wanted.overlay)
    return rebalance_of(plan, wanted, files)


def rebalance_of(
    plan: HouseholdPlan, asked: RebalanceAsked, market: MarketFiles | None = None
) -> RebalanceRun:
    """Plan the rebalance of a household whose books are prepared.  Raises as ``rebalance``.

    ``market`` holds the contracts of an overlay, and what is stated of exposures.
    """
    terms, stated = _stated(plan)
    # Plain Python rounds the last bits differently: a plan would depend on what ran before it.
    engine("compiled")
    asked = replace(asked, objective=asked.objective or terms.objective)
    execution = execution_terms(plan, asked.tranches, asked.schedule)
    given = _gathered(plan, asked, terms, stated)
    question, priced = with_trading_costs(plan, given.question, execution)
    given = replace(given, question=question)
    considered = overlay_of(plan, given.question, given.accounts, market) if asked.overlay else ()
    contracts, planner = [one.contract for one in considered], _planner(plan, given, terms)
    ways = (
        lambda question: overlaid_household(question, contracts, plan.index.replaces, planner),
        lambda trades: _booked(plan, trades, given.accounts),
    )
    budgeted = within_booked_gains(given.question, *ways)
    found = without_turned_lots(given.question, budgeted, *ways)
    mandated, overlay, solution = found.mandated, found.overlay, found.solution
    near = replace(given.question.mandate, sums=mandated.active)
    given = replace(given, question=replace(given.question, mandate=near))
    changes = exposure_changes(plan, solution.trades, overlay, market)
    classes = class_weights(plan, given.drifted, given.goals, solution, invested=given.invested)
    beyond = sentences_of_bands(plan, classes, given.limits.applied)
    proposal = Proposal(
        book=plan.prepared.books.record.name,
        household=plan.name,
        as_of=plan.as_of,
        cusips={one.symbol: plan.index.security(one.symbol).cusip for one in given.positions.every},
        classes=classes,
        solution=solution,
        gate=mandated.gate,
        sales=found.sales,
        returns=tuple(returns_of(found.sales, taxed_returns(given.accounts))),
        cash_before=given.cash_before,
        cash_after=cash_after(given.cash_before, solution.trades),
        told=tuple(dict.fromkeys([*_told(plan, given, mandated), *beyond, *priced, *changes.told])),
        limits=mandated.standings,
        overlay=overlay,
        executed=executed_since(plan.prepared.books.record, plan.as_of),
    )
    return RebalanceRun(
        plan=plan,
        asked=asked,
        question=given.question,
        proposal=proposal,
        problems=plan.problems,
        schedule=_worked(plan, asked, question, proposal, execution, given.shorts),
        overlay=overlay_said(plan, considered, proposal, market),
        contract_orders=contract_orders_of(plan, considered, overlay, changes.forwards),
    )


def _worked(
    plan: HouseholdPlan,
    asked: RebalanceAsked,
    question: Question,
    proposal: Proposal,
    execution: ExecutionTerms,
    shorts: ShortPositions,
) -> TradeSchedule | None:
    """The trades over sessions, held to the mandate; None where they are not staggered."""
    if asked.tranches is None and execution.tranches == 1:
        return None
    parts = scheduled(plan, question, proposal.trades, execution, by=asked.by)
    parts = replace(parts, cash=tuple(shorts.cash_with(one) for one in parts.cash))
    solution, classes = proposal.solution, proposal.classes
    return with_limits_checked(plan, question, solution, parts, asked.by, classes)


def _planner(plan: HouseholdPlan, given: _Given, terms: RebalanceTerms) -> Planner:
    """What gates the trades of a question and keeps the mandate in them."""

    def planned(question: Question) -> Mandated:
        return gated_within_mandate(
            question,
            plan.index.replaces,
            shortfall=given.shortfall.cap,
            count=count_of(given.stated),
            margin_cents=terms.margin_cents,
            forced=frozenset(one.name for one in question.positions if one.forced_cents),
        )

    return lambda question: within_nearest_caps(question, planned)


def _stated(plan: HouseholdPlan) -> tuple[RebalanceTerms, StatedMandate]:
    mapping = plan.prepared.books.record.rebalance
    terms, problems = terms_from(mapping)
    stated, of_mandate = mandate_from(mapping)
    if problems or of_mandate:
        raise DataError([*plan.problems, *problems, *of_mandate])
    return terms, stated


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What a plan is solved from.

    ``empty`` are classes of which nothing may be bought, ``told`` what stands in for what is not
    known.
    """

    accounts: Sequence[Account]
    positions: Positions
    cash: AskedCash
    drifted: HouseholdDrift
    goals: Mapping[str, ClassGoal]
    limits: TradeLimits
    question: Question
    empty: tuple[str, ...]
    told: tuple[str, ...]
    volume: PlanVolume
    stated: StatedMandate
    risk: PlanRisk
    shortfall: ShortfallTerm
    room: tuple[str, ...]
    shorts: ShortPositions
    options: HeldOptions

    @property
    def cash_before(self) -> dict[str, int]:
        """What accounts have in cash, what is set aside for short positions included."""
        return self.shorts.cash_with(self.cash.needs.held_cents)

    @property
    def invested(self) -> float:
        """The part of the household that is not to be cash, and no margin of what it owes."""
        nav = nav_cents(self.question.positions, self.question.cash)
        return 1 - self.question.terms.cash_target - self.positions.tied_cents / nav


def _gathered(
    plan: HouseholdPlan, asked: RebalanceAsked, terms: RebalanceTerms, stated: StatedMandate
) -> _Given:
    books = plan.prepared.books
    accounts = [one for one in plan.accounts if is_rebalanced(one)]
    cash = cash_of(plan, asked, accounts)
    drifted = drift_of_plan(plan, is_funded=sum(cash.needs.held_cents.values()) > 0)
    asked_targets = from_mapping(books.record.rebalance)[0].targets
    positions = positions_of(plan, accounts, illiquid_classes(drifted), asked_targets.illiquid)
    cash, positions, shorts = with_shorts(plan, asked, stated, accounts, cash, positions)
    said = overrides_of(books.record, plan.name, is_narrowed=plan.is_narrowed)
    seen, limits = overridden(positions.every, said, plan.as_of)
    seen, options = with_calls_covered(plan, seen, is_whole=terms.whole_shares)
    nav = nav_cents(positions.every, cash.needs)
    volume, seen = plan_volume(plan, terms, seen, nav)
    check_withdrawal(cash.needs, seen)
    cash = with_calls(plan, asked_targets, cash, accounts, seen)
    cash_target = cash_target_of(terms, positions, cash.needs, drifted.cash_part)
    invested = 1 - cash_target - positions.tied_cents / nav
    goals = goals_of(plan, drifted, positions, nav_cents=nav, invested=invested)
    weights, empty = wanted_weights(plan, goals, positions)
    objectives = objectives_of(asked.objective)
    stands = risk_around_illiquid(plan, asked_targets, positions.every, asked.risk_model)
    question = Question(
        positions=seen,
        cash=cash.needs,
        symbol_weights=weights,
        model=stands.risk.model,
        years=plan.situation.years,
        bands={name: goal.band for name, goal in goals.items()},
        terms=plan_terms(terms, cash_target, objectives.risk),
        step=SHARE if terms.whole_shares else FRACTION,
        least_cents=terms.min_trade_cents,
        limits=limits_of_plan(plan, terms, seen, objectives, stated),
        mandate=mandate_of(plan, stated, seen, cash.needs, stands.risk.exposures(weights)),
        drained=drained_securities(drifted, goals, positions, nav),
    )
    views = views_of(plan, seen, terms) if objectives.has_views else question.mandate.views
    question = volume.narrowed(replace(question, mandate=replace(question.mandate, views=views)))
    return _Given(
        accounts=accounts,
        positions=positions,
        cash=cash,
        drifted=drifted,
        goals=goals,
        limits=limits,
        question=question,
        empty=empty,
        stated=stated,
        risk=stands.risk,
        shortfall=shortfall_of(
            plan, terms, question, stated.shortfall_ppm, is_weighed=objectives.has_shortfall
        ),
        room=room_of(question),
        told=stands.told,
        volume=volume,
        shorts=shorts,
        options=options,
    )


def _told(plan: HouseholdPlan, given: _Given, mandated: Mandated) -> Iterator[str]:
    solution = mandated.solution
    yield from given.cash.told
    yield from given.drifted.timing
    yield from given.told
    yield from sentences_of_others(plan.accounts)
    yield from given.positions.left_alone
    yield from sentences_of_empty(plan, given.empty)
    yield from given.risk.given.told if given.risk.given else ()
    yield from given.shortfall.told
    yield from sentences_of_lists(plan, given.stated)
    yield from given.limits.sentences()
    yield from _costs_of(given.question, given.positions, given.limits.applied, plan)
    forced = {one.name for one in solution.household.positions if one.forced_cents}
    for problem in solution.optimum.problems:
        if problem.code == "BAND_EXCLUDES_TARGET" and problem.where in forced:
            continue
        yield f"{problem.message}; {problem.remedy}"
    yield from given.volume.told(given.question, solution)
    yield from sums_missed(solution)
    yield from sentences_of_stopped(given.question, solution)
    yield from sentences_of_limits(mandated, given.stated)
    yield from sentences_of_caps(solution)
    yield from given.room
    yield from sentences_of_reports(plan, given.stated, given.question, solution)
    yield from sentences_of_losses(solution)
    yield from sentences_of_shorts(given.shorts, solution)
    yield from given.options.sentences(solution)


def _costs_of(
    question: Question,
    positions: Positions,
    applied: Sequence[TradeOverride],
    plan: HouseholdPlan,
) -> Iterator[str]:
    """What overrides cost, in sentences."""
    if applied:
        priced = cost_of_overrides(
            question, positions.every, applied, plan.as_of, plan.index.replaces
        )
        yield from priced.sentences("dollars")


def _booked(
    plan: HouseholdPlan, trades: Sequence[Trade], accounts: Sequence[Account]
) -> tuple[BookedSale, ...]:
    """The sales as the fold books them.  Raises DataError where the books refuse one."""
    day = date_of(plan.prepared.books.as_of).isoformat()
    asked = [
        (
            SaleRequest(
                account=one.position.account.id,
                symbol=one.position.symbol,
                quantity=one.units,
                price=one.position.price,
                day=day,
                action=one.action,
            ),
            one.lots,
        )
        for one in trades
        if one.side is Side.SELL
    ]
    booked, problems = book_sales(
        plan.prepared.books, asked, settlement_day, taxed_returns(accounts), plan.situation.years
    )
    if booked is None:
        raise DataError([one for one in problems if one.severity is Severity.ERROR])
    return tuple(booked)
