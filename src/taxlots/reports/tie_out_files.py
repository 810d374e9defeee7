"""The files of a tie-out, and the same as rows of text.

``reconciliation.csv`` has every row of the three sides; ``summary.csv`` foots them by account, box
of Form 8949 and term; ``breaks.csv`` and ``adjustments.csv`` say what is to be done.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import zip_longest
from typing import Any, Final

from taxlots.book.view_differences import Difference
from taxlots.book.view_pieces import Figures
from taxlots.domain.calendar import date_of
from taxlots.domain.form_8949 import Form8949Row
from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.reports.books_files import problem_table
from taxlots.reports.folders import FAILURE, MANIFEST
from taxlots.reports.inert import inert
from taxlots.reports.rows import text_table
from taxlots.reports.tie_out import (
    ReportedLot,
    Status,
    Tie,
    TieOut,
    sums_of_figures,
    sums_of_form,
)
from taxlots.reports.tie_out_sums import SUMMARY, FormOf, form_8949_of, summary_rows
from taxlots.version import __version__

SIDES: Final = ("book", "broker_view", "form")
FIGURES: Final = ("proceeds", "basis", "disallowed", "gain", "term")
OF_SIDES: Final = tuple(f"{side}_{name}" for side in SIDES for name in FIGURES)

RECONCILIATION: Final = (
    "tie",
    "status",
    "cause",
    "reasons",
    "account",
    "symbol",
    "sale_id",
    "lot_id",
    "book_sold",
    "book_acquired",
    "book_quantity",
    "form_row",
    "form_sold",
    "form_acquired",
    "form_quantity",
    *OF_SIDES,
    "book_nondeductible",
    "because",
)
"""Of ``reconciliation.csv``: a piece of ours and a row of the form on each line, tie by tie."""

BREAKS: Final = (
    "tie",
    "cause",
    "reasons",
    "account",
    "symbol",
    "sales",
    "lots",
    "form_rows",
    "sold_ours",
    "sold_theirs",
    "acquired_ours",
    "acquired_theirs",
    "quantity_ours",
    "quantity_theirs",
    *(f"{side}_{name}" for side in SIDES for name in FIGURES[:-1]),
    "difference",
    "column_d",
    "column_e",
    "column_f",
    "column_g",
    "column_h",
    "because",
    "what_to_do",
)
"""Of ``breaks.csv``: one line a break; ``difference`` is our gain less the form's, in dollars."""

ADJUSTMENTS: Final = (
    "tie",
    "status",
    "tax_return",
    "box",
    "description",
    "acquired",
    "sold",
    "column_d",
    "column_e",
    "column_f",
    "column_g",
    "column_h",
    "account",
    "symbol",
    "quantity",
    "sale_id",
    "lot_id",
)
"""Of ``adjustments.csv``: the rows of Form 8949 that differ from the form of the broker."""

FOREIGN: Final = ("symbol", "description", "form_row", "form_rows", "because")
"""Columns with words of the form: what it calls a security, and the name of its file."""

Row = dict[str, str]
dated = cache(lambda day: date_of(day).isoformat())


def tie_out_files(found: TieOut) -> dict[str, Any]:
    """The files of a tie-out by name: tables, problems and a manifest."""
    form = form_8949_of(found)
    return {
        "reconciliation.csv": text_table(RECONCILIATION, _inert(reconciliation_rows(found))),
        "breaks.csv": text_table(BREAKS, _inert(break_rows(found, form))),
        "adjustments.csv": text_table(ADJUSTMENTS, _inert(adjustment_rows(form))),
        "summary.csv": text_table(SUMMARY, summary_rows(found, form)),
        FAILURE: problem_table([*found.views.taxpayer.problems, *found.problems]),
        MANIFEST: manifest_of(found),
    }


def _inert(rows: Iterable[Row]) -> list[Row]:
    """Rows of which no cell that somebody else wrote runs in a spreadsheet."""
    return [{**row, **{name: inert(row[name]) for name in FOREIGN if name in row}} for row in rows]


