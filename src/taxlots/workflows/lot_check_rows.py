"""What a comparison of lots found, as rows of text, and as a folder of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from taxlots.domain.money import dollars, shares
from taxlots.reports.books_files import problem_table
from taxlots.reports.folders import FAILURE, MANIFEST, write_folder
from taxlots.reports.rows import text_table
from taxlots.version import __version__
from taxlots.workflows.check_lots import Compared, LotCheck
from taxlots.workflows.lot_matching import LotFigures, basis_of, quantity_of

COLUMNS: Final = (
    "status",
    "cause",
    "holds",
    "account",
    "symbol",
    "as_of",
    "custodian",
    "lots",
    "sales",
    "custodian_lots",
    "acquired_ours",
    "acquired_theirs",
    "sold_ours",
    "sold_theirs",
    "quantity_ours",
    "quantity_theirs",
    "cost_basis_ours",
    "cost_basis_theirs",
    "proceeds_ours",
    "proceeds_theirs",
    "disallowed_ours",
    "disallowed_theirs",
    "difference",
    "because",
    "what_to_do",
)
"""Of ``comparison.csv``: one row for each pairing of our lots with the custodian's."""

NOT_COMPARED: Final = ("holds", "account", "symbol", "reason", "what_to_do")
"""Of ``not_compared.csv``."""

Row = dict[str, str]


def comparison_rows(compared: Iterable[Compared]) -> list[Row]:
    """Every pairing as a row by ``COLUMNS``; several lots of one side share a cell."""
    return [_row(one) for one in compared]


def not_compared_rows(check: LotCheck) -> list[Row]:
    """What was not compared, as rows by ``NOT_COMPARED``."""
    return [{name: str(getattr(one, name)) for name in NOT_COMPARED} for one in check.not_compared]


def summary_of(check: LotCheck) -> dict[str, Any]:
    """How many lots agree, differ by each cause, and were not compared."""
    causes: dict[str, int] = {}
    for one in check.breaks:
        if one.found is not None:
            causes[str(one.found.cause)] = causes.get(str(one.found.cause), 0) + 1
    return {
        "book": check.book,
        "engine_version": __version__,
        "agree": len(check.compared) - len(check.breaks),
        "breaks": len(check.breaks),
        "causes": dict(sorted(causes.items())),
        "not_compared": len(check.not_compared),
    }


def write_check(check: LotCheck, out: Path) -> None:
    """Write ``comparison``, ``not_compared``, ``problems`` and a manifest: all, or none."""
    files: dict[str, Any] = {
        "comparison.csv": text_table(COLUMNS, comparison_rows(check.compared)),
        "not_compared.csv": text_table(NOT_COMPARED, not_compared_rows(check)),
        FAILURE: problem_table(list(check.problems)),
        MANIFEST: summary_of(check),
    }
    write_folder(out, files)


def _row(one: Compared) -> Row:
    ours, theirs = one.pairing.ours, one.pairing.theirs
    is_closed = one.holds != "open"
    row = {
        "status": "agrees" if one.found is None else "break",
        "cause": "" if one.found is None else str(one.found.cause),
        "holds": one.holds,
        "account": one.account,
        "symbol": one.symbol,
        "as_of": one.as_of.isoformat(),
        "custodian": one.custodian,
        "lots": _joined(lot.name for lot in ours),
        "sales": _joined(lot.sale for lot in ours),
        "custodian_lots": _joined(lot.name for lot in theirs),
        "difference": _difference(one),
        "because": "" if one.found is None else one.found.because,
        "what_to_do": "" if one.found is None else one.found.what_to_do,
    }
    for side, lots in (("ours", ours), ("theirs", theirs)):
        row[f"acquired_{side}"] = _days(day for lot in lots for day in lot.days)
        row[f"sold_{side}"] = _days(lot.closed for lot in lots)
        row[f"quantity_{side}"] = shares(quantity_of(lots)) if lots else ""
        row[f"cost_basis_{side}"] = _basis(lots)
        row[f"proceeds_{side}"] = _sum(lots, lambda lot: lot.proceeds_cents) if is_closed else ""
        row[f"disallowed_{side}"] = (
            _sum(lots, lambda lot: lot.disallowed_cents) if is_closed else ""
        )
    return {name: row[name] for name in COLUMNS}


def _difference(one: Compared) -> str:
    """Theirs less ours: of the gain, or of an open lot's basis; blank if a side has none."""
    basis = one.pairing.basis_difference
    if basis is None or not one.pairing.ours or not one.pairing.theirs:
        return ""
    if one.holds == "open":
        return dollars(basis)
    pairing = one.pairing
    return dollars(pairing.proceeds_difference - basis + pairing.disallowed_difference)


def _basis(lots: Sequence[LotFigures]) -> str:
    basis = basis_of(lots)
    return "" if basis is None or not lots else dollars(basis)


def _sum(lots: Sequence[LotFigures], cents: Callable[[LotFigures], int]) -> str:
    return dollars(sum(map(cents, lots))) if lots else ""


def _days(days: Iterable[date | None]) -> str:
    return _joined(day.isoformat() for day in sorted({day for day in days if day is not None}))


def _joined(names: Iterable[str]) -> str:
    return ";".join(dict.fromkeys(name for name in names if name))
