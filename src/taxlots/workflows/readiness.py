"""Readiness of a book for a harvest: what bars a position, where that is found, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from taxlots.book.against_short import lots_against_short
from taxlots.book.booking import Books
from taxlots.book.placed_lot import PlacedLot
from taxlots.book.standing import espp_without_income
from taxlots.book.standing_methods import StandingMethods, standing_methods
from taxlots.book.unsettled import unsettled_lots
from taxlots.domain.account import Account
from taxlots.domain.calendar import date_of
from taxlots.domain.harvest_rule import HarvestRule
from taxlots.domain.household import wash_sale_party
from taxlots.domain.method import ReliefMethod
from taxlots.domain.problem import DataError, Problem, UsageError, warning
from taxlots.domain.security import SecurityKind
from taxlots.domain.verdict import Reason
from taxlots.plan.proxy_review import opinion_warnings
from taxlots.plan.readiness import Finding, barred_by, positions_of
from taxlots.workflows.gather import is_database

if TYPE_CHECKING:
    from taxlots.domain.security import Proxy
    from taxlots.plan.harvest_plan import HarvestPlan
    from taxlots.plan.readiness import Position
    from taxlots.plan.situation import Situation
    from taxlots.workflows.check_lots import Compared
    from taxlots.workflows.import_lots import Statement

METHOD_CAUSES: Final = ("METHOD_MISMATCH", "OPTIMIZER_LOTS")
"""Causes of breaks that say by which other method the custodian relieves lots."""

LotsFile = tuple[str, Path]
"""An account of the book, and a custodian's file of its open lots."""


def barred_lots(books: Books, lots: Iterable[PlacedLot]) -> dict[str, Reason]:
    """Lots that are never sold at a loss for a reason that the books know of the lot itself.

    ``lots`` are gone through more than once.
    """
    return (
        dict.fromkeys(unsettled_lots(books, lots), Reason.UNSETTLED)
        | dict.fromkeys(lots_against_short(books, lots), Reason.AGAINST_SHORT)
        | dict.fromkeys(espp_without_income(books), Reason.ESPP_WITHOUT_INCOME)
    )


def readied(situation: Situation, findings: Sequence[Finding]) -> Situation:
    """A situation in which the lots of positions that are not ready are barred.

    What bars a lot already stays: it stands before the findings in the order of the codes.
    """
    found = barred_by(findings, situation.lots) if findings else {}
    return replace(situation, barred=found | dict(situation.barred)) if found else situation


def findings_of(
    books: Books,
    rule: HarvestRule,
    lots: Iterable[PlacedLot],
    checked: Sequence[Finding] = (),
) -> tuple[Finding, ...]:
    """What bars positions of a harvest: by the accounts of the book, and by lots ``checked``.

    ``rule`` is that of the book, and ``lots`` are all open ones.
    """
    accounts = {account.id: account for account in books.record.accounts}
    late = _known_too_short(books, rule)
    has_methods = any(account.custodian_methods for account in accounts.values())
    if not late and not has_methods:
        return tuple(checked)
    standing = standing_methods(books) if has_methods else None
    found = list(checked)
    for position in positions_of(lots):
        account = accounts[position[0]]
        found += _of_method(position, account, books, standing)
        found += _of_late_accounts(position, late.get(wash_sale_party(account), ()), books)
    return tuple(found)


def _known_too_short(books: Books, rule: HarvestRule) -> dict[str, list[Account]]:
    """The accounts of each wash-sale party that are not known through the as-of day."""
    needed = date_of(books.as_of) - timedelta(days=min(rule.data_age_days, books.as_of))
    found: dict[str, list[Account]] = {}
    for account in books.record.accounts:
        if account.data_through is not None and account.data_through < needed:
            found.setdefault(wash_sale_party(account), []).append(account)
    return found


def _of_late_accounts(
    position: Position, late: Iterable[Account], books: Books
) -> Iterator[Finding]:
    for account in late:
        yield Finding(
            account=position[0],
            symbol=position[1],
            reason=Reason.DATA_NOT_THROUGH,
            source=f"accounts: {account.id} is known through {account.data_through}",
            remedy=(
                f"Import the transactions of {account.id} through {date_of(books.as_of)} and say so"
                " in data_through: a purchase that is not known may wash a loss."
            ),
        )


def _of_method(
    position: Position, account: Account, books: Books, standing: StandingMethods | None
) -> Iterator[Finding]:
    theirs = _custodians_method(position, account, books)
    if theirs is None or standing is None or standing.agrees(position, theirs):
        return
    ours = standing.of(position)
    yield Finding(
        account=position[0],
        symbol=position[1],
        reason=Reason.OTHER_METHOD,
        source=f"accounts: custodian_method is {theirs}, and the book relieves by {ours}",
        remedy=(
            "Make both relieve alike: SET_METHOD in the book, or have the custodian change its"
            " method; then correct custodian_method."
        ),
    )