def manifest_of(found: TieOut) -> dict[str, Any]:
    """What was tied out with what, and how many ties break."""
    counts = Counter(tie.status.value for tie in found.ties)
    return {
        "book": found.views.taxpayer.record.name,
        "engine_version": __version__,
        "as_of": dated(found.views.taxpayer.as_of),
        "year": found.year,
        "same_day": found.views.same_day,
        "tolerance": dollars(found.tolerance_cents),
        "forms": [
            {
                "file": one.file,
                "custodian": one.custodian,
                "account": one.account,
                "rows": one.rows,
                "corrected": one.is_corrected,
            }
            for one in found.forms
        ],
        "ties": len(found.ties),
        **{status: counts[status] for status in ("matched", "explained", "break")},
        "causes": dict(sorted(Counter(tie.cause for tie in found.breaks).items())),
        "not_compared": len(found.not_compared),
    }


def reconciliation_rows(found: TieOut) -> Iterator[Row]:
    """Every piece and every row of a form, tie by tie; then what no form lists."""
    ids = found.views.taxpayer.journal.ids.to_pylist()
    for tie in found.ties:
        cells = {
            "tie": str(tie.number),
            "status": tie.status.value,
            "cause": tie.cause,
            "reasons": ";".join(tie.reasons),
            "account": tie.account,
            "symbol": tie.symbol,
            "because": tie.because,
        }
        for ours, theirs in zip_longest(tie.ours, tie.theirs):
            yield {**cells, **_our_cells(ours, ids), **_form_cells(theirs)}
    for one in found.not_compared:
        account, symbol, _ = one.piece.pair.place
        cells = dict.fromkeys(RECONCILIATION, "")
        cells |= {"status": "not_compared", "account": account, "symbol": symbol}
        yield {**cells, **_our_cells(one.piece, ids), "because": one.because}


def break_rows(found: TieOut, form: FormOf) -> list[Row]:
    """The breaks as rows by ``BREAKS``, with what Form 8949 then has."""
    ids = found.views.taxpayer.journal.ids.to_pylist()
    of_tie: dict[int, list[Form8949Row]] = defaultdict(list)
    for one, row in form:
        if one.tie is not None and row is not None:
            of_tie[one.tie.number].append(row)
    return [_break(tie, of_tie[tie.number], ids) for tie in found.breaks]


def adjustment_rows(form: FormOf) -> list[Row]:
    """The rows of Form 8949 that change what the form says, as rows by ``ADJUSTMENTS``."""
    return [
        {
            "tie": str(one.tie.number),
            "status": one.tie.status.value,
            "tax_return": row.tax_return,
            "box": row.box,
            "description": row.description,
            "acquired": row.acquired,
            "sold": row.sold,
            **_columns([row]),
            "account": row.account,
            "symbol": row.symbol,
            "quantity": shares(row.quantity),
            "sale_id": row.sale_id,
            "lot_id": row.lot_id,
        }
        for one, row in form
        if one.tie is not None and row is not None and _is_adjusted(one.tie, row)
    ]


def _is_adjusted(tie: Tie, row: Form8949Row) -> bool:
    """Whether a row leads from what the form says to another gain, term or basis."""
    return tie.status is not Status.MATCHED and bool(row.codes or row.adjustment_cents)


def _our_cells(piece: Difference | None, ids: list[Any]) -> Row:
    names = ("sale_id", "lot_id", "book_sold", "book_acquired", "book_quantity")
    if piece is None:
        return {
            **dict.fromkeys(names, ""),
            **_side("book", None),
            **_side("broker_view", None),
            "book_nondeductible": "",
        }
    pair = piece.pair
    ours = pair.taxpayer
    return {
        "sale_id": str(ids[pair.sale_row]),
        "lot_id": str(ids[pair.side.lot_row]),
        "book_sold": dated(pair.sold),
        "book_acquired": dated(pair.side.acquired),
        "book_quantity": shares(pair.side.quantity),
        **_side("book", ours),
        **_side("broker_view", pair.broker),
        "book_nondeductible": "" if ours is None else dollars(ours.nondeductible_cents),
    }


