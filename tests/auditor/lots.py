"""Lots, the parts of lots that accounts hold, pieces that were sold, and losses."""

from copy import copy
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .money import Whole, spread


@dataclass(eq=False)
class Lot:
    """One acquisition.  Its parts may differ in everything but this.

    ``is_dual``: a gift worth less than the donor's basis (two bases).  ``may_replace``: it was
    acquired by purchase or taxable exchange, and by one who counts.
    """

    id: str
    rank: int
    acquired: date
    may_replace: bool
    is_dual: bool = False
    is_covered: bool = True
    basis_status: str = "known"


@dataclass(eq=False)
class Part:
    """A sub-lot: shares of one lot in one account that have all facts in common.

    ``whole`` has the amounts ``basis`` (for a gift, the basis for gain), ``loss_basis`` and
    ``wash``.  ``per_unit`` and ``loss_per_unit`` are what relief orders compare; they are
    ``own`` unless kept from the part from which this one was cut.  ``place`` is ``held``,
    ``arriving`` (acquired elsewhere, not yet transferred in) or the order id of the transfer on
    which it is on its way.  ``adjusted`` and ``arrived`` are serial numbers: when the part
    replaced a loss, and when it came to its account.
    """

    lot: Lot
    account: str
    symbol: str
    whole: Whole
    per_unit: Fraction
    loss_per_unit: Fraction
    holding_period: date
    own: bool = True
    used: bool = False
    adjusted: int = 0
    arrived: int = 0
    always_long: bool = False
    place: str = "held"

    @property
    def left(self) -> int:
        return self.whole.left

    @property
    def is_gone(self) -> bool:
        no_money = not self.whole.remaining("basis") and not self.whole.remaining("wash")
        return not self.left and no_money

    def cut_off(self, quantity: int) -> "Part":
        """The next shares, as a part of their own.  No dollar is added: the unit basis stays."""
        return Part(
            self.lot, self.account, self.symbol,
            Whole(quantity, self.whole.take(quantity)),
            self.per_unit, self.loss_per_unit, self.holding_period,
            own=False, used=self.used, adjusted=self.adjusted, arrived=self.arrived,
            always_long=self.always_long, place=self.place,
        )  # fmt: skip

    def add(self, amount: int, *, wash: bool = False) -> None:
        """Add dollars to the basis; what is left becomes a whole."""
        self.whole = self.whole.what_is_left()
        for name in ("basis", "loss_basis", *(["wash"] if wash else [])):
            self.whole.amounts[name] += amount
        if amount:
            self.own = True
            self.compare_own_ratio()

    def compare_own_ratio(self) -> None:
        self.per_unit = Fraction(self.whole.amounts["basis"], self.whole.quantity)
        self.loss_per_unit = Fraction(self.whole.amounts["loss_basis"], self.whole.quantity)

    def split(self, ratio: Fraction, left: int) -> None:
        self.whole.restate(ratio, left)
        self.per_unit /= ratio
        self.loss_per_unit /= ratio


@dataclass(eq=False)
class Piece:
    """Shares of one part that one sale closed.

    ``cost`` is the basis for gain, ``loss_cost`` the basis for loss (different for gifts only).
    ``unused`` counts its shares, in today's units, that have replaced no loss.
    """

    sale_id: str
    sale_rank: int
    lot: Lot
    account: str
    symbol: str
    sold: date
    quantity: int
    proceeds: int
    cost: int
    loss_cost: int
    donor_period: date
    used: bool
    always_long: bool
    disallowed: int = 0
    permanent: int = 0
    is_tested: bool = False
    unused: Whole = field(init=False)

    def __post_init__(self) -> None:
        self.recount()

    def recount(self) -> None:
        self.unused = Whole(self.quantity, {"units": self.quantity})

    @property
    def is_known(self) -> bool:
        return self.lot.basis_status != "unknown"

    @property
    def basis(self) -> int:
        """The basis used.  A gift between its two bases has neither gain nor loss."""
        if not self.lot.is_dual or self.proceeds > self.cost:
            return self.cost
        return max(self.proceeds, self.loss_cost)

    @property
    def loss(self) -> int:
        return max(0, self.basis - self.proceeds)

    @property
    def gain(self) -> int:
        return self.proceeds - self.basis + self.disallowed

    @property
    def holding_period(self) -> date:
        """A gift sold from its loss basis has been held since the gift only."""
        from_loss_basis = self.lot.is_dual and self.proceeds < self.loss_cost
        return self.lot.acquired if from_loss_basis else self.donor_period

    def cut_off(self, quantity: int) -> "Piece":
        """The first shares as a piece of their own; this one keeps the rest.  Never of a gift."""
        pair = [quantity, self.quantity - quantity]
        first = copy(self)
        for name in ("proceeds", "cost", "loss_cost", "disallowed", "permanent"):
            amounts = spread(getattr(self, name), pair)
            setattr(first, name, amounts[0])
            setattr(self, name, amounts[1])
        first.quantity, self.quantity = pair
        first.recount()
        self.recount()
        return first

    def replace_loss(self, added: int | None, holding_period: date, *, always_long: bool) -> None:
        """These shares have replaced a loss; ``added`` joins their basis, if anything does."""
        self.used = True
        if added is not None:
            self.cost += added
            self.loss_cost += added
            self.donor_period = holding_period
            self.always_long |= always_long


@dataclass(eq=False)
class Loss:
    """A piece sold at a loss that section 1091 tests, in share equivalents.

    ``symbol`` follows changes of symbol.  ``whole`` has the amounts ``loss`` in cents and
    ``units`` in the piece's own units; what is left of it waits for replacements.
    """

    piece: Piece
    symbol: str
    whole: Whole


@dataclass(frozen=True)
class Match:
    """One loss and the shares that replace it.  ``quantity`` is in the loss lot's sold units."""

    loss: Loss
    lot: Lot
    account: str
    quantity: int
    disallowed: int
    permanent: int
    rule: str
