"""The workbook of a tax year, with the wash sales behind it and the inputs it was made from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from taxlots.book.audit_scope import audit_scope
from taxlots.book.wash_register import wash_register
from taxlots.reports.audit_wash_sales import register_table
from taxlots.reports.xlsx_8949 import write
from taxlots.version import __version__

if TYPE_CHECKING:
    from taxlots.workflows.form_8949 import FiledYear


def write_workbook(filed: FiledYear, out: Path) -> None:
    """Write the forms of a year as a workbook.  Raises UsageError where it cannot be written."""
    books, filing = filed.taxpayer, filed.filing
    returns = tuple(forms.tax_return for forms in filing.returns)
    scope = audit_scope(books, filing.year, returns)
    inputs = {f"SHA-256 of {name}": digest for name, digest in sorted(books.record.hashes.items())}
    write(
        out,
        filing,
        wash_sales=register_table(scope, wash_register(scope)),
        provenance={"taxlots": __version__, **inputs},
    )