def _side(name: str, side: Figures | None) -> Row:
    cells = ("", "", "", "", "")
    if side is not None:
        cells = (
            dollars(side.proceeds_cents),
            "" if side.is_unknown else dollars(side.basis_cents),
            dollars(side.disallowed_cents),
            "" if side.is_unknown else dollars(side.gain_cents),
            "LT" if side.is_long else "ST",
        )
    return {f"{name}_{what}": cell for what, cell in zip(FIGURES, cells, strict=True)}


def _form_cells(lot: ReportedLot | None) -> Row:
    if lot is None:
        names = ("form_row", "form_sold", "form_acquired", "form_quantity")
        return {**dict.fromkeys(names, ""), **_side("form", None)}
    gain = sums_of_form([lot]).gain_cents
    return {
        "form_row": lot.where,
        "form_sold": dated(lot.sold),
        "form_acquired": _told_day(lot),
        "form_quantity": shares(lot.quantity) if lot.quantity else "",
        "form_proceeds": dollars(lot.proceeds_cents),
        "form_basis": dollars_if_known(lot.basis_cents),
        "form_disallowed": dollars(lot.disallowed_cents),
        "form_gain": dollars_if_known(gain),
        "form_term": lot.term,
    }


def _told_day(lot: ReportedLot) -> str:
    if lot.acquired is not None:
        return dated(lot.acquired)
    return "VARIOUS" if lot.told.has_various_dates else ""


def _break(tie: Tie, rows: list[Form8949Row], ids: list[Any]) -> Row:
    sides = (
        sums_of_figures(tie.taxpayer) if tie.taxpayer else None,
        sums_of_figures(tie.broker_view) if tie.broker_view else None,
        sums_of_form(tie.theirs) if tie.theirs else None,
    )
    own, seen, form = sides
    mine = seen or own
    gain = 0 if own is None else own.gain_cents
    told = 0 if form is None else form.gain_cents
    figures = {
        f"{name}_{what}": cell
        for name, side in zip(SIDES, sides, strict=True)
        for what, cell in (
            ("proceeds", "" if side is None else dollars(side.proceeds_cents)),
            ("basis", "" if side is None else dollars_if_known(side.basis_cents)),
            ("disallowed", "" if side is None else dollars(side.disallowed_cents)),
            ("gain", "" if side is None else dollars_if_known(side.gain_cents)),
        )
    }
    return {
        "tie": str(tie.number),
        "cause": tie.cause,
        "reasons": ";".join(tie.reasons),
        "account": tie.account,
        "symbol": tie.symbol,
        "sales": _several(str(ids[one.pair.sale_row]) for one in tie.ours),
        "lots": _several(str(ids[one.pair.side.lot_row]) for one in tie.ours),
        "form_rows": _several(lot.where for lot in tie.theirs),
        "sold_ours": _several(dated(one.pair.sold) for one in tie.ours),
        "sold_theirs": _several(dated(lot.sold) for lot in tie.theirs),
        "acquired_ours": _several(dated(one.pair.side.acquired) for one in tie.ours),
        "acquired_theirs": _several(map(_told_day, tie.theirs)),
        "quantity_ours": "" if mine is None else shares(mine.quantity),
        "quantity_theirs": "" if form is None or not form.quantity else shares(form.quantity),
        **figures,
        "difference": "" if gain is None or told is None else dollars(gain - told),
        **_columns(rows),
        "because": tie.because,
        "what_to_do": tie.what_to_do,
    }


def _columns(rows: list[Form8949Row]) -> Row:
    """Columns (d) to (h) of some rows of Form 8949 in sum; blank without a row."""
    if not rows:
        return {f"column_{name}": "" for name in "defgh"}
    basis = [row.basis_cents for row in rows if row.basis_cents is not None]
    gains = [row.gain_cents for row in rows if row.gain_cents is not None]
    return {
        "column_d": dollars(sum(row.proceeds_cents for row in rows)),
        "column_e": dollars(sum(basis)) if len(basis) == len(rows) else "",
        "column_f": "".join(sorted({code for row in rows for code in row.codes})),
        "column_g": dollars(sum(row.adjustment_cents for row in rows)),
        "column_h": dollars(sum(gains)) if len(gains) == len(rows) else "",
    }


def _several(cells: Iterable[str]) -> str:
    return ";".join(dict.fromkeys(cell for cell in cells if cell))
