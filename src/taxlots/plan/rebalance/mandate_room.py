"""How much of a household a mandate lets be invested at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from taxlots.plan.rebalance.mandate import SumLimit
from taxlots.plan.rebalance.solving import Question

NEGLIGIBLE: Final = 1e-6


def most_invested(symbols: Sequence[str], sums: Sequence[SumLimit]) -> float | None:
    """The greatest sum of weights within some limits; None where no weights keep all of them.

    Limits of single accounts are left out: they do not bind the household as a whole.
    """
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    rows, most = [], []
    for one in sums:
        if one.accounts is None:
            row = [one.exposures.get(symbol, 0.0) for symbol in symbols]
            if np.isfinite(one.most):
                rows.append(row)
                most.append(one.most)
            if np.isfinite(one.least):
                rows.append([-part for part in row])
                most.append(-one.least)
    if not rows:
        return 1.0
    rows.append([1.0] * len(symbols))
    most.append(1.0)
    found = linprog(-np.ones(len(symbols)), A_ub=np.array(rows), b_ub=np.array(most))
    return None if found.x is None else float(-found.fun)


def room_of(question: Question) -> tuple[str, ...]:
    """What is to be said of the limits of a question beside what its targets invest."""
    symbols = sorted({one.symbol for one in question.positions})
    invested = 1 - question.terms.cash_target
    return tuple(sentences_of_room(symbols, question.mandate.sums, invested))


def sentences_of_room(
    symbols: Sequence[str], sums: Sequence[SumLimit], invested: float
) -> Iterator[str]:
    """Limits that contradict each other, or leave more in cash than the targets do."""
    most = most_invested(symbols, sums)
    if most is None:
        yield (
            "the limits of the mandate contradict each other: no weights keep all of them; relax"
            " those that are not kept"
        )
    elif most < invested - NEGLIGIBLE:
        yield (
            f"the limits of the mandate let {100 * most:.2f} % be invested, and the targets invest"
            f" {100 * invested:.2f} %: the rest stays in cash; raise them, or cash_percent"
        )