def _custodians_method(position: Position, account: Account, books: Books) -> ReliefMethod | None:
    """The custodian's standing method of a position; None where nobody told it.

    An account's AVERAGE is that of its fund shares: other shares leave first in, first out
    (Treas. Reg. 1.1012-1(e)(1)).
    """
    told = dict(account.custodian_methods)
    own = told.get(position[1])
    if own is not None:
        return own
    of_account = told.get("")
    security = books.record.securities.get(position[1])
    is_fund = security is not None and security.kind is SecurityKind.MUTUAL_FUND
    if of_account is ReliefMethod.AVERAGE and not is_fund:
        return ReliefMethod.FIFO
    return of_account


def lot_findings(
    book: str, books: Books, files: Sequence[LotsFile] = (), *, known_at: datetime | None = None
) -> tuple[Finding, ...]:
    """What a comparison with the custodians' open lots says against selling at a loss.

    Compared are the lots of ``files``, and those that a database keeps, each as of the day of its
    statement.  Raises UsageError for an account that the book does not have, and DataError where
    a file has errors.
    """
    return findings_of_lots(books, [*_kept(book, known_at), *_read(books, files)])


def findings_of_lots(books: Books, statements: Iterable[Statement]) -> tuple[Finding, ...]:
    """What custodians' statements of open lots say against selling at a loss."""
    listed = list(statements)
    if not listed:
        return ()
    from taxlots.domain.harvest_rule import from_mapping
    from taxlots.workflows.check_lots import open_breaks

    tolerance = from_mapping(books.record.harvest)[0].lot_tolerance_cents
    compared = open_breaks(books.record, listed, date_of(books.as_of), tolerance)
    return tuple(finding for one in compared for finding in _of_break(one))


def _of_break(one: Compared) -> Iterator[Finding]:
    """What bars a position for a break; nothing, if it is the broker's view of the same lots."""
    found = one.found
    if found is None or found.is_brokers_view:
        return
    is_method = found.cause in METHOD_CAUSES
    custodian = one.custodian or "the custodian"
    yield Finding(
        account=one.account,
        symbol=one.symbol,
        reason=Reason.OTHER_METHOD if is_method else Reason.LOT_BREAK,
        source=f"lots of {custodian} of {one.as_of}: {found.cause}: {found.because}",
        remedy=found.what_to_do,
    )


def _kept(book: str, known_at: datetime | None) -> list[Statement]:
    """The statements of open lots that a database keeps."""
    if not is_database(book):
        return []
    from taxlots.ledger.custodian_lots import OPEN_LOTS, statements_of
    from taxlots.ledger.database import reading
    from taxlots.ledger.migrate import open_ledger
    from taxlots.workflows.import_lots import statement_of

    with reading(open_ledger(book)) as connection:
        return [statement_of(kept) for kept in statements_of(connection, OPEN_LOTS, known_at)]


def _read(books: Books, files: Sequence[LotsFile]) -> list[Statement]:
    """The statements of open lots in files, later ones last."""
    if not files:
        return []
    from taxlots.workflows.import_check import is_error
    from taxlots.workflows.import_lots import lot_statements
    from taxlots.workflows.import_sources import Statement as Request
    from taxlots.workflows.import_sources import found_at

    names = {account.id for account in books.record.accounts}
    found: list[Statement] = []
    for account, path in files:
        if account not in names:
            raise UsageError(
                f"the book has no account {account!r}; it has {', '.join(sorted(names))}"
            )
        read = found_at(path, Request(account=account, as_of=date_of(books.as_of)))
        errors = [problem for problem in read.problems if is_error(problem)]
        if errors:
            raise DataError(errors)
        mine = lot_statements(read.parts, first=len(found))
        if not any(one.holds_open_lots for one in mine):
            raise UsageError(f"{path} lists no open lots of a custodian; export its open lots")
        found += mine
    return found


def lots_files(texts: Sequence[str]) -> list[LotsFile]:
    """What ``--custodian-lots`` says.  Raises UsageError where it is not ACCOUNT=FILE."""
    found = []
    for text in texts:
        account, equals, path = text.partition("=")
        if not (account and equals and path):
            raise UsageError(
                f"--custodian-lots {text!r} is not ACCOUNT=FILE; write brokerage=open_lots.csv"
            )
        found.append((account, Path(path)))
    return found


def old_opinions(proposal: HarvestPlan) -> list[Problem]:
    """A warning for each proxy that the plan buys by an opinion that is old, or still to come.

    How old it may be is said by the rule of the return that buys the proxy.
    """
    bought: dict[tuple[Proxy, int], None] = {}
    for verdict in proposal.opportunities:
        opportunity = verdict.opportunity
        proxy = None if opportunity is None else opportunity.replacement.proxy
        if proxy is not None and proxy.opinion_date is not None and verdict.reason.is_harvest:
            bought[proxy, proposal.rule_of(verdict.lot).opinion_max_age_days] = None
    return [
        warning(
            f"proxies:{row.symbol}:{row.proxy}",
            "OPINION_OUT_OF_DATE",
            said,
            "Renew the opinion in proxies.csv, or name another proxy.",
        )
        for row, most_days in bought
        for said in opinion_warnings(row, proposal.as_of, most_days)
    ]
