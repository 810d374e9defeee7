"""The guard before an order: what section 1091 would make of a purchase or a sale of today.

It reads the stricter side of every open question and looks thirty days ahead, at what the book
knows to come.  It refuses nothing: a verdict is told, and whoever sells everything may do so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from taxlots.book.kinds import STEPS_UP
from taxlots.book.record import WaitingLoss
from taxlots.book.results import RULES
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.harvest_rule import ScheduledPurchases
from taxlots.law.s1091_wash_sale import disallowed_part, in_window, window_end
from taxlots.plan.considered_trades import ConsideredSale, FoldMatch
from taxlots.plan.free_day import first_free_day
from taxlots.plan.guard import Guard, outcome_in
from taxlots.plan.purchases import Purchase, acquires, scheduled_purchase
from taxlots.plan.situation import Situation, index_of
from taxlots.plan.trade_check import Because, TradeCheck, TradeSide, verdict_of
from taxlots.plan.trade_sayings import Sayings
from taxlots.plan.wash_queue import WashQueue, decisions_on

Reliefs = Callable[[str, str, int | None], ConsideredSale]
"""What selling a whole position at a price (None: the last close) would close, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLoss:
    """A loss that is to be realized: an approved order that is not executed yet."""

    loss: WaitingLoss
    order_id: str


