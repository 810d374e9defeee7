"""Years that were closed: the figures of each return and year as they were filed.

A closing is never changed.  Whoever closes a year again, because an amended return was filed, adds
a closing; the last one of a return and year is the one that counts.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, select

from taxlots.book.year_figures import OpenBasis, YearTotal
from taxlots.domain.problem import UsageError
from taxlots.ledger.batch import moment, next_stamp
from taxlots.ledger.database import writing
from taxlots.ledger.hash_chain import append_chained, head_of
from taxlots.ledger.tables import METADATA

TERMS: Final = ("ST", "LT")

Line = Mapping[str, str]
Lines = Mapping[str, Sequence[Line]]
"""Result -> its lines, text cells by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedYear:
    """The figures of one return and year, and everything that they depend on.

    ``journal_*`` and ``reference_*`` are the ends of the chains that were booked.
    ``figures_hash`` is the SHA-256 of the lines realized in the year, ``open_hash`` that of the
    lots open at its end, whose basis ``open_basis`` sums.  ``number``, ``recorded_at`` and
    ``actor`` are blank until it is recorded.
    """

    tax_return: str
    year: int
    as_of: date
    engine_version: str
    rules_version: str
    journal_rows: int
    journal_hash: str
    reference_rows: int
    reference_hash: str
    figures_hash: str
    open_hash: str
    open_basis: OpenBasis
    totals: tuple[YearTotal, ...]
    number: int = 0
    recorded_at: str = ""
    actor: str = ""
    reason: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """The return and the year."""
        return self.tax_return, self.year

    @property
    def known_at(self) -> datetime:
        """The moment from which on the closing is known."""
        return datetime.fromisoformat(self.recorded_at)


def record_closings(
    ledger: Engine,
    closings: Sequence[tuple[ClosedYear, Lines]],
    *,
    recorded_at: datetime,
    actor: str,
    reason: str = "",
) -> str:
    """Record closings with their lines, all of them or none; returns the moment they are known at.

    The ``number`` of each is that of the closing of its year that counted so far, 0 if there was
    none.  Raises UsageError where the journal, the reference or a closing has come since the
    figures were booked.
    """
    with writing(ledger) as connection:
        stamp = next_stamp(connection, recorded_at, actor)
        _refuse_changed(connection, [closed for closed, _ in closings])
        for closed, lines in closings:
            row = _cells(closed, stamp.recorded_at, actor, reason)
            number = append_chained(connection, "closed_year", [row]).rows
            totals = [(number, *_total_cells(total)) for total in closed.totals]
            append_chained(connection, "closed_year_total", totals)
            kept = ((number, name, _text(line)) for name in lines for line in lines[name])
            append_chained(connection, "closed_year_line", kept)
    return stamp.recorded_at


def closings_of(connection: Connection, known_at: datetime | None = None) -> list[ClosedYear]:
    """Every closing known at a moment (None: now), in the order in which they were recorded."""
    table = METADATA.tables["closed_year"]
    query = select(table).order_by(table.c.sequence)
    if known_at is not None:
        query = query.where(table.c.recorded_at <= moment(known_at))
    totals = _totals(connection)
    rows = connection.execute(query).mappings().all()
    return [_closed(dict(row), totals.get(row["sequence"], ())) for row in rows]


def closed_years(connection: Connection, known_at: datetime | None = None) -> list[ClosedYear]:
    """The closing that counts of each return and year, by return and year."""
    last = {closed.key: closed for closed in closings_of(connection, known_at)}
    return [last[key] for key in sorted(last)]


def closed_lines(connection: Connection, number: int) -> dict[str, list[dict[str, str]]]:
    """The lines that a closing froze, by result."""
    table = METADATA.tables["closed_year_line"]
    query = select(table.c.result, table.c.cells).where(table.c.closing == number)
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for result, cells in connection.execute(query.order_by(table.c.sequence)):
        found[result].append(json.loads(cells))
    return dict(found)


def _refuse_changed(connection: Connection, closings: Sequence[ClosedYear]) -> None:
    last = {closed.key: closed.number for closed in closed_years(connection)}
    ends = {name: head_of(connection, name) for name in ("journal", "reference_change")}
    for closed in closings:
        is_same = (
            ends["journal"].hash == closed.journal_hash
            and ends["reference_change"].hash == closed.reference_hash
            and last.get(closed.key, 0) == closed.number
        )
        if not is_same:
            raise UsageError(
                "The book changed while its figures were booked: nothing was closed. Repeat the"
                " command."
            )


def _cells(closed: ClosedYear, recorded_at: str, actor: str, reason: str) -> tuple[Any, ...]:
    return (
        recorded_at,
        actor,
        reason,
        closed.tax_return,
        closed.year,
        closed.as_of.isoformat(),
        closed.engine_version,
        closed.rules_version,
        closed.journal_rows,
        closed.journal_hash,
        closed.reference_rows,
        closed.reference_hash,
        closed.figures_hash,
        closed.open_hash,
        closed.open_basis.lots,
        closed.open_basis.unknown_basis,
        closed.open_basis.basis_cents,
        closed.open_basis.wash_cents,
    )


def _total_cells(total: YearTotal) -> tuple[Any, ...]:
    return (
        total.box,
        TERMS[total.is_long],
        total.pieces,
        total.proceeds_cents,
        total.basis_cents,
        total.disallowed_cents,
        total.permanent_cents,
        total.nondeductible_cents,
        total.gain_cents,
    )


def _totals(connection: Connection) -> dict[int, tuple[YearTotal, ...]]:
    table = METADATA.tables["closed_year_total"]
    found: dict[int, list[YearTotal]] = defaultdict(list)
    for row in connection.execute(select(table).order_by(table.c.sequence)).mappings():
        found[row["closing"]].append(
            YearTotal(
                box=row["box"],
                is_long=row["term"] == TERMS[True],
                pieces=row["pieces"],
                unknown_basis=0,
                proceeds_cents=row["proceeds_cents"],
                basis_cents=row["cost_basis_cents"],
                disallowed_cents=row["wash_sale_loss_disallowed_cents"],
                permanent_cents=row["permanently_disallowed_cents"],
                nondeductible_cents=row["nondeductible_loss_cents"],
                gain_cents=row["gain_cents"],
            )
        )
    return {number: tuple(totals) for number, totals in found.items()}


def _closed(row: Mapping[str, Any], totals: tuple[YearTotal, ...]) -> ClosedYear:
    return ClosedYear(
        tax_return=row["tax_return"],
        year=row["year"],
        as_of=date.fromisoformat(row["as_of"]),
        engine_version=row["engine_version"],
        rules_version=row["rules_version"],
        journal_rows=row["journal_rows"],
        journal_hash=row["journal_hash"],
        reference_rows=row["reference_rows"],
        reference_hash=row["reference_hash"],
        figures_hash=row["figures_hash"],
        open_hash=row["open_hash"],
        open_basis=OpenBasis(
            lots=row["open_lots"],
            unknown_basis=row["open_unknown_basis"],
            basis_cents=row["open_cost_basis_cents"],
            wash_cents=row["open_wash_sale_adjustment_cents"],
        ),
        totals=totals,
        number=row["sequence"],
        recorded_at=row["recorded_at"],
        actor=row["actor"],
        reason=row["reason"],
    )


def _text(line: Line) -> str:
    return json.dumps(dict(line), ensure_ascii=False, separators=(",", ":"))
