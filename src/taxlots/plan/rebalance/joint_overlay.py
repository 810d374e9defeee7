"""Trades and contracts as one portfolio: a contract is a position of the money that it ties up.

Each side of a contract is a position of its own, that only rises: what it weighs is margin and
reserve, so that it uses cash like anything bought, and it moves with the securities of its class by
its notional.  It has no lots but those of what is held, whose sale saves their carry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from taxlots.domain.money import SHARE
from taxlots.plan.optimizer.objective import lots_sold, parts_of
from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.portfolio import Portfolio, Rows
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio, position_risk
from taxlots.plan.rebalance.law_tax import beyond_rates
from taxlots.plan.rebalance.overlay_contracts import OverlayContract
from taxlots.plan.rebalance.plan_limits import PlanLimits, optimum_within
from taxlots.plan.rebalance.positions import PlannedLot, Position
from taxlots.plan.rebalance.replacements import Replacements, Replaces, replacements
from taxlots.plan.rebalance.solving import Question, portfolio_of, ways_within
from taxlots.plan.rebalance.wash_branches import best_branch
from taxlots.plan.rebalance.wash_choices import Choices
from taxlots.plan.risk import Floats, RiskModel, floats

LONG: Final = 1
SHORT: Final = -1
PLACES: Final = 4
"""Decimals of contracts that mean something."""

LEAST_BASIS: Final = 1e-3
"""No contract follows what it stands for nearer than by a tenth of a percent a year."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a contract; ``leverage`` is dollars of notional for a dollar tied up."""

    contract: OverlayContract
    sign: int

    @property
    def name(self) -> str:
        """As a position is named."""
        return f"{self.contract.symbol} {'long' if self.sign == LONG else 'short'}"

    @property
    def leverage(self) -> float:
        """Signed."""
        return self.sign / self.contract.tied

    @property
    def held(self) -> int:
        """How many are held on this side."""
        return max(0, self.sign * self.contract.held)

    @property
    def most(self) -> int:
        """How many there may be."""
        contract = self.contract
        return max(0, contract.most if self.sign == LONG else -contract.least)

    @property
    def carry(self) -> float:
        """Of a year, a part of notional."""
        contract = self.contract
        return contract.long_carry if self.sign == LONG else contract.short_carry


@dataclass(frozen=True, slots=True)
class JointPortfolio:
    """A question and contracts as one portfolio, the sides of the contracts behind the positions.

    ``household`` bears no wash branch: it prices trades and contracts, and ``optimum`` is the best
    of both in fractions, with what it had to settle for the wash-sale rule as ``choices``.
    """

    question: Question
    contracts: tuple[OverlayContract, ...]
    household: HouseholdPortfolio
    optimum: Optimum
    choices: Choices

    @property
    def sides(self) -> tuple[_Side, ...]:
        """Long and short of each contract, as far as there may be any."""
        return _sides(self.contracts)

    def exact(self) -> tuple[float, ...]:
        """Contracts of the optimum before rounding."""
        size = len(self.question.positions)
        nav = self.household.nav_cents
        weights = self.optimum.book.held[size:] + self.optimum.trades[size:]
        found = dict.fromkeys((one.symbol for one in self.contracts), 0.0)
        for side, weight in zip(self.sides, weights.tolist(), strict=True):
            one = side.contract
            found[one.symbol] += side.leverage * weight * nav / one.notional_cents
        return tuple(round(found[one.symbol], PLACES) for one in self.contracts)

    def moved(self, traded: Floats, counts: Sequence[int]) -> Floats:
        """Trades of the positions, and contracts, as trades of the joint portfolio."""
        nav, size = self.household.nav_cents, len(self.question.positions)
        by_symbol = dict(zip((one.symbol for one in self.contracts), counts, strict=True))
        weights = [
            max(0, side.sign * by_symbol[side.contract.symbol])
            * side.contract.notional_cents
            * side.contract.tied
            / nav
            for side in self.sides
        ]
        return floats(np.concatenate([traded, floats(weights) - self.household.book.held[size:]]))

    def beside(self, counts: Sequence[int]) -> Question:
        """The question of the trades alone, beside so many contracts."""
        return beside(self.question, self.contracts, counts, self.household.nav_cents)

    def cost_of(self, counts: Sequence[int]) -> float | None:
        """What so many contracts and the best trades beside them cost; None where limits clash.

        What the joint optimum settled for the wash-sale rule is settled here, too.
        """
        asked = self.beside(counts)
        household = self.choices.applied(portfolio_of(asked))
        found = optimum_within(household, asked.limits)
        if found.problems:
            return None
        nav, nothing = self.household.nav_cents, np.zeros(len(asked.positions))
        basis = basis_variance(self.contracts, counts, nav)
        return (
            found.parts.total
            + beyond_rates(household, found.book, found.sold)
            + 0.5 * household.book.risk_aversion * basis
            + self.cost_of_contracts(self.moved(nothing, counts))
        )

    def cost_of_contracts(self, moved: Floats) -> float:
        """What contracts cost to enter and to carry, and save where they are left."""
        book, size = self.household.book, len(self.question.positions)
        lots, mine = book.lots, moved[size:]
        slope = np.zeros(book.count)
        slope[lots.holder] = lots.slope
        bought, sold = np.maximum(mine, 0.0), np.maximum(-mine, 0.0)
        return float(book.buy_cost[size:] @ bought + (book.sell_cost[size:] + slope[size:]) @ sold)

    def value(self, traded: Floats, tax_cents: int, counts: Sequence[int]) -> float:
        """What trades that cost so much tax, and contracts, cost: a part of the household."""
        moved, size = self.moved(traded, counts), len(self.question.positions)
        parts = parts_of(self.household.book, moved)
        book = self.household.book
        entered = book.buy_cost[size:] @ np.maximum(moved[size:], 0.0)
        left = book.sell_cost[size:] @ np.maximum(-moved[size:], 0.0)
        bare = parts.risk + parts.cash + parts.cost + parts.impact + parts.alpha - entered - left
        return float(bare) + self.cost_of_contracts(moved) + tax_cents / self.household.nav_cents

    def gap(self, traded: Floats, counts: Sequence[int]) -> float:
        """How far trades and contracts are from the optimum at most, by the law of the year."""
        book, moved = self.optimum.book, self.moved(traded, counts)
        sold = lots_sold(book, moved)
        found = parts_of(book, moved, sold).total + beyond_rates(self.household, book, sold)
        return max(0.0, found - self.optimum.certificate.bound)


