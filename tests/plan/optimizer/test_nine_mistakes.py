"""Nine mistakes of optimizers of taxable portfolios, each of which a plan here does not make."""

import ast
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.plan.optimizer.random_books import random_book

import taxlots.plan.optimizer.optimum as optimum_module
from taxlots.domain.calendar import day_of
from taxlots.domain.problem import UsageError
from taxlots.law.s1091_wash_sale import in_window
from taxlots.law.s1222_term import is_long_term
from taxlots.plan.appraisal import is_below_ratio
from taxlots.plan.free_day import first_free_day
from taxlots.plan.optimizer.cardinality import CountLimit, optimize_with_count
from taxlots.plan.optimizer.lot_slopes import lot_gains
from taxlots.plan.optimizer.objective import parts_of
from taxlots.plan.optimizer.optimum import optimize
from taxlots.plan.optimizer.portfolio import Cash, Portfolio, portfolio, untaxed_lots
from taxlots.plan.optimizer.rounding import grain, round_trades
from taxlots.plan.optimizer.terms import prepare
from taxlots.plan.optimizer.trading_limits import (
    PositionLimit,
    Side,
    TradeLimit,
    limited,
    wash_blocks,
)
from taxlots.plan.risk import RiskModel, floats

RATIO_ONE = 100_000_000


def two_names(held: tuple[float, float], **changes: object) -> Portfolio:
    risk = RiskModel(("A", "B"), floats(np.zeros((2, 1))), floats([0.04, 0.04]))
    cash = 1.0 - sum(held)
    return portfolio(
        ["A", "B"],
        held,
        [0.5, 0.5],
        risk,
        cash=Cash(held=cash, target=cash, ceiling=1.0),
        lots=untaxed_lots(held),
        risk_aversion=10.0,
        **changes,  # type: ignore[arg-type]
    )


def test_1_drift_is_charged_by_its_own_curve_at_every_size() -> None:
    """Half of 10 · 0.04 · d² for each name: no lower hull of a table, no ray beyond its end."""
    for drift in (0.01, 0.05, 0.10, 0.30):
        book = two_names((0.5 + drift, 0.5 - drift))
        assert parts_of(book, np.zeros(2)).risk == pytest.approx(0.4 * drift**2, rel=1e-12)
        assert book.tracking_error(np.zeros(2)) == pytest.approx(0.2 * drift * np.sqrt(2))


def test_2_the_least_loss_is_a_part_of_the_basis_whatever_the_tax_rate() -> None:
    """A loss of 2 % of the basis is above a least loss of 1.5 %, at a rate of 26 % too."""
    least = round(0.015 * RATIO_ONE)
    assert not is_below_ratio(2_00, least, 100_00)
    assert is_below_ratio(1_49, least, 100_00)


def test_3_a_part_of_3_9_shares_becomes_4_or_stays_and_never_0() -> None:
    """Shares of 1 % of NAV: 3.9 of them are sold."""
    book = two_names((0.539, 0.4))
    plan = optimize(book)
    assert -plan.trades[0] * 100 == pytest.approx(3.9, abs=1e-4)
    whole = round_trades(plan, grain(2, unit=0.01))
    assert -whole.trades[0] * 100 == pytest.approx(4.0, abs=1e-6)
    fraction = round_trades(plan, grain(2, unit=0.01 * 1e-4))
    assert -fraction.trades[0] * 100 == pytest.approx(3.9, abs=1e-4)


def test_4_a_band_that_is_asked_for_is_the_band_that_holds() -> None:
    """Between 0.9 and 1.1 times the target, though a view would go to the edge of any band."""
    book = two_names((0.5, 0.5), alpha=np.array([0.5, -0.5]))
    for low, high in ((0.5, 2.0), (0.9, 1.1), (0.99, 1.01)):
        limits = [PositionLimit(name, low * 0.5, high * 0.5, "mandate") for name in "AB"]
        held = limited(book, positions=limits).book
        weights = held.weights(optimize(held).trades)
        assert weights[1] == pytest.approx(low * 0.5, abs=1e-9)
        assert weights.max() <= high * 0.5 + 1e-9


def test_5_a_purchase_on_day_30_is_blocked_and_one_on_day_31_is_free() -> None:
    sold = day_of(date(2024, 3, 1))
    free = day_of(first_free_day(sold))
    assert free == sold + 31
    for after, is_blocked in ((29, True), (30, True), (31, False)):
        blocks = wash_blocks([("A", free)], sold + after)
        book = limited(two_names((0.3, 0.5)), trades=blocks).book
        assert in_window(sold, sold + after) is is_blocked
        assert (optimize(book).trades[0] > 0.01) is not is_blocked


def test_6_one_year_to_the_day_is_short_term() -> None:
    """Bought on 2023-03-01, sold on 2024-03-01: held for 366 days, and not for more than a year."""
    bought = day_of(date(2023, 3, 1))
    terms = [is_long_term(bought, day_of(date(2024, 3, day))) for day in (1, 2)]
    assert terms == [False, True]
    assert lot_gains([0.1, 0.1], terms).slopes(0.408, 0.238) == pytest.approx([0.0408, 0.0238])


def test_7_limits_find_their_name_in_any_order() -> None:
    book = random_book(4, 12, 2, 3, limited=False)
    blocked = TradeLimit("N7", Side.BUY, 0.0, "do not buy")
    for order in (slice(None), slice(None, None, -1)):
        limits = [blocked, *(TradeLimit(f"N{row}", Side.SELL, 0.5, "cap") for row in range(12))]
        found = limited(book, trades=limits[order])
        assert np.flatnonzero(found.book.buy_limit == 0).tolist() == [7]
        assert found.causes["N7", "buy"] == "do not buy"
    with pytest.raises(UsageError, match="a limit names XYZ"):
        limited(book, trades=[TradeLimit("XYZ", Side.BUY, 0.0, "typing error")])


def test_8_a_name_that_is_switched_off_does_not_trade_at_all() -> None:
    """No large number leaks through a tolerance of integers: it is exactly nothing."""
    book = random_book(2, 8, 2, 2, limited=False)
    plan = optimize_with_count(book, CountLimit(traded=2))
    assert (np.abs(plan.trades) == 0.0).sum() >= 6
    sales = np.bincount(book.lots.holder, plan.sold, 8)
    assert (np.minimum(np.maximum(plan.trades, 0), sales) == 0.0).all()


def calls_of(run: Callable[[], object]) -> int:
    """How many functions a run calls, of Python and of C."""
    count = 0

    def tally(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tally)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def test_9_nothing_is_printed_and_no_row_is_looked_up_by_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A model is built in as many calls for 40 lots a name as for 2."""
    few, many = (random_book(1, 50, lots, 5, limited=False) for lots in (2, 40))
    optimize(few)
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""
    assert calls_of(lambda: prepare(many)) == calls_of(lambda: prepare(few))
    for path in Path(str(optimum_module.__file__)).parent.glob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if hasattr(node, "id")}
        assert not {"print", "iterrows"} & names
