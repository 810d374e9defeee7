"""Amounts of law that change from year to year: one TOML file a rule in ``law/tables``.

Each file states its statute and unit, and for each tax year the source and a value for each
filing status.  Money stands there in whole dollars, a schedule as the upper ends of its rates.
What the statute fixes for good stands in the file of its section instead.  These files are all
that the law reads; each is read once, when it is first asked for.
"""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.money import CENTS_PER_DOLLAR
from taxlots.domain.problem import UsageError
from taxlots.domain.tax_rate import RATE_ONE, at_rate

YEARS: Final = range(2018, 2027)
"""Tax years of the federal tables; a rule that came later has fewer."""

FOLDER: Final = Path(__file__).with_name("tables")

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bracket:
    """A rate, in parts per million, and the income in cents up to which it applies.

    The income counts from zero, ``top_cents`` belongs to the bracket, and None has no end.
    """

    rate_ppm: int
    top_cents: int | None


@cache
def amount(rule: str, year: int, status: FilingStatus) -> int:
    """An amount of one tax year and filing status, in cents.

    UsageError where there is no such rule, or none for the year.
    """
    dollars: int = _entry(rule, year)[status]
    return dollars * CENTS_PER_DOLLAR


@cache
def brackets(rule: str, year: int, status: FilingStatus) -> tuple[Bracket, ...]:
    """A schedule of rates of one tax year and filing status, from the lowest income upwards.

    The last bracket has no end.  UsageError as for ``amount``.
    """
    entry = _entry(rule, year)
    rates = [_ppm(text) for text in entry.get("rates") or _table(rule)["rates"]]
    tops = [dollars * CENTS_PER_DOLLAR for dollars in entry[status]]
    bottoms = [0, *tops]
    return tuple(
        Bracket(rate, top)
        for rate, bottom, top in zip(rates, bottoms, [*tops, None], strict=True)
        if top != bottom  # A rate that a status does not know has no width.
    )


@cache
def rate(rule: str, year: int) -> int:
    """A rate of one tax year that is the same for every status, in parts per million.

    UsageError as for ``amount``.
    """
    return _ppm(_entry(rule, year)["rate"])


def by_schedule(income: int, schedule: tuple[Bracket, ...], unit: int = 1) -> int:
    """The tax on an income from zero up, summed over the brackets and rounded half up once.

    The income and the tax are in cents times ``unit``; with a large unit nothing is rounded.
    """
    bottom = weighted = 0
    for bracket in schedule:
        top = income if bracket.top_cents is None else bracket.top_cents * unit
        weighted += max(0, min(income, top) - bottom) * bracket.rate_ppm
        bottom = top
    return at_rate(weighted, 1)


def source(rule: str, year: int) -> str:
    """The authority of a rule's values for one tax year.  UsageError as for ``amount``."""
    named: str = _entry(rule, year)["source"]
    return named


def years(rule: str) -> tuple[int, ...]:
    """The tax years that a rule's table has, in order.  UsageError where there is no such rule."""
    return tuple(sorted(int(key) for key in _table(rule) if key.isdigit()))


def rules() -> tuple[str, ...]:
    """The names of all tables, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def _entry(rule: str, year: int) -> Table:
    table = _table(rule)
    if str(year) not in table:
        known = years(rule)
        raise UsageError(
            f"There is no {rule} for {year}: the table has {known[0]} to {known[-1]}. "
            "Choose one of these years, or add the year to the table."
        )
    entry: Table = table[str(year)]
    return entry


@cache
def _table(rule: str) -> Table:
    try:
        return tomllib.loads(FOLDER.joinpath(f"{rule}.toml").read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"There is no table {rule!r}; there are {', '.join(rules())}.") from None


def _ppm(text: str) -> int:
    return int(Decimal(text) * RATE_ONE)
