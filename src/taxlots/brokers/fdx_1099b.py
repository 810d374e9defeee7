"""The importer of Form 1099-B as JSON of the Financial Data Exchange (FDX), of any custodian."""

from datetime import date
from typing import Final

from taxlots.brokers.accounts import chosen_account
from taxlots.brokers.cells import Cells, us_or_iso_day
from taxlots.brokers.fdx_1099b_details import realized_lot
from taxlots.brokers.findings import AGAIN, Findings
from taxlots.brokers.json_text import Json, JsonRecord, read_json
from taxlots.brokers.lot_checks import check_day
from taxlots.brokers.protocol import CustodianRealizedLot, FileKind, Reading
from taxlots.brokers.text import masked, not_text

_DETAILS: Final = "securityDetails"
_FORM: Final = "tax1099B"
_CONTRACTS: Final = (
    "profitOnClosedContracts",
    "unrealizedProfitOpenContractsBegin",
    "unrealizedProfitOpenContractsEnd",
    "aggregateProfitOnContracts",
)
"""Boxes 8 to 11: regulated futures contracts, which are told in sums."""


class Fdx1099B:
    """Reads a tax document of FDX API 4 to 6 that holds a ``tax1099B``.

    Format: ``fixtures/brokers/fdx_1099b/README.md``.
    """

    name = "fdx_1099b"

    def can_read(self, head: str) -> bool:
        """See ``BrokerFile``."""
        is_json = head.lstrip("\ufeff \r\n\t")[:1] in ("{", "[")
        return is_json and any(f'"{name}"' in head for name in (_DETAILS, _FORM))

    def read(
        self,
        text: str,
        *,
        file: str,
        account: str,
        as_of: date | None = None,
        held: dict[str, int] | None = None,  # noqa: ARG002 - the protocol's
        statement_account: str | None = None,
    ) -> Reading:
        """See ``BrokerFile``.  The form's own day wins over ``as_of``."""
        bad = not_text(text, file)
        if bad is not None:
            return Reading(broker=self.name, file=file, account=account, problems=(bad,))
        findings = Findings(file)
        document = read_json(text, findings)
        forms = [] if findings.has_errors else _forms(document, None)
        if not forms and not findings.has_errors:
            findings.error(
                1,
                "",
                "UNKNOWN_FORMAT",
                f"The JSON holds no Form 1099-B: no object has a list '{_DETAILS}'.",
                "Ask the custodian for the tax document as FDX JSON.",
            )
        number = None
        if forms:
            told = [_account_of(form) for form, _ in forms]
            line = forms[0][0].line
            number = chosen_account(told, statement_account, line, "accountNumber", findings)
        if number is None:
            return Reading(
                broker=self.name, file=file, account=account, problems=findings.in_order()
            )
        for form, _ in forms:
            if number and not _account_of(form):
                findings.error(
                    form.line, "accountNumber", "MISSING_CELL", "The form has no account.", AGAIN
                )
        chosen = [(form, head) for form, head in forms if _account_of(form) == number]
        return _reading(chosen, number, file, account, as_of, findings)


def _forms(value: Json, head: JsonRecord | None) -> list[tuple[JsonRecord, JsonRecord | None]]:
    """Every object that lists sales, and the statement around it, in the order of the file."""
    if isinstance(value, tuple):
        return [form for item in value for form in _forms(item, head)]
    if not isinstance(value, JsonRecord):
        return []
    if isinstance(value.members.get(_DETAILS), tuple):
        return [(value, head)]
    around = value if "taxYear" in value.members else head
    return [form for member in value.members.values() for form in _forms(member, around)]


def _account_of(form: JsonRecord) -> str:
    return form.text("accountNumber") or form.text("accountId")


def _reading(
    forms: list[tuple[JsonRecord, JsonRecord | None]],
    number: str,
    file: str,
    account: str,
    as_of: date | None,
    findings: Findings,
) -> Reading:
    lots: list[CustodianRealizedLot] = []
    years: set[int] = set()
    days: list[date] = []
    for form, head in forms:
        year = _year(form, head, findings)
        years |= {year} if year else set()
        cells = Cells(form.line, form.cells(), findings, us_or_iso_day, "YYYY-MM-DD")
        made = cells.day("taxFormDate")
        days += [made] if made else []
        _note_contracts(form, cells)
        lots += _lots(form, year, made or as_of, findings)
    is_corrected = {form.text("corrected") == "true" for form, _ in forms}
    if len(years) > 1 or len(is_corrected) > 1:
        findings.error(
            forms[0][0].line,
            "taxYear",
            "SEVERAL_FORMS",
            "The file holds forms of several years, or a form and its correction.",
            "Import each form from a file of its own.",
        )
    if not lots and not findings.has_errors:
        findings.warning(
            forms[0][0].line,
            _DETAILS,
            "NO_ROWS",
            "The form lists no sales.",
            "Check the account and the year.",
        )
    return Reading(
        broker="fdx_1099b",
        file=file,
        account=account,
        kind=FileKind.REALIZED_LOTS,
        as_of=max(days, default=as_of),
        statement_account=masked(number),
        realized_lots=() if findings.has_errors else tuple(lots),
        problems=findings.in_order(),
        tax_year=next(iter(years), None),
        is_corrected=True in is_corrected,
    )


def _lots(
    form: JsonRecord, year: int | None, as_of: date | None, findings: Findings
) -> list[CustodianRealizedLot]:
    lots = []
    details = form.members[_DETAILS]
    for detail in details if isinstance(details, tuple) else ():
        if not isinstance(detail, JsonRecord):
            findings.error(form.line, _DETAILS, "BAD_ROW", "A sale is no JSON object.", AGAIN)
            continue
        cells = Cells(detail.line, detail.cells(), findings, us_or_iso_day, "YYYY-MM-DD")
        lot = realized_lot(detail, cells)
        if lot is None:
            continue
        check_day(lot.closed, as_of, cells, "dateOfSale")
        if year and lot.closed.year != year:
            findings.warning(
                lot.line,
                "dateOfSale",
                "OTHER_YEAR",
                f"The sale of {lot.closed} stands on a form for {year}.",
                "Compare it with the custodian's form.",
            )
        lots.append(lot)
    return lots


def _year(form: JsonRecord, head: JsonRecord | None, findings: Findings) -> int | None:
    told = form.text("taxYear") or (head.text("taxYear") if head else "")
    if not told:
        return None
    if told.isascii() and told.isdigit() and len(told) == len("2024"):
        return int(told)
    findings.error(form.line, "taxYear", "BAD_DATE", "The tax year is no year.", AGAIN)
    return None


def _note_contracts(form: JsonRecord, cells: Cells) -> None:
    """Sums of contracts marked to market are no lots."""
    told = [box for box in _CONTRACTS if cells.cents(box)]
    if told:
        cells.findings.warning(
            form.line,
            told[0],
            "CONTRACTS_LEFT_OUT",
            "The form tells profit or loss on regulated futures contracts (boxes 8 to 11) in sums,"
            " which are no lots: they are not compared.",
            "Compare them with the section 1256 contracts of your book.",
        )


BROKER: Final = Fdx1099B()