class TradeGuard:
    """A guard prepared for one book and day, which answers any number of questions.

    ``planned`` are losses of approved orders, which a purchase would meet as well, and ``expected``
    approved purchases; ``silent`` are accounts of which the book holds no transaction;
    ``reliefs`` books the sale of a whole position in a dry run, once for each position and price
    that is asked for.
    """

    def __init__(
        self,
        situation: Situation,
        *,
        planned: Sequence[PlannedLoss] = (),
        expected: Sequence[Purchase] = (),
        silent: Iterable[str] = (),
        reliefs: Reliefs | None = None,
    ) -> None:
        rule = replace(
            situation.rule, strict=True, allow_same_index=False, scheduled=ScheduledPurchases.BLOCK
        )
        self.guard = Guard(index_of(replace(situation, rule=rule)))
        self.index = self.guard.index
        self.guard.expect(expected)
        self.planned = tuple(planned)
        self.sayings = Sayings(self.guard, frozenset(silent))
        self._reliefs = reliefs
        self._sales: dict[tuple[str, str, int | None], ConsideredSale] = {}
        self._coming: dict[tuple[str, str], list[Purchase]] = {}
        for event in situation.scheduled:
            purchase = scheduled_purchase(event, self.index) if self._is_coming(event.day) else None
            if purchase is not None and acquires(event, self.index):
                party = self.index.party[event.account]
                family = self.index.identity.family(event.symbol)
                self._coming.setdefault((party, family), []).append(purchase)

    def can_sell(
        self, account: str, symbol: str, quantity: int | None = None, price: int | None = None
    ) -> TradeCheck:
        """Whether selling shares, by the account's standing method, would have a loss disallowed.

        Without a quantity the whole position is sold; the price is in 1e-8 dollars, by default the
        last close.  The book's own reading is taken from the queue of purchases, not booked.
        """
        holder = self.index.accounts[account]
        if not realizes_losses(holder) or self._reliefs is None:
            return self.assess_sale(account, symbol, quantity, ConsideredSale(()))
        key = account, symbol, price
        if key not in self._sales:
            self._sales[key] = self._reliefs(account, symbol, price)
        whole = self._sales[key]
        sale = whole if quantity is None else whole.cut_to(quantity)
        return self.assess_sale(account, symbol, quantity, replace(sale, matches=()))

    def assess_sale(
        self,
        account: str,
        symbol: str,
        quantity: int | None,
        sale: ConsideredSale,
        *,
        is_confirmed: bool = False,
    ) -> TradeCheck:
        """The answer on a sale of these parts; confirmed: its matches are those of the fold."""
        holder = self.index.accounts[account]
        queue = WashQueue(self.guard, holder, symbol, sale)
        queue.run(is_confirmed=is_confirmed)
        because = tuple(queue.because)
        lost = sum(loss.part.quantity for loss in queue.losses.values())
        held = self.held(account, symbol)
        is_loss = bool(queue.losses)
        check = TradeCheck(
            side=TradeSide.SELL,
            account=account,
            symbol=symbol,
            day=self.index.situation.as_of,
            asked=held if quantity is None else quantity,
            verdict=verdict_of(sum(one.quantity for one in because), lost),
            because=because,
            safe_date=self._safe_to_sell(queue) if because else self.index.situation.as_of,
            realized_loss_cents=sum(loss.part.loss_cents for loss in queue.losses.values()),
            could_be_permanent_cents=self._permanent_by_d8(because, holder, is_sale=True),
            keep_until=first_free_day(self.index.situation.day) if is_loss else None,
            is_liquidation=quantity is None or quantity >= held > 0,
            is_confirmed=is_confirmed,
        )
        return replace(
            check,
            unknown=tuple(self.sayings.unknown_of_sale(holder, symbol, sale)),
            told=tuple(self.sayings.told_of_sale(holder, symbol, check)),
        )

    def can_buy(
        self,
        account: str,
        symbol: str,
        quantity: int | None = None,
        *,
        matches: Sequence[FoldMatch] | None = None,
    ) -> TradeCheck:
        """Whether a purchase would disallow losses that are realized already, or planned.

        Without a quantity: any, so that ``quantity`` of the answer is the most that meets a loss.
        ``matches`` are those of a dry run of the purchase; without them the queue tells.
        """
        holder = self.index.accounts[account]
        because = tuple(self._met_by(holder, symbol, quantity, matches))
        check = TradeCheck(
            side=TradeSide.BUY,
            account=account,
            symbol=symbol,
            day=self.index.situation.as_of,
            asked=quantity,
            verdict=verdict_of(sum(one.quantity for one in because), quantity),
            because=because,
            safe_date=max([one.until for one in because], default=self.index.situation.as_of),
            could_be_permanent_cents=self._permanent_by_d8(because, holder, is_sale=False),
            is_confirmed=matches is not None,
        )
        return replace(
            check,
            unknown=tuple(self.sayings.unknown_of_purchase(holder, symbol)),
            told=tuple(self.sayings.told_of_purchase(holder, symbol, check)),
        )

    def meets_no_loss(self, account: str, symbol: str) -> bool:
        """Whether no purchase could disallow a loss under any reading: sooner told than why."""
        return not self._losses(self.index.accounts[account], symbol)

    def held(self, account: str, symbol: str) -> int:
        """How much of a security an account holds, in 1e-8 units."""
        return self.sayings.held(account, symbol)

    def most_met(self, account: str, symbol: str) -> int:
        """The most units of a purchase that can meet a loss under any reading."""
        multiplier = self.index.security(symbol).multiplier
        losses = self._losses(self.index.accounts[account], symbol)
        needed = sum(
            one.loss.quantity * self.index.security(one.loss.symbol).multiplier for one in losses
        )
        return -(-needed // multiplier)

    def _met_by(
        self,
        holder: Account,
        symbol: str,
        quantity: int | None,
        matches: Sequence[FoldMatch] | None,
    ) -> Iterable[Because]:
        """The losses that a purchase meets: under the book's reading, then under stricter ones."""
        situation = self.index.situation
        multiplier = self.index.security(symbol).multiplier
        asked = self.most_met(holder.id, symbol) if quantity is None else quantity
        left = asked * multiplier
        bought = Purchase("", holder, symbol, situation.day, asked, multiplier, "purchase")
        booked = list(matches or ())
        found: list[Because] = []
        strict: list[tuple[PlannedLoss, tuple[str, ...]]] = []
        for one in self._losses(holder, symbol):
            decisions = tuple(decisions_on(bought, one.loss.symbol, self.guard))
            if decisions:
                strict.append((one, decisions))
                continue
            key = one.loss.sale_id, one.loss.lot_id
            match = next((m for m in booked if (m.sale_id, m.loss_lot_id) == key), None)
            if matches is not None and match is None and not one.order_id:
                continue
            because, taken = self._because_of_loss(one, holder, symbol, (), left)
            left -= taken
            if match is not None:
                booked.remove(match)
                because = _as_booked(because, match)
            found.append(because)
        for one, decisions in strict:
            because, taken = self._because_of_loss(one, holder, symbol, decisions, left)
            left -= taken
            found.append(because)
        return [*found, *(self._because_of_fold(match, symbol) for match in booked)]

    def _losses(self, holder: Account, symbol: str) -> list[PlannedLoss]:
        """Losses that a purchase could meet under any reading, realized ones before planned."""
        situation = self.index.situation
        party = self.index.party[holder.id]
        family = self.index.identity.family(symbol)
        realized = [PlannedLoss(loss=w, order_id="") for w in self.guard.waiting(party, family)]
        planned = [p for p in self.planned if self.index.party[p.loss.account] == party]
        return [
            one
            for one in [*realized, *planned]
            if in_window(day_of(one.loss.sold), situation.day)
            and self.index.identity.replaces(symbol, one.loss.symbol, day_of(one.loss.sold))
        ]

    def _because_of_loss(
        self,
        one: PlannedLoss,
        holder: Account,
        symbol: str,
        decisions: tuple[str, ...],
        left: int,
    ) -> tuple[Because, int]:
        """One loss, and how many share equivalents of a purchase it takes."""
        loss = one.loss
        whole = loss.quantity * self.index.security(loss.symbol).multiplier
        taken = max(0, min(whole, left))
        cents = disallowed_part(loss.loss_cents, whole, 0, taken) if whole else 0
        outcome = outcome_in(self.index.accounts[loss.account], holder, self.index.situation.policy)
        because = Because(
            id=one.order_id or loss.sale_id,
            lot_id=loss.lot_id,
            account=loss.account,
            symbol=loss.symbol,
            day=loss.sold,
            quantity=-(-taken // self.index.security(symbol).multiplier),
            loss_cents=cents,
            permanent_cents=0 if outcome == STEPS_UP else cents,
            kind="approved_sale" if one.order_id else "loss",
            rule=RULES[outcome],
            decisions=decisions,
            until=first_free_day(day_of(loss.sold)),
        )
        return because, taken

    def _because_of_fold(self, match: FoldMatch, symbol: str) -> Because:
        """A loss that the dry run disallows, and that the queue of losses does not know."""
        equivalents = match.quantity * self.index.security(match.loss_symbol).multiplier
        return Because(
            id=match.sale_id,
            lot_id=match.loss_lot_id,
            account=match.loss_account,
            symbol=match.loss_symbol,
            day=date_of(match.sold),
            quantity=-(-equivalents // self.index.security(symbol).multiplier),
            loss_cents=match.disallowed_cents,
            permanent_cents=0 if match.outcome == STEPS_UP else match.disallowed_cents,
            kind="loss",
            rule=RULES[match.outcome],
            decisions=(),
            until=first_free_day(match.sold),
        )

    def _permanent_by_d8(
        self, because: tuple[Because, ...], holder: Account, *, is_sale: bool
    ) -> int:
        """What beside would be gone for good if a spouse's shares took no loss into their basis."""
        strict = replace(self.index.situation.policy, spouse_basis_step_up=False)
        total = 0
        for one in because:
            other = self.index.accounts[one.account]
            sold, bought = (holder, other) if is_sale else (other, holder)
            if not one.permanent_cents and outcome_in(sold, bought, strict) != STEPS_UP:
                total += one.loss_cents
        return total

    def _safe_to_sell(self, queue: WashQueue) -> date:
        """The first day on which no purchase known today stands in the way of the sale."""
        situation = self.index.situation
        key = self.index.party[queue.account.id], self.index.identity.family(queue.symbol)
        coming = [
            purchase.day
            for purchase in self._coming.get(key, ())
            if self.index.replaces(purchase.symbol, queue.symbol)
        ]
        safe = max(day_of(one.until) for one in queue.because)
        while later := [day for day in coming if day > situation.day and in_window(safe, day)]:
            safe = window_end(max(later)) + 1
        return date_of(safe)

    def _is_coming(self, day: date) -> bool:
        return day >= self.index.situation.as_of


def _as_booked(because: Because, match: FoldMatch) -> Because:
    """A finding with what the dry run knows to the cent, and by which rule."""
    cents = match.disallowed_cents
    return replace(
        because,
        loss_cents=cents,
        permanent_cents=0 if match.outcome == STEPS_UP else cents,
        rule=RULES[match.outcome],
    )


def realizes_losses(account: Account) -> bool:
    """Whether a loss in an account is a capital loss that section 1091 tests."""
    return not (account.kind.is_tax_deferred or account.kind is AccountKind.TAXABLE_MTM_475)
