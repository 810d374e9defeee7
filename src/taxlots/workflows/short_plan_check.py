"""What a plan cannot do beside short positions, and why."""

from __future__ import annotations

from collections.abc import Sequence

from taxlots.domain.mandate import StatedMandate
from taxlots.domain.problem import UsageError
from taxlots.plan.rebalance.positions import Position


def check_short_plan(
    shorts: Sequence[Position], stated: StatedMandate, *, is_staggered: bool, has_overlay: bool
) -> None:
    """Raises UsageError for what a plan with short positions cannot do."""
    if not shorts:
        return
    for is_asked, what, why in (
        (
            has_overlay,
            "--overlay",
            "what the margins of contracts and of short positions need together is not known",
        ),
        (
            is_staggered and bool(stated.shorts.accounts),
            "--tranches, and tranches of [rebalance.execution],",
            "the margin of what is sold short is not followed from session to session",
        ),
    ):
        if is_asked:
            raise UsageError(
                f"{what} knows no short positions, and {shorts[0].account.id} has or may have"
                f" one of {shorts[0].symbol}: {why}; leave one of them out"
            )
