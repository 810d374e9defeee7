"""The guard as a service asks it: prepared once for a book and a day, then one question a trade.

What is asked first of a position books its sale in a dry run; the questions that are timed come
after it, and book nothing.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.histories import write_book
from taxlots.domain.money import SHARE
from taxlots.plan.trade_check import TradeCheck
from taxlots.plan.trade_guard import realizes_losses
from taxlots.workflows.guard import PreparedGuard, guard_of_book

SAMPLE: Final = Path(__file__).parents[1] / "ledger" / "sample"
ROWS: Final = 20_000
POSITIONS: Final = 40
ROUNDS: Final = 20

Question = Callable[[], TradeCheck]


def sales(ready: PreparedGuard) -> list[Question]:
    """Whole positions and single shares of them, sold at five dollars."""
    guard = ready.guard
    held = [
        (account, symbol)
        for account, symbol in ready.dry_runs.held
        if realizes_losses(guard.index.accounts[account])
    ]
    return [
        lambda place=place, units=units: guard.can_sell(*place, units, 5 * SHARE)  # type: ignore[misc]
        for place in held[:POSITIONS]
        for units in (None, 1)
    ]


def purchases(ready: PreparedGuard) -> list[Question]:
    """Ten shares, and any number, of what an account holds."""
    guard = ready.guard
    return [
        lambda place=place, units=units: guard.can_buy(*place, units)  # type: ignore[misc]
        for place in [*ready.dry_runs.held][:POSITIONS]
        for units in (None, 10 * SHARE)
    ]


def milliseconds(questions: list[Question]) -> tuple[float, float]:
    """What a question takes on average, and the slowest of all."""
    for question in questions:
        question()
    taken = []
    for _ in range(ROUNDS):
        for question in questions:
            start = time.perf_counter()
            question()
            taken.append(1e3 * (time.perf_counter() - start))
    return sum(taken) / len(taken), max(taken)


def lines() -> Iterator[str]:
    """The figures, one line each."""
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "book"
        write_book(large, ROWS)
        for name, book in (("ledger/sample", SAMPLE), (f"{ROWS:,} transactions", large)):
            start = time.perf_counter()
            ready = guard_of_book(str(book))
            yield f"{name}: prepared in {time.perf_counter() - start:.2f} s"
            for kind, questions in (("sale", sales(ready)), ("purchase", purchases(ready))):
                mean, slowest = milliseconds(questions)
                yield f"{name}: {mean:.3f} ms a {kind}, the slowest {slowest:.2f} ms"
