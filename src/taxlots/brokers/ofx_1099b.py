"""The importer of OFX tax forms: what Form 1099-B reports of each sale, as lots to compare with.

The elements are those of the OFX tax extensions (``TAX1099B_V100``, ``PROCDET_V100``).  They name a
security by words alone; ``LONGSHORT`` is the term of the gain.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from taxlots.brokers.accounts import chosen_account
from taxlots.brokers.decimal_cells import to_cents
from taxlots.brokers.findings import AGAIN, Findings, quoted
from taxlots.brokers.ofx_cells import OfxCells
from taxlots.brokers.ofx_sgml import Tag, looks_like_ofx, read_ofx
from taxlots.brokers.protocol import CustodianRealizedLot, FileKind, Reading
from taxlots.brokers.text import masked, not_text
from taxlots.domain.money import SHARE, dollars, scaled

_NAME: Final = "ofx_1099b"
_MARK: Final = "TAX1099"
_RESPONSE: Final = "TAX1099RS"
_FORM = re.compile(r"TAX1099B_V\d+")
_DETAIL = re.compile(r"PROCDET_V\d+")
_SUMMARY = re.compile(r"PROCSUM_V\d+")
_QUANTITY = re.compile(r"\s*([\d,]+(?:\.\d+)?|\.\d+)\s", re.ASCII)
_BOXES: Final = frozenset("ABCDEFGHIJKLX")
_NOT_REPORTED: Final = frozenset("BEHK")
_REPORTED: Final = frozenset("ADGJ")
_TERMS: Final[dict[str, Literal["ST", "LT"]]] = {"SHORT": "ST", "LONG": "LT"}
_BOX_TERMS: Final[dict[str, Literal["ST", "LT"]]] = {
    **dict.fromkeys("ABCGHI", "ST"),
    **dict.fromkeys("DEFJKL", "LT"),
}
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_WASH_CODE: Final = "W"


@dataclass(frozen=True, slots=True)
class _Form:
    """One Form 1099-B, and the account that it is about."""

    tag: Tag
    account: str


class Ofx1099b:
    """Reads Form 1099-B of OFX files.

    Formats: ``fixtures/brokers/ofx_1099b/README.md``.
    """

    name = _NAME

    def can_read(self, head: str) -> bool:
        """See ``BrokerFile``."""
        return looks_like_ofx(head) and _MARK in head.upper()

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
        """See ``BrokerFile``.  A form's day is the last one of its year."""
        bad = not_text(text, file)
        if bad is not None:
            return Reading(broker=_NAME, file=file, account=account, problems=(bad,))
        findings = Findings(file)
        root = read_ofx(text, findings)
        forms = _forms(root, findings) if root else []
        number = None
        if forms:
            told = [form.account for form in forms]
            line = forms[-1].tag.line
            number = chosen_account(told, statement_account, line, "RECACCT", findings)
        if number is None:
            return Reading(broker=_NAME, file=file, account=account, problems=findings.in_order())
        mine = [form for form in forms if form.account in {number, ""}]
        return _reading(mine, file, account, number, as_of, findings)


def _forms(root: Tag, findings: Findings) -> list[_Form]:
    """The forms of a file that stand; an error is noted where there are none."""
    found = [
        (response, tag)
        for response in root.each(_RESPONSE)
        for tag in response.children
        if _FORM.fullmatch(tag.name)
    ]
    if not found:
        findings.error(
            root.line,
            "",
            "WRONG_EXPORT",
            "The file holds no Form 1099-B.",
            "Export Form 1099-B as OFX; investment statements go to --broker ofx.",
        )
    forms = []
    for response, tag in found:
        cells = OfxCells(tag, findings)
        if cells.is_true("VOID"):
            findings.warning(
                tag.line,
                "VOID",
                "VOID_FORM",
                "This Form 1099-B is marked void, and is not read.",
                "Import the form that stands in its place.",
            )
            forms.append(_Form(Tag(tag.name, tag.line), tag.text("RECACCT")))
            continue
        account = tag.text("RECACCT") or response.text("ACCTNUM")
        forms.append(_Form(tag, account))
    return forms


