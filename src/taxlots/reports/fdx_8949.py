"""Form 8949 as JSON of the Financial Data Exchange (FDX), which tax programs take from brokers.

FDX API 4 to 6, entity ``Tax1099B``: each sale in ``securityDetails`` has the boxes of Form 1099-B
and, in ``adjustmentCodes``, columns (f) and (g) of Form 8949.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from taxlots.domain.money import shares
from taxlots.domain.problem import Problem, warning
from taxlots.reports import fdx_json
from taxlots.reports.form_cells import amount, is_day

if TYPE_CHECKING:
    from taxlots.book.return_forms import Filing
    from taxlots.domain.form_8949 import Form8949Row

BASIS_REPORTED: Final = frozenset("ADGJ")
NO_BROKER_FORM: Final = frozenset("CFIL")
WASH: Final = "W"
WRONG_BASIS: Final = "B"
EXPIRED: Final = {"d": "PURCHASED", "e": "GRANTED"}
"""Which option lapsed, by the column that says "Expired"."""


def fdx_text(filing: Filing, cusips: Mapping[str, str]) -> tuple[str, list[Problem]]:
    """The document, a form for each account, and a problem for what it cannot say.

    ``cusips`` are those of symbols that have one.  With exception 2 the rows of the attached
    statement are what is written.
    """
    of_account: dict[str, list[Form8949Row]] = {}
    for row in filing.rows:
        of_account.setdefault(row.account, []).append(row)
    made = filing.as_of.isoformat()
    is_whole = filing.is_whole_dollars
    forms = [
        fdx_json.form(
            account,
            filing.year,
            made,
            (_detail(row, cusips.get(row.symbol, ""), is_whole=is_whole) for row in rows),
        )
        for account, rows in of_account.items()
    ]
    return fdx_json.document(filing.year, forms), _unsaid(filing.rows)


def _detail(row: Form8949Row, cusip: str, *, is_whole: bool) -> dict[str, str]:
    has_day = is_day(row.acquired)
    told = {
        "checkboxOnForm8949": fdx_json.text(row.box),
        "securityName": fdx_json.text(row.symbol),
        "saleDescription": fdx_json.text(row.description),
        "numberOfShares": shares(row.quantity),
        "dateOfSale": fdx_json.text(row.sold),
        "longOrShort": fdx_json.text("LONG" if row.is_long else "SHORT"),
    }
    if has_day:
        told["dateAcquired"] = fdx_json.text(row.acquired)
    else:
        told["variousDatesAcquired"] = "true"
    if row.box not in NO_BROKER_FORM:
        told["basisReported"] = fdx_json.flag(row.box in BASIS_REPORTED)
    if cusip:
        told["cusip"] = fdx_json.text(cusip)
    if row.expired:
        told["expiredOption"] = fdx_json.text(EXPIRED[row.expired])
    if row.expired != "d":
        told["salesPrice"] = amount(row.proceeds_cents, is_whole_dollars=is_whole)
    if row.expired != "e" and row.basis_cents is not None:
        told["costBasis"] = amount(row.basis_cents, is_whole_dollars=is_whole)
    if row.wash_cents:
        told["washSaleLossDisallowed"] = amount(row.wash_cents, is_whole_dollars=is_whole)
    if row.codes:
        codes = ", ".join(
            f'{{"code": {fdx_json.text(code)}, "amount": '
            f"{amount(cents, is_whole_dollars=is_whole)}}}"
            for code, cents in adjustments(row)
        )
        told["adjustmentCodes"] = f"[{codes}]"
    return told


def adjustments(row: Form8949Row) -> list[tuple[str, int]]:
    """Columns (f) and (g) by code: that of a wash sale, and the others with what is left.

    Where several other codes share an amount they stay together, as column (f) has them.  FDX
    adds code B to the basis and Form 8949 to the gain, so that the sign turns.
    """
    others = row.codes.replace(WASH, "")
    rest = row.adjustment_cents - row.wash_cents
    told = [(others, -rest if others == WRONG_BASIS else rest)] if others else []
    return [*told, (WASH, row.wash_cents)] if WASH in row.codes else told


def _unsaid(rows: Iterable[Form8949Row]) -> list[Problem]:
    """Words in column (b) that FDX has no member for."""
    return [
        warning(
            f"form_8949:{row.sale_id}",
            "FDX_NO_DAY",
            f"FDX has no word for {row.acquired}, the acquisition of {row.description}, sold "
            f"{row.sold}: the row says that its days are various",
            "check the row after the import",
        )
        for row in rows
        if not is_day(row.acquired) and row.acquired != "VARIOUS"
    ]
