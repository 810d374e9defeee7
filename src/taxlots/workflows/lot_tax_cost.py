"""The tax cost of a lot in the Python API: figures as exact decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from taxlots.domain.problem import Problem
    from taxlots.workflows.tax_cost import LotCost

FIGURES: Final = (
    "tax_now",
    "tax_later",
    "tax_cost",
    "deferred_loss",
    "permanently_disallowed",
    "gain_short",
    "gain_long",
)


@dataclass(frozen=True)
class LotTaxCost:
    """What a sale of one lot would change in tax, as ``taxlots tax-cost`` computes it.

    Costs are dollars, negative where tax is saved.
    """

    found: LotCost

    @property
    def now(self) -> Decimal:
        """The change of this year's tax."""
        return self.figures["tax_now"]

    @property
    def later(self) -> Decimal:
        """The change of later years' tax, as a present value."""
        return self.figures["tax_later"]

    @property
    def total(self) -> Decimal:
        """What the sale costs in all."""
        return self.figures["tax_cost"]

    @property
    def days_to_long_term(self) -> int:
        """Days until all that is sold would be long-term; 0 where it is."""
        return max(one.days_to_long_term for one in self.found.selection.outcomes)

    @cached_property
    def figures(self) -> dict[str, Decimal]:
        """Dollars by the keys of ``taxlots tax-cost --json``."""
        return {key: Decimal(self.json[key]) for key in FIGURES}

    @cached_property
    def json(self) -> dict[str, Any]:
        """What ``taxlots tax-cost --json`` prints."""
        from taxlots.reports.tax_cost import cost_json

        return cost_json(
            self.found.request,
            self.found.tax_return,
            self.found.selection,
            self.found.year,
            self.found.as_long_cents,
        )

    @property
    def because(self) -> tuple[str, ...]:
        """What the figures rest on, in sentences."""
        return tuple(self.json["because"])

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Warnings of the book and of its profiles."""
        return self.found.problems
