"""The contracts of ``[rebalance.overlay]`` as a rebalance may use them, from the book's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Final

import numpy as np

from taxlots.book.standing import split_ratios
from taxlots.domain.account import Account
from taxlots.domain.contract import Contract, ContractKind
from taxlots.domain.money import CENTS_PER_DOLLAR, SHARE
from taxlots.domain.overlay_terms import PPM, OverlayTerms, overlay_terms_from
from taxlots.domain.problem import DataError, UsageError
from taxlots.law.s1256_contracts import long_term_part
from taxlots.market_data.common_closes import FEWEST_PERIODS, common_closes
from taxlots.plan.overlay.basis_risk import least_variance_hedge
from taxlots.plan.overlay.futures import futures_for_dollars, margin_need
from taxlots.plan.overlay.tax_flags import FlagCode, TaxFlag
from taxlots.plan.overlay.term_structure import RollCost, roll_cost, rolls_a_year, shape
from taxlots.plan.rebalance.household_portfolio import Objective
from taxlots.plan.rebalance.overlay_contracts import OverlayContract
from taxlots.plan.rebalance.proposal import Proposal
from taxlots.plan.rebalance.solving import Question
from taxlots.plan.year_tax import YearTax
from taxlots.reports.rebalance_overlay import ContractSaid, OverlaySaid, residuals
from taxlots.workflows.exposure import BookedHousehold
from taxlots.workflows.held_dollars import open_units
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.market_files import MarketFiles
from taxlots.workflows.market_of_day import same_market
from taxlots.workflows.overlay import flags_of
from taxlots.workflows.overlay_contracts import curve_of, future_of, swap_of
from taxlots.workflows.rebalance_cash import nav_cents

SESSIONS_OF_YEAR: Final = 252
SWAP_STEP: Final = 1_000.0
"""Dollars in which the notional of a swap is cut."""

DEVIATIONS: Final = 2.33
LEAST_BETA: Final = 0.2
"""A contract that moves less with a class does not stand for it."""

NEARLY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Considered:
    """A contract that a plan may use, as it is traded: its curve, and where its figures are from.

    ``next_symbol`` is the contract that it is rolled into, blank where contracts.csv has none.
    """

    row: Contract
    contract: OverlayContract
    shape: str
    next_symbol: str
    roll_a_year: float
    is_estimated: bool


def considered_contracts(
    booked: BookedHousehold, question: Question, accounts: Sequence[Account]
) -> tuple[Considered, ...]:
    """The contracts that a plan of a household may use on the books' day.

    Raises UsageError where ``[rebalance.overlay]`` names none, or what is not there, and DataError
    for keys that are wrong.
    """
    terms, problems = overlay_terms_from(booked.books.record.rebalance)
    if problems:
        raise DataError(problems)
    if not terms.contracts:
        raise UsageError(
            "[rebalance.overlay] names no contracts: write account, and which class each contract"
            ' of contracts.csv stands for: contracts."ES-H5" = "us equities"'
        )
    account = _account(terms, accounts)
    return tuple(
        _considered(booked, question, terms, account, booked.market.contract(symbol), name)
        for symbol, name in terms.contracts.items()
    )


def _account(terms: OverlayTerms, accounts: Sequence[Account]) -> Account:
    known = {one.id: one for one in accounts}
    if terms.account not in known:
        raise UsageError(
            f"[rebalance.overlay] account = {terms.account!r}: name the account that holds the"
            f" contracts, one of {', '.join(known)}"
        )
    return known[terms.account]


def _considered(
    booked: BookedHousehold,
    question: Question,
    terms: OverlayTerms,
    account: Account,
    row: Contract,
    asset_class: str,
) -> Considered:
    symbols = _stood_for(question, row, asset_class)
    basket = _basket(question, symbols)
    moves, basis, is_estimated = _likeness(booked, terms, row, basket)
    volatility = _volatility(question, moves)
    nav = nav_cents(question.positions, question.cash)
    wanted = nav * sum(max(0.0, question.symbol_weights.get(name, 0.0)) for name in symbols)
    held = sum(one.value_cents for one in question.positions if one.symbol in symbols)
    costs = _costs(booked, terms, row, volatility)
    year = question.years.get(account.tax_return)
    is_taxed = not account.kind.is_tax_deferred
    gap = max(abs(wanted - held), costs.notional_cents)
    tax = _tax(year, volatility, gap, row) if is_taxed else 0.0
    drag = terms.margin_drag_ppm / PPM * costs.margin + tax
    most = nav * min(
        max(0.0, question.symbol_weights.get(name, 0.0)) / part for name, part in moves.items()
    )
    base = OverlayContract(
        symbol=row.symbol,
        asset_class=asset_class,
        account=account,
        underlying=row.underlying,
        notional_cents=costs.notional_cents,
        moves_with=moves,
        basis=basis,
        tied=costs.tied,
        margin=costs.margin,
        tax=tax,
        trade_cost=costs.trade_cost,
        long_carry=max(0.0, costs.long_carry) + drag,
        short_carry=max(0.0, costs.short_carry) + drag,
        held=_held(booked, account, row.symbol),
        most_long=int(most // costs.notional_cents + NEARLY),
        most_short=int(held // (costs.notional_cents * sum(moves.values()))),
    )
    return Considered(
        row=row,
        contract=_barred(booked, row, base),
        shape=costs.shape,
        next_symbol=costs.next_symbol,
        roll_a_year=costs.rolls,
        is_estimated=is_estimated,
    )


def _stood_for(question: Question, row: Contract, asset_class: str) -> frozenset[str]:
    """The securities of the class that a contract stands for.  Raises UsageError."""
    if row.kind not in (ContractKind.FUTURE, ContractKind.SWAP):
        raise UsageError(
            f"{row.symbol} is a {row.kind}: a plan uses futures and swaps; list a fund in"
            " securities.csv, and ask taxlots overlay about options"
        )
    band = question.bands.get(asset_class)
    if band is None or not band.symbols:
        raise UsageError(
            f"{row.symbol} stands for {asset_class!r}, of which the plan knows no security; it has"
            f" {', '.join(name for name, one in question.bands.items() if one.symbols)}"
        )
    return band.symbols


def flags_of_account(
    booked: BookedHousehold, row: Contract, notional: float, account: Account
) -> tuple[TaxFlag, ...]:
    """What tax law says of contracts in an account; where nothing is realized, wash sales alone."""
    flags = flags_of(booked, row, notional, account.tax_return)
    if not account.kind.is_tax_deferred:
        return flags
    return tuple(one for one in flags if one.code is FlagCode.WASH_SALE)


def _barred(booked: BookedHousehold, row: Contract, one: OverlayContract) -> OverlayContract:
    """The contract, a side barred where entering it would realize a gain or wash a loss."""
    dollars = one.notional_cents / CENTS_PER_DOLLAR
    bars = {FlagCode.CONSTRUCTIVE_SALE: "", FlagCode.WASH_SALE: ""}
    for side in (-1, 1):
        for flag in flags_of_account(booked, row, side * dollars, one.account):
            if flag.code in bars:
                bars[flag.code] = f"{flag.authority}: {', '.join(flag.lots) or flag.because}"
    return replace(
        one,
        short_bar=bars[FlagCode.CONSTRUCTIVE_SALE],
        long_bar=bars[FlagCode.WASH_SALE],
    )


def _basket(question: Question, symbols: frozenset[str]) -> dict[str, float]:
    """A dollar of a class by security: as its targets, or as it is held where it has none."""
    weights = {name: max(0.0, question.symbol_weights.get(name, 0.0)) for name in sorted(symbols)}
    if not sum(weights.values()):
        for one in question.positions:
            if one.symbol in weights:
                weights[one.symbol] += one.value_cents
    total = sum(weights.values())
    if not total:
        return {name: 1 / len(weights) for name in weights}
    return {name: weight / total for name, weight in weights.items() if weight}


def _likeness(
    booked: BookedHousehold, terms: OverlayTerms, row: Contract, basket: Mapping[str, float]
) -> tuple[dict[str, float], float, bool]:
    """What a contract moves with, its basis risk, and whether both are estimated from closes.

    Closes of its underlying tell it by least squares, unless the basis is stated; a contract on a
    security of the class moves as that does.
    """
    stated = terms.basis_of(row.symbol) / PPM
    if row.underlying in basket:
        return {row.underlying: 1.0}, terms.basis_ppm.get(row.symbol, 0) / PPM, False
    if row.symbol in terms.basis_ppm or not row.underlying:
        return dict(basket), stated, False
    closes = common_closes(
        booked.history, [row.underlying, *basket], booked.as_of, split_ratios(booked.books)
    )
    if closes.lacking or len(closes.matrix) < FEWEST_PERIODS:
        return dict(basket), stated, False
    moves = np.diff(np.log(closes.matrix), axis=0)
    mixed = moves[:, 1:] @ np.array([basket[name] for name in closes.symbols[1:]])
    fit = least_variance_hedge(moves[:, 0], mixed, closes.periods_of_year)
    beta = float(fit.ratios[0])
    if beta < LEAST_BETA:
        raise UsageError(
            f"{row.symbol} does not move with {', '.join(basket)}: its beta to them is {beta:.2f};"
            " let it stand for another class"
        )
    return {name: beta * part for name, part in basket.items()}, fit.basis_deviation, True


def _volatility(question: Question, moves: Mapping[str, float]) -> float:
    model = question.model.of(list(moves))
    return sqrt(model.variance(np.array(list(moves.values()))))


@dataclass(frozen=True, slots=True)
class _Costs:
    notional_cents: int
    margin: float
    tied: float
    trade_cost: float
    long_carry: float = 0.0
    short_carry: float = 0.0
    rolls: float = 0.0
    shape: str = ""
    next_symbol: str = ""


def _costs(
    booked: BookedHousehold, terms: OverlayTerms, row: Contract, volatility: float
) -> _Costs:
    """What a contract ties up and costs, as parts of its notional."""
    daily = volatility / sqrt(SESSIONS_OF_YEAR)
    if row.kind is ContractKind.SWAP:
        swap = swap_of(row)
        reserve = DEVIATIONS * daily * sqrt(terms.reserve_days)
        return _Costs(
            notional_cents=round(SWAP_STEP * CENTS_PER_DOLLAR),
            margin=swap.margin,
            tied=swap.margin + reserve,
            trade_cost=swap.fee / 2,
            long_carry=swap.financing_spread,
            short_carry=swap.short_spread,
        )
    contract = future_of(row)
    each = contract.notional
    need = margin_need(futures_for_dollars(each, contract), daily, terms.reserve_days)
    curve = curve_of(booked.market, row)
    later = [one for one in curve if one.expiry > contract.expiry]
    held = _Costs(
        notional_cents=round(each * CENTS_PER_DOLLAR),
        margin=need.initial / each,
        tied=need.total / each,
        trade_cost=contract.trade_cost / each,
    )
    if not later:
        return held
    times = rolls_a_year(contract, later[0])
    fair = ((terms.cash_rate_ppm or 0) - terms.income_ppm.get(row.symbol, 0)) / PPM
    is_priced = terms.cash_rate_ppm is not None

    def carry(count: int) -> float:
        cost: RollCost = roll_cost(count, contract, later[0], fair)
        return times * (cost.total if is_priced else cost.trading) / each

    rolls = carry(1)
    return replace(
        held,
        long_carry=rolls,
        short_carry=carry(-1),
        rolls=rolls,
        shape=str(shape(curve)),
        next_symbol=later[0].symbol,
    )


def _tax(year: YearTax | None, volatility: float, dollars_cents: float, row: Contract) -> float:
    """The tax that a year of marking is expected to cost, by a dollar of notional.

    Of a gain and of a loss of one deviation, each as likely: a gain is taxed at once, and a loss
    may only be carried on.  Section 1256 makes 60 percent of both long-term (26 USC 1256(a)(3)).
    """
    move = round(volatility * dollars_cents)
    if year is None or move <= 0:
        return 0.0
    long = long_term_part(move) if row.is_1256 else 0
    both = sum(year.all_years(sign * (move - long), sign * long) for sign in (1, -1))
    return max(0.0, both / 2 / dollars_cents)


def _held(booked: BookedHousehold, account: Account, symbol: str) -> int:
    """Contracts that an account holds, sold ones below zero; a part of one is a UsageError."""
    units = open_units(booked.books, {account.id}).get(symbol, 0)
    count, left = divmod(abs(units), SHARE)
    if left:
        raise UsageError(f"{account.id} holds a part of a {symbol}; correct its rows")
    return count if units > 0 else -count


def overlay_of(
    plan: HouseholdPlan,
    question: Question,
    accounts: Sequence[Account],
    market: MarketFiles | None,
) -> tuple[Considered, ...]:
    """The contracts that a household's plan may use.  Raises as ``considered_contracts``."""
    if question.terms.objective is not Objective.TRACKING:
        raise UsageError("--overlay closes deviations from the targets: use --objective tracking")
    return considered_contracts(booked_of(plan, market), question, accounts)