def joint_portfolio(
    question: Question, contracts: Sequence[OverlayContract], replaces: Replaces
) -> JointPortfolio:
    """Solve trades and contracts together, in fractions.  Raises DataError as ``optimize``."""
    sides = _sides(contracts)
    asked = _asked(question, sides)
    household = _priced(asked, sides)
    limits = _loosened(question.limits, contracts, household.nav_cents)
    found = best_branch(
        household,
        Choices(),
        ways_within(limits),
        _replacements(asked, sides, replaces),
    )
    return JointPortfolio(question, tuple(contracts), household, found.optimum, found.choices)


def _replacements(asked: Question, sides: Sequence[_Side], replaces: Replaces) -> Replacements:
    """A contract that is bought is one to acquire its underlying (26 USC 1091(a))."""
    acquired = {side.name: side.contract.underlying if side.sign == LONG else "" for side in sides}
    families = asked.families
    if families is not None:
        known = families
        families = {**known, **{name: known.get(of, of) for name, of in acquired.items()}}

    def replaced(bought: str, lost: str) -> bool:
        return replaces(acquired.get(bought, bought), lost)

    return replacements((one.symbol for one in asked.positions), replaced, families)


def _loosened(
    limits: PlanLimits, contracts: Sequence[OverlayContract], nav_cents: int
) -> PlanLimits:
    """Limits under which what contracts tie up is no turnover."""
    if limits.turnover is None:
        return limits
    tied = sum(one.tied_cents(max(one.most, -one.least)) for one in contracts)
    return replace(limits, turnover=limits.turnover + 2 * tied / nav_cents)


def _sides(contracts: Sequence[OverlayContract]) -> tuple[_Side, ...]:
    """Those that are held or may be entered."""
    both = (_Side(one, sign) for one in contracts for sign in (LONG, SHORT))
    return tuple(side for side in both if side.most)


def _asked(question: Question, sides: Sequence[_Side]) -> Question:
    """The question with the sides as positions, and the money that held ones tie up out of cash."""
    held = dict(question.cash.held_cents)
    for side in sides:
        account = side.contract.account.id
        held[account] = held.get(account, 0) - side.contract.tied_cents(side.held)
    return replace(
        question,
        positions=(*question.positions, *map(_position, sides)),
        cash=replace(question.cash, held_cents=held, tied_cents={}),
        model=_named(question.model, sides),
    )


def _position(side: _Side) -> Position:
    contract = side.contract
    tied = contract.tied_cents(side.held)
    lots = (_lot(side, tied),) if tied else ()
    return Position(
        account=contract.account,
        symbol=side.name,
        price=SHARE,
        multiplier=1,
        lots=lots,
        spread_ppm=0,
        most_bought_cents=max(0, contract.tied_cents(side.most) - tied),
    )


def _lot(side: _Side, tied: int) -> PlannedLot:
    return PlannedLot(
        lot_id=side.name,
        acquired=date.min,
        quantity=side.held,
        value_cents=tied,
        gain_cents=0,
        is_long=True,
    )


def _named(model: RiskModel, sides: Sequence[_Side]) -> RiskModel:
    """The model with a row for each side, until ``_risk`` says what it moves with."""
    rows = np.zeros((len(sides), model.loadings.shape[1]))
    return RiskModel(
        (*model.names, *(side.name for side in sides)),
        floats(np.vstack([model.loadings, rows])),
        floats(np.concatenate([model.specific, np.ones(len(sides))])),
    )


