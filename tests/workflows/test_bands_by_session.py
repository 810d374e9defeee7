"""The bands of classes while a plan goes over sessions: held to every class of every day.

The made-up household of six classes, where so little trades in a day that its plan takes sessions.
"""

import re
from datetime import date
from pathlib import Path

import pytest
from fixtures.households.six_classes import CLASSES, write_household
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taxlots.domain.order import Side
from taxlots.workflows.rebalance import RebalanceRun, rebalance
from taxlots.workflows.rebalance_asked import RebalanceAsked

DAY = date(2024, 12, 31)
VOLUMES = ("3000000", "2000000", "800000")
KEPT = 1e-7


def worked(folder: Path, volumes: tuple[int, ...], tranches: int) -> RebalanceRun:
    """The plan where ``volumes`` of its funds, from the largest, trade in a day."""
    write_household(folder, has_overrides=False)
    path = folder / "securities.csv"
    text = path.read_text()
    for large, small in zip(VOLUMES, volumes, strict=True):
        text = re.sub(rf",{large}\n", f",{small}\n", text)
    path.write_text(text)
    return rebalance(str(folder), RebalanceAsked(tranches=tranches), as_of=DAY)


def by_session(run: RebalanceRun) -> dict[str, list[float]]:
    """The weight of each class before the first session and after each."""
    assert run.schedule is not None
    nav = run.proposal.solution.household.nav_cents
    found = {one.name: [one.before] for one in run.proposal.classes}
    for day in run.schedule.sessions:
        moved = dict.fromkeys(found, 0)
        for part in run.schedule.trades:
            if part.day == day:
                sign = 1 if part.trade.side is Side.BUY else -1
                moved[CLASSES[part.trade.position.symbol]] += sign * part.cents
        for name, cents in moved.items():
            found[name].append(found[name][-1] + cents / nav)
    return found


def check(run: RebalanceRun) -> int:
    """Every band against every session; returns how many are exceeded."""
    assert run.schedule is not None
    told = {one.name: one for one in run.schedule.breaks}
    through = by_session(run)
    for one in run.proposal.classes:
        before, *after = (max(0.0, w - one.high, one.low - w) for w in through[one.name])
        planned = max(0.0, one.after - one.high, one.low - one.after)
        is_left = after[-1] > planned + KEPT
        is_meanwhile = max(after) > max(before, planned) + KEPT
        found = told.get(f"band of {one.name}")
        assert (found is not None) is (is_left or is_meanwhile), one.name
        if found is None:
            continue
        assert (found.kept_from is None) is is_left
        at = run.schedule.sessions.index(found.day)
        assert abs(found.beyond - after[at]) < KEPT
        assert after[at] == pytest.approx(after[-1] if is_left else max(after))
    return sum(name.startswith("band of ") for name in told)


def told_of_bands(run: RebalanceRun) -> list[str]:
    assert run.schedule is not None
    return [one for one in run.schedule.told if one.startswith("band of ")]


def test_a_band_that_a_part_left_untraded_exceeds_is_told_with_session_and_size(
    tmp_path: Path,
) -> None:
    """Of USB1, sold at a loss, and USB2, bought for it, less is bought in two days than is sold."""
    run = worked(tmp_path / "book", (500, 1_500, 5_000), 2)
    assert check(run) == 1
    (said,) = told_of_bands(run)
    assert said == (
        "band of us bonds (at least 16.66 % and at most 22.54 %) is 16.55 % after the session of"
        " 2025-01-02, beyond it by 0.11 %, because a part of the plan is left untraded: 3 sessions"
        " would keep it (--tranches 3)"
    )
    assert check(worked(tmp_path / "longer", (500, 1_500, 5_000), 3)) == 0


def test_a_band_that_is_exceeded_only_in_between_is_told_with_the_day_that_keeps_it(
    tmp_path: Path,
) -> None:
    """Where the fund that is bought is thinner than the one that is sold, it comes later."""
    run = worked(tmp_path / "book", (500, 700, 1_500), 10)
    assert check(run) == 1
    (said,) = told_of_bands(run)
    assert said == (
        "band of us bonds (at least 16.66 % and at most 22.54 %) is 16.00 % after the session of"
        " 2025-01-07, beyond it by 0.66 %, because some of the trades that keep it come later; it"
        " is kept from 2025-01-10 on"
    )


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(volumes=st.tuples(*(st.integers(300, 20_000) for _ in VOLUMES)), tranches=st.integers(1, 6))
def test_every_band_of_every_session_is_told_where_it_is_exceeded(
    tmp_path: Path, volumes: tuple[int, ...], tranches: int
) -> None:
    check(worked(tmp_path / "book", volumes, tranches))
