"""Why a broker's Form 1099-B and the taxpayer's books differ: the reason codes and their tests.

Each test looks at one link of a loss with its replacement that one view has and the other lacks,
or at one realized row, and says whether its reason holds.  Treas. Reg. 1.6045-1(d)(6)(iii) limits a
broker to covered securities of one account and one CUSIP; section 1091 knows no such limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from taxlots.book.character import EXEMPT_INTEREST, EXTRAORDINARY, FUND, REIT, RELATED
from taxlots.book.view_matches import Link
from taxlots.domain.account import Account, Owner
from taxlots.domain.action import Action
from taxlots.domain.policy import Policy
from taxlots.domain.security import Security, SecurityKind


class Reason(StrEnum):
    """Why a row of one view differs from the other's."""

    CROSS_ACCOUNT = "CROSS_ACCOUNT"
    SPOUSE = "SPOUSE"
    IRA_PERMANENT = "IRA_PERMANENT"
    DIFFERENT_CUSIP = "DIFFERENT_CUSIP"
    OPTION = "OPTION"
    NONCOVERED = "NONCOVERED"
    TRANSFERRED_IN = "TRANSFERRED_IN"
    STATEMENT_DATE = "STATEMENT_DATE"
    SAME_ORDER = "SAME_ORDER"
    SOLD_BEFORE = "SOLD_BEFORE"
    OLDER_SHARES = "OLDER_SHARES"
    VEST = "VEST"
    COMPENSATION = "COMPENSATION"
    CONSTRUCTIVE_SALE = "CONSTRUCTIVE_SALE"
    SECTION_267 = "SECTION_267"
    SECTION_852 = "SECTION_852"
    SECTION_1059 = "SECTION_1059"
    METHOD_MISMATCH = "METHOD_MISMATCH"
    EARLIER_DIFFERENCE = "EARLIER_DIFFERENCE"
    ROUNDING = "ROUNDING"
    UNEXPLAINED = "UNEXPLAINED"


MEANINGS: Final = {
    Reason.CROSS_ACCOUNT: "the replacement was bought in another account",
    Reason.SPOUSE: "the replacement was bought in the spouse's account",
    Reason.IRA_PERMANENT: "the replacement was bought in a tax-deferred account; "
    "the loss is gone for good",
    Reason.DIFFERENT_CUSIP: "the replacement is substantially identical under another CUSIP",
    Reason.OPTION: "an option stands for its underlying, or stock for a listed option",
    Reason.NONCOVERED: "the sold lot or its replacement is no covered security",
    Reason.TRANSFERRED_IN: "the replacement was bought in another account and moved in",
    Reason.STATEMENT_DATE: "the replacement was bought after the day of the statement",
    Reason.SAME_ORDER: "the replacement was sold by the same order, and one side counts it (D1)",
    Reason.SOLD_BEFORE: "the replacement was sold before the loss, and one side counts it (D2)",
    Reason.OLDER_SHARES: "the replacement is older than the sold lot, "
    "and one side leaves it out (D3)",
    Reason.VEST: "the replacement vested, and one side counts no vest as an acquisition (D16)",
    Reason.COMPENSATION: "income from compensation is in the taxpayer's basis alone (code B)",
    Reason.CONSTRUCTIVE_SALE: "a short sale against the box is a sale for the taxpayer alone",
    Reason.SECTION_267: "the loss is denied on a sale to a related party",
    Reason.SECTION_852: "a fund or REIT held for six months or less: part of the loss is denied or "
    "long-term",
    Reason.SECTION_1059: "an extraordinary dividend makes part of the loss long-term",
    Reason.METHOD_MISMATCH: "the two sides relieved different lots",
    Reason.EARLIER_DIFFERENCE: "the lot carries an earlier difference in its basis or holding "
    "period",
    Reason.ROUNDING: "a cent falls on another part of the same lot",
    Reason.UNEXPLAINED: "no reason was found: this is a defect",
}
"""Each reason in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCase:
    """What the tests must know of a link that one view has and the other lacks.

    ``loss`` and ``replacement`` are pairs of account and security.  ``is_identical_to_broker``:
    one CUSIP, as a broker tells securities apart, on the day of the sale.  ``opened_by`` is the
    action that brought the replacement.  ``is_in_same_order`` and ``is_sold_earlier``: the
    replacement was relieved by the order of the loss, or by an earlier one.  ``known_to`` is the
    last day of the broker's view, a day number.
    """

    link: Link
    loss: tuple[Account, Security]
    replacement: tuple[Account, Security]
    is_identical_to_broker: bool
    opened_by: Action
    is_in_same_order: bool
    is_sold_earlier: bool
    known_to: int
    taxpayer_policy: Policy
    broker_policy: Policy

    @property
    def is_same_account(self) -> bool:
        """Whether loss and replacement stand in one account."""
        return self.loss[0].id == self.replacement[0].id

    @property
    def has_option(self) -> bool:
        """Whether one of the two is an option."""
        return any(s.kind is SecurityKind.OPTION for _, s in (self.loss, self.replacement))


def is_ira_permanent(case: LinkCase) -> bool:
    """Rev. Rul. 2008-5: bought in an IRA, the loss joins no basis; the broker sees one account."""
    return not case.is_same_account and case.replacement[0].kind.is_tax_deferred


def is_spouse(case: LinkCase) -> bool:
    """Pub. 550, "Wash sales": what a spouse buys counts; another owner's account is not seen."""
    owners = {case.loss[0].owner, case.replacement[0].owner}
    return not case.is_same_account and Owner.SPOUSE in owners and len(owners) > 1


