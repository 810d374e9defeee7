"""The harvest rule: what a book's owner wants harvested, from ``[harvest]`` of ``book.toml``."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from taxlots.domain.problem import Problem, error, warning
from taxlots.domain.settings import scaled_value, unknown_keys

RATIO_ONE: Final = 10**8
"""A loss of 100 %, in the unit of ``min_loss_ratio``."""

WHERE: Final = "book.toml:harvest"


class WithoutReplacement(StrEnum):
    """What to do with a lot for which no proxy qualifies."""

    SKIP = "skip"
    CASH = "cash"


class PartlyWashed(StrEnum):
    """What to do with a lot of whose loss a purchase would disallow a part."""

    SKIP = "skip"
    SELL = "sell"


class ScheduledPurchases(StrEnum):
    """What a purchase does that is scheduled within the 30 days to come."""

    BLOCK = "block"
    TELL = "tell"


class SpoiledDividends(StrEnum):
    """What to do with a lot whose sale would leave a dividend ordinary that could be qualified."""

    TELL = "tell"
    SKIP = "skip"


class SwitchBackPolicy(StrEnum):
    """When the sold security is bought back, once its window has passed."""

    NOT_AT_SHORT_TERM_GAIN = "not_at_short_term_gain"
    AT_A_LOSS = "at_a_loss"
    AT_LONG_TERM = "at_long_term"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestRule:
    """Thresholds and choices of one harvest.

    Minima apply to each lot: ``min_loss_cents`` and ``min_tax_saved_cents`` in cents,
    ``min_loss_ratio`` in 1e-8 of the lot's basis.  ``strict`` reads section 1091 in the strictest
    way that it can be read; without it the book's own policy holds.
    """

    min_loss_cents: int = 0
    min_loss_ratio: int = 0
    min_tax_saved_cents: int = 0
    strict: bool = True
    allow_same_index: bool = False
    without_replacement: WithoutReplacement = WithoutReplacement.SKIP
    partly_washed: PartlyWashed = PartlyWashed.SKIP
    scheduled: ScheduledPurchases = ScheduledPurchases.BLOCK
    whole_shares: bool = True
    spoiled_dividends: SpoiledDividends = SpoiledDividends.TELL
    switch_back: SwitchBackPolicy = SwitchBackPolicy.NOT_AT_SHORT_TERM_GAIN
    harvest_bonds: bool = False
    exclude: frozenset[str] = frozenset()
    exclude_accounts: frozenset[str] = frozenset()


AMOUNTS: Final = {
    # Key of book.toml -> field, decimals.
    "min_loss": ("min_loss_cents", 2),
    "min_loss_percent": ("min_loss_ratio", 6),
    "min_tax_saved": ("min_tax_saved_cents", 2),
}
SWITCHES: Final = ("strict", "allow_same_index", "whole_shares", "harvest_bonds")
CHOICES: Final[dict[str, type[StrEnum]]] = {
    "without_replacement": WithoutReplacement,
    "partly_washed": PartlyWashed,
    "scheduled": ScheduledPurchases,
    "spoiled_dividends": SpoiledDividends,
    "switch_back": SwitchBackPolicy,
}
NAMES: Final = ("exclude", "exclude_accounts")
KEYS: Final = frozenset({*AMOUNTS, *SWITCHES, *CHOICES, *NAMES})


def from_mapping(mapping: Mapping[str, object]) -> tuple[HarvestRule, list[Problem]]:
    """The rule that the ``[harvest]`` table states, and a problem for each key that is wrong.

    What the table leaves out, or what has a problem, keeps its default.
    """
    problems = unknown_keys(mapping, KEYS, WHERE)
    stated: dict[str, object] = {}
    for key, value in mapping.items():
        field, read, expected = _read(key, value)
        if not field:
            continue
        if read is None:
            problems.append(
                error(
                    f"{WHERE}:{key}",
                    "BAD_VALUE",
                    f"{key} = {value!r} cannot be read.",
                    f"Write {expected}.",
                )
            )
        else:
            stated[field] = read
    return HarvestRule(**stated), problems  # type: ignore[arg-type]


def unknown_names(
    rule: HarvestRule, symbols: Collection[str], accounts: Collection[str]
) -> list[Problem]:
    """A warning for each excluded symbol or account that the book does not have."""
    wrong = [("exclude", n, "symbol") for n in sorted(rule.exclude - set(symbols))]
    wrong += [
        ("exclude_accounts", n, "account") for n in sorted(rule.exclude_accounts - set(accounts))
    ]
    return [
        warning(
            f"{WHERE}:{key}",
            "UNKNOWN_NAME",
            f"The book has no {noun} {name!r}, so it excludes nothing.",
            "Correct the name, or delete it.",
        )
        for key, name, noun in wrong
    ]


def _read(key: str, value: object) -> tuple[str, object, str]:
    """The field that a key sets, its value or None, and what may stand there."""
    if key in AMOUNTS:
        field, places = AMOUNTS[key]
        number = scaled_value(value, places)
        expected = f"a number that is not negative, with at most {places} decimals"
        return field, None if number is None or number < 0 else number, expected
    if key in SWITCHES:
        return key, value if isinstance(value, bool) else None, "true or false"
    if key in CHOICES:
        choices = {str(choice): choice for choice in CHOICES[key]}
        expected = " or ".join(f'"{choice}"' for choice in choices)
        return key, choices.get(value) if isinstance(value, str) else None, expected
    if key in NAMES:
        expected = 'a list of names, as ["ABC", "XYZ"]'
        names = value if isinstance(value, list) else [None]
        return key, frozenset(names) if all(isinstance(n, str) for n in names) else None, expected
    return "", None, ""