def overlay_said(
    plan: HouseholdPlan,
    considered: Sequence[Considered],
    proposal: Proposal,
    market: MarketFiles | None,
) -> OverlaySaid | None:
    """The overlay of a proposal with the tax flags of its contracts; None without one."""
    overlay = proposal.overlay
    if overlay is None:
        return None
    booked = booked_of(plan, market)
    known = {}
    for one, line in zip(considered, overlay.lines, strict=True):
        notional = line.notional_cents / CENTS_PER_DOLLAR
        account = one.contract.account
        known[one.row.symbol] = ContractSaid(
            shape=one.shape,
            next_symbol=one.next_symbol,
            roll_a_year=one.roll_a_year,
            is_estimated=one.is_estimated,
            flags=flags_of_account(booked, one.row, notional, account) if line.count else (),
        )
    return OverlaySaid(
        overlay=overlay,
        contracts=known,
        classes=residuals(overlay, proposal.classes, proposal.solution.household.nav_cents),
        cash_cents=proposal.cash_after,
    )


def booked_of(plan: HouseholdPlan, market: MarketFiles | None) -> BookedHousehold:
    """A household's books as questions about exposures see them."""
    books = plan.prepared.books
    history = same_market(books.record.prices, plan.as_of).history
    return BookedHousehold(books, plan.name, history, market or MarketFiles({}, {}, {}))
