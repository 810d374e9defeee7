"""Rows of text cells as a table."""

from collections.abc import Mapping, Sequence

import pyarrow as pa


def text_table(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> pa.Table:
    """Rows under these columns, in this order, also where there is no row."""
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in columns})
