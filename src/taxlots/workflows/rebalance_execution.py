"""How a rebalance is worked: what its trades cost to make, and over which sessions they go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Final

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.execution_terms import (
    PPM,
    ExecutionTerms,
    ScheduleKind,
    execution_from,
)
from taxlots.domain.money import SHARE, dollars, shares
from taxlots.domain.order import Side
from taxlots.domain.problem import DataError, UsageError
from taxlots.market_data.calendars import add_sessions, sessions_from, settlement_day
from taxlots.market_data.early_closes import part_of_a_day
from taxlots.plan.execution.impact import Market, impact_rate
from taxlots.plan.execution.schedules import risk_aversion_of
from taxlots.plan.execution.staggering import (
    PlanOrder,
    Sessions,
    Slice,
    Staggered,
    WorkingTerms,
    stagger,
    usual_sessions,
)
from taxlots.plan.rebalance.household_portfolio import main_return_of
from taxlots.plan.rebalance.lots_by_day import LastDollar, LotDays, is_within, lots_by_day
from taxlots.plan.rebalance.solving import Question, solve_household
from taxlots.plan.rebalance.trade_schedule import ScheduledTrade, TradeSchedule, Untraded
from taxlots.plan.rebalance.whole_trades import LotSale, Trade, gains_by_return, spendable
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.night_asked import NEEDS_TRANCHES, check_tranches
from taxlots.workflows.rebalance_cash import nav_cents
from taxlots.workflows.scheduled_books import Booking, booked_schedule, rates_of
from taxlots.workflows.scheduled_lots import lots_through

SESSIONS_OF_YEAR: Final = 252
MOST_ROUNDS: Final = 8
"""Each round takes less of a sale whose lots may not all be sold on its days; later ones leave it
out.
"""


def execution_terms(
    plan: HouseholdPlan, tranches: int | None = None, schedule: str = ""
) -> ExecutionTerms:
    """``[rebalance.execution]`` with what is asked beside it (None and blank: nothing).

    Raises DataError for keys that are wrong, and UsageError for what cannot be asked so.
    """
    terms, problems = execution_from(plan.prepared.books.record.rebalance)
    if problems:
        raise DataError([*plan.problems, *problems])
    check_tranches(tranches, schedule)
    if schedule and tranches is None and terms.tranches == 1:
        raise UsageError(NEEDS_TRANCHES)
    return replace(
        terms,
        tranches=terms.tranches if tranches is None else tranches,
        schedule=ScheduleKind(schedule) if schedule else terms.schedule,
    )


def with_trading_costs(
    plan: HouseholdPlan, question: Question, terms: ExecutionTerms
) -> tuple[Question, tuple[str, ...]]:
    """The question with commissions, and with impact at the size that each trade would have.

    Impact grows with the power 3/2 of a trade, and the optimizer's costs are linear: it is solved
    once without impact, and takes the slope at these sizes.  Also told, in sentences.
    """
    positions = tuple(
        replace(one, commission_cents=terms.commission_of(one.account.id, one.account.custodian))
        for one in question.positions
    )
    question = replace(question, positions=positions)
    markets = markets_of(plan, question, terms)
    if not any(one.adv for one in markets.values()):
        return question, ()
    first = solve_household(question, plan.index.replaces, is_rounded=False)
    traded = _units_by_symbol(first.trades)
    ppm = {}
    for symbol, units in traded.items():
        market = markets[symbol]
        if market.adv:
            part = terms.participation_ppm / PPM
            _, days = usual_sessions(units, market, part, terms.tranches)
            ppm[symbol] = round(PPM * impact_rate(units / SHARE, market.adv * days, market))
    priced = tuple(replace(one, impact_ppm=ppm.get(one.symbol, 0)) for one in positions)
    told = "impact on prices is weighed at the size that the trades have without it, as a rate"
    return replace(question, positions=priced), (told,) if any(ppm.values()) else ()


def scheduled(
    plan: HouseholdPlan,
    question: Question,
    trades: Sequence[Trade],
    terms: ExecutionTerms,
    *,
    by: date | None = None,
) -> TradeSchedule:
    """The trades of a plan over sessions, with lots for each day, as the fold books them.

    ``by`` is when a withdrawal is needed.  Raises DataError where the books refuse a sale.
    """
    days = sessions_of(plan.as_of, terms)
    rates = rates_of(plan, days, gains_by_return(trades))
    sales = [one for one in trades if one.side is Side.SELL]
    lots = lots_through(plan, [one.position for one in sales], days, _bought(trades))
    markets = markets_of(plan, question, terms)
    wanted = [one.units for one in trades]
    for number in count():
        found = staggered(question, trades, wanted, markets, days, terms, by)
        chosen = _chosen(question, found, trades, lots, days, rates)
        lacking = {place: _lack(found, place, sold) for place, sold in chosen.items()}
        if not any(lacking.values()):
            break
        for place, units in lacking.items():
            wanted[place] -= units if number < MOST_ROUNDS or not units else wanted[place]
    parts = _parts(found, trades, days, chosen)
    booking = booked_schedule(plan, parts, days[-1])
    left = tuple(
        Untraded(trade=trade, units=trade.units - units + left)
        for trade, units, left in zip(trades, wanted, found.left, strict=True)
        if trade.units - units + left
    )
    return TradeSchedule(
        terms=terms,
        sessions=tuple(days),
        trades=booking.trades,
        left=left,
        cash=found.cash,
        returns=booking.returns,
        buckets=found.buckets,
        told=tuple(_told(question, found, booking, left, days, by)),
    )


def sessions_of(as_of: date, terms: ExecutionTerms) -> list[date]:
    """The sessions of the schedule, and those after them on which late money is spent."""
    days = sessions_from(as_of, terms.tranches)
    if terms.is_settled_only:
        settled = settlement_of(days[-1])
        while days[-1] < settled:
            days.append(add_sessions(days[-1], 1))
    return days


def markets_of(plan: HouseholdPlan, question: Question, terms: ExecutionTerms) -> dict[str, Market]:
    """The market of each security: its volume and spread as stated, its risk as estimated."""
    found = {}
    for one in question.positions:
        if one.symbol in found:
            continue
        security = plan.index.security(one.symbol)
        risk = question.model.of([one.symbol])
        variance = float((risk.loadings**2).sum() + risk.specific.sum())
        found[one.symbol] = Market(
            price=one.price / SHARE * one.multiplier,
            adv=(security.adv or 0) / SHARE,
            volatility=(variance / SESSIONS_OF_YEAR) ** 0.5,
            spread=2 * one.half_spread,
            impact_factor=terms.impact_factor_ppm / PPM,
        )
    return found


def _units_by_symbol(trades: Sequence[Trade]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in trades:
        found[one.position.symbol] = found.get(one.position.symbol, 0) + one.units
    return found


def _bought(trades: Sequence[Trade]) -> frozenset[str]:
    return frozenset(one.position.symbol for one in trades if one.side is Side.BUY)


def staggered(
    question: Question,
    trades: Sequence[Trade],
    wanted: Sequence[int],
    markets: Mapping[str, Market],
    days: Sequence[date],
    terms: ExecutionTerms,
    by: date | None,
) -> Staggered:
    """``wanted`` units (1e-8) of each trade over the sessions, before any lots are chosen."""
    settled = [settlement_of(day) for day in days]
    sessions = Sessions(
        volume_parts=[part_of_a_day(day) for day in days],
        settles=[sum(day < end for day in days) for end in settled],
        tranches=terms.tranches,
    )
    giving = {one for group, floor in question.cash.floors.items() if floor > 0 for one in group}
    last = -1 if by is None else sum(end <= by for end in settled) - 1
    nav = nav_cents(question.positions, question.cash)
    orders = [
        PlanOrder(
            account=one.position.account.id,
            symbol=one.position.symbol,
            side=one.side,
            units=units,
            price=one.position.price,
            multiplier=one.position.multiplier,
            commission_cents=one.position.commission_cents,
        )
        for one, units in zip(trades, wanted, strict=True)
    ]
    return stagger(
        orders,
        markets,
        sessions,
        WorkingTerms(
            schedule=terms.schedule,
            participation=terms.participation_ppm / PPM,
            risk_aversion=risk_aversion_of(question.terms.risk_aversion, nav / 100),
            is_settled_only=terms.is_settled_only,
            step=question.step,
            least_cents=question.least_cents,
        ),
        cash_cents=question.cash.held_cents,
        reserved_cents=_reserved(question, trades),
        due=dict.fromkeys(giving, last) if last >= 0 else {},
    )


def _reserved(question: Question, trades: Sequence[Trade]) -> dict[str, int]:
    """What each account keeps of its money for what is to be taken out."""
    sales = [one for one in trades if one.side is Side.SELL]
    free = spendable(replace(question.cash, floors={}), sales)
    kept = spendable(question.cash, sales)
    return {name: cents - kept[name] for name, cents in free.items() if cents != kept[name]}


def _slices(found: Staggered, place: int) -> list[Slice]:
    return [one for one in found.slices if one.order == place]


def _chosen(
    question: Question,
    found: Staggered,
    trades: Sequence[Trade],
    lots: Mapping[str, Sequence[LotDays]],
    days: Sequence[date],
    rates: Mapping[str, Sequence[LastDollar | None]],
) -> dict[int, list[tuple[LotSale, ...]]]:
    """The lots of each slice of each sale, by the place of the trade.

    Where they would take a year beyond its gain budgets, the lots of the plan are sold, and none
    besides.
    """
    sales = {place: one for place, one in enumerate(trades) if one.side is Side.SELL}

    def of_all(*, is_planned: bool) -> dict[int, list[tuple[LotSale, ...]]]:
        return {
            place: _lots_of(
                found,
                place,
                one,
                lots.get(one.position.name, ()),
                days,
                rates,
                is_planned=is_planned,
            )
            for place, one in sales.items()
        }

    chosen = of_all(is_planned=False)
    main = main_return_of(question.positions, question.years)
    sold = [
        lot
        for place, parts in chosen.items()
        if sales[place].position.is_taxed and sales[place].position.account.tax_return == main
        for one, part in zip(_slices(found, place), parts, strict=True)
        if days[one.session].year == days[0].year
        for lot in part
    ]
    return chosen if is_within(question.limits, sold) else of_all(is_planned=True)


def _lots_of(
    found: Staggered,
    place: int,
    trade: Trade,
    lots: Sequence[LotDays],
    days: Sequence[date],
    rates: Mapping[str, Sequence[LastDollar | None]],
    *,
    is_planned: bool,
) -> list[tuple[LotSale, ...]]:
    """The lots of each slice of a sale; those of the plan, where it is traded in one."""
    slices = _slices(found, place)
    if len(slices) == 1 and slices[0].units == trade.units and slices[0].session == 0:
        return [trade.sales]
    at = [one.session for one in slices]
    own = [
        replace(
            one,
            is_long=tuple(one.is_long[k] for k in at),
            is_barred=tuple(one.is_barred[k] for k in at),
        )
        for one in lots
    ]
    name = trade.position.account.tax_return if trade.position.is_taxed else ""
    of_days: Sequence[LastDollar | None] = rates.get(name, [None] * len(days))
    planned = {one.lot.lot_id: one.units for one in trade.sales}
    most = [planned.get(one.lot.lot_id, 0) for one in own] if is_planned else None
    return lots_by_day(own, [one.units for one in slices], [of_days[k] for k in at], most)


def _lack(found: Staggered, place: int, sold: Sequence[Sequence[LotSale]]) -> int:
    """Units of a sale for which no lots may be sold on its days."""
    wanted = sum(one.units for one in _slices(found, place))
    return wanted - sum(one.units for day in sold for one in day)


def _parts(
    found: Staggered,
    trades: Sequence[Trade],
    days: Sequence[date],
    chosen: Mapping[int, list[tuple[LotSale, ...]]],
) -> list[ScheduledTrade]:
    lots = {place: iter(sold) for place, sold in chosen.items()}
    return [
        ScheduledTrade(
            day=days[one.session],
            trade=trades[one.order],
            units=one.units,
            cents=one.cents,
            cost=one.cost,
            sales=next(lots[one.order]) if one.order in lots else (),
        )
        for one in found.slices
    ]


def _told(
    question: Question,
    found: Staggered,
    booking: Booking,
    left: Sequence[Untraded],
    days: Sequence[date],
    by: date | None,
) -> Iterator[str]:
    symbols = dict.fromkeys(one.trade.position.symbol for one in booking.trades)
    if unknown := [name for name in symbols if name not in found.buckets]:
        yield (
            f"the volume of {', '.join(unknown)} is not stated (adv in securities.csv): traded at"
            " once, as soon as the cash is there"
        )
    for one in left:
        verb = "sold" if one.trade.side is Side.SELL else "bought"
        yield (
            f"{shares(one.units)} {one.trade.position.symbol} in {one.trade.position.account.id}"
            f" are not {verb} by {days[-1]}: volume, cash or lots that may be sold do not allow it;"
            " plan again then, or allow more tranches"
        )
    for group, floor in question.cash.floors.items():
        through = days[-1] if by is None else by
        settled = [k for k, day in enumerate(days) if settlement_of(day) <= through]
        cash = found.cash[settled[-1]] if settled and by is not None else found.cash[-1]
        has = sum(cash.get(name, 0) for name in group)
        if has < floor:
            yield (
                f"by {through} {', '.join(group)} have {dollars(has)} of the {dollars(floor)} that"
                " are to be taken out: volume does not allow more"
            )
    yield "prices are taken to stay; plan again on each day, with its close, before its orders"


def settlement_of(day: date) -> date:
    """When a trade of a day settles."""
    return date_of(settlement_day(day_of(day)))
