"""Prices as planning sees them: the last close of a security and how old it is."""

from dataclasses import dataclass
from datetime import date
from typing import Final

STALE_AFTER_SESSIONS: Final = 5
"""A close more than this many sessions old is stale: no proposal is made from it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The close of one session.

    ``close`` is in 1e-8 dollars a share, as traded on ``day``.  ``sessions_old`` counts the
    sessions after ``day``, up to and including the as-of date; 0 is that day's own close.
    """

    close: int
    day: date
    sessions_old: int

    @property
    def is_stale(self) -> bool:
        """Whether the quote is too old to propose a trade from."""
        return self.sessions_old > STALE_AFTER_SESSIONS
