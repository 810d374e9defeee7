"""The forms of a tax year in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from taxlots.domain.problem import Problem, UsageError
from taxlots.reports.folders import check_folder, write_folder
from taxlots.reports.single_files import check_file, write_files

if TYPE_CHECKING:
    from taxlots.book.return_forms import ReturnForms
    from taxlots.workflows.form_8949 import FiledYear

CSV: Final = "csv"
OF_ONE_RETURN: Final = frozenset({"txf", "taxact"})
"""Formats of a program that holds one return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenForms:
    """The files that were written, and what their format cannot say."""

    paths: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()


def check_place(form: str, out: Path) -> None:
    """Refuse an unknown format or a place that cannot be written.  Raises UsageError."""
    if form not in FORMATS:
        raise UsageError(f"{form!r} is no format; choose one of {', '.join(FORMATS)}")
    if form == CSV:
        check_folder(out)
    else:
        check_file(out)


def write_forms(
    filed: FiledYear, form: str, out: Path, *, official_form: Path | None = None
) -> WrittenForms:
    """Write the forms of a year; the same books give the same bytes.

    ``out`` is a folder for ``csv`` and a file for the others.  ``official_form`` is the PDF of the
    IRS to fill in, with the format ``pdf``.  Raises UsageError where the format holds one return
    and there are several, or where a file cannot be read or written.
    """
    check_place(form, out)
    if official_form is not None and form != "pdf":
        raise UsageError("--official-form is for --format pdf; leave one of them out")
    if form in OF_ONE_RETURN or official_form is not None:
        _only_return(filed, form)
    return FORMATS[form](filed, out, official_form)


def _only_return(filed: FiledYear, form: str) -> ReturnForms:
    returns = filed.filing.returns
    if len(returns) != 1:
        names = ", ".join(one.tax_return for one in returns) or "none"
        raise UsageError(
            f"a file of --format {form} is that of one return; name it with --tax-return: {names}"
        )
    return returns[0]


def _csv(filed: FiledYear, out: Path, _official: Path | None) -> WrittenForms:
    from taxlots.reports.form_8949_csv import filing_files

    problems = (*filed.taxpayer.problems, *filed.problems)
    files = filing_files(filed.filing, dict.fromkeys(problems))
    write_folder(out, files)
    return WrittenForms(paths=tuple(out / name for name in files))


def _xlsx(filed: FiledYear, out: Path, _official: Path | None) -> WrittenForms:
    from taxlots.reports.xlsx_8949 import write

    write(out, filed.filing)
    return WrittenForms(paths=(out,))


def _txf(filed: FiledYear, out: Path, _official: Path | None) -> WrittenForms:
    from taxlots.reports.txf import txf_text

    forms = _only_return(filed, "txf")
    text, problems = txf_text(forms.rows, filed.filing.as_of)
    write_files({out: text.encode("utf-8")})
    return WrittenForms(paths=(out,), problems=tuple(problems))


def _taxact(filed: FiledYear, out: Path, _official: Path | None) -> WrittenForms:
    from taxlots.reports.taxact import taxact_texts

    forms = _only_return(filed, "taxact")
    texts, problems = taxact_texts(forms.rows, is_whole_dollars=filed.filing.is_whole_dollars)
    further = (out.with_stem(f"{out.stem}-{n}") for n in range(2, len(texts) + 1))
    paths = (out, *further)
    write_files({path: text.encode("utf-8") for path, text in zip(paths, texts, strict=True)})
    return WrittenForms(paths=paths, problems=tuple(problems))


def _fdx(filed: FiledYear, out: Path, _official: Path | None) -> WrittenForms:
    from taxlots.reports.fdx_8949 import fdx_text

    securities = filed.taxpayer.record.securities
    cusips = {symbol: one.cusip for symbol, one in securities.items() if one.cusip}
    text, problems = fdx_text(filed.filing, cusips)
    write_files({out: text.encode("utf-8")})
    return WrittenForms(paths=(out,), problems=tuple(problems))


FORMATS: Final[dict[str, Callable[[FiledYear, Path, Path | None], WrittenForms]]] = {
    CSV: _csv,
    "xlsx": _xlsx,
    "txf": _txf,
    "taxact": _taxact,
    "fdx": _fdx,
}
"""How each format is written."""
