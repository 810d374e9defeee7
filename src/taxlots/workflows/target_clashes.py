"""Targets of a household that contradict each other on a day, as a problem of their file."""

from __future__ import annotations

from taxlots.domain.problem import Problem, UsageError, error


def targets_clash(household: str, fault: UsageError) -> Problem:
    """What is wrong with the targets of a household, and after a semicolon what to do."""
    message, _, remedy = str(fault).partition("; ")
    where = f"targets.csv:{household}"
    return error(where, "TARGETS_CLASH", message, remedy or "Correct the targets.")
