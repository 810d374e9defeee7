"""What an auditor chooses: which sales are looked at one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taxlots.domain.money import dollars, scaled
from taxlots.domain.problem import UsageError

SEED: Final = 1
SAMPLE: Final = 25
ABOVE_CENTS: Final = 10_000_00


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditChoices:
    """Which sales an auditor looks at one by one.

    ``sample`` sales are drawn by ``seed``; besides them all whose proceeds are ``above_cents`` or
    more, all with an adjustment, and all whose rows were overridden.
    """

    seed: int = SEED
    sample: int = SAMPLE
    above_cents: int = ABOVE_CENTS

    @property
    def cells(self) -> dict[str, str]:
        """The choices as text."""
        return {
            "seed": str(self.seed),
            "sample": str(self.sample),
            "above": dollars(self.above_cents),
        }


AS_USUAL: Final = AuditChoices()


def dollars_given(text: str) -> int:
    """An amount of ``--above`` in cents.  Raises UsageError where it is none."""
    cents = scaled(text, 2) if text else None
    if cents is None or cents < 0:
        raise UsageError(f"--above {text!r} is no amount; write dollars like 10000 or 2500.50")
    return cents
