"""Every key of ``[rebalance]`` is told in one form: ``book.toml:table:key``."""

from collections.abc import Callable, Mapping

import pytest

from taxlots.domain.execution_terms import execution_from
from taxlots.domain.mandate import mandate_from
from taxlots.domain.overlay_terms import overlay_terms_from
from taxlots.domain.problem import Problem
from taxlots.domain.rebalance_keys import from_mapping
from taxlots.domain.rebalance_terms import terms_from
from taxlots.domain.rebalance_views import views_from

Reader = Callable[[Mapping[str, object]], tuple[object, list[Problem]]]
CASES: tuple[tuple[Reader, str, str], ...] = (
    (terms_from, "plan", "turnover_percent"),
    (terms_from, "plan", "risk_aversion"),
    (execution_from, "execution", "tranches"),
    (overlay_terms_from, "overlay", "reserve_days"),
    (overlay_terms_from, "overlay", "contracts"),
    (views_from, "views", "momentum_months"),
    (mandate_from, "mandate", "position_percent"),
    (from_mapping, "bands", "absolute_percent"),
    (from_mapping, "timing", "hard_band"),
    (from_mapping, "targets", "calls"),
    (from_mapping, "targets", "windows"),
)


@pytest.mark.parametrize(("reader", "table", "key"), CASES)
def test_a_value_that_cannot_be_read_is_told_by_table_and_key(
    reader: Reader, table: str, key: str
) -> None:
    _, problems = reader({table: {key: "much"}})
    assert [one.where for one in problems] == [f"book.toml:rebalance.{table}:{key}"]


@pytest.mark.parametrize("case", dict.fromkeys((reader, table) for reader, table, _ in CASES))
def test_a_key_that_is_not_there_is_told_alike(case: tuple[Reader, str]) -> None:
    reader, table = case
    _, problems = reader({table: {"nonsense": 1}})
    assert [one.where for one in problems] == [f"book.toml:rebalance.{table}:nonsense"]
