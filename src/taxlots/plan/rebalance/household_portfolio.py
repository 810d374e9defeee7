"""A household as one portfolio: the optimizer's numbers for all positions of all its accounts.

What two accounts hold of one security moves together, and the cash of each account is its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from taxlots.plan.optimizer.lot_slopes import LotGains
from taxlots.plan.optimizer.objectives import LEAST_OWN, with_absolute_risk, with_factor_weights
from taxlots.plan.optimizer.portfolio import Cash, Portfolio, lots_of, portfolio, rows_of
from taxlots.plan.rebalance.lot_table import BARRED_SLOPE, LotTable, Mask, lot_slopes, lot_table
from taxlots.plan.rebalance.mandate import Mandate
from taxlots.plan.rebalance.positions import PlannedLot, Position
from taxlots.plan.risk import LEAST_SPECIFIC, Floats, RiskModel, floats
from taxlots.plan.year_tax import YearTax

CASH_OF = "cash of "
"""What the names of limits on the money of accounts begin with."""

OWN_PART = 1e-3
"""The part of a security's own variance that positions of several accounts do not share.

The optimizer needs some of each position; what is left here moves a plan by less than its costs.
"""


class Objective(StrEnum):
    """Whose risk is weighed: that of the difference from the targets, of its factors, or of all."""

    TRACKING = "tracking"
    FACTORS = "factors"
    VARIANCE = "variance"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """How a plan weighs things against each other.

    A year's variance costs half of ``risk_aversion`` times itself, over ``horizon_years``.
    ``cash_target`` is a part of the household; being away from it costs half of
    ``cash_curvature`` times the square of the distance, and a dollar above it loses ``cash_drag``
    a year.
    """

    risk_aversion: float = 5.0
    horizon_years: float = 1.0
    cash_target: float = 0.0
    cash_curvature: float = 0.05
    cash_drag: float = 0.0
    objective: Objective = Objective.TRACKING


@dataclass(frozen=True, slots=True)
class CashNeeds:
    """What accounts hold in cash, and what they are to hold after the plan, in cents.

    ``floors`` maps groups of accounts to what they must keep together.  ``tied_cents`` is what of
    it contracts tie up as margin and reserve: it buys nothing and counts as no cash.
    """

    held_cents: Mapping[str, int]
    floors: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    tied_cents: Mapping[str, int] = field(default_factory=dict)

    @property
    def free_cents(self) -> dict[str, int]:
        """What accounts hold beyond what contracts tie up."""
        return {
            name: cents - self.tied_cents.get(name, 0) for name, cents in self.held_cents.items()
        }

    @property
    def giving(self) -> set[str]:
        """Accounts that have to raise money: their groups hold less than they must keep."""
        return {
            one
            for group, floor in self.floors.items()
            if floor > sum(self.held_cents.get(name, 0) for name in group)
            for one in group
        }


@dataclass(frozen=True, slots=True)
class Band:
    """What a class may weigh, as parts of the household, and its securities."""

    symbols: frozenset[str]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class HouseholdPortfolio:
    """The optimizer's portfolio, with the positions and lots that its rows stand for.

    ``row_of`` maps the name of each position to its row.  ``nav_cents`` is all that the household
    holds, cash included.  ``tracked`` is the portfolio against its targets by the whole of its
    risk, whatever the objective of ``book`` weighs.
    ``lots`` are in the order in which the portfolio was given them, and so are ``gains``.  Those
    are on ``main_return``, the one that holds most, whose tax is ``year``; what lots of other
    returns cost is in ``gains.other``.
    """

    positions: tuple[Position, ...]
    row_of: Mapping[str, int]
    table: LotTable
    nav_cents: int
    book: Portfolio
    tracked: Portfolio
    gains: LotGains
    main_return: str
    year: YearTax | None

    @property
    def symbols(self) -> tuple[str, ...]:
        """The security of each position."""
        return tuple([one.symbol for one in self.positions])

    @property
    def lots(self) -> tuple[PlannedLot, ...]:
        """The lots of all positions."""
        return self.table.lots

    def within(self, book: Portfolio) -> HouseholdPortfolio:
        """The same household with the limits of a portfolio whose limits can be kept."""
        limits = replace(
            self.book,
            target=book.target,
            least=book.least,
            most=book.most,
            rows=book.rows,
            cash=book.cash,
        )
        return replace(self, book=limits)

    def narrowed(self, *, unbought: Mask, unsold: Mask, barred: Mask) -> HouseholdPortfolio:
        """The same household with less that may be traded.

        Nothing is bought of the positions of ``unbought`` or sold of ``unsold``, (positions,), and
        no lot of ``barred`` is sold, (lots,).
        """
        book, table, gains = self.book, self.table, self.gains
        more = (barred | unsold[table.holder]) & ~table.is_barred
        if unbought.any():
            book = replace(book, buy_limit=np.where(unbought, 0.0, book.buy_limit))
        if not more.any():
            return replace(self, book=book)
        table = table.barring(more)
        slope = np.where(more[book.lots.order], BARRED_SLOPE, book.lots.slope)
        book = replace(
            book,
            lots=book.lots.with_slopes(slope),
            sell_limit=_sell_limit(self.positions, table, self.nav_cents),
        )
        gains = replace(
            gains,
            gain=np.where(more, 0.0, gains.gain),
            usable=np.where(more, 0.0, gains.usable),
            other=np.where(more, BARRED_SLOPE, gains.other),
        )
        return replace(self, table=table, book=book, gains=gains)


def position_risk(
    model: RiskModel, positions: Sequence[Position], shared_by: frozenset[str] = frozenset()
) -> RiskModel:
    """The risk of positions: a security's own risk is shared by all accounts that hold it.

    It is a factor for those ``shared_by`` something else, too.
    """
    symbols = list(dict.fromkeys([one.symbol for one in positions]))
    of_symbols = model.of(symbols)
    at = {symbol: place for place, symbol in enumerate(symbols)}
    rows = np.array([at[one.symbol] for one in positions], np.int64)
    is_shared = np.array([one in shared_by for one in symbols], np.bool_)
    shared = np.flatnonzero(is_shared | (np.bincount(rows, minlength=len(symbols)) > 1))
    names = tuple([one.name for one in positions])
    if not shared.size:
        return RiskModel(names, of_symbols.loadings, of_symbols.specific)
    own = np.zeros((len(positions), len(shared)))
    specific = of_symbols.specific[rows].copy()
    for column, place in enumerate(shared.tolist()):
        mine = rows == place
        own[mine, column] = np.sqrt(of_symbols.specific[place] * (1 - OWN_PART))
        specific[mine] = np.maximum(specific[mine] * OWN_PART, LEAST_SPECIFIC)
    loadings = np.hstack([of_symbols.loadings[rows], own])
    return RiskModel(names, floats(loadings), floats(specific))


def geared_risk(model: RiskModel, positions: Sequence[Position]) -> RiskModel:
    """The same where what is owed moves the other way, each by its gear."""
    found = position_risk(model, positions)
    if not any(one.short for one in positions):
        return found
    gear = floats([one.gear for one in positions])
    return RiskModel(
        found.names, floats(found.loadings * gear[:, None]), floats(found.specific * gear * gear)
    )


def position_targets(positions: Sequence[Position], symbol_weights: Mapping[str, float]) -> Floats:
    """Targets of positions that sum to those of their securities: where they are held already.

    What is owed is to be nothing.
    """
    held: dict[str, int] = {}
    for one in positions:
        if one.short is None:
            held[one.symbol] = held.get(one.symbol, 0) + one.value_cents
    found = []
    placed: set[str] = set()
    for one in positions:
        if one.short is not None:
            found.append(0.0)
            continue
        weight = symbol_weights.get(one.symbol, 0.0)
        if held[one.symbol]:
            found.append(weight * one.value_cents / held[one.symbol])
        else:
            found.append(0.0 if one.symbol in placed else weight)
            placed.add(one.symbol)
    return floats(found)


def household_portfolio(
    positions: Sequence[Position],
    cash: CashNeeds,
    symbol_weights: Mapping[str, float],
    model: RiskModel,
    years: Mapping[str, YearTax],
    terms: PlanTerms,
    bands: Mapping[str, Band] | None = None,
    mandate: Mandate | None = None,
) -> HouseholdPortfolio:
    """All positions of a household as one portfolio of the optimizer.

    ``symbol_weights`` are targets as parts of the household; what they leave is its cash target.
    ``bands`` are limits of classes; one that is outside its band today may stay as far outside.
    ``mandate`` adds its limits and views.  ``years`` maps tax returns to the tax of this year.
    Securities that the risk model lacks are told by DataError.
    """
    kept, said = tuple(positions), mandate or Mandate()
    table = lot_table(kept)
    worth = np.bincount(table.holder, table.value_cents, len(kept))
    nav = round(float(worth.sum())) + sum(cash.held_cents.values())
    held = floats(worth / nav)
    main = main_return_of(kept, years)
    slopes, gains = lot_slopes(table, kept, main, years)
    forced = floats([one.forced_cents / nav for one in kept])
    book = portfolio(
        [one.name for one in kept],
        held,
        position_targets(kept, symbol_weights),
        geared_risk(model, kept),
        cash=Cash(
            held=sum(cash.free_cents.values()) / nav,
            target=terms.cash_target,
            curvature=terms.cash_curvature,
            drag=terms.cash_drag * terms.horizon_years,
        ),
        lots=lots_of(table.holder, table.value_cents / nav, slopes, len(kept)),
        risk_aversion=terms.risk_aversion * terms.horizon_years,
        cost=floats([one.marginal_cost / one.equity for one in kept]),
        buy_limit=[_buy_limit(one, nav) for one in kept],
        sell_limit=_sell_limit(kept, table, nav),
        least=np.where(forced == 0, 0.0, held + forced),
        most=np.where(forced == 0, np.inf, held + forced),
        alpha=floats(said.alpha(kept) - borrow_costs(kept) * terms.horizon_years),
        rows=rows_of(
            [*_cash_rows(kept, cash, nav), *_band_rows(kept, held, bands or {}), *said.rows(kept)],
            len(kept),
        ),
    )
    own = _with_objective(book, terms.objective, model.loadings.shape[1])
    row_of = {one.name: row for row, one in enumerate(kept)}
    return HouseholdPortfolio(kept, row_of, table, nav, own, book, gains, main, years.get(main))


def borrow_costs(positions: Sequence[Position]) -> Floats:
    """What a dollar of equity in each position costs a year for shares that are borrowed."""
    return floats(
        [
            0.0 if one.short is None else one.short.borrow_ppm / one.short.equity_ppm
            for one in positions
        ]
    )


def _with_objective(book: Portfolio, objective: Objective, factors: int) -> Portfolio:
    """The portfolio with a risk; columns behind the ``factors`` are what securities own alone."""
    if objective is Objective.FACTORS:
        return with_factors_alone(book, factors)
    return with_absolute_risk(book) if objective is Objective.VARIANCE else book


def with_factors_alone(book: Portfolio, factors: int) -> Portfolio:
    """The portfolio with the risk of its first ``factors`` columns, and hardly any other."""
    weights = np.full(book.risk.loadings.shape[1], LEAST_OWN)
    weights[:factors] = 1.0
    return with_factor_weights(book, weights)


def _buy_limit(position: Position, nav_cents: int) -> float:
    if position.buy_bar:
        return 0.0
    most = position.most_bought_cents
    return np.inf if most is None else most / nav_cents


def main_return_of(positions: Sequence[Position], years: Mapping[str, YearTax]) -> str:
    """The return that holds most, of those whose tax is known if there is one."""
    held: dict[str, int] = {}
    for one in positions:
        if one.is_taxed:
            name = one.account.tax_return
            held[name] = held.get(name, 0) + one.value_cents
    return max(held, key=lambda name: (name in years, held[name]), default="")


def _sell_limit(positions: Sequence[Position], table: LotTable, nav_cents: int) -> Floats:
    stated = [one.most_sold_cents for one in positions]
    most = floats([np.inf if cents is None else cents for cents in stated])
    return floats(np.minimum(table.sellable_cents(len(positions)), most) / nav_cents)


def _band_rows(
    positions: Sequence[Position], held: Floats, bands: Mapping[str, Band]
) -> Iterator[tuple[str, Floats, float, float]]:
    for name, band in bands.items():
        mine = floats([float(not one.short and one.symbol in band.symbols) for one in positions])
        if mine.any():
            now = float(mine @ held)
            yield f"band of {name}", mine, min(band.low, now), max(band.high, now)


def _cost_of_raising(
    positions: Sequence[Position], cash: CashNeeds, group: Sequence[str], floor: int
) -> float:
    """Costs of what a group of accounts must sell to have what it must keep, in cents."""
    need = floor - sum(cash.free_cents.get(account, 0) for account in group)
    if need <= 0:
        return 0.0
    mine = [one for one in positions if one.account.id in group and one.sellable_cents]
    rate = max((one.cost_rate / one.equity for one in mine), default=0.0)
    left = sum(one.sellable_cents for one in mine) - need
    return max(0.0, min(need * rate / (1 - rate), left))


def cash_row(group: Sequence[str]) -> str:
    """The name of the limit on the money of some accounts."""
    return f"{CASH_OF}{', '.join(group)}"


def _cash_rows(
    positions: Sequence[Position], cash: CashNeeds, nav_cents: int
) -> Iterator[tuple[str, Floats, float, float]]:
    """No account spends more than it has, and groups of them keep what is needed of them."""
    of_account = cash.free_cents
    for one in positions:
        of_account[one.account.id] = of_account.get(one.account.id, 0) + one.value_cents
    floors = {(account,): 0 for account in of_account} | dict(cash.floors)
    for group, floor in floors.items():
        mine = floats([float(one.account.id in group) for one in positions])
        if mine.any():
            held = sum(of_account.get(account, 0) for account in group)
            most = held - floor - _cost_of_raising(positions, cash, group, floor)
            yield cash_row(group), mine, -np.inf, most / nav_cents
