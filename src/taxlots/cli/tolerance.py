"""The option ``--tolerance`` of what compares amounts."""

from __future__ import annotations

from taxlots.domain.money import scaled
from taxlots.domain.problem import UsageError


def tolerance_cents(told: str) -> int:
    """Dollars as cents.  Raises UsageError where the text is no amount, or a negative one."""
    cents = scaled(told, 2) if told else None
    if cents is None or cents < 0:
        raise UsageError(f"--tolerance {told!r} is no amount; write dollars, like 1.00")
    return cents
