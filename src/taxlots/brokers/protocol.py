"""What a custodian's file says, in the terms of the book: the shape that every importer returns.

An importer is a module of this package with a constant ``BROKER``: one object with the three
members of ``BrokerFile``.  ``brokers.registry`` finds it there.  It reads text, touches no disk and
no clock, and knows no ledger.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal, Protocol

from taxlots.domain.problem import Problem, Severity

HEAD_CHARS = 8_192
"""How much of a file ``BrokerFile.can_read`` needs to see."""

_NOT_IN_IDS = re.compile(r"[^0-9A-Za-z._-]")


def identified(broker: str, account: str, number: str) -> str:
    """The ``id`` of a row to which its custodian gave ``number``; blank without one.

    ``account`` is blank where the custodian's numbers are its own in every account.  An id holds
    no colon, semicolon, comma or space; what else cannot stand in one is written as its code.
    """
    if not number.strip():
        return ""
    parts = (broker, account, number.strip())
    return "-".join(_NOT_IN_IDS.sub(lambda c: f"%{ord(c[0]):x}", part) for part in parts if part)


class FileKind(StrEnum):
    """What a custodian's file holds."""

    TRANSACTIONS = "transactions"
    OPEN_LOTS = "open_lots"
    REALIZED_LOTS = "realized_lots"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerRow:
    """One row for the journal.

    ``cells`` holds canonical text by the names of ``domain.action.COLUMNS``; a column that is
    not there is blank.  There is an ``id`` only where the custodian numbers its transactions, once
    and for good: ``identified`` makes it.  Custodians that give none leave it to the journal, and
    equal rows are legal.  ``line`` is where the row starts in the file (of several source rows,
    the first), ``raw`` the text of its source rows, unchanged.
    """

    line: int
    cells: dict[str, str]
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodianOpenLot:
    """One open lot as the custodian keeps it.  Quantity in 1e-8 shares, money in cents.

    ``opened`` and ``cost_basis_cents`` are what the custodian reports for tax, with its own wash
    sale adjustments; ``transaction_opened`` and ``unadjusted_cost_basis_cents`` are the purchase
    itself where the file tells both.  None: the custodian does not know.  ``opening_id`` is the
    ``id`` of the row that opened the lot, where the file tells it; ``is_short`` marks what is owed.
    """

    line: int
    symbol: str
    opened: date | None
    quantity: int
    cost_basis_cents: int | None
    unadjusted_cost_basis_cents: int | None = None
    transaction_opened: date | None = None
    disallowed_cents: int = 0
    term: Literal["ST", "LT", ""] = ""
    cusip: str = ""
    opening_id: str = ""
    is_short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodianRealizedLot:
    """One closed lot as the custodian reports it.  Quantity in 1e-8 shares, money in cents.

    ``gain_cents`` is proceeds less cost basis, before ``disallowed_cents`` (never negative) is
    added back.  ``term`` is blank where one row mixes both.  None: the custodian does not know.
    A file may name the security by ``cusip`` or ``description`` alone, and tell no quantity (0).

    Form 1099-B tells more (its boxes in brackets): ``has_various_dates`` [1b] where one row closes
    lots of several days, so that ``opened`` is None; ``adjustments`` are codes and signed cents of
    columns (f) and (g) of Form 8949; ``form_8949_box`` its check box, ``A`` to ``L``, or ``X``: the
    broker cannot tell; ``is_ordinary``, ``is_collectible`` and ``is_qof`` [2, 3];
    ``is_net_proceeds`` [6]; ``is_loss_not_allowed`` [7]; ``covered`` [5, inverted];
    ``is_basis_reported`` to the IRS [12].  None: the file does not say.
    """

    line: int
    symbol: str
    closed: date
    opened: date | None
    quantity: int
    proceeds_cents: int
    cost_basis_cents: int | None
    unadjusted_cost_basis_cents: int | None = None
    transaction_cost_basis_cents: int | None = None
    gain_cents: int | None = None
    term: Literal["ST", "LT", ""] = ""
    wash_sale: bool = False
    disallowed_cents: int = 0
    cusip: str = ""
    description: str = ""
    opening_id: str = ""
    closing_id: str = ""
    is_short: bool = False
    has_various_dates: bool = False
    covered: bool | None = None
    is_basis_reported: bool | None = None
    is_net_proceeds: bool | None = None
    form_8949_box: str = ""
    adjustments: tuple[tuple[str, int], ...] = ()
    accrued_market_discount_cents: int = 0
    federal_tax_withheld_cents: int = 0
    is_ordinary: bool = False
    is_collectible: bool = False
    is_qof: bool = False
    is_loss_not_allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that one file says, or why it cannot be used.

    With an error among ``problems`` there are no rows and no lots: a file is read whole or not
    at all.  ``rows`` are in booking order, oldest first.  ``as_of`` is the day of the statement;
    ``statement_account`` the account as the file names it, masked.  ``securities`` holds what the
    file tells of its securities (CUSIP, an option's contract), as canonical text by the columns of
    ``securities.csv``, each with a ``symbol``; what the book says already is not overwritten.

    ``kind`` names the main content.  A file may hold more: ``rows``, ``open_lots`` and
    ``realized_lots`` may all be filled.  ``tax_year`` and ``is_corrected`` are those of a tax form.
    """

    broker: str
    file: str
    account: str
    kind: FileKind | None = None
    as_of: date | None = None
    statement_account: str = ""
    rows: tuple[BrokerRow, ...] = ()
    open_lots: tuple[CustodianOpenLot, ...] = ()
    realized_lots: tuple[CustodianRealizedLot, ...] = ()
    securities: tuple[dict[str, str], ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    tax_year: int | None = None
    is_corrected: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether an error keeps the file out of the book."""
        return any(p.severity is Severity.ERROR for p in self.problems)

    @property
    def first_date(self) -> date | None:
        """The earliest date of a row, None without rows."""
        return date.fromisoformat(self.rows[0].cells["date"]) if self.rows else None


class BrokerFile(Protocol):
    """Reads the files of one custodian."""

    @property
    def name(self) -> str:
        """The name that ``--broker`` takes."""

    def can_read(self, head: str) -> bool:
        """Whether this looks like the custodian's file, by its first ``HEAD_CHARS`` characters.

        File names are not looked at: people rename files.
        """

    def read(
        self,
        text: str,
        *,
        file: str,
        account: str,
        as_of: date | None = None,
        held: dict[str, int] | None = None,
        statement_account: str | None = None,
    ) -> Reading:
        """Read one account of one file.

        ``file`` names it in problems, ``account`` is the book's id for the account.
        ``statement_account`` is the number of that account as the file writes it, for files that
        hold several: its rows alone are read.  A file of several accounts without it is the error
        ``SEVERAL_ACCOUNTS``, a number that the file does not hold ``NO_SUCH_ACCOUNT``.  ``as_of``
        is the day of the statement for files that do not tell it (rows dated later are errors).
        ``held`` maps symbols to the 1e-8 shares that the account held before the file's first
        row (absent: none); without it, the importer knows only of what the file shows.  Bad
        data is never an exception.
        """
