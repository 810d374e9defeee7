"""Independent recomputation: the book is read and booked again, from its journal alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from taxlots.book.conservation import conservation_of
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError
from taxlots.reports.audit_columns import RECOMPUTATION
from taxlots.reports.rows import text_table
from taxlots.workflows.booked_figures import results_hash
from taxlots.workflows.gather import gather, is_database
from taxlots.workflows.replay import replay_record
from taxlots.workflows.verify import Outcome

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.booking import Books

    Check = tuple[str, Outcome, str, str]


def recomputation_table(scope: AuditScope, book: str, known_at: datetime | None) -> pa.Table:
    """``recomputation.csv``: the inputs, their chain, the books twice, and the identities."""
    found = [
        *_inputs(scope.books),
        _chain(book),
        *_again(scope.books, book, known_at),
        *_identities(scope.books),
    ]
    rows = [dict(zip(RECOMPUTATION, map(str, one), strict=True)) for one in found]
    return text_table(tuple(RECOMPUTATION), rows)


def _inputs(books: Books) -> Iterator[Check]:
    for name, digest in sorted(books.record.hashes.items()):
        yield f"input {name}", Outcome.HOLDS, digest, "SHA-256 of the input that was booked"
    count = str(len(books.journal))
    yield "rows of the journal", Outcome.HOLDS, count, "every row, also those taken back"


def _chain(book: str) -> Check:
    name = "hash chain"
    if not is_database(book):
        says = "a folder has no chain: compare the hashes of its files with those noted elsewhere"
        return name, Outcome.SKIPPED, "", says
    from taxlots.ledger.database import reading
    from taxlots.ledger.hash_chain import head_of
    from taxlots.ledger.migrate import open_ledger
    from taxlots.ledger.verify import verify_ledger

    ledger = open_ledger(book)
    broken = verify_ledger(ledger)
    with reading(ledger) as connection:
        head = head_of(connection, "journal")
    if broken:
        says = f"the database was changed past the program: {len(broken)} places"
        return name, Outcome.FAILS, head.hash, says
    return name, Outcome.HOLDS, head.hash, f"head of the chain after {head.rows} rows; all match"


def _again(books: Books, book: str, known_at: datetime | None) -> Iterator[Check]:
    digest = results_hash(books)
    says = "SHA-256 of realized, lots, short lots and wash sales as booked for this pack"
    yield "books", Outcome.HOLDS, digest, says
    record, _ = gather(book, known_at=known_at)
    name = "books, recomputed"
    if record is None:
        yield name, Outcome.FAILS, "", "the book cannot be read again"
        return
    try:
        again = results_hash(replay_record(record, date_of(books.as_of)))
    except DataError as failure:
        yield name, Outcome.FAILS, "", str(failure)
        return
    outcome = Outcome.HOLDS if again == digest else Outcome.FAILS
    yield name, outcome, again, "the same, read again and booked from the first row"


def _identities(books: Books) -> Iterator[Check]:
    identity = conservation_of(books)
    residual = identity.residual_cents
    says = (
        f"gain {dollars(identity.gain_cents)} = proceeds {dollars(identity.proceeds_cents)}"
        f" - basis in {dollars(identity.basis_in_cents)}"
        f" + open basis {dollars(identity.open_basis_cents)} + the other terms; what is left over"
    )
    yield "conservation of money", _outcome(residual), dollars(residual), says
    rows, matches = books.state.table("rows"), books.state.table("matches")
    matched = np.zeros(len(rows), np.int64)
    np.add.at(matched, matches["row"], matches["disallowed_cents"])
    off = int(np.abs(matched - rows["disallowed_cents"]).sum())
    says = "disallowed loss of every piece less the sum of its matches, in magnitude"
    yield "wash sale matches", _outcome(off), dollars(off), says


def _outcome(residual: int) -> Outcome:
    return Outcome.FAILS if residual else Outcome.HOLDS
