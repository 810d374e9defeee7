"""Tax profiles: the income of one return in a year, and at which rates a loss saves tax on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import scaled_value, unknown_keys
from taxlots.domain.tax_rate import RATE_ONE, RATE_PLACES

RATES: Final = ("short_rate", "long_rate", "state_rate")
SIGNED_AMOUNTS: Final = (
    "ordinary_income",
    "magi",
    "k1_short",
    "k1_long",
    "state_gain",
    "state_gain_spouse",
)
AMOUNTS: Final = (
    "deductions",
    "qualified_dividends",
    "net_investment_income",
    "carry_short",
    "carry_long",
    "planned_withdrawal",
    "state_local_taxes",
    "unrecaptured_1250",
    "state_carry_short",
    "state_carry_long",
)
"""Amounts of dollars that are written without a sign."""

PROFILE_KEYS: Final = frozenset(
    {"tax_return", "year", "filing_status", "state", *RATES, *SIGNED_AMOUNTS, *AMOUNTS}
)

CENT_PLACES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxProfile:
    """What is known of one return and year beside its books.

    Rates are in units of 1e-6 (``358_000`` is 35.8 %) and money is in cents; None where the
    profile says nothing.  ``short_rate`` and ``long_rate`` are what the marginal dollar of
    short-term and of long-term gain is taxed at; with ``is_computed`` they follow from the income,
    and are what the next dollar of loss saves.

    ``ordinary_income_cents`` is income at ordinary rates before ``deductions_cents``, without
    capital gains, qualified dividends and the results of section 475 accounts.
    ``state_local_taxes_cents``, where given, are paid and not among the deductions: the return
    itemizes.  ``magi_cents`` and ``net_investment_income_cents`` are those of the whole return.
    ``k1_*`` are lines 5 and 12 of Schedule D, and ``unrecaptured_1250_cents`` is part of line 12.
    ``state_*`` are what the state's return sees otherwise than the federal one.
    """

    tax_return: str
    year: int
    status: FilingStatus | None = None
    state: str = ""
    short_rate: int | None = None
    long_rate: int | None = None
    is_computed: bool = False
    state_rate: int | None = None
    ordinary_income_cents: int | None = None
    deductions_cents: int | None = None
    qualified_dividends_cents: int | None = None
    net_investment_income_cents: int | None = None
    magi_cents: int | None = None
    carry_short_cents: int | None = None
    carry_long_cents: int | None = None
    planned_withdrawal_cents: int | None = None
    state_local_taxes_cents: int | None = None
    unrecaptured_1250_cents: int | None = None
    k1_short_cents: int | None = None
    k1_long_cents: int | None = None
    state_gain_cents: int | None = None
    state_gain_spouse_cents: int | None = None
    state_carry_short_cents: int | None = None
    state_carry_long_cents: int | None = None

    def rate(self, *, is_long: bool) -> int | None:
        """The rate for a gain or loss of one term."""
        return self.long_rate if is_long else self.short_rate

    @property
    def lacks(self) -> tuple[str, ...]:
        """The columns without which no tax can be computed."""
        needed = {"filing_status": self.status, "ordinary_income": self.ordinary_income_cents}
        return tuple(name for name, value in needed.items() if value is None)


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
        profile, bad = _profile(name, int(of_year), row, f"{file_name}:{line}")
        problems += bad
        if int(of_year) != year:
            continue
        if name in found:
            problems.append(_second(f"{file_name}:{line}:tax_return", name, year))
        found[name] = profile
    profile, bad = _profile("", year, default, "book.toml:tax_profile")
    problems += bad
    if default and str(default.get("year", year)) == str(year):
        for name in tax_returns:
            found.setdefault(name, replace(profile, tax_return=name))
    return found, problems


def _profile(
    name: str, year: int, row: Mapping[str, object], where: str
) -> tuple[TaxProfile, list[Problem]]:
    """One profile, and a problem for each cell of it that cannot be read."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for key in (*RATES, *SIGNED_AMOUNTS, *AMOUNTS):
        cell = row.get(key)
        if cell is None or cell == "":
            continue
        is_rate = key in RATES
        value = scaled_value(cell, RATE_PLACES if is_rate else CENT_PLACES)
        if is_rate and (value is None or not 0 <= value <= RATE_ONE):
            problems.append(_bad_rate(f"{where}:{key}", cell))
        elif value is None or (value < 0 and key in AMOUNTS):
            problems.append(_bad_amount(f"{where}:{key}", cell, may_be_negative=key not in AMOUNTS))
        else:
            values[key if is_rate else f"{key}_cents"] = value
    state = str(row.get("state") or "").strip().upper()
    if "state_rate" in values and not state:
        problems.append(_no_state(f"{where}:state"))
    status, bad = _status(row.get("filing_status"), f"{where}:filing_status")
    values |= {"status": status, "state": state}
    return TaxProfile(tax_return=name, year=year, **values), problems + bad


def _status(cell: object, where: str) -> tuple[FilingStatus | None, list[Problem]]:
    if cell is None or cell == "":
        return None, []
    try:
        return FilingStatus(str(cell).strip().lower()), []
    except ValueError:
        problem = error(
            where,
            "BAD_FILING_STATUS",
            f"{cell!r} is no filing status.",
            f"Write one of {', '.join(FilingStatus)}.",
        )
        return None, [problem]


def _bad_rate(where: str, cell: object) -> Problem:
    return error(
        where,
        "BAD_RATE",
        f"{cell!r} is no rate from 0 to 1 with at most {RATE_PLACES} decimals.",
        "Write 0.358 for 35.8 %.",
    )


def _bad_amount(where: str, cell: object, *, may_be_negative: bool) -> Problem:
    sign = "" if may_be_negative else ", without a sign"
    return error(
        where,
        "BAD_AMOUNT",
        f"{cell!r} is no amount of dollars with at most two decimals{sign}.",
        "Write 1234.56, without separators and currency signs.",
    )


def _no_state(where: str) -> Problem:
    return error(
        where,
        "NO_STATE",
        "There is a state_rate, but no state whose rate it is.",
        "Write the state of residence, like CA, or leave state_rate blank.",
    )


def _bad_year(where: str, year: str) -> Problem:
    return error(where, "BAD_YEAR", f"{year!r} is no year.", "Write the tax year as 2020.")


def _second(where: str, name: str, year: int) -> Problem:
    return error(
        where,
        "TWO_PROFILES",
        f"The return {name!r} has two rows for {year}.",
        "Keep one row for each return and year.",
    )
