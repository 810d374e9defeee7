"""Tax profiles: at which rates a loss saves tax on one return."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import scaled_value, unknown_keys

RATE_PLACES: Final = 6
RATE_ONE: Final = 10**RATE_PLACES
"""A rate of 100 %."""

PROFILE_KEYS: Final = frozenset(
    {
        "tax_return",
        "year",
        "filing_status",
        "state",
        "short_rate",
        "long_rate",
        "ordinary_income",
        "deductions",
        "qualified_dividends",
        "net_investment_income",
        "magi",
        "carry_short",
        "carry_long",
        "planned_withdrawal",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxProfile:
    """What one return's marginal dollar of short-term and of long-term gain is taxed at.

    Rates are in units of 1e-6 (``358_000`` is 35.8 %); None where the profile gives none.
    """

    tax_return: str
    year: int
    short_rate: int | None = None
    long_rate: int | None = None

    def rate(self, *, is_long: bool) -> int | None:
        """The rate for a gain or loss of one term."""
        return self.long_rate if is_long else self.short_rate


def read_profiles(
    rows: Iterable[Mapping[str, str]],
    default: Mapping[str, object],
    tax_returns: Iterable[str],
    year: int,
    file_name: str = "profiles.csv",
) -> tuple[dict[str, TaxProfile], list[Problem]]:
    """The profile of each return for one year.

    ``rows`` are those of ``profiles.csv``, ``default`` is ``[tax_profile]`` of ``book.toml``,
    which stands for every return without a row of the year.  Returns the profiles by return, and
    a problem for each value that cannot be read.
    """
    problems = unknown_keys(default, PROFILE_KEYS, "book.toml:tax_profile")
    found: dict[str, TaxProfile] = {}
    for line, row in enumerate(rows, 2):
        of_year = row.get("year", "")
        if not of_year.isascii() or not of_year.isdigit():
            problems.append(_bad_year(f"{file_name}:{line}:year", of_year))
            continue
        name = row.get("tax_return", "")
        rates, bad = _rates(row, f"{file_name}:{line}")
        problems += bad
        if int(of_year) != year:
            continue
        if name in found:
            problems.append(_second(f"{file_name}:{line}:tax_return", name, year))
        short, long = rates
        found[name] = TaxProfile(tax_return=name, year=year, short_rate=short, long_rate=long)
    (short, long), bad = _rates(default, "book.toml:tax_profile")
    problems += bad
    if default and str(default.get("year", year)) == str(year):
        for name in tax_returns:
            profile = TaxProfile(tax_return=name, year=year, short_rate=short, long_rate=long)
            found.setdefault(name, profile)
    return found, problems


def _rates(
    row: Mapping[str, object], where: str
) -> tuple[tuple[int | None, int | None], list[Problem]]:
    problems = []
    rates: list[int | None] = []
    for name in ("short_rate", "long_rate"):
        value = row.get(name)
        rate = None if value is None or value == "" else scaled_value(value, RATE_PLACES)
        if value not in (None, "") and (rate is None or not 0 <= rate <= RATE_ONE):
            problems.append(
                error(
                    f"{where}:{name}",
                    "BAD_RATE",
                    f"{value!r} is no rate from 0 to 1 with at most {RATE_PLACES} decimals.",
                    "Write 0.358 for 35.8 %.",
                )
            )
            rate = None
        rates.append(rate)
    return (rates[0], rates[1]), problems


def _bad_year(where: str, year: str) -> Problem:
    return error(where, "BAD_YEAR", f"{year!r} is no year.", "Write the tax year as 2020.")


def _second(where: str, name: str, year: int) -> Problem:
    return error(
        where,
        "TWO_PROFILES",
        f"The return {name!r} has two rows for {year}.",
        "Keep one row for each return and year.",
    )
