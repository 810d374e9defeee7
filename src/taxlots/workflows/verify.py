"""Whether a book is what was recorded, and still comes to the figures that were booked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from taxlots.book.booking import Books
from taxlots.book.conservation import Conservation, conservation_of
from taxlots.book.record import Record
from taxlots.book.state import COMPILE_FROM_EVENTS
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError, Problem, Severity, UsageError
from taxlots.workflows.booked_figures import results_hash
from taxlots.workflows.check_settings import settings_problems
from taxlots.workflows.gather import gather, is_database
from taxlots.workflows.replay import replay_record

if TYPE_CHECKING:
    from taxlots.ledger.booked_run import FigureChange


class Outcome(StrEnum):
    """What a check found."""

    HOLDS = "PASS"
    FAILS = "FAIL"
    SKIPPED = "SKIP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its name, what it found, and what that means."""

    name: str
    outcome: Outcome
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Every check of a book, the figures that changed, and every problem found.

    ``identity`` has the terms of the conservation identity; None where the book cannot be booked.
    """

    book: str
    as_of: str
    checks: tuple[Check, ...]
    changes: tuple[FigureChange, ...]
    identity: Conservation | None
    problems: tuple[Problem, ...]

    @property
    def has_passed(self) -> bool:
        """Whether no check failed."""
        return all(check.outcome is not Outcome.FAILS for check in self.checks)


def verify(book: str, *, accept: bool, actor: str, now: datetime) -> Verification:
    """Check a book: chain, books, engines, identity, and the figures that were booked before.

    A folder has no chain and no memory of earlier figures: its books and the identity are checked.
    ``accept`` records changed figures.  Raises UsageError for a wrong call.
    """
    if not is_database(book):
        if accept:
            raise UsageError(
                f"{book} is a folder, which remembers no figures that could be accepted; "
                "--accept is for databases"
            )
        return _folder(book)
    from taxlots.workflows.verify_ledger import verify_database

    return verify_database(book, accept=accept, actor=actor, now=now)


def _folder(book: str) -> Verification:
    record, problems = gather(book)
    own = [
        skipped("chain", "a folder has no chain: whoever can write to it can change it"),
        *([] if record is not None else [failed("books", "the files cannot be read")]),
    ]
    memory = skipped("figures", "a folder does not remember which figures were booked before")
    if record is None:
        return Verification(
            book=book,
            as_of="",
            checks=(*own, memory),
            changes=(),
            identity=None,
            problems=tuple(problems),
        )
    books, checks, found = booked(record)
    return Verification(
        book=record.name or book,
        as_of=date_of(books.as_of).isoformat() if books else "",
        checks=(*own, *checks, memory),
        changes=(),
        identity=conservation_of(books) if books else None,
        problems=tuple(found),
    )


def booked(record: Record) -> tuple[Books | None, list[Check], list[Problem]]:
    """Check a record's settings, book it from its first row and check the books.

    A large book is booked by both engines.
    """
    settings, wrong = _settings(record)
    try:
        books = replay_record(record, compiled=False)
    except DataError as failure:
        errors = [problem for problem in failure.problems if problem.severity == "error"]
        text = f"the journal cannot be booked: {len(errors)} errors"
        return None, [settings, failed("books", text)], [*wrong, *failure.problems]
    return books, [settings, *_book_checks(record, books)], [*wrong, *books.problems]


def _settings(record: Record) -> tuple[Check, list[Problem]]:
    problems = settings_problems(record)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if errors:
        said = f"book.toml has {errors} settings that plans cannot read"
        return failed("settings", said), problems
    return passed("settings", "every key of [policy], [harvest] and [rebalance] is known"), problems


def _book_checks(record: Record, books: Books) -> Iterator[Check]:
    rows, lots, matches = (books.state.used(name) for name in ("rows", "lots", "matches"))
    yield passed(
        "books",
        f"{len(books.journal)} transactions booked from the journal alone: {lots} lots opened, "
        f"{rows} pieces realized, {matches} wash sale matches",
    )
    yield _engines(record, books)
    identity = conservation_of(books)
    terms = identity_cells(identity)
    said = (
        f"gain {terms['gain']} = proceeds {terms['proceeds']} - basis in {terms['basis_in']} "
        f"+ open basis {terms['open_basis']} + the other terms"
    )
    if identity.residual_cents:
        yield failed("identity", f"{said}, off by {dollars(identity.residual_cents)}")
    else:
        yield passed("identity", f"{said}, to the cent")


def _engines(record: Record, books: Books) -> Check:
    events = len(books.blueprint.tables["events"])
    if events < COMPILE_FROM_EVENTS:
        return skipped(
            "engines",
            f"the plain engine books {events} events; the compiled one is for large books",
        )
    other = replay_record(record, compiled=True)
    if results_hash(other) == results_hash(books):
        return passed("engines", f"plain and compiled engine agree on {events} events")
    return failed("engines", "the compiled engine books other figures than the plain one")


def passed(name: str, text: str) -> Check:
    """A check that passed."""
    return Check(name=name, outcome=Outcome.HOLDS, text=text)


def failed(name: str, text: str) -> Check:
    """A check that failed."""
    return Check(name=name, outcome=Outcome.FAILS, text=text)


def skipped(name: str, text: str) -> Check:
    """A check that this book has no place for."""
    return Check(name=name, outcome=Outcome.SKIPPED, text=text)


def identity_cells(identity: Conservation) -> dict[str, Any]:
    """The terms of the identity in dollars, the residual last."""
    names = (*identity.__slots__, "residual_cents")
    return {name.removesuffix("_cents"): dollars(getattr(identity, name)) for name in names}
