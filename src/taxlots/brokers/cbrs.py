"""Basis packages that come with a transfer between custodians, as a CSV table.

A package is an asset record (``A``) and its tax-lot records (``T``), as in the Cost Basis
Reporting Service of DTCC: the quantities of the lots sum to that of the asset, and a corrected
package replaces the whole of an earlier one.  ``fixtures/brokers/cbrs/README.md`` documents the
columns.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.brokers.cells import Cells, us_or_iso_day
from taxlots.brokers.findings import Findings, quoted
from taxlots.brokers.protocol import BrokerRow, FileKind, Reading, identified
from taxlots.brokers.table import Record, check_header, column_names, split_lines, to_records
from taxlots.brokers.text import masked
from taxlots.domain.money import dollars, dollars_if_known, shares

NAME: Final = "cbrs"
REQUIRED: Final = (
    "record",
    "package_id",
    "status",
    "sent",
    "account",
    "symbol",
    "quantity",
    "transfer_date",
    "acquired_date",
    "cost_basis",
    "basis_status",
)
STATUSES: Final = ("original", "corrected", "firm_reject", "request")
WITH_LOTS: Final = ("original", "corrected")
BASIS: Final = ("known", "pending", "unknown")
ORIGINS: Final = ("purchase", "gift", "inheritance", "exchange")
AGAIN: Final = "Ask the sender for the package again, and import it as it comes."

_ROW_ID = re.compile(rf"({NAME}-.+)\.(\d{{8}})\.(\d+)")
_NOTE = re.compile(r"(\w+) package (.+) sent ")


@dataclass(frozen=True, slots=True)
class Package:
    """A package as the ids of its rows name it: its number in the book, and when it was sent."""

    number: str
    sent: date


def package_of(row_id: str) -> Package | None:
    """The package that a journal row belongs to, None if to none."""
    found = _ROW_ID.fullmatch(row_id)
    if found is None:
        return None
    return Package(found[1], date.fromisoformat(f"{found[2][:4]}-{found[2][4:6]}-{found[2][6:]}"))


def is_correction(cells: Mapping[str, str]) -> bool:
    """Whether a row is of a package that corrects another."""
    return _said(cells)[0] == "corrected"


def package_name(cells: Mapping[str, str]) -> str:
    """The number of a row's package as its sender writes it."""
    return _said(cells)[1]


def _said(cells: Mapping[str, str]) -> tuple[str, str]:
    found = _NOTE.match(cells["note"])
    if found is None:
        raise AssertionError("the note of a package's row names the package")
    return found[1], found[2]


@dataclass(frozen=True, slots=True)
class _Asset:
    """An asset record and the lots that belong to it."""

    cells: Cells
    lots: tuple[Cells, ...]

    @property
    def name(self) -> str:
        return self.cells.text("package_id")

    @property
    def status(self) -> str:
        return self.cells.text("status").lower()


class CbrsFile:
    """Reads a CSV file of basis packages."""

    name = NAME

    def can_read(self, head: str) -> bool:
        """Whether the header has the columns of a package file."""
        lines = split_lines(head, Findings(""))
        return bool(lines) and set(REQUIRED) <= set(column_names(lines[0]))

    def read(
        self,
        text: str,
        *,
        file: str,
        account: str,
        as_of: date | None = None,
        held: dict[str, int] | None = None,  # noqa: ARG002 (packages tell their own quantities)
        statement_account: str | None = None,
    ) -> Reading:
        """Read the packages of one account; see ``protocol.BrokerFile``.

        Each lot is a TRANSFER_IN on the day of the transfer.  Requests and rejections bring no
        rows and are told.
        """
        findings = Findings(file)
        lines = split_lines(text, findings)
        records: list[Record] = []
        if not lines:
            findings.error(1, "", "EMPTY_FILE", "The file is empty.", AGAIN)
        else:
            names = column_names(lines[0])
            if check_header(names, REQUIRED, lines[0].number, findings):
                records = to_records(lines[1:], names, findings)
        assets = _assets(records, findings)
        chosen = _of_account(assets, statement_account, findings)
        rows = [row for asset in chosen for row in _rows(asset, account, as_of, findings)]
        numbers = sorted({asset.cells.text("account") for asset in chosen})
        return Reading(
            broker=NAME,
            file=file,
            account=account,
            kind=FileKind.TRANSACTIONS,
            as_of=as_of,
            statement_account=masked(numbers[0]) if numbers else "",
            rows=() if findings.has_errors else tuple(sorted(rows, key=_day_of)),
            securities=() if findings.has_errors else _securities(chosen),
            problems=findings.in_order(),
        )


