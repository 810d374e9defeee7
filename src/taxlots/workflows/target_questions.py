"""What a book is asked about its targets in Python; every answer is that of a command."""

from __future__ import annotations

from taxlots.workflows.answers import PlanAnswer
from taxlots.workflows.arguments import Day, Moment, as_day, as_moment


class TargetQuestions:
    """Questions of a book, named by its ``source``, about its targets."""

    source: str

    def drift(
        self, *, household: str | None = None, as_of: Day = None, known_at: Moment = None
    ) -> PlanAnswer:
        """How far households are from their targets, as ``taxlots drift`` says."""
        from taxlots.workflows.drift import drift

        last, known = as_day(as_of), as_moment(known_at)
        return PlanAnswer(drift(self.source, household=household, as_of=last, known_at=known).json)
