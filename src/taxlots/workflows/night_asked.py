"""What a night of rebalances asks of every household beside what the book says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taxlots.domain.execution_terms import MOST_TRANCHES, ScheduleKind
from taxlots.domain.problem import UsageError

NEEDS_TRANCHES: Final = "--schedule needs --tranches: in how many sessions a trade may be split"


def check_tranches(tranches: int | None, schedule: str) -> None:
    """Raise UsageError for a number of sessions, or a name of a schedule, that there is not."""
    if schedule and schedule not in set(ScheduleKind):
        raise UsageError(
            f"--schedule {schedule!r} is no schedule; use one of {', '.join(ScheduleKind)}"
        )
    if tranches is not None and not 1 <= tranches <= MOST_TRANCHES:
        raise UsageError(f"--tranches {tranches}: write 1 to {MOST_TRANCHES} sessions")


@dataclass(frozen=True, slots=True, kw_only=True)
class NightAsked:
    """Over how many sessions each trade may be split, and by which schedule.

    None and blank are what the book says.
    """

    tranches: int | None = None
    schedule: str = ""

    def __post_init__(self) -> None:
        """Raise UsageError for what cannot be asked so."""
        check_tranches(self.tranches, self.schedule)
        if self.schedule and self.tranches is None:
            raise UsageError(NEEDS_TRANCHES)

    @property
    def stated(self) -> dict[str, str | int]:
        """What is asked, by name; nothing where nothing is."""
        asked = {"tranches": self.tranches, "schedule": self.schedule}
        return {name: value for name, value in asked.items() if value}
