"""The page and the manifest of an audit pack: totals, charts, and what was written from what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from taxlots.book.deferred_losses import deferred_by_month
from taxlots.book.results import FINAL
from taxlots.domain.calendar import date_of
from taxlots.reports.charts import Chart, GainPoint, LossPoint, gain_charts, loss_charts
from taxlots.reports.index_page import Total
from taxlots.version import RULES_VERSION, __version__

if TYPE_CHECKING:
    import pyarrow as pa

    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.roll_forward import RollForward
    from taxlots.book.wash_register import WashRegister


def totals_of(scope: AuditScope, rolled: RollForward, register: WashRegister) -> tuple[Total, ...]:
    """The figures on top of the page, each with what it ties to; cents."""
    pieces, mine = scope.pieces, scope.mine
    known = mine[~pieces.is_unknown[mine]]
    is_long = pieces.is_long[known]
    gain = pieces.gain[known]
    unknown = len(mine) - len(known)
    told = f"; {unknown} pieces of unknown basis are left out" if unknown else ""
    of_mine = scope.is_mine
    closing = sum(rolled.cents["closing"][of_mine].tolist())
    residual = sum(abs(cents) for cents in rolled.residual[of_mine].tolist())
    open_pieces = int((pieces.status[mine] != FINAL).sum())
    permanent = sum(register.permanent_cents.tolist())
    return (
        _total("Proceeds", sum(pieces.proceeds[mine].tolist()), "realized.csv, proceeds"),
        _total("Short-term gain", sum(gain[~is_long].tolist()), f"realized.csv, ST{told}"),
        _total("Long-term gain", sum(gain[is_long].tolist()), f"realized.csv, LT{told}"),
        _total(
            "Loss disallowed by wash sales",
            sum(register.disallowed_cents.tolist()),
            "wash_sales.csv, disallowed",
        ),
        _total("Of it disallowed permanently", permanent, "wash_sales.csv, permanent"),
        _total("Basis held when the year ended", closing, "roll_forward.csv, closing"),
        _total("Residual of the roll-forward", residual, "roll_forward.csv, residual"),
        Total(label="Pieces not final", cents=None, text=f"{open_pieces} in provisional.csv"),
    )


def charts_of(scope: AuditScope, register: WashRegister) -> tuple[Chart, ...]:
    """Realized gain by month, term and account; disallowed and deferred loss through the year."""
    gains = gain_charts(_gain_points(scope), scope.year)
    return (*gains, *loss_charts(_loss_points(scope, register), scope.year))


def _gain_points(scope: AuditScope) -> list[GainPoint]:
    pieces, mine = scope.pieces, scope.mine
    places = scope.books.blueprint.places
    known = mine[~pieces.is_unknown[mine]]
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    columns = (pieces.sold[known], pieces.is_long[known], pieces.position[known])
    lines = zip(*(column.tolist() for column in (*columns, pieces.gain[known])), strict=True)
    months = _Months()
    for sold, is_long, position, gain in lines:
        sums[months[sold], "long" if is_long else "short", places[position][0]] += gain
    return [
        GainPoint(month=month, term=term, account=account, gain_cents=cents)
        for (month, term, account), cents in sorted(sums.items())
    ]


def _loss_points(scope: AuditScope, register: WashRegister) -> list[LossPoint]:
    disallowed: dict[str, int] = defaultdict(int)
    permanent: dict[str, int] = defaultdict(int)
    months = _Months()
    columns = (register.sold_day, register.disallowed_cents, register.permanent_cents)
    for sold, cents, lost in zip(*(column.tolist() for column in columns), strict=True):
        disallowed[months[sold]] += cents
        permanent[months[sold]] += lost
    deferred = deferred_by_month(scope)
    return [
        LossPoint(
            month=(month := f"{scope.year}-{number:02d}"),
            disallowed_cents=disallowed[month],
            permanent_cents=permanent[month],
            deferred_cents=deferred[number - 1] if number <= len(deferred) else None,
        )
        for number in range(1, 13)
    ]


class _Months(dict[int, str]):
    """Day number -> its month, ``2025-03``; each day is looked at once."""

    def __missing__(self, day: int) -> str:
        month = self[day] = date_of(day).isoformat()[:7]
        return month


def manifest_of(
    scope: AuditScope, tables: Mapping[str, pa.Table], choices: Mapping[str, str]
) -> dict[str, Any]:
    """What the pack was made from, by which version, and how many rows each list has."""
    books = scope.books
    record = books.record
    return {
        "book": record.name,
        "year": str(scope.year),
        "tax_returns": list(scope.tax_returns),
        "engine_version": __version__,
        "rules_version": RULES_VERSION,
        "as_of": date_of(books.as_of).isoformat(),
        "inputs": dict(sorted(record.hashes.items())),
        "policy": {name: getattr(record.policy, name) for name in record.policy.__slots__},
        "transactions": len(books.journal),
        **choices,
        "rows": rows_of(tables),
        "warnings": len(books.problems),
    }


def rows_of(tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """How many rows each list has."""
    return {name: table.num_rows for name, table in tables.items()}


def _total(label: str, cents: int, text: str) -> Total:
    return Total(label=label, cents=cents, text=text)
