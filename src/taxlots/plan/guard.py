"""The guard: what section 1091 would make of a sale or a purchase on the as-of date.

It reads the window strictly unless the rule says otherwise: shares that were bought and sold
again, the spouse's, those of a section 475 account, vests and securities on one index all count.
Shares of the lot that is sold never replace its loss (Rev. Rul. 56-602).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from taxlots.book.kinds import (
    PERMANENT_DEFERRED,
    PERMANENT_RETURN,
    PERMANENT_SPOUSE,
    STEPS_UP,
)
from taxlots.book.record import OpenLot, WaitingLoss
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.calendar import day_of
from taxlots.domain.policy import Policy
from taxlots.domain.verdict import WashStatus
from taxlots.law.s1091_wash_sale import (
    disallowed_part,
    in_window,
    is_permanent_in,
    window_start,
)
from taxlots.plan.purchases import Pool, Purchase, pools_of
from taxlots.plan.situation import Index


@dataclass(frozen=True, slots=True)
class Blocker:
    """A purchase that stands in the way of a sale.

    ``place`` is its place in the pool, ``available`` its units that are not used yet, ``taken``
    those that the sale would use.  ``is_by_books``: the book's own policy says so too, and not the
    strict reading alone.
    """

    purchase: Purchase
    place: int
    available: int
    taken: int
    is_permanent: bool
    is_by_books: bool = True


@dataclass(frozen=True, slots=True)
class WashCheck:
    """What a sale of a whole lot would suffer.

    ``blocked_quantity`` is in the lot's 1e-8 units and ``disallowed_cents`` is the loss on it.
    The loss on the rest stands if the whole lot is sold: the first shares that are sold at a loss
    are those whose loss is disallowed, whichever they are (Treas. Reg. 1.1091-1(c)).
    ``safe_from`` is the first day on which no purchase known today stands in the way.
    ``replaces_in_plan``: a loss that the same plan sells is deferred into the lot.
    ``replaced_in_plan``: its own loss would be deferred into shares that the same plan sells.
    """

    status: WashStatus
    blocked_quantity: int = 0
    disallowed_cents: int = 0
    safe_from: date | None = None
    blockers: tuple[Blocker, ...] = ()
    replaces_in_plan: bool = False
    replaced_in_plan: bool = False


FREE = WashCheck(WashStatus.OK)
REPLACING = WashCheck(WashStatus.OK, replaces_in_plan=True)


class Guard:
    """Asks of every sale and purchase whether it would be washed, or wash another.

    One guard serves one situation.  ``pool`` gives the purchases against which a party's sales of
    one family are tested; ``check`` tests, ``use`` sets a sale against them.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self._pools, self._notes = pools_of(index)
        self._waiting: dict[tuple[str, str], list[WaitingLoss]] = {}
        for loss in index.situation.waiting_losses:
            if in_window(day_of(loss.sold), index.situation.day) and loss.quantity > 0:
                key = index.party[loss.account], index.identity.family(loss.symbol)
                self._waiting.setdefault(key, []).append(loss)
        self._holders: dict[tuple[str, str], set[tuple[str, str]]] = {}
        held = dict.fromkeys((lot.account, lot.symbol) for lot in index.situation.lots)
        for account_id, symbol in held | dict.fromkeys(index.situation.aside):
            key = index.party[account_id], index.identity.family(symbol)
            self._holders.setdefault(key, set()).add((account_id, symbol))
        self._of_others: dict[tuple[str, str], list[tuple[str, Purchase]]] = {}
        for (party, family), pool in self._pools.items():
            for purchase in pool.purchases:
                same_roof = self._of_others.setdefault((purchase.account.household, family), [])
                same_roof.append((party, purchase))
        self._gaps: dict[str, list[str]] = {}
        for account in index.situation.accounts:
            gaps = self._gaps.setdefault(index.party[account.id], [])
            if account.data_through and account.data_through < index.situation.as_of:
                gaps.append(f"{account.id} is known only through {account.data_through}")
            if account.data_from and day_of(account.data_from) > window_start(index.situation.day):
                gaps.append(f"{account.id} is known only from {account.data_from}")
        self._told: dict[tuple[str, str], tuple[str, ...]] = {}
        self._lots: dict[str, list[OpenLot]] = {}

    def pool(self, party: str, family: str) -> Pool:
        """The purchases of a party in a family, none of them set against a sale yet."""
        return self._pools.get((party, family), Pool()).fresh()

    def expect(self, purchases: Iterable[Purchase]) -> None:
        """Reckon with purchases that are approved and not executed yet."""
        for purchase in purchases:
            key = self.index.party[purchase.account.id], self.index.identity.family(purchase.symbol)
            known = self._pools.get(key, Pool()).purchases
            ordered = tuple(sorted((*known, purchase), key=lambda one: one.day))
            self._pools[key] = Pool(ordered).fresh()

    def check(self, lot: OpenLot, loss_cents: int, pool: Pool) -> WashCheck:
        """Test a sale of a whole lot against the purchases that are left in the pool."""
        security = self.index.security(lot.symbol)
        if security.kind.is_exempt_from_1091 or not pool.purchases:
            return FREE
        whole = lot.quantity * security.multiplier
        needed = whole
        blockers = []
        for place, purchase in self._replacements(lot, pool):
            available = pool.left[place]
            equivalents = min(needed, available * purchase.multiplier)
            needed -= equivalents
            blockers.append(
                Blocker(
                    purchase=purchase,
                    place=place,
                    available=available,
                    taken=-(-equivalents // purchase.multiplier),
                    is_permanent=self._is_permanent(lot, purchase) and equivalents > 0,
                    is_by_books=self._is_by_books(lot, purchase),
                )
            )
        if not blockers:
            return self.check_gain(lot, pool)
        matched = whole - needed
        return WashCheck(
            status=_status(blockers, is_partial=needed > 0),
            blocked_quantity=-(-matched // security.multiplier),
            disallowed_cents=disallowed_part(loss_cents, whole, 0, matched),
            safe_from=max(b.purchase.safe_from for b in blockers),
            blockers=tuple(blockers),
            replaces_in_plan=_replaces_in_plan(lot, pool),
            replaced_in_plan=any(b.taken and b.purchase.lot_id in pool.sold for b in blockers),
        )

    def check_gain(self, lot: OpenLot, pool: Pool) -> WashCheck:
        """The same of a sale without a loss, or of one that nothing replaces."""
        return REPLACING if _replaces_in_plan(lot, pool) else FREE

    def use(self, lot: OpenLot, check: WashCheck, pool: Pool) -> None:
        """Set a sale against the purchases that replace its loss: each share serves once."""
        pool.sold.add(lot.lot_id)
        for blocker in check.blockers:
            pool.left[blocker.place] -= blocker.taken

    def waiting_loss_washed_by(self, symbol: str, party: str) -> WaitingLoss | None:
        """A loss already realized that a purchase of the as-of date would disallow."""
        family = self.index.identity.family(symbol)
        for loss in self._waiting.get((party, family), ()):
            if self.index.identity.replaces(symbol, loss.symbol, day_of(loss.sold)):
                return loss
        return None

    def waiting(self, party: str, family: str) -> list[WaitingLoss]:
        """The losses of a party in a family whose window is open, oldest first."""
        return self._waiting.get((party, family), [])

    def gaps(self, party: str) -> list[str]:
        """What the data of a party's accounts do not cover of the window."""
        return self._gaps.get(party, [])

    def of_others(self, household: str, family: str) -> Iterator[tuple[str, Purchase]]:
        """The purchases of a household in a family, each with its party."""
        yield from self._of_others.get((household, family), ())

    def holders(self, party: str, family: str) -> list[tuple[str, str]]:
        """The accounts of a party that hold securities of a family, each with the symbol."""
        return sorted(self._holders.get((party, family), ()))

    def lots_named(self, names: Collection[str]) -> Iterator[OpenLot]:
        """The open sub-lots of some lots."""
        if not self._lots:
            for lot in self.index.situation.lots:
                self._lots.setdefault(lot.lot_id, []).append(lot)
        for name in names:
            yield from self._lots.get(name, ())

    def open_losses(self) -> Iterator[tuple[str, WaitingLoss]]:
        """Every loss whose window is open, with its party."""
        for (party, _), losses in self._waiting.items():
            for loss in losses:
                yield party, loss

    def booked_purchases(self) -> Iterator[tuple[str, Purchase]]:
        """Every purchase in the window that is made already, with its party."""
        for (party, _), pool in self._pools.items():
            for purchase in pool.purchases:
                if purchase.lot_id:
                    yield party, purchase

    def told(self, account: Account, symbol: str) -> tuple[str, ...]:
        """What does not block a sale in an account, but should be known before it."""
        key = self.index.party[account.id], symbol
        if key not in self._told:
            self._told[key] = tuple(self._notes_on(*key, account.household))
        return self._told[key]

    def _replacements(self, lot: OpenLot, pool: Pool) -> Iterator[tuple[int, Purchase]]:
        """The purchases of a pool that would replace a loss on a lot, with their places."""
        situation = self.index.situation
        newer_only = not situation.rule.strict and not situation.policy.count_older_than_sold
        for place, purchase in enumerate(pool.purchases):
            if pool.left[place] <= 0 or purchase.lot_id == lot.lot_id:
                continue
            if newer_only and purchase.day < day_of(lot.acquired):
                continue
            if self.index.replaces(purchase.symbol, lot.symbol):
                yield place, purchase

    def _is_by_books(self, lot: OpenLot, purchase: Purchase) -> bool:
        """Whether the books will match a purchase with a loss on a lot: D3, D16, D17 and D19.

        By D3 those of the lot's own day count by their hour, which is not known here.
        """
        situation = self.index.situation
        policy = situation.policy
        is_counted = policy.count_older_than_sold or purchase.day > day_of(lot.acquired)
        is_purchase = policy.rsu_vest_is_acquisition or not purchase.is_compensation
        is_marked = purchase.account.kind is AccountKind.TAXABLE_MTM_475
        is_identical = situation.book_identity.replaces(purchase.symbol, lot.symbol, situation.day)
        is_of_kind = policy.mtm475_purchase_replaces or not is_marked
        return is_counted and is_purchase and is_of_kind and is_identical

    def _is_permanent(self, lot: OpenLot, purchase: Purchase) -> bool:
        sold = self.index.accounts[lot.account]
        return is_lost_in(sold, purchase.account, self.index.situation.policy)

    def _notes_on(self, party: str, symbol: str, household: str) -> Iterator[str]:
        family = self.index.identity.family(symbol)
        for other, purchase in self._of_others.get((household, family), ()):
            if other != party and self.index.replaces(purchase.symbol, symbol):
                yield f"{purchase}: another taxpayer's account, told only"
        yield from self._notes.get((party, family), ())
        for name, held in sorted(self._holders.get((party, family), ())):
            account = self.index.accounts[name]
            if self.index.reinvests(account, held) and self.index.replaces(held, symbol):
                yield f"dividends of {held} are reinvested in {name}"
        yield from self._gaps.get(party, ())


def is_lost_in(sold: Account, replacing: Account, policy: Policy) -> bool:
    """Whether a loss that shares of another account replace joins no basis (decision D8)."""
    return outcome_in(sold, replacing, policy) != STEPS_UP


def outcome_in(sold: Account, replacing: Account, policy: Policy) -> int:
    """Where a loss goes that shares of another account replace, as the fold numbers outcomes."""
    if is_permanent_in(replacing.kind.is_tax_deferred):
        return PERMANENT_DEFERRED
    if sold.tax_return != replacing.tax_return:
        return PERMANENT_RETURN
    is_spouses = sold.owner != replacing.owner and Owner.JOINT not in (sold.owner, replacing.owner)
    return PERMANENT_SPOUSE if is_spouses and not policy.spouse_basis_step_up else STEPS_UP


def _replaces_in_plan(lot: OpenLot, pool: Pool) -> bool:
    """Whether shares of a lot serve already as replacement of what the plan sells."""
    return any(
        left < purchase.units and purchase.lot_id == lot.lot_id
        for purchase, left in zip(pool.purchases, pool.left, strict=True)
    )


def _status(blockers: list[Blocker], *, is_partial: bool) -> WashStatus:
    if any(blocker.is_permanent for blocker in blockers):
        return WashStatus.PERMANENT_RISK
    return WashStatus.PARTIAL if is_partial else WashStatus.BLOCKED
