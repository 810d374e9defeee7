"""The queue of purchases that a sale would meet, read as the book reads it and more strictly.

What the book's own policy washes comes first, from a dry run of the fold where there is one; what
is left of the loss then meets the purchases that count only under a stricter reading of an open
question.  Each share serves once, and losses already realized come before this one
(Treas. Reg. 1.1091-1(b) to (e)).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from taxlots.book.kinds import STEPS_UP
from taxlots.book.results import RULES
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import apportion, shares
from taxlots.law.s1091_wash_sale import disallowed_part, in_window
from taxlots.plan.considered_trades import ConsideredSale, FoldMatch, SoldPart
from taxlots.plan.guard import Guard, outcome_in
from taxlots.plan.purchases import Purchase
from taxlots.plan.trade_check import Because


@dataclass(slots=True)
class Layer:
    """Units of a purchase that count under one reading; none of the decisions: under the book's."""

    left: int
    decisions: tuple[str, ...]
    is_of_order: bool = False


@dataclass(slots=True)
class Candidate:
    """A purchase in the window of the sale, and its units in layers by reading."""

    purchase: Purchase
    layers: list[Layer]
    rank: int | None

    @property
    def is_scheduled(self) -> bool:
        """Whether it is still to come."""
        return not self.purchase.lot_id


@dataclass(slots=True)
class Loss:
    """A part that is sold at a loss, and how much of it has met a replacement."""

    part: SoldPart
    whole: int
    matched: int = 0
    cents: int = 0
    units: int = 0

    def take(self, equivalents: int) -> tuple[int, int]:
        """Let so many share equivalents of it be replaced; its units and cents for them."""
        self.matched += equivalents
        cents = disallowed_part(self.part.loss_cents, self.whole, self.cents, self.matched)
        units = apportion(self.part.quantity, self.matched, self.whole) - self.units
        self.cents += cents
        self.units += units
        return units, cents


