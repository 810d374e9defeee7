"""The total that a custodian prints beside its table."""

from collections.abc import Sequence

from taxlots.brokers.cells import Cells
from taxlots.brokers.entries import Entry
from taxlots.brokers.findings import Findings
from taxlots.brokers.table import Record
from taxlots.domain.money import dollars


def check_total(total: Record | None, entries: Sequence[Entry], findings: Findings) -> None:
    """The total beside the table is the sum of its amounts: a missing row shows."""
    if total is None or findings.has_errors:
        return
    told = Cells(total.line, total.cells, findings).cents("Amount")
    found = sum(entry.amount_cents or 0 for entry in entries)
    if told is not None and told != found:
        findings.warning(
            total.line,
            "Amount",
            "TOTAL_MISMATCH",
            f"The file's total is {dollars(told)}, its rows add up to {dollars(found)}.",
            "A row is missing or was changed: download the file again.",
        )
