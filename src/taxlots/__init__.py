"""US tax lots, wash sales and loss harvesting.

``open_book``, ``replay`` and ``harvest`` are the way in; errors are of the tree ``TaxlotsError``.
Importing this package imports nothing heavy: what a name needs is imported when it is used.
"""

from typing import TYPE_CHECKING, Any

from taxlots.domain.problem import DataError, Problem, TaxlotsError, UsageError
from taxlots.version import __version__

if TYPE_CHECKING:
    from taxlots.workflows.open_book import (
        Book,
        Explanation,
        HarvestFrames,
        Replay,
        harvest,
        open_book,
        replay,
    )

__all__ = [
    "Book",
    "DataError",
    "Explanation",
    "HarvestFrames",
    "Problem",
    "Replay",
    "TaxlotsError",
    "UsageError",
    "__version__",
    "harvest",
    "open_book",
    "replay",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from taxlots.workflows import open_book as public

        return getattr(public, name)
    raise AttributeError(f"module 'taxlots' has no attribute {name!r}")
