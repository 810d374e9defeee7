"""The figures of a booking, as they are remembered and compared."""

from __future__ import annotations

from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book.booking import Books
from taxlots.book.cells import Int64, Mask
from taxlots.book.results import open_lots_of, realized_of
from taxlots.reports.books_files import result_tables

SEPARATOR = "\x1f"


def results_hash(books: Books) -> str:
    """SHA-256 of the result tables: their names, columns and cells as text."""
    digest = sha256()
    for name, table in result_tables(books).items():
        digest.update(f"{name}\n{SEPARATOR.join(table.column_names)}\n".encode())
        columns = [column.cast(pa.string()).fill_null("") for column in table.columns]
        rows = pc.binary_join_element_wise(*columns, SEPARATOR)
        digest.update("\n".join(rows.to_pylist()).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def totals_of(books: Books) -> dict[str, dict[str, int]]:
    """What each household's books sum to, in cents; pieces of unknown basis are left out."""
    household = {account.id: account.household for account in books.record.accounts}
    of_position = [household[account] for account, _, _ in books.blueprint.places]
    pieces, lots = realized_of(books), open_lots_of(books)
    known, held = ~pieces.is_unknown, ~lots.is_unknown
    gain = pieces.gain
    columns: dict[str, tuple[Int64, Int64, Mask]] = {
        "proceeds": (pieces.proceeds, pieces.position, known),
        "cost_basis": (pieces.basis, pieces.position, known),
        "wash_sale_loss_disallowed": (pieces.disallowed, pieces.position, known),
        "permanently_disallowed": (pieces.permanent, pieces.position, known),
        "short_term_gain": (gain, pieces.position, known & ~pieces.is_long),
        "long_term_gain": (gain, pieces.position, known & pieces.is_long),
        "open_cost_basis": (lots.basis, lots.position, held),
        "open_wash_sale_adjustment": (lots.wash, lots.position, held),
    }
    totals = {name: dict.fromkeys(columns, 0) for name in books.households}
    for figure, (cents, position, mask) in columns.items():
        for at, value in zip(position[mask].tolist(), cents[mask].tolist(), strict=True):
            totals[of_position[at]][figure] += value
    return totals
