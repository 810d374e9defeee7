"""Basis packages that replace earlier ones of the same number.

A corrected package replaces the whole: the rows of the earlier one are taken back, and the new
ones arrive, in one import.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from taxlots.brokers.cbrs import BROKER, Package, is_correction, package_name, package_of
from taxlots.domain.action import Action
from taxlots.domain.problem import Problem, error, warning
from taxlots.ledger.imports import Part
from taxlots.ledger.journal import HOLDS

Row = dict[str, Any]


def with_replaced_packages(
    parts: Sequence[Part], known: pa.Table
) -> tuple[list[Part], list[Problem]]:
    """The parts, with a VOID for each row of the journal that a corrected package replaces.

    ``known`` are the transactions of the journal before the import.  Problems:
    ``PACKAGE_TWICE`` (an original where the journal has another package of that number),
    ``PACKAGE_SUPERSEDED`` (the journal has a later one); the warnings ``PACKAGE_REPLACED`` and
    ``PACKAGE_WITHOUT_ORIGINAL``.
    """
    places = [at for at, part in enumerate(parts) if _holds_packages(part)]
    if not places:
        return list(parts), []
    rows = known.to_pylist()
    ids = {str(row["id"]) for row in rows}
    standing = _standing(rows)
    arriving: dict[Package, tuple[int, list[Row]]] = {}
    for at in places:
        for row in _rows(parts[at]):
            package = package_of(row["id"])
            if package is not None and row["id"] not in ids:
                arriving.setdefault(package, (at, []))[1].append(row)
    voids: dict[int, list[Row]] = {}
    problems: list[Problem] = []
    for package, (at, mine) in sorted(arriving.items(), key=lambda pair: pair[0].sent):
        taken, told = _arrive(package, mine, standing, parts[at].source.file)
        voids.setdefault(at, []).extend(taken)
        problems += told
    complete = [
        replace(part, rows=_table(voids[at], part.rows)) if voids.get(at) else part
        for at, part in enumerate(parts)
    ]
    return complete, problems


def _holds_packages(part: Part) -> bool:
    return part.holds == HOLDS and part.source.kind == BROKER.name


def _rows(part: Part) -> list[Row]:
    return part.rows.to_pylist() if isinstance(part.rows, pa.Table) else []


def _standing(rows: Sequence[Row]) -> dict[str, dict[Package, list[Row]]]:
    """The rows of packages that nothing has taken back, by the package's number."""
    void = {row["note"] for row in rows if row["action"] == Action.VOID}
    found: dict[str, dict[Package, list[Row]]] = {}
    for row in rows:
        package = package_of(row["id"])
        if package is not None and row["id"] not in void:
            found.setdefault(package.number, {}).setdefault(package, []).append(row)
    return found


def _arrive(
    package: Package,
    mine: Sequence[Row],
    standing: dict[str, dict[Package, list[Row]]],
    file: str,
) -> tuple[list[Row], list[Problem]]:
    """The VOID rows that a package brings about; it stands from then on."""
    first = mine[0]
    corrects = is_correction(first)
    earlier = dict(standing.get(package.number, {}))
    where = f"{file}:{first['line']}"
    problems = _unfit(package, package_name(first), where, earlier, corrects=corrects)
    voids = []
    if corrects and all(old.sent < package.sent for old in earlier):
        voids = [_void(row, first) for rows in earlier.values() for row in rows]
        standing[package.number] = {}
    standing.setdefault(package.number, {})[package] = list(mine)
    return voids, problems


def _unfit(
    package: Package,
    name: str,
    where: str,
    earlier: dict[Package, list[Row]],
    *,
    corrects: bool,
) -> list[Problem]:
    later = sorted(old.sent for old in earlier if old.sent > package.sent)
    if later:
        return [
            error(
                where,
                "PACKAGE_SUPERSEDED",
                f"Package {name} was sent on {package.sent}; the journal has the one that"
                f" replaced it on {later[-1]}",
                "Leave this file out: a later package replaces the whole of an earlier one.",
            )
        ]
    if earlier and not corrects:
        return [
            error(
                where,
                "PACKAGE_TWICE",
                f"The journal has package {name} already, sent on"
                f" {max(old.sent for old in earlier)}, and this one does not say that it corrects"
                " it",
                "Ask the sender; a package that replaces another has the status corrected.",
            )
        ]
    if not corrects:
        return []
    if not earlier:
        return [
            warning(
                where,
                "PACKAGE_WITHOUT_ORIGINAL",
                f"Package {name} is a correction, and the journal has no package of that number",
                "Check that its lots were not booked from another file.",
            )
        ]
    rows = [str(row["id"]) for old in earlier.values() for row in old]
    return [
        warning(
            where,
            "PACKAGE_REPLACED",
            f"Package {name} replaces the one sent on"
            f" {max(old.sent for old in earlier)}: {len(rows)} rows are taken back"
            f" ({rows[0]}, ...)",
            "Sales that name lots of the old package must name those of the new one.",
        )
    ]


def _void(row: Row, by: Row) -> Row:
    return {
        "id": f"{row['id']}-void",
        "date": by["date"],
        "account": row["account"],
        "action": str(Action.VOID),
        "note": row["id"],
        "line": by["line"],
    }


def _table(voids: Sequence[Row], rows: pa.Table) -> pa.Table:
    """The VOID rows in front of the rows of the file."""
    columns = {
        field.name: pa.array(
            [row.get(field.name, None if field.name == "line" else "") for row in voids],
            field.type,
        )
        for field in rows.schema
    }
    return pa.concat_tables([pa.table(columns, schema=rows.schema), rows])
