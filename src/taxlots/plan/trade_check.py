"""What the guard answers before an order: how much loss is at stake, why, and until when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

BOOKS: Final = "books"
"""The reading of a finding that the book's own policy makes."""


class TradeVerdict(StrEnum):
    """Whether a trade disallows a loss: of none, of some, or of all of its shares."""

    OK = "ok"
    PARTIAL = "partial"
    BLOCKED = "blocked"


class TradeSide(StrEnum):
    """What somebody thinks of doing."""

    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One loss, or a part of it, and the one transaction that meets it in the window.

    Of a sale, ``id``, ``account``, ``symbol`` and ``day`` are those of the purchase in the way, of
    a purchase those of the loss sale; ``lot_id`` is the lot whose loss is at stake.  ``quantity``
    is in 1e-8 units of the security traded; 0 where the loss is met by another transaction
    already.  ``kind`` is ``purchase``, a kind of scheduled event, ``approved_purchase``, ``loss``
    or ``approved_sale``.  ``rule`` is the authority that decides where the loss goes.
    ``decisions`` are the open questions (D1 ...) that have to be read more strictly than the book
    reads them; none where the book's own policy disallows the loss.  ``until`` is the first day on
    which this transaction is no more in the way.
    """

    id: str
    lot_id: str
    account: str
    symbol: str
    day: date
    quantity: int
    loss_cents: int
    permanent_cents: int
    kind: str
    rule: str
    decisions: tuple[str, ...]
    until: date

    @property
    def reading(self) -> str:
        """``books``, or the decisions that wash this only when they are read more strictly."""
        return ", ".join(self.decisions) or BOOKS


@dataclass(frozen=True, slots=True)
class Stake:
    """Shares in 1e-8 units, the loss on them, and what of it would be gone for good, in cents."""

    quantity: int = 0
    loss_cents: int = 0
    permanent_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeCheck:
    """The answer to one question.

    ``asked`` is the quantity of the trade in 1e-8 units, None for any.
    ``could_be_permanent_cents`` is what a stricter reading of D8 would make permanent beside
    ``at_stake.permanent_cents``.
    ``realized_loss_cents`` is the whole loss of a sale, and ``keep_until`` the first day on which
    what replaces it may be bought again; None of what realizes none.  ``unknown`` says what the
    verdict does not know, ``told`` what else should be known.  ``is_confirmed`` tells that the
    trade was booked in a dry run.
    """

    side: TradeSide
    account: str
    symbol: str
    day: date
    asked: int | None
    verdict: TradeVerdict
    because: tuple[Because, ...] = ()
    safe_date: date
    realized_loss_cents: int = 0
    could_be_permanent_cents: int = 0
    keep_until: date | None = None
    is_liquidation: bool = False
    is_confirmed: bool = False
    unknown: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def at_stake(self) -> Stake:
        """What any reading washes: the stricter side, which decides the verdict."""
        return stake_of(self.because)

    @property
    def by_books(self) -> Stake:
        """What of it the book's own policy washes."""
        return stake_of(tuple(one for one in self.because if not one.decisions))

    @property
    def could_be(self) -> Stake:
        """What of it only a stricter reading washes."""
        return stake_of(tuple(one for one in self.because if one.decisions))


def stake_of(because: tuple[Because, ...]) -> Stake:
    """The sum of some findings."""
    return Stake(
        quantity=sum(one.quantity for one in because),
        loss_cents=sum(one.loss_cents for one in because),
        permanent_cents=sum(one.permanent_cents for one in because),
    )


def verdict_of(at_stake: int, whole: int | None) -> TradeVerdict:
    """The verdict on a trade of which some shares meet a loss; ``whole`` None means any number."""
    if at_stake <= 0:
        return TradeVerdict.OK
    is_partial = whole is not None and at_stake < whole
    return TradeVerdict.PARTIAL if is_partial else TradeVerdict.BLOCKED
