"""A recorded harvest or rebalance, and what people did with it: changes, approvals, fills."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from taxlots.domain.order import OrderAction


class RunKind(StrEnum):
    """What was recorded."""

    HARVEST = "harvest"
    REBALANCE = "rebalance"


class OverrideAction(StrEnum):
    """How a person changes a recorded run."""

    EXCLUDE = "exclude"
    CAP = "cap"
    REPLACE = "replace"
    FORCE = "force"


class OrderState(StrEnum):
    """Where an order of a run stands: to be looked at, taken out, signed, or executed."""

    PROPOSED = "proposed"
    EXCLUDED = "excluded"
    APPROVED = "approved"
    PARTLY_FILLED = "partly filled"
    FILLED = "filled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """One order of a run.  ``quantity`` is in 1e-8 units, ``lot_id`` blank for a purchase.

    ``for_symbol`` is the security that is sold: of a purchase of a harvest, the one whose proxy is
    bought; a purchase of a rebalance is for itself.
    ``cells`` is its row of ``orders.csv``.  ``session`` is the day on which it is to be traded
    where the trades of its run go over several, None where all are traded on the day of the run.
    """

    client_order_id: str
    household: str
    account: str
    side: OrderAction
    symbol: str
    quantity: int
    lot_id: str
    for_symbol: str
    cells: Mapping[str, str]
    session: date | None = None

    @property
    def is_contract(self) -> bool:
        """Whether it is for futures, a swap or a forward: its row is of ``contract_orders.csv``."""
        return "unit" in self.cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One change of a run.  ``client_order_id`` names the order, ``lot_id`` the lot.

    ``quantity`` (1e-8 units) is what is left of a capped order, or the purchase of a replacement
    for all of the planned proceeds, ``symbol`` that replacement.  ``until`` is the first day on
    which later runs may propose an excluded lot again.  ``order`` is what is sold by force though
    the run did not propose it.
    """

    actor: str
    reason: str
    action: OverrideAction
    client_order_id: str
    lot_id: str = ""
    quantity: int | None = None
    symbol: str = ""
    until: date | None = None
    order: RunOrder | None = None
    recorded_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The signature of one person under one order, whose cells then had ``order_hash``."""

    actor: str
    client_order_id: str
    order_hash: str
    reason: str = ""
    recorded_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One fill of an order, of one lot if it is a sale.

    ``quantity`` is in 1e-8 units; ``amount_cents`` is what was paid or received, fees included.
    ``price`` is per unit in 1e-8 dollars, None where it was not told.  ``line`` is that of the
    file, ``transaction_id`` the row of the journal that books it, blank where none does.
    """

    line: int
    client_order_id: str
    account: str
    side: OrderAction
    symbol: str
    lot_id: str
    day: date
    quantity: int
    amount_cents: int
    price: int | None = None
    transaction_id: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)


class BreakKind(StrEnum):
    """How the fills of a run differ from what was signed."""

    OTHER_LOT = "OTHER_LOT"
    OTHER_QUANTITY = "OTHER_QUANTITY"
    OTHER_ACCOUNT = "OTHER_ACCOUNT"
    OTHER_SECURITY = "OTHER_SECURITY"
    OTHER_SIDE = "OTHER_SIDE"
    OTHER_DAY = "OTHER_DAY"
    PRICE = "PRICE"
    PARTIAL = "PARTIAL"
    NOT_FILLED = "NOT_FILLED"
    NOT_APPROVED = "NOT_APPROVED"
    EXTRA_FILL = "EXTRA_FILL"


@dataclass(frozen=True, slots=True, kw_only=True)
class FillBreak:
    """One difference between plan and fills, as text for people."""

    kind: BreakKind
    client_order_id: str
    account: str
    symbol: str
    lot_id: str
    planned: str
    confirmed: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestRun:
    """One recorded harvest or rebalance.  ``plan_hash`` is the SHA-256 of every line of its files.

    ``number``, ``recorded_at`` and ``actor`` are blank until it is recorded.  ``verdicts`` counts
    the open lots that a harvest looked at; a rebalance has none.
    """

    as_of: date
    engine_version: str
    rules_version: str
    checkers_apart: bool
    journal_rows: int
    journal_hash: str
    reference_rows: int
    reference_hash: str
    plan_hash: str
    verdicts: int
    manifest: str
    orders: tuple[RunOrder, ...] = ()
    number: int = 0
    recorded_at: str = ""
    actor: str = ""
    kind: RunKind = RunKind.HARVEST

    @property
    def label(self) -> str:
        """How messages name it: ``harvest 1``."""
        return f"{self.kind} {self.number}"