def is_cross_account(case: LinkCase) -> bool:
    """Treas. Reg. 1.6045-1(d)(6)(iii)(B): another account, of neither a spouse nor an IRA."""
    return not (case.is_same_account or is_ira_permanent(case) or is_spouse(case))


def is_different_cusip(case: LinkCase) -> bool:
    """Treas. Reg. 1.6045-1(d)(6)(iii)(A): identical securities have the same CUSIP number."""
    return not case.is_identical_to_broker and not case.has_option


def is_option(case: LinkCase) -> bool:
    """26 USC 1091(a), last sentence: contracts and options count, for the taxpayer alone."""
    return not case.is_identical_to_broker and case.has_option


def is_noncovered(case: LinkCase) -> bool:
    """Treas. Reg. 1.6045-1(d)(6)(iii)(A): both purchase and sale are of covered securities."""
    return not case.link.is_covered


def is_transferred_in(case: LinkCase) -> bool:
    """Treas. Reg. 1.6045-1(d)(6)(iii)(B): bought in one account, moved into another."""
    is_moved = case.link.opened_in != case.link.replacement_place[0]
    return is_moved or case.opened_by is Action.TRANSFER_IN


def is_after_statement(case: LinkCase) -> bool:
    """26 USC 1091(a): the window goes on for 30 days, the statement ends on its day."""
    return case.link.acquired > case.known_to


def is_same_order(case: LinkCase) -> bool:
    """Decision D1: shares that leave in the order of the loss."""
    ours, theirs = case.taxpayer_policy, case.broker_policy
    return ours.held_after_sale != theirs.held_after_sale and case.is_in_same_order


def is_sold_before(case: LinkCase) -> bool:
    """Decision D2: shares that left before the loss."""
    ours, theirs = case.taxpayer_policy, case.broker_policy
    return ours.sold_before_counts != theirs.sold_before_counts and case.is_sold_earlier


def is_older_shares(case: LinkCase) -> bool:
    """Decision D3: shares bought before the sold lot."""
    ours, theirs = case.taxpayer_policy, case.broker_policy
    is_older = case.link.replacement_rank < case.link.rank
    return ours.count_older_than_sold != theirs.count_older_than_sold and is_older


def is_vest(case: LinkCase) -> bool:
    """Decision D16: shares that vest."""
    ours, theirs = case.taxpayer_policy, case.broker_policy
    is_read_apart = ours.rsu_vest_is_acquisition != theirs.rsu_vest_is_acquisition
    return is_read_apart and case.opened_by is Action.RSU_VEST


Test = Callable[[LinkCase], bool]

READINGS: Final[dict[Reason, Test]] = {
    Reason.SAME_ORDER: is_same_order,
    Reason.SOLD_BEFORE: is_sold_before,
    Reason.OLDER_SHARES: is_older_shares,
    Reason.VEST: is_vest,
}
"""Why either view may have a link that the other lacks: they read the law apart."""

LIMITS: Final[dict[Reason, Test]] = {
    Reason.IRA_PERMANENT: is_ira_permanent,
    Reason.SPOUSE: is_spouse,
    Reason.CROSS_ACCOUNT: is_cross_account,
    Reason.DIFFERENT_CUSIP: is_different_cusip,
    Reason.OPTION: is_option,
    Reason.NONCOVERED: is_noncovered,
    Reason.TRANSFERRED_IN: is_transferred_in,
    Reason.STATEMENT_DATE: is_after_statement,
}
"""Why a broker lacks a link of the taxpayer: it lies beyond what a broker looks at."""


def reasons_of(case: LinkCase, *, is_broker_short: bool) -> tuple[Reason, ...]:
    """Every reason that holds for a link; ``is_broker_short``: the broker's view has less of it."""
    tests = {**LIMITS, **READINGS} if is_broker_short else READINGS
    return tuple(reason for reason, test in tests.items() if test(case))


CHARACTER_REASONS: Final = {
    RELATED: Reason.SECTION_267,
    EXEMPT_INTEREST: Reason.SECTION_852,
    FUND: Reason.SECTION_852,
    REIT: Reason.SECTION_852,
    EXTRAORDINARY: Reason.SECTION_1059,
}


def character_reasons(rules: int) -> tuple[Reason, ...]:
    """The neighbouring rules that had a say in the taxpayer's row: a broker applies none."""
    found = (reason for rule, reason in CHARACTER_REASONS.items() if rules & rule)
    return tuple(dict.fromkeys(found))
