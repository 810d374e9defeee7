"""Values of ``book.toml`` and of text cells, read exactly."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from taxlots.domain.money import scaled
from taxlots.domain.problem import Problem, error


def scaled_value(value: object, places: int) -> int | None:
    """A number as an integer in units of ``10**-places``; None if it is none, or is finer.

    ``value`` may be text, a Decimal, or an int or float as a TOML reader gives them: a float
    stands for the shortest decimal that reads back as it.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return scaled(value, places) if value else None
    if isinstance(value, Decimal):
        return scaled(f"{value:f}", places) if value.is_finite() else None
    if isinstance(value, int | float):
        return scaled_value(Decimal(repr(value)), places)
    return None


def date_value(text: str) -> date | None:
    """A date that is written ``YYYY-MM-DD``; None if the text is none."""
    if len(text) != len("2020-12-31"):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def unknown_keys(mapping: Mapping[str, object], known: frozenset[str], where: str) -> list[Problem]:
    """A problem for each key that the table does not have."""
    return [
        error(
            f"{where}:{key}",
            "UNKNOWN_KEY",
            f"There is no key {key!r} here.",
            f"Use one of {', '.join(sorted(known))}, or delete the line.",
        )
        for key in mapping
        if key not in known
    ]


def unexpected(where: str, value: object, expected: str) -> Problem:
    """A problem with a value that is not what may stand there."""
    message = f"{str(value)[:40]!r} is not {expected}."
    return error(where, "BAD_VALUE", message, f"Write {expected}, or delete the line.")