def _reading(
    forms: Sequence[_Form],
    file: str,
    account: str,
    number: str,
    as_of: date | None,
    findings: Findings,
) -> Reading:
    years = {year for form in forms if form.tag.children and (year := _year(form, findings))}
    if len(years) > 1:
        findings.error(
            forms[-1].tag.line,
            "TAXYEAR",
            "SEVERAL_YEARS",
            f"The file holds forms of {len(years)} years: {', '.join(map(str, sorted(years)))}.",
            "Import each year on its own.",
        )
    year = next(iter(years)) if len(years) == 1 else None
    lots: list[CustodianRealizedLot] = []
    for form in forms:
        lots += _lots(form, year, findings)
    if not (lots or findings.has_errors):
        findings.warning(
            forms[0].tag.line,
            "",
            "NO_ROWS",
            "The form lists no sales.",
            "Check the year and the account.",
        )
    whole = not findings.has_errors
    return Reading(
        broker=_NAME,
        file=file,
        account=account,
        kind=FileKind.REALIZED_LOTS,
        as_of=date(year, 12, 31) if year else as_of,
        statement_account=masked(number),
        realized_lots=tuple(lots) if whole else (),
        problems=findings.in_order(),
        tax_year=year,
        is_corrected=any(OfxCells(f.tag, findings).is_true("CORRECTED") is True for f in forms),
    )


def _year(form: _Form, findings: Findings) -> int | None:
    cells = OfxCells(form.tag, findings)
    told = cells.text("TAXYEAR")
    if not told:
        cells.missing("TAXYEAR")
        return None
    if not re.fullmatch(r"\d{4}", told, re.ASCII) or not _FIRST_YEAR < int(told) < _LAST_YEAR:
        cells.wrong("TAXYEAR", "BAD_DATE", "is no tax year")
        return None
    return int(told)


def _lots(form: _Form, year: int | None, findings: Findings) -> list[CustodianRealizedLot]:
    form_cells = OfxCells(form.tag, findings)
    tags = [tag for tag in _descendants(form.tag) if _DETAIL.fullmatch(tag.name)]
    summaries = [tag for tag in _descendants(form.tag) if _SUMMARY.fullmatch(tag.name)]
    is_net = _is_net(form_cells)
    cusip = form_cells.text("CUSIPNUM") if len(tags) == 1 else ""
    lots = []
    for tag in tags:
        lot = _lot(OfxCells(tag, findings), year, cusip, is_net=is_net)
        lots += [lot] if lot else []
    if summaries and not tags:
        findings.error(
            summaries[0].line,
            "",
            "NO_DETAILS",
            "The form sums up its sales and lists none of them.",
            "Download the form with the details of each sale, or the broker's statement of them.",
        )
    elif summaries and not findings.has_errors:
        _check_sums(summaries, lots, findings)
    return lots


def _lot(
    cells: OfxCells, year: int | None, cusip: str, *, is_net: bool | None
) -> CustodianRealizedLot | None:
    closed, proceeds = cells.day("DTSALE"), cells.cents("SALESPR")
    for name in ("DTSALE", "SALESPR"):
        if not cells.is_told(name):
            cells.missing(name)
    name = cells.text("SECNAME") or _QUANTITY.sub("", cells.text("SALEDESCRIPTION"))
    if not name:
        cells.missing("SECNAME")
    if closed and year and closed.year != year:
        cells.wrong("DTSALE", "WRONG_YEAR", f"is not in {year}, the form's year")
    if closed is None or proceeds is None or not name:
        return None
    box = _box(cells)
    basis = _basis(cells)
    disallowed = abs(cells.cents("WASHSALELOSSDISALLOWED") or 0)
    not_shown, noncovered = cells.is_true("BASISNOTSHOWN"), cells.is_true("NONCOVEREDSECURITY")
    reported = True if box in _REPORTED else False if box in _NOT_REPORTED else None
    return CustodianRealizedLot(
        line=cells.line,
        symbol="",
        cusip=cusip,
        description=name,
        closed=closed,
        opened=_opened(cells, closed),
        has_various_dates=cells.is_true("DTVAR") is True,
        quantity=_quantity(cells),
        proceeds_cents=proceeds,
        cost_basis_cents=basis,
        gain_cents=None if basis is None else proceeds - basis,
        term=_term(cells, box),
        wash_sale=cells.is_true("WASHSALE") is True or bool(disallowed),
        disallowed_cents=disallowed,
        covered=None if noncovered is None else not noncovered,
        is_basis_reported=reported if not_shown is None else not not_shown,
        is_net_proceeds=is_net,
        form_8949_box=box,
        adjustments=((_WASH_CODE, disallowed),) if disallowed else (),
        accrued_market_discount_cents=cells.cents("ACCRUEDMKTDISCOUNT") or 0,
        federal_tax_withheld_cents=cells.cents("FEDTAXWH") or 0,
        is_ordinary=cells.is_true("ORDINARY") is True,
        is_collectible=cells.is_true("COLLECTIBLE") is True,
        is_loss_not_allowed=cells.is_true("LOSSNOTALLOWED") is True,
    )


