"""How far a run over many partitions is, how fast it goes and how long it will take."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Progress:
    """So many accounts and partitions done of all; ``seconds`` since this run began.

    ``kept`` accounts were done by an earlier run and say nothing about the speed of this one.
    """

    parts: int
    all_parts: int
    accounts: int
    all_accounts: int
    kept: int
    seconds: float

    @property
    def accounts_a_second(self) -> float:
        """The rate of this run; 0 before anything is done."""
        done = self.accounts - self.kept
        return done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None before anything is done."""
        rate = self.accounts_a_second
        return (self.all_accounts - self.accounts) / rate if rate > 0 else None

    @property
    def line(self) -> str:
        """The state of the run in one line."""
        left = self.seconds_left
        told = f"partition {self.parts} of {self.all_parts}, {self.accounts:,} of "
        told += f"{self.all_accounts:,} accounts"
        if left is None:
            return told
        return f"{told}, {self.accounts_a_second:,.0f} accounts a second, {_spoken(left)} left"


def _spoken(seconds: float) -> str:
    """A duration as people say it, rounded up."""
    whole = -int(-seconds // 1)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
