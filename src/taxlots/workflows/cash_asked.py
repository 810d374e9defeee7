"""What somebody asks of ``taxlots cash``, and what is a flow or a need of it and the schedule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import MOST_CENTS, dollars, scaled
from taxlots.domain.problem import UsageError
from taxlots.domain.scheduled import ScheduledEvent, ScheduledKind
from taxlots.market_data.calendars import first_session, settlement_day
from taxlots.plan.cash_flow import CashNeed, Inflow
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.unused_options import check_used

BALANCE = "cash"
"""The kind of an inflow that is there already, by ``cash.csv``."""

DAYS_AHEAD = 30
"""How far ahead scheduled flows are looked at where no date is stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashAsked:
    """Money that comes or goes, in text; blank where nothing of the kind is asked.

    ``by`` is when a withdrawal is needed, or how far ahead scheduled flows are looked at.  Raises
    UsageError for an account that no money goes with.
    """

    deposit: str = ""
    withdraw: str = ""
    account: str | None = None
    household: str | None = None
    by: date | None = None
    min_trade: str = ""
    has_fractions: bool = False

    def __post_init__(self) -> None:
        if not self.deposit and not self.withdraw:
            why = (
                "without --deposit or --withdraw: it is where that money comes in or goes out, and"
                " scheduled flows are those of all accounts of a household, which --household names"
            )
            check_used({"--account": self.account}, why)


@dataclass(frozen=True, slots=True)
class Flows:
    """What comes, what is needed, the day of the trades and what of the schedule is only told."""

    inflows: tuple[Inflow, ...]
    needs: tuple[CashNeed, ...]
    trade_day: int
    told: tuple[str, ...]


def cents_of(text: str, option: str) -> int:
    """Dollars above zero in cents.  Raises UsageError where they are none."""
    cents = scaled(text.replace("+", ""), 2)
    if cents is None or cents <= 0:
        raise UsageError(f"{option} {text!r} is no amount of dollars above zero; write 2500.00")
    if cents > MOST_CENTS:
        raise UsageError(f"{option} {text!r} is more than the {dollars(MOST_CENTS)} of a book")
    return cents


def flows_of(plan: HouseholdPlan, asked: CashAsked) -> Flows:
    """The flows of a household: what is asked, held, and what its schedule says up to the date.

    Raises UsageError for a date that trades of today cannot meet, and names the first that they
    can.
    """
    if asked.deposit and asked.withdraw:
        raise UsageError("--deposit and --withdraw ask different things; ask one at a time")
    trade_day, settles = trade_days(plan)
    if asked.by is not None and asked.by < plan.as_of:
        raise UsageError(f"--by {asked.by} is before {plan.as_of}, the day of the plan")
    inflows: list[Inflow] = []
    needs: list[CashNeed] = []
    if asked.deposit:
        name = asked.account or only_taxable(plan)
        cents = cents_of(asked.deposit, "--deposit")
        inflows.append(
            Inflow(account=name, day=day_of(plan.as_of), cents=cents, kind="contribution")
        )
    if asked.withdraw:
        check_settles_by(plan, asked.by)
        cents = cents_of(asked.withdraw, "--withdraw")
        day = day_of(asked.by or settles)
        needs.append(CashNeed(day=day, cents=cents, account=asked.account or ""))
    end = asked.by or _horizon(plan, asked, settles)
    told: list[str] = []
    for event in plan.situation.scheduled:
        if plan.as_of < event.day <= end and _is_mine(plan, event):
            _enter(plan, event, inflows, needs, told)
    inflows += [
        Inflow(account=name, day=day_of(plan.as_of), cents=cents, kind=BALANCE)
        for name, cents in plan.cash.items()
        if cents > 0 and plan.is_party(plan.index.accounts[name])
    ]
    inflows.sort(key=lambda one: one.day)
    return Flows(tuple(inflows), tuple(needs), day_of(trade_day), tuple(told))


def _horizon(plan: HouseholdPlan, asked: CashAsked, settles: date) -> date:
    if asked.withdraw:
        return settles
    return plan.as_of if asked.deposit else plan.as_of + timedelta(days=DAYS_AHEAD)


def _is_mine(plan: HouseholdPlan, event: ScheduledEvent) -> bool:
    account = plan.index.accounts.get(event.account)
    return account is not None and account.household == plan.name and plan.is_party(account)


def trade_days(plan: HouseholdPlan) -> tuple[date, date]:
    """The session on which a plan is traded, and the day on which that settles."""
    trade_day = first_session(plan.as_of)
    return trade_day, date_of(settlement_day(day_of(trade_day)))


def check_settles_by(plan: HouseholdPlan, by: date | None) -> None:
    """Raises UsageError for a date that sales of the plan's day cannot meet."""
    trade_day, settles = trade_days(plan)
    if by is not None and by < settles:
        raise UsageError(
            f"--by {by}: what is sold on {trade_day} settles on {settles}; the first day that"
            f" sales can meet is {settles}"
        )


def only_taxable(plan: HouseholdPlan) -> str:
    """The one taxable account that money can come into.  Raises UsageError for several."""
    names = [a.id for a in plan.accounts if not a.kind.is_tax_deferred and plan.is_party(a)]
    if len(names) == 1:
        return names[0]
    raise UsageError(f"say with --account where the money comes in: {', '.join(names)}")


def _enter(
    plan: HouseholdPlan,
    event: ScheduledEvent,
    inflows: list[Inflow],
    needs: list[CashNeed],
    told: list[str],
) -> None:
    """One scheduled event as a flow or a need; what is neither is told."""
    cents, day = event.amount_cents, day_of(event.day)
    match event.kind:
        case ScheduledKind.DIVIDEND | ScheduledKind.CONTRIBUTION if not cents:
            told.append(f"the {event.kind} of {event.day} in {event.account} has no amount")
        case ScheduledKind.DIVIDEND:
            account = plan.index.accounts[event.account]
            if plan.index.reinvests(account, event.symbol):
                told += _reinvested(plan, event, cents or 0)
            else:
                inflows.append(_inflow(event, day, cents or 0))
        case ScheduledKind.CONTRIBUTION:
            inflows.append(_inflow(event, day, cents or 0))
        case ScheduledKind.WITHDRAWAL if cents:
            needs.append(CashNeed(day=day, cents=cents, account=event.account, kind="scheduled"))
        case ScheduledKind.RECURRING:
            told.append(
                f"a recurring purchase of {event.symbol} is scheduled in {event.account} on"
                f" {event.day}: the cash that it takes is not counted"
            )
        case _:
            pass


def _inflow(event: ScheduledEvent, day: int, cents: int) -> Inflow:
    return Inflow(account=event.account, day=day, cents=cents, kind=event.kind, symbol=event.symbol)


def _reinvested(plan: HouseholdPlan, event: ScheduledEvent, cents: int) -> Iterator[str]:
    """Why a dividend that buys its own security should be paid out, if it should."""
    said = f"{dollars(cents)} of dividends of {event.symbol} are reinvested in {event.account}"
    check = plan.buy_check(event.account, event.symbol)
    if check.because and check.safe_date > event.day:
        yield f"{said} on {event.day}, which replaces a loss: have them paid out until then"
        return
    place = plan.sleeves.place(event.symbol)
    held = plan.worths.by_sleeve(plan.sleeves)
    whole = sum(held)
    if whole and held[place] * 10**8 > plan.sleeves.items[place].weight * whole:
        name = plan.sleeves.names[place] or "what has no target"
        yield f"{said}, into {name}, which is over its target: have them paid out"
