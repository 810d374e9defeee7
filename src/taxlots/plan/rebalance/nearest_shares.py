"""Trades in whole shares, nearest to an optimum, that keep bands and limits on sums.

Rounding goes from trade to trade and can end where no step keeps all limits, though other shares
do.  Here all positions are chosen at once by a mixed-integer program (HiGHS): whole steps of each,
or all of it; the money that is there, costs included; sums as little beyond their limits as can be;
and then the least that is traded otherwise than in the optimum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from taxlots.plan.optimizer.portfolio import NEGLIGIBLE, Rows
from taxlots.plan.optimizer.rounding import Grain
from taxlots.plan.optimizer.terms import trade_range
from taxlots.plan.rebalance.household_portfolio import CASH_OF, CashNeeds, HouseholdPortfolio
from taxlots.plan.rebalance.lot_table import Mask
from taxlots.plan.risk import Floats, floats

OF_A_MISS: Final = 1e3
"""What a dollar beyond a limit weighs against a dollar that is traded otherwise."""

MOST_POSITIONS: Final = 2_000
OPTIONS: Final[dict[str, Any]] = {
    "output_flag": False,
    "random_seed": 0,
    "parallel": "off",
    "mip_max_nodes": 500,
    "mip_rel_gap": 1e-3,
}
COUNTED: Final = ("n", "all", "in", "out")
"""Kinds of variables that are whole numbers."""

MARGIN_CENTS: Final = 2
"""What the money and the costs of a trade are rounded by at most."""

A_STEP: Final = 1e-6
"""A part of a step that is rounding of floats."""

MOST_STEPS: Final = 1e6
"""More than a household trades of a security, in place of infinity."""


@dataclass(frozen=True, slots=True)
class _Steps:
    """What positions may trade: ``fewest`` to ``most`` steps of ``unit``, or ``whole`` sold.

    ``whole`` is above 0 where all may go and is no multiple of a step.  A purchase is of
    ``least_bought`` steps at least and a sale of ``least_sold``, unless all goes.  ``fixed`` is
    traded besides.
    """

    unit: Floats
    fewest: Floats
    most: Floats
    whole: Floats
    least_bought: Floats
    least_sold: Floats
    fixed: Floats


def nearest_shares(
    household: HouseholdPortfolio,
    cash: CashNeeds,
    near: Floats,
    units: Grain,
    settled: Mask,
    clashing: Sequence[tuple[int, int]] = (),
) -> Floats | None:
    """Trades in whole steps near some others that miss limits on sums least, (positions,).

    All are parts of the household: ``near`` is what an optimum trades, ``units`` are the steps.
    Positions that are ``settled`` trade what ``near`` says.  What may be traded is what the book of
    the ``household`` lets be traded; of ``clashing`` positions the first is not sold if the second
    is bought.  None where no such trades leave the money that is asked for, or positions are too
    many.
    """
    if len(household.positions) > MOST_POSITIONS:
        return None
    steps = _steps(household, cash, near, units, settled)
    program = _Program(household, steps)
    program.limit_steps()
    program.limit_distance(near)
    program.limit_sums()
    program.limit_spending(cash)
    program.limit_washes(clashing)
    found = program.solve()
    if found is None:
        return None
    counts, is_all = found
    return floats(steps.fixed + np.where(is_all, -steps.whole, counts * steps.unit))


def _steps(
    household: HouseholdPortfolio, cash: CashNeeds, near: Floats, units: Grain, settled: Mask
) -> _Steps:
    book, giving = household.book, cash.giving
    low, high = trade_range(book)
    unit = np.where(units.unit > 0, units.unit, 1.0)
    fewest = np.maximum(np.ceil(low / unit - A_STEP), -MOST_STEPS)
    most = np.minimum(np.floor(high / unit + A_STEP), MOST_STEPS)
    held = book.held
    is_odd = np.abs(held / unit - np.round(held / unit)) > A_STEP
    may_go = ~settled & (held > NEGLIGIBLE) & (low <= NEGLIGIBLE - held)
    least = np.maximum(1.0, np.ceil(units.least / unit - A_STEP))
    gives = np.array([one.account.id in giving for one in household.positions], np.bool_)
    return _Steps(
        unit=floats(unit),
        fewest=floats(np.where(settled, 0.0, fewest)),
        most=floats(np.where(settled, 0.0, np.maximum(most, fewest))),
        whole=floats(np.where(may_go & is_odd, held, 0.0)),
        least_bought=floats(np.where(settled, 1.0, least)),
        least_sold=floats(np.where(settled | gives, 1.0, least)),
        fixed=floats(np.where(settled, near, 0.0)),
    )


class _Program:
    """The program: variables of positions, what sums are beyond their limits, and rows of both.

    Of a position: its steps (``n``), that all of it goes (``all``), that steps are bought or sold
    (``in``, ``out``), what is traded (``size``), and how far that is from the optimum (``away``).
    """

    def __init__(self, household: HouseholdPortfolio, steps: _Steps) -> None:
        self.household, self.steps = household, steps
        count, sums = steps.unit.size, len(household.book.rows.names)
        sizes = dict.fromkeys(("n", "all", "in", "out", "size", "away"), count)
        self.low = {name: np.zeros(size) for name, size in sizes.items()} | {"over": np.zeros(sums)}
        self.high = {name: np.full(one.size, np.inf) for name, one in self.low.items()}
        self.low["n"], self.high["n"] = steps.fewest, steps.most
        self.high["all"] = (steps.whole > 0).astype(np.float64)
        self.high["in"], self.high["out"] = np.ones(count), np.ones(count)
        self.rows: list[Any] = []
        self.least: list[Floats] = []
        self.most: list[Floats] = []

    def keep(self, parts: Mapping[str, Any], least: Any = -np.inf, most: Any = np.inf) -> None:
        """Keep sums of variables between bounds; ``parts`` are matrices, by kind of variable."""
        from scipy.sparse import csr_array, hstack  # type: ignore[import-untyped]

        count = next(iter(parts.values())).shape[0]
        every = [
            parts[name] if name in parts else csr_array((count, one.size))
            for name, one in self.low.items()
        ]
        self.rows.append(hstack(every))
        self.least.append(np.broadcast_to(np.asarray(least, np.float64), (count,)))
        self.most.append(np.broadcast_to(np.asarray(most, np.float64), (count,)))

    def traded(self, matrix: Any = 1.0) -> dict[str, Any]:
        """Sums of what positions trade beyond what is fixed, a row for each of a matrix."""
        unit, whole = _diagonal(self.steps.unit), _diagonal(-self.steps.whole)
        return (
            {"n": matrix @ unit, "all": matrix @ whole}
            if np.ndim(matrix)
            else {"n": unit, "all": whole}
        )

    def limit_steps(self) -> None:
        """Steps are bought, or sold, or all of it goes; and enough of them, or none."""
        steps, one = self.steps, _diagonal(np.ones(self.steps.unit.size))
        self.keep({"all": one, "in": one, "out": one}, most=1.0)
        bought, sold = np.maximum(steps.most, 0.0), np.maximum(-steps.fewest, 0.0)
        self.keep(
            {"n": one, "in": _diagonal(-bought), "out": _diagonal(steps.least_sold)}, most=0.0
        )
        self.keep(
            {"n": one, "in": _diagonal(-steps.least_bought), "out": _diagonal(sold)}, least=0.0
        )
        minus = _diagonal(-np.ones(steps.unit.size))
        trade = self.traded()
        self.keep(trade | {"size": minus}, most=0.0)
        self.keep(trade | {"size": one}, least=0.0)

    def limit_distance(self, near: Floats) -> None:
        """How far trades are from the optimum's."""
        one, trade, wanted = _diagonal(np.ones(near.size)), self.traded(), near - self.steps.fixed
        self.keep(trade | {"away": -one}, most=wanted)
        self.keep(trade | {"away": one}, least=wanted)

    def limit_sums(self) -> None:
        """Bands and limits on sums, each with what it is missed by; money is apart."""
        from scipy.sparse import csr_array

        book = self.household.book
        rows, is_mine = book.rows, limits_on_sums(self.household.book.rows)
        after = rows.matrix @ (book.held + self.steps.fixed)
        missed = _diagonal(np.ones(len(rows.names))).tocsr()[is_mine]
        trade = self.traded(csr_array(rows.matrix[is_mine]))
        self.keep(trade | {"over": -missed}, most=(rows.high - after)[is_mine])
        self.keep(trade | {"over": missed}, least=(rows.low - after)[is_mine])

    def limit_spending(self, cash: CashNeeds) -> None:
        """Each account pays its trades and their costs, and groups keep what is asked of them."""
        from scipy.sparse import csr_array

        positions, nav, free = self.household.positions, self.household.nav_cents, cash.free_cents
        own = {(name,): min(0, cents) for name, cents in free.items()}
        fixed = self.steps.fixed
        rate = np.array([one.cost_rate / one.equity for one in positions])
        commission = np.array([one.commission_cents + MARGIN_CENTS for one in positions]) / nav
        for group, floor in [*own.items(), *cash.floors.items()]:
            mine = np.array([float(one.account.id in group) for one in positions])
            if not mine.any():
                continue
            money = (sum(free.get(name, 0) for name in group) - floor) / nav
            money -= float(mine @ (fixed + rate * np.abs(fixed) + commission * (fixed != 0)))
            order = csr_array([mine * commission])
            parts = {"size": csr_array([mine * rate]), "all": order, "in": order, "out": order}
            spent = self.traded(csr_array([mine]))
            self.keep(parts | {"n": spent["n"], "all": spent["all"] + order}, most=money)

    def limit_washes(self, clashing: Sequence[tuple[int, int]]) -> None:
        """Of two positions the first is not sold if the second is bought."""
        from scipy.sparse import csr_array

        fixed, size = self.steps.fixed, (len(clashing), self.steps.unit.size)
        if not clashing:
            return
        ones, rows = np.ones(size[0]), np.arange(size[0])
        sold, bought = (np.array(each) for each in zip(*clashing, strict=True))
        sale = csr_array((ones, (rows, sold)), shape=size)
        purchase = csr_array((ones, (rows, bought)), shape=size)
        done = (fixed[sold] < 0) * 1.0 + (fixed[bought] > 0)
        self.keep({"all": sale, "in": purchase, "out": sale}, most=np.maximum(0.0, 1.0 - done))

    def solve(self) -> tuple[Floats, Mask] | None:
        """Steps of positions and those that go; None where nothing leaves the money asked for."""
        import highspy

        engine: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in OPTIONS.items():
            engine.setOptionValue(option, value)
        engine.passModel(self._model())
        engine.run()
        if (
            engine.getInfo().primal_solution_status
            != highspy.SolutionStatus.kSolutionStatusFeasible
        ):
            return None
        found = np.array(engine.getSolution().col_value, np.float64)
        count = self.steps.unit.size
        steps, is_all = np.round(found[:count]), np.round(found[count : 2 * count])
        return floats(steps), np.asarray(is_all > 0)

    def _model(self) -> Any:
        import highspy
        from scipy.sparse import csr_array, vstack

        kinds = {name: one.size for name, one in self.low.items()}
        costs = {"over": np.full(kinds["over"], OF_A_MISS), "away": np.ones(kinds["away"])}
        costs["size"] = self.household.book.buy_cost
        matrix = csr_array(vstack(self.rows))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = sum(kinds.values()), matrix.shape[0]
        model.col_cost_ = np.concatenate(
            [costs.get(name, np.zeros(size)) for name, size in kinds.items()]
        )
        model.col_lower_ = np.concatenate(list(self.low.values()))
        model.col_upper_ = np.concatenate(list(self.high.values()))
        model.row_lower_ = np.concatenate(self.least)
        model.row_upper_ = np.concatenate(self.most)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        model.a_matrix_.index_ = matrix.indices.astype(np.int32)
        model.a_matrix_.value_ = matrix.data
        whole, part = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        model.integrality_ = [
            whole if name in COUNTED else part for name, size in kinds.items() for _ in range(size)
        ]
        return model


def limits_on_sums(rows: Rows) -> Mask:
    """The rows of a household's book that are no account's money, (rows,)."""
    return np.array([not name.startswith(CASH_OF) for name in rows.names], np.bool_)


def _diagonal(values: Floats) -> Any:
    from scipy.sparse import diags_array

    return diags_array(values)