def _day_of(row: BrokerRow) -> str:
    return row.cells["date"]


def _assets(records: Sequence[Record], findings: Findings) -> list[_Asset]:
    """Every asset record with the lots that follow it under its package's number."""
    found: list[tuple[Cells, list[Cells]]] = []
    seen: dict[tuple[str, str], int] = {}
    for record in records:
        cells = Cells(record.line, record.cells, findings, us_or_iso_day, "YYYY-MM-DD")
        kind, package = cells.text("record").upper(), cells.text("package_id")
        if not package:
            findings.error(
                record.line, "package_id", "MISSING_CELL", "The package has no number.", AGAIN
            )
        if kind == "A":
            key = (package, cells.text("sent"))
            if key in seen:
                findings.error(
                    record.line,
                    "package_id",
                    "PACKAGE_TWICE",
                    f"Package {quoted(package)} stands in line {seen[key]} too.",
                    AGAIN,
                )
            seen.setdefault(key, record.line)
            found.append((cells, []))
        elif kind == "T" and found and found[-1][0].text("package_id") == package:
            found[-1][1].append(cells)
        else:
            what = "no A record above it" if kind == "T" else f"no record {quoted(kind)}"
            findings.error(
                record.line,
                "record",
                "BAD_RECORD",
                f"A lot must follow the asset of its package; there is {what}.",
                "Write A for an asset, and under it T for each of its lots.",
            )
    return [_Asset(asset, tuple(lots)) for asset, lots in found]


def _of_account(
    assets: Sequence[_Asset], statement_account: str | None, findings: Findings
) -> list[_Asset]:
    """The assets of one account; a file of several needs to be told which."""
    numbers = list(dict.fromkeys(asset.cells.text("account") for asset in assets))
    shown = ", ".join(quoted(number) for number in numbers)
    if statement_account is not None:
        if statement_account not in numbers and not findings.has_errors:
            findings.error(
                1,
                "account",
                "NO_SUCH_ACCOUNT",
                f"The file has no account {quoted(statement_account)}; it has {shown}.",
                "Name the account as the file writes it.",
            )
        return [asset for asset in assets if asset.cells.text("account") == statement_account]
    if len(numbers) > 1:
        findings.error(
            1,
            "account",
            "SEVERAL_ACCOUNTS",
            f"The file holds several accounts: {shown}.",
            "Import them one by one, each with --statement-account and --account.",
        )
    return list(assets)


def _rows(asset: _Asset, account: str, as_of: date | None, findings: Findings) -> list[BrokerRow]:
    """The rows of one package; what is wrong with it is noted."""
    line = asset.cells.line
    if asset.status not in STATUSES:
        findings.error(
            line,
            "status",
            "UNKNOWN_STATUS",
            f"{quoted(asset.status)} is no status of a package.",
            "Write " + ", ".join(STATUSES) + ".",
        )
        return []
    if asset.status not in WITH_LOTS:
        _tell_without_lots(asset, findings)
        return []
    sent, day = asset.cells.day("sent"), asset.cells.day("transfer_date")
    quantity = asset.cells.shares("quantity")
    for column, value in (
        ("sent", sent),
        ("transfer_date", day),
        ("quantity", quantity),
        ("symbol", asset.cells.text("symbol")),
    ):
        if not value and not asset.cells.is_told(column):
            message = f"The asset has no {column}."
            findings.error(line, column, "MISSING_CELL", message, AGAIN)
    if sent is None or day is None or quantity is None:
        return []
    if as_of is not None and day > as_of:
        message = f"The transfer of {day} lies after {as_of}, the day of the file."
        findings.error(line, "transfer_date", "AFTER_AS_OF", message, AGAIN)
    lots = [_row(asset, lot, n, account, sent, day) for n, lot in enumerate(asset.lots, 1)]
    _check_sum(asset, quantity, findings)
    return lots


def _row(asset: _Asset, lot: Cells, number: int, account: str, sent: date, day: date) -> BrokerRow:
    quantity, basis = lot.shares("quantity"), lot.cents("cost_basis")
    acquired, held = lot.day("acquired_date"), lot.day("holding_period_date")
    status = _choice(lot, "basis_status", BASIS, "unknown" if basis is None else "known")
    origin = _choice(lot, "origin", ORIGINS, "purchase")
    _check_lot(lot, quantity, basis, status, acquired, day)
    sender = asset.cells.text("from")
    said = f" from {sender}" if sender else ""
    cells = {
        "id": identified(NAME, account, f"{asset.name}.{sent:%Y%m%d}.{number}"),
        "date": day.isoformat(),
        "account": account,
        "symbol": asset.cells.text("symbol"),
        "action": "TRANSFER_IN",
        "quantity": shares(quantity or 0),
        "acquired_date": "" if acquired is None else acquired.isoformat(),
        "holding_period_date": "" if held is None else held.isoformat(),
        "cost_basis": dollars_if_known(basis),
        "covered": _choice(lot, "covered", ("true", "false"), ""),
        "origin": origin,
        "basis_status": status,
        "note": f"{asset.status} package {asset.name} sent {sent}{said}",
    }
    told = {name: cell for name, cell in cells.items() if cell}
    return BrokerRow(line=lot.line, cells=told, raw=",".join(lot.cells.values()))


