"""``taxlots locate``: which account holds what, which should, and what that is worth a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.domain.problem import DataError
from taxlots.domain.trade_override import TradeAction
from taxlots.plan.location.assumptions import LocationRule, location_rule_from
from taxlots.plan.location.household import Floats, Location, LocationProblem
from taxlots.plan.location.solving import held_by_sleeve, locate
from taxlots.workflows.household_limits import household_limits
from taxlots.workflows.household_plan import HouseholdPlan, household_plan
from taxlots.workflows.location_problem import BookLocation, location_problem
from taxlots.workflows.location_trades import LocationTrades, location_trades
from taxlots.workflows.loss_sentences import sentence_of_losses
from taxlots.workflows.plan_page import PlanPage, listing

PLACES: Final = {
    "account": "account",
    "asset_class": "class",
    "drag": "tax a year %",
    "today": "today",
    "wanted": "wanted",
    "change": "change",
}
MOVES: Final = {
    "account": "account",
    "side": "side",
    "symbol": "symbol",
    "asset_class": "class",
    "quantity": "quantity",
    "amount": "amount",
    "gain": "gain",
    "tax": "tax",
}
TEXTS: Final = frozenset({"account", "side", "symbol", "asset_class"})
HALF_CENT: Final = 0.005
FEWEST_CENTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LocateRun:
    """A location of a household: what it is made from, and its trades."""

    plan: HouseholdPlan
    rule: LocationRule
    book: BookLocation
    location: Location
    trades: LocationTrades
    overridden: tuple[str, ...]


def locate_book(
    book: str,
    *,
    household: str | None = None,
    keep_mix: bool = False,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """Locate the holdings of a household on a day.  Nothing is booked.

    With ``keep_mix`` classes keep the parts that they have.  Raises UsageError for what cannot be
    asked so, and DataError for a book with errors.
    """
    plan = household_plan(book, household=household, as_of=as_of, known_at=known_at)
    return page_of(located(plan, keep_mix=keep_mix))


def located(plan: HouseholdPlan, *, keep_mix: bool = False) -> LocateRun:
    """The location of a household.  Raises UsageError and DataError."""
    rule, problems = location_rule_from(plan.prepared.books.record.rebalance)
    if problems:
        raise DataError(problems)
    limits = household_limits(plan)
    book = location_problem(plan, rule, limits, keep_mix=keep_mix)
    location = locate(book.problem)
    return LocateRun(
        plan=plan,
        rule=rule,
        book=book,
        location=location,
        trades=location_trades(plan, book, location),
        overridden=limits.said(TradeAction.LOCK, TradeAction.EXCLUDE),
    )


def page_of(run: LocateRun) -> PlanPage:
    """The page of a location."""
    name = run.plan.prepared.books.record.name
    places, moves = _places(run), _moves(run)
    because = (
        *(f"{one[0].upper()}{one[1:]}" for one in _sentences(run)),
        *run.overridden,
    )
    title = f"Location of {name} on {run.plan.as_of}, in dollars"
    return PlanPage(
        listings=(
            listing(title, PLACES, places, TEXTS),
            listing("Trades", MOVES, moves, TEXTS),
        ),
        json={
            "book": name,
            "household": run.plan.name,
            "as_of": run.plan.as_of.isoformat(),
            "accounts": _accounts(run),
            "places": places,
            "moves": moves,
            "value": _value(run),
            "classes": _classes(run.book.problem, run.location),
            "securities": _securities(run),
            "clashes": [str(one) for one in run.location.clashes],
            "because": list(because),
        },
        because=because,
        problems=run.plan.problems,
    )


def _accounts(run: LocateRun) -> list[dict[str, str]]:
    return [
        {
            "account": own.name,
            "kind": account.kind,
            "after_tax_worth": f"{own.worth:.4f}",
            "cash": _money(own.cash),
        }
        for own, account in zip(run.book.problem.accounts, run.book.accounts, strict=True)
    ]


def _places(run: LocateRun) -> list[dict[str, str]]:
    """Every account and class that holds something today or should."""
    problem = run.book.problem
    today = held_by_sleeve(problem, problem.held)
    wanted = held_by_sleeve(problem, run.location.held)
    rows = []
    for a, account in enumerate(problem.accounts):
        for k, sleeve in enumerate(problem.sleeves):
            if max(today[a, k], wanted[a, k]) > HALF_CENT:
                rows.append(
                    {
                        "account": account.name,
                        "asset_class": sleeve.name,
                        "drag": f"{100 * _drag(problem, k):.2f}" if account.is_taxable else "0.00",
                        "today": _money(float(today[a, k])),
                        "wanted": _money(float(wanted[a, k])),
                        "change": _money(float(wanted[a, k] - today[a, k])),
                    }
                )
    return rows


def _drag(problem: LocationProblem, sleeve: int) -> float:
    """The tax a year of a dollar of a sleeve in a taxable account."""
    return next((asset.drag for asset in problem.assets if asset.sleeve == sleeve), 0.0)


def _moves(run: LocateRun) -> list[dict[str, Any]]:
    plan = run.plan
    rows: list[dict[str, Any]] = []
    for one in run.trades.sales:
        asked = one.request
        is_taxed = not plan.index.accounts[asked.account].kind.is_tax_deferred
        rows.append(
            {
                "account": asked.account,
                "side": "sell",
                "symbol": asked.symbol,
                "asset_class": _class(run, asked.symbol),
                "quantity": shares(asked.quantity),
                "amount": dollars(run.book.offers[asked.symbol].cost_cents(asked.quantity)),
                "gain": dollars(sum(o.gain_cents for o in one.outcomes)) if is_taxed else "",
                "tax": dollars_if_known(one.cost_cents),
                "order": one.lots,
            }
        )
    symbols = [asset.symbol for asset in run.book.problem.assets]
    for bought in run.trades.bought:
        symbol = symbols[bought.sleeve]
        rows.append(
            {
                "account": bought.account,
                "side": "buy",
                "symbol": symbol,
                "asset_class": _class(run, symbol),
                "quantity": shares(bought.units),
                "amount": dollars(bought.cents),
                "gain": "",
                "tax": "",
                "order": "",
            }
        )
    return rows


def _class(run: LocateRun, symbol: str) -> str:
    return run.book.problem.sleeves[run.plan.sleeves.place(symbol)].name


def _value(run: LocateRun) -> dict[str, str]:
    location, problem = run.location, run.book.problem
    saved, tax = location.saved_a_year, run.trades.tax_cents / 100
    spent = tax + location.costs
    return {
        "tax_a_year_today": _money(problem.drag(problem.held)),
        "tax_a_year_wanted": _money(problem.drag(location.held)),
        "saved_a_year": _money(saved),
        "tax_of_moving": _money(tax),
        "cost_of_moving": _money(location.costs),
        "pays_back_in_years": f"{spent / saved:.1f}" if saved > HALF_CENT and spent > 0 else "",
    }


def _classes(problem: LocationProblem, location: Location) -> list[dict[str, str]]:
    before, after = problem.by_sleeve(problem.held), problem.by_sleeve(location.held)
    return [
        {
            "asset_class": sleeve.name,
            "target": f"{100 * sleeve.target:.2f}",
            "before": f"{100 * before[k]:.2f}",
            "after": f"{100 * after[k]:.2f}",
        }
        for k, sleeve in enumerate(problem.sleeves)
    ]


def _securities(run: LocateRun) -> list[dict[str, str]]:
    """What is taken of each security, and the tax a year of its class."""
    found = []
    for asset in run.book.problem.assets:
        own = run.book.taxes.of[asset.symbol]
        found.append(
            {
                "symbol": asset.symbol,
                "tax_a_year": f"{asset.drag:.6f}",
                "income": f"{own.income:.6f}",
                "qualified": f"{own.qualified:.4f}",
                "exempt": f"{own.exempt:.4f}",
                "volatility": f"{own.volatility:.4f}",
            }
        )
    return found


def _sentences(run: LocateRun) -> Iterator[str]:
    value = _value(run)
    yield (
        f"tax on income and by rebalancing is {value['tax_a_year_today']} a year today and"
        f" {value['tax_a_year_wanted']} so located: {value['saved_a_year']} a year is saved"
    )
    yield (
        f"moving costs {value['tax_of_moving']} of tax, now and later, and"
        f" {value['cost_of_moving']} of spread and commission"
        + (
            f": paid back in {value['pays_back_in_years']} years"
            if value["pays_back_in_years"]
            else ""
        )
    )
    if run.plan.worths.unpriced and run.location.clashes:
        yield "not every position has a fresh price: classes without one count for nothing here"
    for clash in run.location.clashes:
        yield f"{clash}; shown is the nearest location"
    yield from _reasons(run)
    said = sentence_of_losses(run.trades.sales, run.plan.situation.day)
    if said:
        yield said
    rates, rule = run.book.rates, run.rule
    yield (
        f"income is taxed at {rates.ordinary:.1%} and {rates.gain:.1%}, by the profile of the"
        f" year; {rule.years:g} years are weighed against the tax of moving"
    )
    yield from run.book.told
    kept = {n: c for n, c in run.trades.left_cents.items() if c >= FEWEST_CENTS}
    if kept:
        said = ", ".join(f"{dollars(cents)} in {name}" for name, cents in kept.items())
        yield f"cash that is left: {said}"


def _reasons(run: LocateRun) -> Iterator[str]:
    """Why the largest changes: dear classes leave taxable accounts, cheap ones come."""
    problem = run.book.problem
    change = held_by_sleeve(problem, run.location.held) - held_by_sleeve(problem, problem.held)
    taxable = [a for a, account in enumerate(problem.accounts) if account.is_taxable]
    moved: Floats = change[taxable].sum(axis=0)
    for k in sorted(range(len(problem.sleeves)), key=lambda k: float(moved[k]))[:2]:
        if moved[k] < -1:
            yield (
                f"{_money(-float(moved[k]))} of {problem.sleeves[k].name} leave taxable accounts: a"
                f" dollar of it costs {100 * _drag(problem, k):.2f} cents of tax a year there"
            )
    for (place, account), reasons in run.book.market.refused.items():
        sleeve = run.plan.sleeves.items[place]
        wanted = problem.sleeves[place].target
        if sleeve.name and problem.by_sleeve(run.location.held)[place] < wanted - 0.001:
            yield f"{sleeve.name} is not bought in {account}: {'; '.join(reasons.values())}"


def _money(amount: float) -> str:
    return dollars(round(amount * 100))
