"""The bridge of an audit pack: from Form 1099-B over Form 8949 to the lines of Schedule D."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from taxlots.book.form_8949 import NOTHING_TOLD, RowWriter
from taxlots.book.results import realized_of
from taxlots.book.schedule_d import LINES_OF_BOXES
from taxlots.book.view_differences import differences_of
from taxlots.book.view_pieces import paired
from taxlots.book.view_reasons import MEANINGS
from taxlots.domain.calendar import day_number
from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.reports.audit_columns_forms import BRIDGE, BRIDGE_ROWS
from taxlots.reports.rows import text_table
from taxlots.workflows.differences import both_views
from taxlots.workflows.form_8949_reported import Reported, reported_of

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.booking import Books
    from taxlots.book.return_forms import ReturnForms
    from taxlots.book.view_pieces import Pair
    from taxlots.domain.form_8949 import Form8949Row
    from taxlots.workflows.form_8949 import FiledYear
    from taxlots.workflows.reconcile_files import FormFiles

LINE_OF_BOX: Final = {box: line for line, boxes in LINES_OF_BOXES.items() for box in boxes}
STRAIGHT: Final = {False: "1a", True: "8a"}
LINES: Final = ("1a", "1b", "2", "3", "8a", "8b", "9", "10")
REALIZED: Final = "realized.csv, without sections 475 and 1256"


@dataclass(frozen=True, slots=True)
class Crossing:
    """One piece: what Form 1099-B says of it, the row that follows, and why they differ."""

    pair: Pair
    row: Form8949Row
    because: str

    @property
    def line(self) -> str:
        """The line of Schedule D that has the row."""
        return STRAIGHT[self.row.is_long] if self.row.is_straight else LINE_OF_BOX[self.row.box]


@dataclass(slots=True)
class _Sums:
    """Totals of the pieces of one line, in cents."""

    boxes: set[str] = field(default_factory=set)
    rows: int = 0
    unreported: int = 0
    unknown: int = 0
    box_1d: int = 0
    box_1e: int = 0
    box_1g: int = 0
    proceeds: int = 0
    basis: int = 0
    adjustment: int = 0
    gain: int = 0

    def add(self, one: Crossing) -> None:
        theirs, row = one.pair.broker, one.row
        self.boxes.add(row.box)
        self.rows += 1
        self.unreported += theirs is None
        if theirs is not None:
            self.box_1d += theirs.proceeds_cents
            self.box_1e += 0 if theirs.is_unknown else theirs.basis_cents
            self.box_1g += theirs.disallowed_cents
        if row.gain_cents is None or row.basis_cents is None:
            self.unknown += 1
            return
        self.proceeds += row.proceeds_cents
        self.basis += row.basis_cents
        self.adjustment += row.adjustment_cents
        self.gain += row.gain_cents


def reported_with_reasons(
    book: str,
    year: int,
    forms: FormFiles | None,
    *,
    as_of: date | None,
    known_at: datetime | None,
) -> Reported:
    """What is reported of a year, and of every piece that differs why.

    ``forms`` are the actual Forms 1099-B; the broker's view of the book stands for them where None.
    Raises UsageError and DataError.
    """
    if forms is not None:
        return reported_of(book, year, forms, as_of=as_of, known_at=known_at)
    taxpayer, broker = both_views(book, as_of=as_of, known_at=known_at)
    first, last = day_number(year, 1, 1), day_number(year, 12, 31)
    found = [d for d in differences_of(taxpayer, broker) if first <= d.pair.sold <= last]
    return Reported(
        books=taxpayer,
        year=year,
        pairs=(*(one.pair for one in found), *_later(taxpayer, broker, last)),
        told={},
        because={
            at: "; ".join(MEANINGS[reason] for reason in one.reasons)
            for at, one in enumerate(found)
            if one.reasons
        },
    )


def _later(taxpayer: Books, broker: Books, last_day: int) -> list[Pair]:
    """Pieces that the law puts after the day of the books: worthless shares (26 USC 165(g))."""
    sold = realized_of(taxpayer).sold
    if not ((sold > broker.as_of) & (sold <= last_day)).any():
        return []
    return [p for p in paired(taxpayer, broker) if broker.as_of < p.sold <= last_day]


def crossings_of(scope: AuditScope, reported: Reported) -> list[Crossing]:
    """Every piece of the year that belongs on Form 8949, or on lines 1a and 8a without it."""
    writer = RowWriter(scope.books, scope.year, with_straight=True)
    found = []
    for at, pair in enumerate(reported.pairs):
        if not scope.first_day <= pair.sold <= scope.last_day or not writer.is_on_form(pair.place):
            continue
        row = writer.row(pair, reported.told.get(at, NOTHING_TOLD))
        if row.tax_return in scope.tax_returns:
            found.append(Crossing(pair, row, reported.because.get(at, "")))
    return found


def crossing_table(crossings: list[Crossing]) -> pa.Table:
    """``bridge_rows.csv``: piece by piece."""
    return text_table(tuple(BRIDGE_ROWS), [_crossing(one) for one in crossings])


def _crossing(one: Crossing) -> dict[str, str]:
    theirs, row = one.pair.broker, one.row
    has_basis = theirs is not None and not theirs.is_unknown
    return {
        "tax_return": row.tax_return,
        "sale_id": row.sale_id,
        "lot_id": row.lot_id,
        "account": row.account,
        "symbol": row.symbol,
        "date_sold": row.sold,
        "quantity": shares(row.quantity),
        "box_1d": "" if theirs is None else dollars(theirs.proceeds_cents),
        "box_1e": dollars(theirs.basis_cents) if theirs is not None and has_basis else "",
        "box_1g": "" if theirs is None else dollars(theirs.disallowed_cents),
        "box_2": "" if theirs is None else ("LT" if theirs.is_long else "ST"),
        "covered": "" if theirs is None else ("true" if theirs.is_covered else "false"),
        "box": row.box,
        "column_d": dollars(row.proceeds_cents),
        "column_e": dollars_if_known(row.basis_cents),
        "column_f": row.codes,
        "column_g": dollars(row.adjustment_cents),
        "column_h": dollars_if_known(row.gain_cents),
        "line": one.line,
        "because": one.because,
    }


def bridge_table(filed: FiledYear, crossings: list[Crossing]) -> pa.Table:
    """``bridge.csv``: line by line of Schedule D, with what each ties to."""
    rows = [line for forms in filed.filing.returns for line in _bridge(filed, forms, crossings)]
    return text_table(tuple(BRIDGE), rows)


def _bridge(
    filed: FiledYear, forms: ReturnForms, crossings: list[Crossing]
) -> Iterator[dict[str, str]]:
    name, schedule = forms.tax_return, forms.schedule_d
    sums: dict[str, _Sums] = {}
    for one in crossings:
        if one.row.tax_return == name:
            sums.setdefault(one.line, _Sums()).add(one)
    of_forms = 0
    for line in LINES:
        filed_cents = schedule.gain_cents(line)
        of_forms += filed_cents
        if line in sums or filed_cents:
            yield _line(name, line, sums.get(line, _Sums()), filed_cents)
    for line, source, cents in _others(filed, forms):
        if cents or schedule.gain_cents(line):
            yield _tie(name, line, source, cents, schedule.gain_cents(line))
    yield _tie(name, "1a to 3, 8a to 10", REALIZED, _realized(filed, name), of_forms)


def _others(filed: FiledYear, forms: ReturnForms) -> Iterator[tuple[str, str, int]]:
    """Lines that come from elsewhere, with their own source."""
    items = filed.marked.items[forms.tax_return]
    lines = forms.form_6781.lines if forms.form_6781 is not None else {}
    yield "4", "Form 6781, line 8", lines.get("8", 0)
    yield "11", "Form 6781, line 9", lines.get("9", 0)
    source = "CAPITAL_GAIN_DISTRIBUTION rows of the journal"
    yield "13", source, items.capital_gain_distributions_cents


def _realized(filed: FiledYear, name: str) -> int:
    """What the books realized of a return, as Form 8949 has it."""
    items = filed.marked.items[name]
    return items.short_cents + items.long_cents


def _line(name: str, line: str, sums: _Sums, filed_cents: int) -> dict[str, str]:
    boxes = ", ".join(sorted(sums.boxes))
    form = "no Form 8949" if line in STRAIGHT.values() else f"Form 8949, box {boxes}"
    return {
        "tax_return": name,
        "line": line,
        "source": form,
        "rows": str(sums.rows),
        "unreported": str(sums.unreported),
        "unknown_basis": str(sums.unknown),
        "box_1d": dollars(sums.box_1d),
        "box_1e": dollars(sums.box_1e),
        "box_1g": dollars(sums.box_1g),
        "column_d": dollars(sums.proceeds),
        "column_e": dollars(sums.basis),
        "column_g": dollars(sums.adjustment),
        "column_h": dollars(sums.gain),
        "schedule_d": dollars(filed_cents),
        "difference": dollars(sums.gain - filed_cents),
    }


def _tie(name: str, line: str, source: str, cents: int, filed_cents: int) -> dict[str, str]:
    return {
        **dict.fromkeys(BRIDGE, ""),
        "tax_return": name,
        "line": line,
        "source": source,
        "column_h": dollars(cents),
        "schedule_d": dollars(filed_cents),
        "difference": dollars(cents - filed_cents),
    }
