"""From Arrow columns to a pandas DataFrame whose dtypes keep every cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pandas as pd

    from taxlots.frames.columns import Columns


def frame_of(table: pa.Table, columns: Columns) -> pd.DataFrame:
    """The table as a frame with exactly these columns, of dtype ``pd.ArrowDtype``.

    Cells are text or typed already; a blank text cell in a column of another type is NA.
    """
    import pandas as pd

    frame: pd.DataFrame = typed_table(table, columns).to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def typed_table(table: pa.Table, columns: Columns) -> pa.Table:
    """The table with exactly these columns, of these types; a blank text cell is missing."""
    typed = [_typed(table.column(name), kind) for name, kind in columns.items()]
    return pa.table(typed, schema=pa.schema(list(columns.items())))


def _typed(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type != kind and pa.types.is_string(column.type):
        column = pc.if_else(pc.equal(column, ""), None, column)
    return column.cast(kind)