class WashQueue:
    """One considered sale against everything that may replace its losses."""

    def __init__(self, guard: Guard, account: Account, symbol: str, sale: ConsideredSale) -> None:
        self.guard = guard
        self.index = guard.index
        self.policy = self.index.situation.policy
        self.account = account
        self.symbol = symbol
        self.sale = sale
        multiplier = self.index.security(symbol).multiplier
        self.losses = {
            place: Loss(part, part.quantity * multiplier)
            for place, part in enumerate(sale.parts)
            if part.loss_cents > 0
        }
        self.multiplier = multiplier
        self.candidates = list(self._candidates()) if self.losses else []
        self.because: list[Because] = []

    def run(self, *, is_confirmed: bool) -> None:
        """Match the losses, in the order of their lots.

        ``is_confirmed`` says that the sale's matches are those of the fold; without, the book's
        reading is taken from the queue as well.
        """
        for match in self.sale.matches:
            self._take_from_fold(match)
        for is_strict, is_scheduled in (
            (False, False),
            (False, True),
            (True, False),
            (True, True),
        ):
            if is_confirmed and not is_strict and not is_scheduled:
                continue
            if is_scheduled and not is_strict:
                self._serve_waiting_losses()
            self._match_layer(is_strict=is_strict, is_scheduled=is_scheduled)
        self._tell_of_the_rest()

    def _match_layer(self, *, is_strict: bool, is_scheduled: bool) -> None:
        for loss in sorted(self.losses.values(), key=lambda loss: loss.part.rank):
            for candidate in self.candidates:
                if loss.matched >= loss.whole:
                    break
                if candidate.is_scheduled is not is_scheduled:
                    continue
                for layer in candidate.layers:
                    decisions = self._decisions(candidate, layer, loss.part)
                    if decisions is not None and bool(decisions) is is_strict and layer.left > 0:
                        self._match(loss, candidate, layer, decisions)

    def _match(
        self, loss: Loss, candidate: Candidate, layer: Layer, decisions: tuple[str, ...]
    ) -> None:
        of_one = candidate.purchase.multiplier
        equivalents = min(loss.whole - loss.matched, layer.left * of_one)
        if equivalents <= 0:
            return
        layer.left -= -(-equivalents // of_one)
        units, cents = loss.take(equivalents)
        outcome = outcome_in(self.account, candidate.purchase.account, self.policy)
        self.because.append(
            because_of_purchase(candidate.purchase, loss.part, units, cents, outcome, decisions)
        )

    def _take_from_fold(self, match: FoldMatch) -> None:
        """Enter a match of the dry run, and use up the units of the queue that it takes."""
        loss = self.losses.get(match.part)
        if loss is None:
            return
        loss.matched += match.quantity * self.multiplier
        loss.cents += match.disallowed_cents
        loss.units += match.quantity
        purchase = self._purchase_of(match)
        self.because.append(
            because_of_purchase(
                purchase, loss.part, match.quantity, match.disallowed_cents, match.outcome, ()
            )
        )
        units = -(-match.quantity * self.multiplier // purchase.multiplier)
        for candidate in self.candidates:
            if candidate.purchase is purchase:
                for layer in candidate.layers:
                    taken = min(units, layer.left)
                    layer.left -= taken
                    units -= taken

    def _purchase_of(self, match: FoldMatch) -> Purchase:
        """The purchase of a match: that of the queue, else one that the queue does not know."""
        for candidate in self.candidates:
            if candidate.purchase.lot_id == match.lot_id:
                return candidate.purchase
        return Purchase(
            lot_id=match.lot_id,
            account=self.index.accounts[match.account],
            symbol=match.symbol,
            day=match.acquired,
            units=match.quantity,
            multiplier=self.index.security(match.symbol).multiplier,
            kind="purchase",
        )

    def _serve_waiting_losses(self) -> None:
        """Losses that are realized already take what is scheduled before this sale does."""
        situation = self.index.situation
        party = self.index.party[self.account.id]
        waiting = self.guard.waiting(party, self.index.identity.family(self.symbol))
        open_units = {
            place: loss.quantity * self.index.security(loss.symbol).multiplier
            for place, loss in enumerate(waiting)
        }
        for candidate in self.candidates:
            if not candidate.is_scheduled:
                continue
            purchase = candidate.purchase
            for place, loss in enumerate(waiting):
                sold = day_of(loss.sold)
                if in_window(sold, purchase.day) and situation.book_identity.replaces(
                    purchase.symbol, loss.symbol, sold
                ):
                    for layer in candidate.layers:
                        if layer.decisions:
                            continue
                        taken = min(open_units[place], layer.left * purchase.multiplier)
                        open_units[place] -= taken
                        layer.left -= -(-taken // purchase.multiplier)

    def _tell_of_the_rest(self) -> None:
        """Purchases in the way that find the loss met already: they move the safe date."""
        told = {(one.id, one.account) for one in self.because}
        for candidate in self.candidates:
            key = name_of(candidate.purchase), candidate.purchase.account.id
            if key in told:
                continue
            for loss in self.losses.values():
                found = [
                    decisions
                    for layer in candidate.layers
                    if layer.left > 0
                    and (decisions := self._decisions(candidate, layer, loss.part)) is not None
                ]
                if found:
                    outcome = outcome_in(self.account, candidate.purchase.account, self.policy)
                    rest = because_of_purchase(
                        candidate.purchase, loss.part, 0, 0, outcome, min(found, key=len)
                    )
                    self.because.append(rest)
                    break

    def _decisions(
        self, candidate: Candidate, layer: Layer, part: SoldPart
    ) -> tuple[str, ...] | None:
        """The decisions under which a layer replaces the loss of a part; None where it never does.

        Shares of the lot itself do not (Rev. Rul. 56-602), nor does what the order has sold before.
        """
        if candidate.purchase.lot_id == part.lot_id:
            return None
        rank = candidate.rank
        if layer.is_of_order and (rank is None or rank < part.rank):
            return None
        is_older = candidate.purchase.day < part.acquired
        if candidate.purchase.day == part.acquired and rank is not None:
            is_older = rank < part.rank
        if is_older and not self.policy.count_older_than_sold:
            return (*layer.decisions, "D3")
        return layer.decisions

    def _candidates(self) -> Iterator[Candidate]:
        """Every purchase of the party in the window, its units by the reading that they need."""
        party = self.index.party[self.account.id]
        pool = self.guard.pool(party, self.index.identity.family(self.symbol))
        sold = unserved_units(self.sale.parts)
        ranks = {part.lot_id: part.rank for part in self.sale.parts}
        for lot in self.guard.lots_named({purchase.lot_id for purchase in pool.purchases}):
            ranks.setdefault(lot.lot_id, lot.rank)
        for purchase in pool.purchases:
            if self.index.replaces(purchase.symbol, self.symbol):
                held = purchase.units - purchase.sold_units
                of_order = min(held, sold.get(purchase.lot_id, 0))
                rank = ranks.get(purchase.lot_id)
                yield Candidate(purchase, self._layers(purchase, of_order), rank)

    def _layers(self, purchase: Purchase, of_order: int) -> list[Layer]:
        """A purchase's units: still held after the order, sold by it, sold before it."""
        always = tuple(decisions_on(purchase, self.symbol, self.guard))
        in_order = () if not self.policy.held_after_sale else ("D1",)
        before = () if self.policy.sold_before_counts else ("D2",)
        held = purchase.units - purchase.sold_units - of_order
        layers = [
            Layer(held, always),
            Layer(of_order, (*in_order, *always), is_of_order=True),
            Layer(purchase.sold_units, (*before, *always)),
        ]
        return [layer for layer in layers if layer.left > 0]


def decisions_on(purchase: Purchase, sold: str, guard: Guard) -> Iterator[str]:
    """The open questions that have to be read against the taxpayer for a purchase to replace."""
    situation = guard.index.situation
    policy = situation.policy
    if purchase.is_compensation and not policy.rsu_vest_is_acquisition:
        yield "D16"
    if not situation.book_identity.replaces(purchase.symbol, sold, situation.day):
        yield "D17"
    is_marked = purchase.account.kind is AccountKind.TAXABLE_MTM_475
    if is_marked and not policy.mtm475_purchase_replaces:
        yield "D19"


def unserved_units(parts: Sequence[SoldPart]) -> Mapping[str, int]:
    """How much of each lot is sold that has not replaced a loss yet."""
    found: dict[str, int] = {}
    for part in parts:
        if not part.has_served:
            found[part.lot_id] = found.get(part.lot_id, 0) + part.quantity
    return found


def name_of(purchase: Purchase) -> str:
    """The id of a purchase; one that is only scheduled is named by what it is."""
    if purchase.lot_id or purchase.order_id:
        return purchase.lot_id or purchase.order_id
    return f"{purchase.kind} {shares(purchase.units)} {purchase.symbol} {date_of(purchase.day)}"


def because_of_purchase(
    purchase: Purchase,
    part: SoldPart,
    units: int,
    cents: int,
    outcome: int,
    decisions: tuple[str, ...],
) -> Because:
    """What a purchase does to the loss of a part."""
    return Because(
        id=name_of(purchase),
        lot_id=part.lot_id,
        account=purchase.account.id,
        symbol=purchase.symbol,
        day=date_of(purchase.day),
        quantity=units,
        loss_cents=cents,
        permanent_cents=0 if outcome == STEPS_UP else cents,
        kind=purchase.kind,
        rule=RULES[outcome],
        decisions=decisions,
        until=purchase.safe_from,
    )