def _opened(cells: OfxCells, closed: date) -> date | None:
    """The day of purchase.  A form tells either a day or that they are several."""
    opened = cells.day("DTAQD") if cells.is_told("DTAQD") else None
    if opened is None and not cells.is_told("DTAQD") and cells.is_true("DTVAR") is None:
        cells.findings.warning(
            cells.line,
            "DTAQD",
            "DATE_UNKNOWN",
            "The sale tells no day of purchase.",
            "Compare its lot by quantity and amounts.",
        )
    if opened and opened > closed and cells.text("LONGSHORT").upper() == "LONG":
        cells.wrong("DTAQD", "BAD_DATE", f"lies after the sale of {closed:%b %d %Y}")
    return opened


def _basis(cells: OfxCells) -> int | None:
    """The cost basis.  None where it is not shown, unless the broker adds it for convenience."""
    basis = cells.cents("COSTBASIS")
    return None if not basis and cells.is_true("BASISNOTSHOWN") else basis


def _quantity(cells: OfxCells) -> int:
    """Shares sold, as told or as the description begins; 0 where neither tells."""
    if cells.is_told("NUMSHRS"):
        quantity = cells.shares("NUMSHRS")
        if quantity is not None and quantity <= 0:
            cells.wrong("NUMSHRS", "NEGATIVE_QUANTITY", "is no number of shares of a sale")
        return max(quantity or 0, 0)
    found = _QUANTITY.match(cells.text("SALEDESCRIPTION"))
    plain = found[1].replace(",", "") if found else ""
    quantity = scaled(plain, 8) if plain else None
    fits = quantity is not None and quantity < SHARE * 10**9
    return (quantity or 0) if fits else 0


def _box(cells: OfxCells) -> str:
    box = cells.text("FORM8949CODE").upper()
    if box and box not in _BOXES:
        cells.wrong("FORM8949CODE", "UNKNOWN_BOX", "is no box of Form 8949")
        return ""
    return box


def _term(cells: OfxCells, box: str) -> Literal["ST", "LT", ""]:
    told = cells.text("LONGSHORT").upper()
    if told and told not in _TERMS:
        cells.wrong("LONGSHORT", "UNKNOWN_TERM", "is neither LONG nor SHORT")
    by_box = _BOX_TERMS.get(box)
    term = _TERMS.get(told) or by_box or ""
    if told and by_box and term != by_box:
        cells.findings.warning(
            cells.line,
            "LONGSHORT",
            "TERM_MISMATCH",
            f"The term {quoted(told)} is not that of box {box} of Form 8949.",
            "Compare the sale with the printed form.",
        )
    return term


def _is_net(cells: OfxCells) -> bool | None:
    """Whether proceeds are less commissions (box 6); None where the form does not say."""
    if cells.is_true("SBGROSLESS"):
        return True
    return False if cells.is_true("SBGROS") else None


def _check_sums(
    summaries: Sequence[Tag], lots: Sequence[CustodianRealizedLot], findings: Findings
) -> None:
    """The form's own sums by box are those of its sales."""
    told: dict[str, Decimal] = {}
    for tag in summaries:
        cells = OfxCells(tag, findings)
        box = cells.text("FORM8949CODE").upper()
        told[box] = told.get(box, Decimal(0)) + cells.money("SUMSALESPR")
    for box, total in told.items():
        found = sum(lot.proceeds_cents for lot in lots if lot.form_8949_box == box)
        if found != to_cents(total):
            findings.warning(
                summaries[0].line,
                "SUMSALESPR",
                "TOTAL_MISMATCH",
                f"The form sums up proceeds of {dollars(to_cents(total))} in box"
                f" {quoted(box)}, its sales add up to {dollars(found)}.",
                f"A sale is missing or was changed. {AGAIN}",
            )


def _descendants(tag: Tag) -> Sequence[Tag]:
    return [one for child in tag.children for one in (child, *_descendants(child))]


BROKER: Final = Ofx1099b()
