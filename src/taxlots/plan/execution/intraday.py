"""Slices of one day: more when the spread is narrow and depth is offered, all by the close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxlots.domain.problem import UsageError
from taxlots.plan.stated_numbers import above_zero, not_below_zero, part_of_one


@dataclass(frozen=True, slots=True)
class Moment:
    """What the market shows at one moment of the day.

    ``spread`` is a fraction of the price, ``depth`` the shares offered to our side at the best
    price, ``expected_volume`` what usually trades from this moment to the next, in shares.
    """

    spread: float
    depth: float
    expected_volume: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRule:
    """How a slice answers to the market.

    Its planned size is multiplied by ``usual_spread`` over the spread shown, from ``least`` to
    ``most``; of what is offered it takes ``depth_share`` at most.
    """

    usual_spread: float
    depth_share: float = 0.5
    least: float = 0.25
    most: float = 3.0

    def __post_init__(self) -> None:
        above_zero(self.usual_spread, "the usual spread")
        part_of_one(self.depth_share, "the share of the depth")
        part_of_one(self.least, "the least multiple of a slice")
        if self.most < 1:
            raise UsageError(f"the most multiple of a slice is {self.most}; it must be 1 or more")


@dataclass(frozen=True, slots=True)
class Slice:
    """Shares of one slice; ``is_forced`` where the day ended and the depth was not asked."""

    shares: float
    is_forced: bool = False


def next_slice(left: float, now: Moment, later_volume: float, rule: SliceRule) -> Slice:
    """The slice of this moment, from what is known now and from the usual volume of the rest.

    What was traded too early or too late is caught up with, because each slice is planned from
    what is ``left``.  Without later volume everything that is left is traded.
    """
    wanted = not_below_zero(left, "what is left")
    later = not_below_zero(later_volume, "the volume to come")
    if wanted == 0:
        return Slice(0.0)
    if later == 0:
        return Slice(wanted, is_forced=wanted > rule.depth_share * now.depth)
    planned = wanted * now.expected_volume / (now.expected_volume + later)
    narrow = rule.most if now.spread <= 0 else rule.usual_spread / now.spread
    multiple = min(max(narrow, rule.least), rule.most)
    return Slice(min(planned * multiple, rule.depth_share * now.depth, wanted))


def intraday_slices(shares: float, moments: Sequence[Moment], rule: SliceRule) -> tuple[Slice, ...]:
    """The slices of a day, each from what its own moment shows; they sum to ``shares``.

    Raises UsageError without a moment, and where none of them has volume.
    """
    if not moments:
        raise UsageError("state at least one moment of the day")
    for one in moments:
        not_below_zero(one.spread, "a spread")
        not_below_zero(one.depth, "a depth")
        not_below_zero(one.expected_volume, "an expected volume")
    if sum(one.expected_volume for one in moments) == 0:
        raise UsageError("no moment has any expected volume; state what usually trades")
    left = not_below_zero(shares, "the number of shares")
    slices = []
    for at, one in enumerate(moments):
        later = sum(then.expected_volume for then in moments[at + 1 :])
        taken = next_slice(left, one, later, rule)
        slices.append(taken)
        left -= taken.shares
    return tuple(slices)


def half_spread_paid(slices: Sequence[Slice], moments: Sequence[Moment]) -> float:
    """The average half spread of the shares traded, as a fraction of the price."""
    traded = sum(one.shares for one in slices)
    if traded == 0:
        return 0.0
    paid = sum(one.shares * moment.spread / 2 for one, moment in zip(slices, moments, strict=True))
    return paid / traded