def _risk(model: RiskModel, positions: Sequence[Position], sides: Sequence[_Side]) -> RiskModel:
    """The risk of positions and sides: these share what securities do by themselves, too."""
    traded = positions[: len(positions) - len(sides)]
    moving = frozenset(symbol for side in sides for symbol in side.contract.moves_with)
    found = position_risk(model, traded, moving)
    at = {one.symbol: row for row, one in enumerate(traded)}
    rows, basis = [], []
    for side in sides:
        row = np.zeros(found.loadings.shape[1])
        for symbol, part in side.contract.moves_with.items():
            row += part * found.loadings[at[symbol]]
        rows.append(side.leverage * row)
        basis.append((side.leverage * max(side.contract.basis, LEAST_BASIS)) ** 2)
    return RiskModel(
        tuple(one.name for one in positions),
        floats(np.vstack([found.loadings, *rows])),
        floats(np.concatenate([found.specific, basis])),
    )


def _priced(asked: Question, sides: Sequence[_Side]) -> HouseholdPortfolio:
    """The household with the costs of the sides, and their notional in the bands of classes."""
    found = portfolio_of(asked)
    book, years = found.book, asked.terms.horizon_years
    start = book.count - len(sides)
    buy, sell = book.buy_cost.copy(), book.sell_cost.copy()
    slope, other = book.lots.slope.copy(), found.gains.other.copy()
    holder = book.lots.holder
    for place, side in enumerate(sides, start):
        by_tied = abs(side.leverage)
        entry = side.contract.trade_cost * by_tied
        kept = side.carry * years * by_tied + book.cash.drag
        buy[place], sell[place] = 2 * entry + kept, entry
        mine = holder == place
        slope[mine] = other[book.lots.order[mine]] = -(entry + kept)
    return replace(
        found,
        book=replace(
            book,
            buy_cost=buy,
            sell_cost=sell,
            lots=replace(book.lots, slope=slope),
            rows=_banded(asked, book, sides),
            risk=_risk(asked.model, asked.positions, sides),
        ),
        gains=replace(found.gains, other=other),
    )


def _banded(asked: Question, book: Portfolio, sides: Sequence[_Side]) -> Rows:
    """Bands of classes hold for what is held and what contracts stand for, together."""
    rows = book.rows
    matrix, low, high = rows.matrix.copy(), rows.low.copy(), rows.high.copy()
    start = book.count - len(sides)
    for name, band in asked.bands.items():
        for row in [at for at, told in enumerate(rows.names) if told == f"band of {name}"]:
            for place, side in enumerate(sides, start):
                matrix[row, place] = side.leverage * moved_of(side.contract, band.symbols)
            now = float(matrix[row] @ book.held)
            low[row], high[row] = min(band.low, now), max(band.high, now)
    return Rows(rows.names, matrix, low, high)


def moved_of(contract: OverlayContract, symbols: frozenset[str]) -> float:
    """Dollars of some securities for a dollar of a contract's notional."""
    return sum(part for symbol, part in contract.moves_with.items() if symbol in symbols)


def stood_for(
    contracts: Sequence[OverlayContract], counts: Sequence[int], nav_cents: int
) -> dict[str, float]:
    """What contracts stand for, by security, as parts of the household."""
    found: dict[str, float] = {}
    for symbol, part in _parts(contracts, counts):
        found[symbol] = found.get(symbol, 0.0) + part / nav_cents
    return found


def _parts(
    contracts: Sequence[OverlayContract], counts: Sequence[int]
) -> Iterator[tuple[str, float]]:
    for one, count in zip(contracts, counts, strict=True):
        for symbol, part in one.moves_with.items():
            yield symbol, part * count * one.notional_cents


def basis_variance(
    contracts: Sequence[OverlayContract], counts: Sequence[int], nav_cents: int
) -> float:
    """The annual variance that the classes do not explain, of parts of the household."""
    return sum(
        (max(one.basis, LEAST_BASIS) * count * one.notional_cents / nav_cents) ** 2
        for one, count in zip(contracts, counts, strict=True)
    )


def beside(
    question: Question, contracts: Sequence[OverlayContract], counts: Sequence[int], nav_cents: int
) -> Question:
    """The question of the trades alone, beside so many contracts.

    What contracts stand for is out of the targets and bands; what they tie up is out of cash.
    """
    stands = stood_for(contracts, counts, nav_cents)
    symbols = {**question.symbol_weights, **stands}
    tied: dict[str, int] = {}
    for one, count in zip(contracts, counts, strict=True):
        tied[one.account.id] = tied.get(one.account.id, 0) + one.tied_cents(count)
    bands = {}
    for name, band in question.bands.items():
        moved = sum(part for symbol, part in stands.items() if symbol in band.symbols)
        bands[name] = replace(band, low=band.low - moved, high=band.high - moved)
    cap = question.limits.tracking_error
    if cap is not None:
        left = cap * cap - basis_variance(contracts, counts, nav_cents)
        cap = float(np.sqrt(max(left, (LEAST_BASIS * cap) ** 2)))
    return replace(
        question,
        symbol_weights={
            name: question.symbol_weights.get(name, 0.0) - stands.get(name, 0.0) for name in symbols
        },
        bands=bands,
        cash=replace(question.cash, tied_cents=tied),
        limits=replace(question.limits, tracking_error=cap),
    )
