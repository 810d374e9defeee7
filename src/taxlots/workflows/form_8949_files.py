"""The forms of a tax year in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from taxlots.domain.problem import Problem, UsageError
from taxlots.reports.failed_folder import problems_alone
from taxlots.reports.folders import check_folder, write_folder
from taxlots.reports.single_files import check_file, write_files
from taxlots.workflows.form_8949 import AS_LISTED, FiledYear, FormChoices, filed_year

if TYPE_CHECKING:
    from taxlots.book.return_forms import ReturnForms
    from taxlots.workflows.reconcile_files import FormFiles

CSV: Final = "csv"
PDF: Final = "pdf"
OF_ONE_RETURN: Final = frozenset({"txf", "taxact"})
"""Formats of a program that holds one return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsWanted:
    """Which forms of which book, in which format, and where; ``out`` is None to write nothing.

    ``forms`` are the actual Forms 1099-B, ``official_form`` the PDF to fill in.
    """

    book: str
    year: int
    form: str = CSV
    out: Path | None = None
    tax_return: str | None = None
    as_of: date | None = None
    known_at: datetime | None = None
    choices: FormChoices = AS_LISTED
    official_form: Path | None = None
    forms: FormFiles | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenForms:
    """The files that were written, and what their format cannot say."""

    paths: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()


def check_place(form: str, out: Path | None, *, official_form: Path | None = None) -> None:
    """Refuse what cannot be written, before anything is booked.  Raises UsageError.

    Without ``out`` nothing is to be written, which only the default format allows.
    """
    if form not in FORMATS:
        raise UsageError(f"{form!r} is no format; choose one of {', '.join(FORMATS)}")
    if official_form is not None and form != PDF:
        raise UsageError("--official-form is for --format pdf; leave one of them out")
    if out is None and form != CSV:
        raise UsageError(f"--format {form} needs --out; name the file to write")
    if official_form is not None and not official_form.is_file():
        raise UsageError(f"{official_form} is no file; name the PDF of the form")
    if out is not None:
        (check_folder if form == CSV else check_file)(out)


def write_forms(
    filed: FiledYear, form: str, out: Path, *, official_form: Path | None = None
) -> WrittenForms:
    """Write the forms of a year; the same books give the same bytes.

    ``out`` is a folder for ``csv`` and a file for the others.  ``official_form`` is the PDF of the
    IRS to fill in, with the format ``pdf``.  Raises UsageError where the format holds one return
    and there are several, or where a file cannot be read or written.
    """
    check_place(form, out, official_form=official_form)
    if form in OF_ONE_RETURN or official_form is not None:
        _only_return(filed, form)
    return FORMATS[form](filed, out, official_form)


def filed_and_written(wanted: FormsWanted) -> tuple[FiledYear, WrittenForms]:
    """Fill in the forms of a year and write them.

    Raises UsageError for what cannot be written, and DataError for a book with errors; a folder
    then holds ``problems.csv`` alone.
    """
    form, out, official = wanted.form, wanted.out, wanted.official_form
    check_place(form, out, official_form=official)
    with problems_alone(out if form == CSV else None):
        filed = filed_year(
            wanted.book,
            wanted.year,
            tax_return=wanted.tax_return,
            forms=wanted.forms,
            as_of=wanted.as_of,
            known_at=wanted.known_at,
            choices=wanted.choices,
        )
    if out is None:
        return filed, WrittenForms(paths=())
    return filed, write_forms(filed, form, out, official_form=official)


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
    from taxlots.workflows.form_8949_workbook import write_workbook

    write_workbook(filed, out)
    return WrittenForms(paths=(out,))


def _pdf(filed: FiledYear, out: Path, official: Path | None) -> WrittenForms:
    from taxlots.book.year_state import year_states
    from taxlots.reports.official_pdf import filled
    from taxlots.reports.pdf_8949 import pdf_bytes
    from taxlots.reports.year_state import state_sentence

    filing = filed.filing
    if official is not None:
        write_files({out: filled(official.read_bytes(), filing)})
        return WrittenForms(paths=(out,))
    states = year_states(filed.taxpayer, filing.year)
    told = {state.tax_return: state_sentence(state) for state in states if state.is_provisional}
    write_files({out: pdf_bytes(filing, provisional=told)})
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
    PDF: _pdf,
    "txf": _txf,
    "taxact": _taxact,
    "fdx": _fdx,
}
"""How each format is written."""
