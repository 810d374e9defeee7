"""What a worker is sent, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from taxlots.batch.partition_files import Hashes

Entry = dict[str, Any]
"""The counts of a partition and the hashes of its results, as ``entry.json`` has them."""


@dataclass(frozen=True, slots=True)
class PartitionTask:
    """One partition to plan: where it is, the hashes of its files, and where results go.

    ``tranches`` and ``schedule`` are asked of rebalances; None and blank are what the book says.
    """

    folder: Path
    part: str
    hashes: dict[str, Hashes]
    as_of: date
    out: Path
    tranches: int | None = None
    schedule: str = ""


Work = Callable[[PartitionTask], Entry]
"""Plans a partition, writes its results into ``out``, and returns its entry."""
