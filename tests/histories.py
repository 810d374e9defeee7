"""Random valid histories of households, for comparing engines.

One generator serves two sources of chance.  ``random_history(seed, size)`` uses a seeded
``random.Random`` and is fast: thousands of histories, or one of ten thousand rows.
``histories()`` lets hypothesis own the very same choices, so that a failing history shrinks
choice by choice: every choice is written so that its smallest value is the plainest (``chance``
shrinks to no, the first of ``pick`` is the simplest, actions start with BUY).  A failing seed is
made small by ``smaller`` below, which drops rows.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from tests.history_accounts import draw_accounts, draw_policy, draw_securities, dress
from tests.history_actions import act, weights_of
from tests.history_rows import Scribe

Cells = dict[str, str]


@dataclass(frozen=True)
class History:
    """A book in cells: the columns of the interchange format; blank cells may be left out."""

    accounts: list[Cells]
    securities: list[Cells]
    identical: list[Cells]
    policy: dict[str, object]
    rows: list[Cells]
    as_of: str = ""


PROFILES = ("trades", "corporate", "shorts", "options", "averaging", "all")
"""Which events a history may have beside purchases, sales, splits and moves."""


def draw_history(rng: random.Random, size: int, profile: str = "trades") -> History:
    """A history of about ``size`` rows; equal choices of ``rng`` give equal histories."""
    accounts = draw_accounts(rng)
    securities, identical = draw_securities(rng)
    policy = draw_policy(rng)
    if profile != "trades":
        dress(rng, profile, accounts, securities, policy)
    scribe = Scribe(rng, accounts, securities, policy, profile)
    weights = weights_of(profile)
    while len(scribe.rows) < size:
        scribe.step(lambda scribe: act(scribe, weights))
    rows, as_of = scribe.finish()
    return History(accounts, securities, identical, policy, rows, as_of)


def random_history(seed: int, size: int, profile: str = "trades") -> History:
    return draw_history(random.Random(seed), size, profile)  # noqa: S311 (no secret)


@st.composite
def histories(draw: st.DrawFn, max_size: int = 30, profile: str = "trades") -> History:
    size = draw(st.integers(1, max_size))
    return draw_history(draw(st.randoms(use_true_random=False)), size, profile)


def smaller(history: History, fails: Callable[[History], bool]) -> History:
    """The history without the rows that its failure does not need."""
    chunk = max(1, len(history.rows) // 2)
    while True:
        shrunk = False
        for start in range(len(history.rows) - chunk, -1, -chunk):
            rows = history.rows[:start] + history.rows[start + chunk :]
            candidate = replace(history, rows=rows)
            if rows and fails(candidate):
                history, shrunk = candidate, True
        if not shrunk and chunk == 1:
            return history
        chunk = max(1, chunk // 2) if not shrunk else chunk
