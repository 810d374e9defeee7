"""Every rule of law names its authority."""

from collections.abc import Callable
from typing import TypeVar

Rule = TypeVar("Rule", bound=Callable[..., object])

CITATIONS: dict[str, tuple[str, ...]] = {}
"""Qualified name of each rule of law -> its authorities."""


def cites(*authorities: str) -> Callable[[Rule], Rule]:
    """Record the authorities of a rule and return the function itself, unwrapped.

    The function stays a plain one, so that the fold can be compiled with it.
    """

    def register(rule: Rule) -> Rule:
        CITATIONS[f"{rule.__module__}.{rule.__qualname__}"] = authorities
        return rule

    return register


def authorities_of(rule: Callable[..., object]) -> tuple[str, ...]:
    """The authorities that a rule cites; KeyError if it cites none."""
    return CITATIONS[f"{rule.__module__}.{rule.__qualname__}"]
