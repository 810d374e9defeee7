"""The cells of ``[rebalance.mandate]``, each read with what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import scaled_value, unexpected, unknown_keys

PERCENT_PLACES: Final = 4
"""A percentage with so many decimals is exact in 1e-6."""

HUNDRED: Final = 100 * 10**PERCENT_PLACES
EXPOSURE_PLACES: Final = 6
CENT_PLACES: Final = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Between two bounds in 1e-6, each None where there is none."""

    least_ppm: int | None = None
    most_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class MandateCells:
    """A table of ``book.toml`` and the problems that reading it has met."""

    cells: Mapping[str, Any]
    where: str
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, table: object, where: str, keys: frozenset[str]) -> MandateCells:
        """The cells of a table, with a problem for each key that it does not have."""
        if not isinstance(table, Mapping):
            name = where.rpartition(":")[2]
            told = error(where, "BAD_VALUE", f"[{name}] is no table.", f"Write [{name}].")
            return cls({}, where, [told])
        return cls(table, where, unknown_keys(table, keys, where))

    def bad(self, key: str, value: object, expected: str) -> None:
        """Tell that a value is not what may stand there."""
        self.problems.append(unexpected(f"{self.where}:{key}", value, expected))

    def known(self, inner: Mapping[str, Any], keys: Collection[str], where: str) -> None:
        """Tell the keys of an inner table that it does not have."""
        self.problems.extend(unknown_keys(inner, frozenset(keys), f"{self.where}:{where}"))

    def number(self, value: object, key: str, most: int | None = None, places: int = 4) -> int:
        """A number from zero up in units of ``10**-places``; 0 where it is none, which is told."""
        found = scaled_value(value, places)
        if found is None or found < 0 or (most is not None and found > most):
            top = "" if most is None else f" and at most {most // 10**places}"
            self.bad(key, value, f"a number from zero up{top}, with {places} decimals at most")
            return 0
        return found

    def percent(self, key: str) -> int | None:
        """A percentage up to 100 in 1e-6; None where nothing is stated."""
        if key not in self.cells:
            return None
        return self.number(self.cells[key], key, HUNDRED)

    def count(self, key: str) -> int | None:
        """A whole number above zero; None where nothing is stated."""
        return None if key not in self.cells else self._whole(key, self.cells[key])

    def cents(self, key: str) -> int | None:
        """Dollars in cents; None where nothing is stated."""
        if key not in self.cells:
            return None
        return self.number(self.cells[key], key, places=CENT_PLACES)

    def flag(self, key: str) -> bool:
        """True or false; false where nothing is stated."""
        value = self.cells.get(key, False)
        if not isinstance(value, bool):
            self.bad(key, value, "true or false")
            return False
        return value

    def text(self, key: str) -> str:
        """A text; blank where nothing is stated."""
        value = self.cells.get(key, "")
        if not isinstance(value, str):
            self.bad(key, value, "a text in quotes")
            return ""
        return value

    def table(self, key: str) -> Mapping[str, Any]:
        """A table within this one; empty where nothing is stated."""
        value = self.cells.get(key, {})
        if not isinstance(value, Mapping):
            self.bad(key, value, f"a table; write [rebalance.mandate.{key}]")
            return {}
        return value

    def inner(self, key: str, name: str) -> Mapping[str, Any]:
        """The table that stands below a name of a table; empty where a plain value does."""
        value = self.table(key)[name]
        return value if isinstance(value, Mapping) else {}

    def span(self, key: str, name: str, most: int, *, also: frozenset[str] = frozenset()) -> Span:
        """Percentages: a number is the most; a table: ``least_percent``, ``most_percent``."""
        value = self.table(key)[name]
        where = f"{key}.{name}"
        if not isinstance(value, Mapping):
            return Span(None, self.number(value, where, most))
        self.known(value, {"least_percent", "most_percent", *also}, where)
        found = [
            None if cell not in value else self.number(value[cell], f"{where}.{cell}", most)
            for cell in ("least_percent", "most_percent")
        ]
        return self._ordered(Span(*found), where, value)

    def exposure(self, key: str, name: str) -> Span:
        """Exposures of either sign: a table that states ``least``, ``most``."""
        value = self.table(key)[name]
        where = f"{key}.{name}"
        if not isinstance(value, Mapping):
            self.bad(where, value, "a table as {least = 0.8, most = 1.1}")
            return Span()
        self.known(value, {"least", "most"}, where)
        found: list[int | None] = []
        for cell in ("least", "most"):
            read = None if cell not in value else scaled_value(value[cell], EXPOSURE_PLACES)
            if cell in value and read is None:
                self.bad(f"{where}.{cell}", value[cell], "a number with 6 decimals at most")
            found.append(read)
        return self._ordered(Span(*found), where, value)

    def reasons(self, key: str) -> dict[str, str]:
        """Symbols and why: a table, or a list of symbols that says nothing of why."""
        value = self.cells.get(key, {})
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return dict.fromkeys(value, "")
        if not isinstance(value, Mapping) or not all(isinstance(w, str) for w in value.values()):
            self.bad(key, value, 'a table of symbols and why, as {XOM = "divested"}')
            return {}
        return {str(symbol): str(why) for symbol, why in value.items()}

    def counts(self, key: str) -> dict[str, int]:
        """Whole numbers above zero by symbol."""
        return {
            str(symbol): self._whole(f"{key}.{symbol}", value)
            for symbol, value in self.table(key).items()
        }

    def _whole(self, key: str, value: object) -> int:
        found = scaled_value(value, 0)
        if found is None or found < 1:
            self.bad(key, value, "a whole number above zero")
            return 1
        return found

    def _ordered(self, span: Span, where: str, value: object) -> Span:
        low, high = span.least_ppm, span.most_ppm
        if low is not None and high is not None and low > high:
            self.bad(where, value, "a least that is not above the most")
            return Span()
        return span
