"""The Forms 1099-B of a year, and realized lots that stand for them, as custodians' files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from taxlots.brokers.protocol import FileKind, Reading
from taxlots.domain.account import Account
from taxlots.domain.problem import DataError, Problem, Severity, UsageError, error, warning
from taxlots.workflows.import_sources import OpenedFile, opened_file
from taxlots.workflows.named_accounts import check_named

SEVERAL: Final = "SEVERAL_ACCOUNTS"
ABSENT: Final = "NO_SUCH_ACCOUNT"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFiles:
    """Which files to read, and how.

    ``accounts`` are the book's ids, one a file or one for all, and empty where the files bear the
    book's own ids; ``statement_accounts`` the numbers by which files of several accounts know them.
    ``broker`` insists on an importer; ``as_of`` is the day of a file that does not tell it.
    """

    paths: tuple[Path, ...]
    accounts: tuple[str, ...] = ()
    statement_accounts: tuple[str, ...] = ()
    broker: str | None = None
    as_of: date | None = None


def read_forms(
    files: FormFiles, accounts: Sequence[Account], year: int
) -> tuple[list[Reading], list[Problem]]:
    """The realized lots of each account of each file, and warnings.

    Raises UsageError where the command must say more, DataError where a file cannot be used.
    """
    if not files.paths:
        raise UsageError("there is nothing to compare with; name files of Form 1099-B")
    given = _one_for_each(files.accounts, files.paths, "--account")
    numbers = _one_for_each(files.statement_accounts, files.paths, "--statement-account")
    check_named(accounts, given)
    listed = {account.id for account in accounts}
    readings: list[Reading] = []
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for path, account, number in zip(files.paths, given, numbers, strict=True):
        opened = opened_file(path, files.broker)
        if isinstance(opened, Problem):
            problems.append(opened)
            continue
        for reading in _readings(opened, account, number, listed, files.as_of, problems):
            if (opened.sha256, reading.account) in seen:
                raise UsageError(f"{path.name} is named twice for {reading.account}")
            seen.add((opened.sha256, reading.account))
            problems += [*reading.problems, *_unfit(reading, year)]
            readings.append(reading)
    problems += _doubles(readings, year)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise DataError(problems)
    return _without_replaced(readings, problems), problems


def _one_for_each(told: Sequence[str], paths: Sequence[Path], option: str) -> Sequence[str | None]:
    if not told:
        return [None] * len(paths)
    if len(told) == 1:
        return list(told) * len(paths)
    if len(told) != len(paths):
        raise UsageError(
            f"{option} is there {len(told)} times for {len(paths)} files; "
            "give it once, or once for each file in their order"
        )
    return list(told)


def _readings(
    opened: OpenedFile,
    account: str | None,
    number: str | None,
    listed: set[str],
    as_of: date | None,
    problems: list[Problem],
) -> Iterator[Reading]:
    """What a file says of one account, or of every account that it calls by the book's own id."""

    def read(account: str, number: str | None) -> Reading:
        return opened.reader.read(
            opened.text,
            file=opened.name,
            account=account,
            as_of=as_of,
            statement_account=number,
        )

    if account is not None:
        yield read(account, number)
        return
    found = [
        reading
        for own in sorted(name for name in listed if name in opened.text)
        if ABSENT not in _codes(reading := read(own, own))
    ]
    if not found:
        raise UsageError(
            f"{opened.name} is a file of {opened.reader.name} that names no account of the book; "
            "add --account ID"
        )
    if SEVERAL in _codes(read("", None)):
        names = ", ".join(reading.account for reading in found)
        problems.append(
            warning(
                opened.name,
                "ACCOUNTS_BY_THEIR_ID",
                f"The file holds several accounts; those that it calls as the book does are read: "
                f"{names}.",
                "Read any other with --account and --statement-account.",
            )
        )
    yield from found


def _codes(reading: Reading) -> set[str]:
    return {problem.code for problem in reading.problems}


def _unfit(reading: Reading, year: int) -> Iterator[Problem]:
    """Why a file that was read is of no use for the year."""
    if reading.is_refused:
        return
    if not reading.realized_lots and reading.kind is not FileKind.REALIZED_LOTS:
        yield error(
            reading.file,
            "NO_REALIZED_LOTS",
            "The file lists no realized lots.",
            "Export Form 1099-B, or the realized gains and losses, with their lots.",
        )
    elif reading.tax_year not in (None, year):
        yield error(
            reading.file,
            "OTHER_YEAR",
            f"The form is for {reading.tax_year}, not for {year}.",
            f"Ask for --year {reading.tax_year}, or name the form of {year}.",
        )
    elif not any(lot.closed.year == year for lot in reading.realized_lots):
        yield warning(
            reading.file,
            "NO_SALES_OF_YEAR",
            f"The file lists no sale of {year}.",
            "Check the file and --year.",
        )


def _doubles(readings: Sequence[Reading], year: int) -> Iterator[Problem]:
    """Forms of one account that list the same sales: their rows would count twice."""
    known: dict[str, list[tuple[Reading, Counter[object]]]] = defaultdict(list)
    for reading in readings:
        sales: Counter[object] = Counter(
            (lot.closed, lot.proceeds_cents)
            for lot in reading.realized_lots
            if lot.closed.year == year
        )
        for other, listed in known[reading.account]:
            is_correction = reading.is_corrected or other.is_corrected
            if sales and not is_correction and (sales <= listed or listed <= sales):
                yield error(
                    reading.file,
                    "SAME_FORM_TWICE",
                    f"The file lists the sales of {reading.account} that {other.file} lists.",
                    "Name one of the two.",
                )
        if sales:
            known[reading.account].append((reading, sales))


def _without_replaced(readings: list[Reading], problems: list[Problem]) -> list[Reading]:
    """The forms that count: a corrected form stands in place of the one that it corrects."""
    corrected = {(r.account, r.tax_year, r.broker) for r in readings if r.is_corrected}
    kept = []
    for reading in readings:
        key = (reading.account, reading.tax_year, reading.broker)
        if reading.is_corrected or key not in corrected:
            kept.append(reading)
            continue
        problems.append(
            warning(
                reading.file,
                "FORM_REPLACED",
                f"A corrected form of {reading.account} stands in place of this one.",
                "Nothing, if the corrected form is complete.",
            )
        )
    return kept
