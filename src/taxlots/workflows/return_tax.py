"""The tax of a year in the Python API: figures as exact decimals."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taxlots.book.taxed_return import TaxedReturn
    from taxlots.domain.problem import Problem
    from taxlots.workflows.tax import TaxRun


@dataclass(frozen=True)
class ReturnTax:
    """The tax of one return and year, as ``taxlots tax`` computes it."""

    found: TaxedReturn

    @property
    def tax_return(self) -> str:
        """Whose tax it is; empty where the figures were stated."""
        return self.found.name

    @cached_property
    def figures(self) -> dict[str, Decimal]:
        """Dollars and marginal rates by the keys of ``taxlots tax --json``."""
        from taxlots.reports.tax_figures import tax_json

        cells = tax_json(self.found).items()
        return {key: Decimal(text) for key, text in cells if _is_number(text)}

    @cached_property
    def json(self) -> dict[str, Any]:
        """What ``taxlots tax --json`` prints of the return."""
        from taxlots.reports.tax_figures import return_json, tax_json

        return tax_json(self.found) if self.found.items is None else return_json(self.found)

    @property
    def not_computed(self) -> tuple[str, ...]:
        """What the income is in the range of, and no figure contains."""
        return self.found.tax.not_computed


@dataclass(frozen=True)
class BookTax:
    """The tax of a year of every return of a book that has a profile."""

    run: TaxRun

    @cached_property
    def returns(self) -> dict[str, ReturnTax]:
        """The returns by name, in the order of the accounts."""
        return {found.name: ReturnTax(found) for found in self.run.returns}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Warnings: returns without a profile, carryovers that nobody states."""
        return self.run.problems


def tax(year: int, **stated: Any) -> ReturnTax:
    """The tax of a return whose figures are stated, without a book.

    ``stated`` are the options of ``taxlots tax``, with underscores: ``status`` and
    ``ordinary_income`` are needed.  Amounts are dollars, as numbers, decimals or text.  Raises
    UsageError where one is missing, unknown or cannot be read.
    """
    from taxlots.domain.problem import UsageError
    from taxlots.workflows.tax_facts import Facts, tax_of_facts

    known = [field.name for field in fields(Facts)]
    unknown = [name for name in stated if name not in known]
    if unknown:
        raise UsageError(f"tax() knows no {', '.join(unknown)}; use {', '.join(known)}")
    return ReturnTax(tax_of_facts(year, Facts(**stated)))


def _is_number(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return value.removeprefix("-").replace(".", "", 1).isdecimal()
