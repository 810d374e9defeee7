"""At most so many securities, where the other limits let it be; else the fewest that they allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from taxlots.domain.mandate import WHERE
from taxlots.domain.problem import DataError, Problem, error
from taxlots.plan.optimizer.cardinality import CountLimit
from taxlots.plan.rebalance.few_names import with_few_names
from taxlots.plan.rebalance.solving import Question

MOST_MORE: Final = 10
COUNT_CANNOT_BE_KEPT: Final = "COUNT_CANNOT_BE_KEPT"


def with_nearest_count(
    question: Question, limit: CountLimit
) -> tuple[Question, tuple[Problem, ...]]:
    """The question with few securities chosen, and a problem where so few are not possible.

    Raises DataError where the other limits cannot be kept with ten securities more either.
    """
    try:
        return with_few_names(question, limit), ()
    except DataError as fault:
        for more in _wider(limit):
            try:
                chosen = with_few_names(question, more)
            except DataError:
                continue
            return chosen, tuple(_told(limit, more))
        raise fault from None


def _wider(limit: CountLimit) -> Iterator[CountLimit]:
    """Limits with more securities, the fewest first; more are held before more are traded."""
    for more in range(1, MOST_MORE + 1):
        for held, traded in ((more, 0), (0, more), (more, more)):
            is_stated = (limit.held is not None or not held) and (
                limit.traded is not None or not traded
            )
            if is_stated:
                yield replace(
                    limit,
                    held=None if limit.held is None else limit.held + held,
                    traded=None if limit.traded is None else limit.traded + traded,
                )


def _told(stated: CountLimit, nearest: CountLimit) -> Iterator[Problem]:
    for key, most, least in (
        ("held", stated.held, nearest.held),
        ("traded", stated.traded, nearest.traded),
    ):
        if most != least:
            name = "most_names" if key == "held" else "most_trades"
            yield error(
                f"{WHERE}:{name}",
                COUNT_CANNOT_BE_KEPT,
                f"at most {most} securities are to be {key}, and locks, bands and the other limits"
                " do not let it be so few",
                f"allow {least}, as the plan does, or relax them",
            )
