"""Custodians' lists of open lots on their way through partitions: one row a statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    from taxlots.ledger.custodian_lots import KeptStatement

CUSTODIAN_LOTS: Final = "custodian_lots"
"""The table of a partition that has them; a book without such lists has none."""

COLUMNS: Final = ("account", "as_of", "custodian", "file", "number", "recorded_at", "lots")


def lots_table(statements: Sequence[KeptStatement]) -> pa.Table:
    """Statements of open lots as a table of text; the lots of each are JSON."""
    rows = [
        (
            kept.statement.account,
            "" if kept.statement.as_of is None else kept.statement.as_of.isoformat(),
            kept.custodian,
            kept.file,
            str(kept.number),
            kept.recorded_at,
            json.dumps([dict(lot) for lot in kept.statement.lots], ensure_ascii=False),
        )
        for kept in statements
    ]
    cells = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    columns = {name: pa.array(c, pa.string()) for name, c in zip(COLUMNS, cells, strict=True)}
    return pa.table(columns)


def kept_lots(tables: Mapping[str, pa.Table]) -> list[KeptStatement]:
    """The statements of a partition's accounts, as the ledger keeps them."""
    from taxlots.ledger.custodian_lots import OPEN_LOTS, KeptStatement, StatementOfLots

    return [
        KeptStatement(
            number=int(row["number"]),
            recorded_at=row["recorded_at"],
            custodian=row["custodian"],
            file=row["file"],
            holds=OPEN_LOTS,
            statement=StatementOfLots(
                account=row["account"],
                lots=json.loads(row["lots"]),
                as_of=date.fromisoformat(row["as_of"]) if row["as_of"] else None,
            ),
        )
        for row in tables[CUSTODIAN_LOTS].to_pylist()
    ]
