"""The gains that can be capped: short-term, long-term, and all of them, each net of losses."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol


class GainLimits(Protocol):
    """What caps gains, each in cents; None is no cap."""

    @property
    def short_gain_cents(self) -> int | None:
        """At most this of short-term gains."""
        ...

    @property
    def long_gain_cents(self) -> int | None:
        """At most this of long-term gains."""
        ...

    @property
    def gain_cents(self) -> int | None:
        """At most this of both together."""
        ...


class GainBudget(StrEnum):
    """One of the caps on gains, by its key in ``[rebalance.budget]`` of ``book.toml``."""

    SHORT = "short_gain"
    LONG = "long_gain"
    ALL = "gain"

    @property
    def field(self) -> str:
        """Where ``GainLimits`` has it."""
        return f"{self}_cents"

    @property
    def gain(self) -> str:
        """What it caps, in words."""
        return {"short_gain": "short-term gain", "long_gain": "long-term gain"}.get(self, "gain")

    @property
    def cap(self) -> str:
        """The name of its cap in the optimizer."""
        return f"{self.gain}s"

    def counts(self, *, is_long: bool) -> bool:
        """Whether gains of a term count."""
        return self is GainBudget.ALL or is_long is (self is GainBudget.LONG)

    def of(self, limits: GainLimits) -> int | None:
        """What some limits allow of it, in cents."""
        cents: int | None = getattr(limits, self.field)
        return cents

    def used(self, short_cents: int, long_cents: int) -> int:
        """What net gains of both terms use of it, in cents."""
        short = short_cents if self.counts(is_long=False) else 0
        return short + (long_cents if self.counts(is_long=True) else 0)


def capped_gains(limits: GainLimits) -> Iterator[tuple[GainBudget, int]]:
    """Each cap on gains that there is, and what it allows in cents."""
    for one in GainBudget:
        cents = one.of(limits)
        if cents is not None:
            yield one, cents


def exceeded(
    limits: GainLimits, short_cents: int, long_cents: int
) -> Iterator[tuple[GainBudget, int, int]]:
    """Each cap that net gains go beyond: what they use of it, and what it allows, in cents."""
    for one, most in capped_gains(limits):
        used = one.used(short_cents, long_cents)
        if used > most:
            yield one, used, most
