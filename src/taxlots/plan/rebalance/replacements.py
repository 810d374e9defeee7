"""Which purchases of a household replace which losses, asked once for each pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]

Replaces = Callable[[str, str], bool]
"""Whether acquiring the first security replaces a loss of today on the second."""


@dataclass(frozen=True, slots=True, eq=False)
class Replacements:
    """For each security those whose purchase replaces a loss on it, itself included.

    ``relatives`` are the securities that may replace each one at all.
    """

    replaces: Replaces
    relatives: Mapping[str, tuple[str, ...]]
    _found: dict[str, tuple[str, ...]] = field(init=False, default_factory=dict, repr=False)
    _alone: dict[tuple[str, ...], Mask] = field(init=False, default_factory=dict, repr=False)

    def of(self, lost: str) -> tuple[str, ...]:
        """What replaces a loss on a security, in order of name."""
        if lost not in self._found:
            self._found[lost] = tuple(
                one for one in self.relatives[lost] if self.replaces(one, lost)
            )
        return self._found[lost]

    def are_alone(self, symbols: tuple[str, ...]) -> Mask:
        """Whether nothing but a position itself replaces its losses, for positions of securities.

        Such a position is bought or sold, but never both, and so washes nothing.
        """
        if symbols not in self._alone:
            times = Counter(symbols)
            alone = [times[one] == 1 and self.of(one) == (one,) for one in symbols]
            self._alone[symbols] = np.array(alone, np.bool_)
        return self._alone[symbols]


def replacements(
    symbols: Iterable[str], replaces: Replaces, families: Mapping[str, str] | None = None
) -> Replacements:
    """The replacements among some securities.

    ``families`` maps each to the name of the largest set in which its replacements lie; without
    it, any may replace any other.
    """
    members: dict[str, list[str]] = {}
    names = sorted(set(symbols))
    family = dict.fromkeys(names, "") if families is None else families
    for symbol in names:
        members.setdefault(family[symbol], []).append(symbol)
    lists = {name: tuple(own) for name, own in members.items()}
    return Replacements(replaces, {symbol: lists[family[symbol]] for symbol in names})
