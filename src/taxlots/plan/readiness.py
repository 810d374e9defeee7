"""Readiness: positions that are not harvested before something outside the plan is mended."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from taxlots.book.placed_lot import PlacedLot
from taxlots.domain.account import Account
from taxlots.domain.verdict import Reason
from taxlots.plan.harvest_plan import Verdict

Position = tuple[str, str]
"""An account's id and a symbol."""

Counts = Mapping[tuple[str, str, Reason], int]
"""How many open lots of an account and symbol got a verdict."""

NEVER_HARVESTED: Final = frozenset(
    {Reason.TAX_DEFERRED, Reason.MTM_475, Reason.SECTION_1256, Reason.EXCLUDED}
)
"""Verdicts that nothing has to be mended for."""


@dataclass(frozen=True, slots=True)
class Mending:
    """Where a reason is found, and what is to be done about it."""

    source: str
    remedy: str


MENDINGS: Final = {
    Reason.BASIS_UNKNOWN: Mending(
        "transactions: a lot without a basis",
        "Find the purchase; VOID the row that opened the lot and enter it with its cost_basis.",
    ),
    Reason.BASIS_PENDING: Mending(
        "transactions: basis_status is pending",
        "Import the package of the earlier custodian as soon as it comes.",
    ),
    Reason.ESPP_WITHOUT_INCOME: Mending(
        "transactions: an ESPP purchase without its income",
        "Enter compensation_income of the purchase.",
    ),
    Reason.UNSETTLED: Mending(
        "transactions: a trade has a settle_date after the as-of date",
        "Look again when it has settled.",
    ),
    Reason.BASIS_NOT_ADJUSTED: Mending(
        "securities: a bond, a partnership or a trust",
        "Enter the adjusted basis with a BASIS_ADJUSTMENT row; for bonds bought at par set"
        " harvest_bonds.",
    ),
    Reason.NO_PRICE: Mending("prices: no close by the as-of date", "Add a close to prices."),
    Reason.STALE_PRICE: Mending(
        "prices: the last close is more than five sessions old", "Add a newer close to prices."
    ),
}
"""What is to be done about verdicts that lots have for themselves, by reason."""

OF_POSITIONS: Final = frozenset({Reason.LOT_BREAK, Reason.OTHER_METHOD, Reason.DATA_NOT_THROUGH})
"""Reasons that findings give."""

ELSEWHERE: Final = Mending(
    "a part of the lot is held in another account, where this was found",
    "Mend it for the position in that account.",
)

LISTED: Final = frozenset({*MENDINGS, *OF_POSITIONS})
"""Every reason of a position that is not ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that bars a whole position: what it is, where it was found, and what to do."""

    account: str
    symbol: str
    reason: Reason
    source: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReady:
    """A position that is not harvested, one reason of it, and how many of its lots that bars."""

    household: str
    account: str
    symbol: str
    lots: int
    reason: Reason
    source: str
    remedy: str


def in_order(reasons: Iterable[Reason]) -> list[Reason]:
    """Reasons in the order in which verdicts test them."""
    found = set(reasons)
    return [reason for reason in Reason if reason in found]


def barred_by(findings: Sequence[Finding], lots: Iterable[PlacedLot]) -> dict[str, Reason]:
    """The first reason by which findings bar each lot, by its id."""
    by_position: dict[Position, list[Reason]] = {}
    for finding in findings:
        by_position.setdefault((finding.account, finding.symbol), []).append(finding.reason)
    first = {position: in_order(reasons)[0] for position, reasons in by_position.items()}
    return {
        lot.lot_id: first[lot.account, lot.symbol]
        for lot in lots
        if (lot.account, lot.symbol) in first
    }


def not_ready(
    verdicts: Iterable[Verdict], findings: Sequence[Finding], accounts: Sequence[Account]
) -> tuple[NotReady, ...]:
    """The positions of a plan that are not ready, each with every reason that is known.

    A lot's verdict has only the first of its reasons; findings add the others of its position.
    """
    counted = Counter((v.lot.account, v.lot.symbol, v.reason) for v in verdicts)
    return not_ready_counts(counted, findings, accounts)


def not_ready_counts(
    counts: Counts, findings: Sequence[Finding], accounts: Sequence[Account]
) -> tuple[NotReady, ...]:
    """The same by how many lots of a position got each verdict; in the order of the accounts."""
    open_lots: Counter[Position] = Counter()
    for (account, symbol, reason), lots in counts.items():
        if reason not in NEVER_HARVESTED:
            open_lots[account, symbol] += lots
    found = [
        (account, symbol, reason, lots, MENDINGS[reason].source, MENDINGS[reason].remedy)
        for (account, symbol, reason), lots in counts.items()
        if reason in MENDINGS
    ]
    joined = _joined(findings)
    found += [
        (account, symbol, reason, lots, ELSEWHERE.source, ELSEWHERE.remedy)
        for (account, symbol, reason), lots in counts.items()
        if reason in OF_POSITIONS and (account, symbol, reason) not in joined
    ]
    for (account, symbol, reason), of_one in joined.items():
        if lots := open_lots[account, symbol]:
            source = "; ".join(dict.fromkeys(one.source for one in of_one))
            remedy = " ".join(dict.fromkeys(one.remedy for one in of_one))
            found.append((account, symbol, reason, lots, source, remedy))
    households = {account.id: account.household for account in accounts}
    places = {name: place for place, name in enumerate(households)}
    order = {reason: place for place, reason in enumerate(Reason)}
    found.sort(key=lambda row: (places[row[0]], row[1], order[row[2]]))
    return tuple(
        NotReady(
            household=households[account],
            account=account,
            symbol=symbol,
            lots=lots,
            reason=reason,
            source=source,
            remedy=remedy,
        )
        for account, symbol, reason, lots, source, remedy in found
    )


def _joined(findings: Sequence[Finding]) -> dict[tuple[str, str, Reason], list[Finding]]:
    found: dict[tuple[str, str, Reason], list[Finding]] = {}
    for one in findings:
        found.setdefault((one.account, one.symbol, one.reason), []).append(one)
    return found


def positions_of(lots: Iterable[PlacedLot]) -> dict[Position, None]:
    """The positions of some lots, in their order."""
    return dict.fromkeys((lot.account, lot.symbol) for lot in lots)
