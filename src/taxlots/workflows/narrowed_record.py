"""The record of some households alone: what planning for one client needs to book."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book.record import Record


def households_of(record: Record, accounts: Collection[str]) -> Record:
    """The record of the households of some accounts; rows for every account stay."""
    households = {a.household for a in record.accounts if a.id in accounts}
    kept = tuple(a for a in record.accounts if a.household in households)
    rows = record.transactions
    mine = pc.is_in(rows.column("account"), pa.array([*(a.id for a in kept), ""]))
    return replace(record, accounts=kept, transactions=rows.filter(mine), is_arrival_ordered=False)