def _check_lot(
    lot: Cells,
    quantity: int | None,
    basis: int | None,
    status: str,
    acquired: date | None,
    day: date,
) -> None:
    if quantity is None and not lot.is_told("quantity"):
        lot.findings.error(lot.line, "quantity", "MISSING_CELL", "The lot has no quantity.", AGAIN)
    elif quantity is not None and quantity <= 0:
        message = f"A lot of {shares(quantity)} shares cannot be."
        lot.findings.error(lot.line, "quantity", "NEGATIVE_QUANTITY", message, AGAIN)
    if (basis is None) == (status == "known"):
        told = "no basis" if basis is None else f"the basis {dollars(basis)}"
        lot.findings.error(
            lot.line,
            "basis_status",
            "BASIS_STATUS",
            f"The lot says that its basis is {status}, and has {told}.",
            "Write known beside a basis, and pending or unknown where there is none.",
        )
    if basis is not None and basis < 0:
        message = f"A basis of {dollars(basis)} cannot be."
        lot.findings.error(lot.line, "cost_basis", "NEGATIVE_NUMBER", message, AGAIN)
    if acquired is not None and acquired > day:
        message = f"The lot was acquired on {acquired}, after the transfer of {day}."
        lot.findings.error(lot.line, "acquired_date", "ACQUIRED_LATER", message, AGAIN)
    if status == "known" and acquired is None and not lot.is_told("acquired_date"):
        lot.findings.warning(
            lot.line,
            "acquired_date",
            "ACQUIRED_UNKNOWN",
            "The lot has a basis and no date: it counts as acquired on the day of the transfer.",
            "Ask the sender for the date; the term of a sale depends on it.",
        )


def _check_sum(asset: _Asset, quantity: int, findings: Findings) -> None:
    """The invariant of a package: its lots are the whole asset, no more and no less."""
    amounts = [lot.shares("quantity") or 0 for lot in asset.lots]
    if not findings.has_errors and sum(amounts) != quantity:
        findings.error(
            asset.cells.line,
            "quantity",
            "PACKAGE_SUM",
            f"Package {quoted(asset.name)} moves {shares(quantity)}"
            f" {asset.cells.text('symbol')}, and its {len(amounts)} lots hold"
            f" {shares(sum(amounts))}.",
            "Reject the package, and ask the sender for a corrected one.",
        )


def _tell_without_lots(asset: _Asset, findings: Findings) -> None:
    line = asset.cells.line
    if asset.lots:
        message = f"A package of status {asset.status} has no lots."
        findings.error(asset.lots[0].line, "record", "BAD_RECORD", message, AGAIN)
    elif asset.status == "request":
        findings.warning(
            line,
            "status",
            "BASIS_REQUESTED",
            f"Package {quoted(asset.name)} asks for the basis of"
            f" {asset.cells.text('symbol')}; it brings none, and nothing was booked.",
            "Wait for the answer, and import it.",
        )
    else:
        findings.warning(
            line,
            "status",
            "PACKAGE_REJECTED",
            f"Package {quoted(asset.name)} was rejected by the firm that received it; what was"
            " booked of it stays as it is.",
            "Wait for the corrected package, which replaces the whole.",
        )


def _choice(cells: Cells, column: str, choices: Sequence[str], default: str) -> str:
    told = cells.text(column).lower()
    if not told:
        return default
    if told not in choices:
        cells.findings.error(
            cells.line,
            column,
            f"UNKNOWN_{column.upper()}",
            f"{quoted(told)} is no {column} of a lot.",
            "Write " + ", ".join(choices) + ", or leave it blank.",
        )
        return default
    return told


def _securities(assets: Sequence[_Asset]) -> tuple[dict[str, str], ...]:
    """What the packages tell of their securities, each once."""
    told = {
        asset.cells.text("symbol"): asset.cells.text("cusip")
        for asset in assets
        if asset.status in WITH_LOTS and asset.cells.text("cusip")
    }
    return tuple({"symbol": symbol, "cusip": cusip} for symbol, cusip in told.items())


BROKER: Final = CbrsFile()
