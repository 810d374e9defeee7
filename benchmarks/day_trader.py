"""One account that trades one symbol all day: what a trade costs, the more there are of them.

In such an account thousands of lots are open, and every one is inside the window of every loss:
what is not found at once is searched for thousands of times.  What the law itself makes many of
are realized pieces: a loss that is replaced by parts of several lots splits these lots, and their
sales again.  So the time for a piece is told beside the time for a trade.
"""

import time
from collections.abc import Iterator
from typing import Final

from benchmarks.histories import day_trades, tables_of
from taxlots.book import kinds
from taxlots.book.state import begin
from taxlots.domain.policy import Policy

SIZES: Final = (7_500, 15_000, 30_000)
DAYS: Final = 20
MARKETS: Final = {"falling": -0.00003, "flat": 0.0, "rising": 0.00003}
METHODS: Final = {
    "FIFO": kinds.FIFO,
    "LIFO": kinds.LIFO,
    "HIFO": kinds.HIFO,
    "LOFO": kinds.LOFO,
    "MINTAX": kinds.MINTAX,
}


def measured(count: int, drift: float, method: int) -> tuple[float, int]:
    """The seconds that a fold takes, what is compiled being loaded, and the pieces it realizes."""
    state = begin(tables_of(day_trades(count, DAYS, drift), method), Policy(), compiled=True)
    state.advance(1)
    start = time.perf_counter()
    state.advance()
    return time.perf_counter() - start, state.used("rows")


def lines() -> Iterator[str]:
    """The figures, one line each."""
    sizes = ", ".join(f"{count:,}" for count in SIZES)
    yield f"{sizes} trades of one symbol in {DAYS} days"
    for market, drift in MARKETS.items():
        for name, method in METHODS.items():
            told = []
            for count in SIZES:
                taken, pieces = measured(count, drift, method)
                told.append(f"{taken:7.3f} s, {1e6 * taken / pieces:5.2f} µs for a piece")
            yield f"{name} in a {market} market: {'; '.join(told)}"
