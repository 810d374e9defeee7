"""Choices that shrink to the plainest."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def chance(rng: random.Random, probability: float) -> bool:
    """Whether something special happens."""
    return rng.random() > 1 - probability


def pick(rng: random.Random, options: Sequence[T]) -> T:
    """One of the options; the first is the simplest."""
    return options[rng.randint(0, len(options) - 1)]


def weighted(rng: random.Random, weights: dict[T, float]) -> T:
    """One of the keys, in proportion to its weight; the first is the simplest."""
    left = rng.random() * sum(weights.values())
    for option, weight in weights.items():
        left -= weight
        if left < 0:
            return option
    return next(iter(weights))
