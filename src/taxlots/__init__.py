"""US tax lots, wash sales and loss harvesting.

``open_book``, ``replay``, ``harvest`` and ``tax`` are the way in; errors are of the tree
``TaxlotsError``.
Importing this package imports nothing heavy: what a name needs is imported when it is used.
"""

from typing import TYPE_CHECKING, Any

from taxlots.domain.problem import DataError, Problem, TaxlotsError, UsageError
from taxlots.version import __version__

if TYPE_CHECKING:
    from taxlots.workflows.open_book import (
        Book,
        BookGuard,
        BookTax,
        ChosenLots,
        Explanation,
        GuardAnswer,
        HarvestFrames,
        LotTaxCost,
        PlanAnswer,
        Replay,
        ReturnTax,
        RunAnswer,
        can_buy,
        can_sell,
        harvest,
        open_book,
        replay,
        tax,
    )

__all__ = [
    "Book",
    "BookGuard",
    "BookTax",
    "ChosenLots",
    "DataError",
    "Explanation",
    "GuardAnswer",
    "HarvestFrames",
    "LotTaxCost",
    "PlanAnswer",
    "Problem",
    "Replay",
    "ReturnTax",
    "RunAnswer",
    "TaxlotsError",
    "UsageError",
    "__version__",
    "can_buy",
    "can_sell",
    "harvest",
    "open_book",
    "replay",
    "tax",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from taxlots.workflows import open_book as public

        return getattr(public, name)
    raise AttributeError(f"module 'taxlots' has no attribute {name!r}")
