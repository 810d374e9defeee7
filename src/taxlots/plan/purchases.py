"""Purchases that can replace a loss of the as-of date: those made, and those that are scheduled."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from taxlots.book.record import Acquisition
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.harvest_rule import ScheduledPurchases
from taxlots.domain.money import shares
from taxlots.domain.scheduled import ScheduledEvent, ScheduledKind
from taxlots.law.s1091_wash_sale import in_window
from taxlots.plan.appraisal import UNITS_PER_CENT
from taxlots.plan.free_day import first_free_day
from taxlots.plan.situation import Index


@dataclass(frozen=True, slots=True)
class Purchase:
    """An acquisition in the window: ``units`` of it (1e-8) have not replaced a loss yet.

    ``lot_id`` is blank for what is only scheduled; ``kind`` is ``purchase`` or the kind of the
    scheduled event.  ``sold_units`` are those of ``units`` that have been sold again.
    ``order_id`` names the order of a purchase that is approved and not executed yet.
    """

    lot_id: str
    account: Account
    symbol: str
    day: int
    units: int
    multiplier: int
    kind: str
    sold_units: int = 0
    is_compensation: bool = False
    order_id: str = ""

    @property
    def safe_from(self) -> date:
        """The first day on which a loss sale is not replaced by this purchase."""
        return first_free_day(self.day)

    def __str__(self) -> str:
        verb = "bought" if self.lot_id else f"{self.kind} scheduled"
        name = f" (lot {self.lot_id})" if self.lot_id else ""
        return (
            f"{shares(self.units)} {self.symbol} {verb} in {self.account.id}"
            f" on {date_of(self.day)}{name}"
        )


@dataclass(slots=True)
class Pool:
    """The purchases of one wash-sale party and family in order of acquisition.

    ``left`` is how many units of each have not been set against a sale of the plan, and ``sold``
    are the ids of the lots that the plan sells.
    """

    purchases: tuple[Purchase, ...] = ()
    left: list[int] = field(default_factory=list)
    sold: set[str] = field(default_factory=set)

    def fresh(self) -> "Pool":
        """The pool before the plan sells anything."""
        return Pool(self.purchases, [purchase.units for purchase in self.purchases])


def pools_of(index: Index) -> tuple[dict[tuple[str, str], Pool], dict[tuple[str, str], list[str]]]:
    """The purchases that block, by party and family, and notes on scheduled ones that do not."""
    found: dict[tuple[str, str], list[Purchase]] = {}
    notes: dict[tuple[str, str], list[str]] = {}
    for purchase in _booked(index):
        found.setdefault(_key(index, purchase.account, purchase.symbol), []).append(purchase)
    for event in index.situation.scheduled:
        if not is_purchase(event, index):
            continue
        account = index.accounts[event.account]
        key = _key(index, account, event.symbol)
        purchase_or_none = scheduled_purchase(event, index)
        if purchase_or_none is None:
            text = f"{event.kind} of {event.symbol} is scheduled in {account.id} on {event.day}"
            notes.setdefault(key, []).append(text)
        else:
            found.setdefault(key, []).append(purchase_or_none)
    pools = {}
    for key, purchases in found.items():
        ordered = tuple(sorted(purchases, key=lambda purchase: purchase.day))
        pools[key] = Pool(ordered).fresh()
    return pools, notes


def _key(index: Index, account: Account, symbol: str) -> tuple[str, str]:
    return index.party[account.id], index.identity.family(symbol)


def _booked(index: Index) -> Iterator[Purchase]:
    day = index.situation.day
    for acquisition in index.situation.acquisitions:
        acquired = day_of(acquisition.acquired)
        account = index.accounts[acquisition.account]
        units = _unused(acquisition, account, index)
        if units > 0 and acquired <= day and in_window(day, acquired):
            yield Purchase(
                lot_id=acquisition.lot_id,
                account=account,
                symbol=acquisition.symbol,
                day=acquired,
                units=units,
                multiplier=index.security(acquisition.symbol).multiplier,
                kind="purchase",
                sold_units=max(0, units - acquisition.held),
                is_compensation=acquisition.is_compensation,
            )


def _unused(acquisition: Acquisition, account: Account, index: Index) -> int:
    """How many units may still replace a loss, under the reading that the rule asks for."""
    policy = index.situation.policy
    if index.situation.rule.strict:
        return acquisition.unused
    if acquisition.is_compensation and not policy.rsu_vest_is_acquisition:
        return 0
    if account.kind is AccountKind.TAXABLE_MTM_475 and not policy.mtm475_purchase_replaces:
        return 0
    return acquisition.unused if policy.sold_before_counts else acquisition.held


def is_purchase(event: ScheduledEvent, index: Index) -> bool:
    """Whether an event of the 30 days to come acquires shares."""
    situation = index.situation
    day = day_of(event.day)
    is_near = day >= situation.day and in_window(situation.day, day)
    return is_near and acquires(event, index)


def acquires(event: ScheduledEvent, index: Index) -> bool:
    """Whether an event acquires shares, whatever its day."""
    situation = index.situation
    if not event.symbol:
        return False
    match event.kind:
        case ScheduledKind.RECURRING:
            return True
        case ScheduledKind.VEST:
            return situation.rule.strict or situation.policy.rsu_vest_is_acquisition
        case ScheduledKind.DIVIDEND:
            return index.reinvests(index.accounts[event.account], event.symbol)
        case _:
            return False


def scheduled_purchase(event: ScheduledEvent, index: Index) -> Purchase | None:
    """The purchase that an event will be; None if it is only told or its size is not known.

    An amount buys at the last close, rounded up to the next 1e-8 unit.
    """
    situation = index.situation
    multiplier = index.security(event.symbol).multiplier
    quote = situation.quotes.get(event.symbol)
    units = event.quantity
    if units is None and event.amount_cents is not None and quote is not None:
        units = -(-event.amount_cents * UNITS_PER_CENT // (quote.close * multiplier))
    if not units or situation.rule.scheduled is ScheduledPurchases.TELL:
        return None
    return Purchase(
        lot_id="",
        account=index.accounts[event.account],
        symbol=event.symbol,
        day=day_of(event.day),
        units=units,
        multiplier=multiplier,
        kind=event.kind,
        is_compensation=event.kind is ScheduledKind.VEST,
    )
