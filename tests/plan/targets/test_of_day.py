"""The targets of a household on a day, from its rows."""

from datetime import date

import numpy as np
import pytest

from taxlots.domain.target import targets_from
from taxlots.plan.bands.widths import Bands
from taxlots.plan.targets.of_day import (
    StatedTargets,
    on_glide_paths,
    stated_bands,
    stated_targets,
    with_tilts,
)

COLUMNS = ("household", "asset_class", "parent", "weight", "band_low", "band_high", "tilt", "from")


def stated(*lines: str, glide: str = "") -> StatedTargets:
    """Targets; the first row is on the glide path."""
    rows = [dict(zip(COLUMNS, line.split(","), strict=True)) for line in lines]
    rows[0]["glide"] = glide
    targets, problems = targets_from(rows)
    assert all(problem.code == "TARGETS_BELOW_WHOLE" for problem in problems)
    return stated_targets(targets)


def weights(of: StatedTargets, values: np.ndarray) -> dict[str, float]:
    return dict(zip(of.tree.names, np.round(values, 10).tolist(), strict=True))


def test_what_glides_moves_and_the_others_make_room() -> None:
    """Halfway from 80 to 40 %: 60 %; bonds and gold keep 3 to 1 of the other 40 %."""
    targets = stated(
        "h,equities,,0.8,,,,",
        "h,bonds,,0.15,,,,",
        "h,gold,,0.05,,,,",
        glide="2020-01-01:0.8;2040-01-01:0.4",
    )
    found = weights(targets, on_glide_paths(targets, date(2030, 1, 1)))
    assert found == pytest.approx({"equities": 0.6, "bonds": 0.3, "gold": 0.1}, abs=1e-4)


def test_targets_below_the_whole_are_taken_in_proportion() -> None:
    targets = stated("h,equities,,0.6,,,,", "h,bonds,,0.2,,,,")
    assert weights(targets, targets.weights) == {"equities": 0.75, "bonds": 0.25}


def test_a_tilt_holds_from_its_day_and_is_not_borne_by_what_stays() -> None:
    targets = stated("h,a,,0.5,,,0.1,2020-07-01", "h,b,,0.3,,,,", "h,c,,0.2,,,,")
    before = with_tilts(targets, targets.weights, date(2020, 6, 30))
    assert weights(targets, before) == {"a": 0.5, "b": 0.3, "c": 0.2}
    after = with_tilts(targets, targets.weights, date(2020, 7, 1))
    assert weights(targets, after) == {"a": 0.6, "b": 0.24, "c": 0.16}
    stays = np.array([False, False, True])
    kept = with_tilts(targets, targets.weights, date(2020, 7, 1), stays)
    assert weights(targets, kept) == {"a": 0.6, "b": 0.2, "c": 0.2}


def test_bands_keep_their_distances_and_blank_edges_are_those_of_the_rule() -> None:
    targets = stated("h,a,,0.6,0.55,0.70,,", "h,b,,0.4,,0.42,,")
    ruled = Bands(np.array([0.0, 0.33]), np.array([1.0, 1.0]))
    found = stated_bands(targets, np.array([0.5, 0.5]), ruled)
    assert found.low == pytest.approx([0.45, 0.33])
    assert found.high == pytest.approx([0.60, 0.52])
