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
    acquired by purchase or taxable exchange, and by one who counts.  ``from_plan``: shares of a
    dividend reinvestment plan.  ``opened`` is the rank of the event that opened it; ``rank``
    tells apart lots that one event opened.  ``spent``: units of a short lot that have reached
    shares which were sold.
    """

    id: str
    rank: Fraction | int
    acquired: date
    may_replace: bool
    is_dual: bool = False
    is_covered: bool = True
    basis_status: str = "known"
    from_plan: bool = False
    spent: int = 0
    opened: int = field(init=False)

    def __post_init__(self) -> None:
        self.opened = int(self.rank)


@dataclass(eq=False)
class Part:
    """A sub-lot: shares of one lot in one account that have all facts in common.

    ``whole`` has the amounts ``basis`` (for a gift, the basis for gain), ``loss_basis`` and
    ``wash``.  ``per_unit`` and ``loss_per_unit`` are what relief orders compare; they are
    ``own`` unless kept from the part from which this one was cut.  ``place`` is ``held``,
    ``arriving`` (acquired elsewhere, not yet transferred in) or the order id of the transfer on
    which it is on its way.  ``adjusted`` and ``arrived`` are serial numbers: when the part
    replaced a loss, and when it came to its account.
    ``is_candidate``: it may replace a loss.  ``right_of`` is the stock on which it was
    distributed as a right.
    ``is_fresh``: its holding period was started anew by 26 USC 1233(b), on ``reached``.
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
    is_candidate: bool = True
    right_of: str = ""
    is_fresh: bool = False
    reached: date = date.min

    @property
    def left(self) -> int:
        return self.whole.left

    @property
    def is_gone(self) -> bool:
        no_money = not self.whole.remaining("basis") and not self.whole.remaining("wash")
        return not self.left and no_money

    def cut_off(self, quantity: int) -> "Part":
        """The next shares, as a part of their own.  No dollar is added: the unit basis stays."""
        cut = copy(self)
        cut.whole = Whole(quantity, self.whole.take(quantity))
        cut.own = False
        return cut

    def add(self, amount: int, *, wash: bool = False) -> None:
        """Add dollars to the basis; what is left becomes a whole."""
        self.whole = self.whole.what_is_left()
        for name in ("basis", "loss_basis", *(["wash"] if wash else [])):
            self.whole.amounts[name] += amount
        if amount:
            self.own = True
            self.compare_own_ratio()

    def restate(self, basis: int, loss_basis: int, wash: int) -> None:
        """Other amounts for what is left, which becomes a whole with a ratio of its own."""
        self.whole = Whole(self.left, {"basis": basis, "loss_basis": loss_basis, "wash": wash})
        if self.left:
            self.own = True
            self.compare_own_ratio()

    def start_anew(self, on: date, *, notwithstanding_1223: bool) -> None:
        """Held since that day: as if acquired then (1259), or whatever 1223 says (1233(b))."""
        self.holding_period, self.always_long = on, False
        self.is_fresh, self.reached = notwithstanding_1223, on if notwithstanding_1223 else date.min

    def compare_own_ratio(self) -> None:
        self.per_unit = Fraction(self.whole.amounts["basis"], self.whole.quantity)
        self.loss_per_unit = Fraction(self.whole.amounts["loss_basis"], self.whole.quantity)

    def split(self, ratio: Fraction, left: int) -> None:
        self.whole.restate(ratio, left)
        self.per_unit /= ratio
        self.loss_per_unit /= ratio


@dataclass(eq=False)
class ShortPart:
    """A sub-lot of a short position: what was sold short, or an option that was written.

    ``whole`` has the amounts ``proceeds`` and ``deferred``, the losses that joined it.
    ``backed``: long-term shares were held against it (26 USC 1233(d)).
    """

    lot: Lot
    account: str
    symbol: str
    whole: Whole
    is_written: bool
    backed: bool = False
    used: bool = False
    adjusted: int = 0
    arrived: int = 0
    is_candidate: bool = True

    @property
    def left(self) -> int:
        return self.whole.left

    @property
    def opened(self) -> date:
        return self.lot.acquired

    def cut_off(self, quantity: int) -> "ShortPart":
        """The next units, as a sub-lot of their own."""
        cut = copy(self)
        cut.whole = Whole(quantity, self.whole.take(quantity))
        return cut


@dataclass(eq=False)
class Piece:
    """Shares of one part that one sale closed.

    ``cost`` is the basis for gain, ``loss_cost`` the basis for loss (different for gifts only).
    ``unused`` counts its shares, in today's units, that have replaced no loss, and ``now`` is
    what they are called.  ``window_day`` is the day around which the window lies.  ``short`` is
    what it closed of a short position, and ``is_delivery`` tells that it delivered shares;
    ``in_short_queue`` that its loss is one on closing a short.  ``term`` and ``status`` are those
    that the event dictates, if it does.
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
    nondeductible: int = 0
    is_tested: bool = False
    is_candidate: bool = True
    is_fresh: bool = False
    in_short_queue: bool = False
    is_delivery: bool = False
    short: ShortPart | None = None
    term: str = ""
    status: str = ""
    window_day: date = date.min
    now: str = ""
    unused: Whole = field(init=False)

    def __post_init__(self) -> None:
        self.window_day = self.sold
        self.now = self.symbol
        self.recount()

    def recount(self) -> None:
        self.unused = Whole(self.quantity, {"units": self.quantity})

    @property
    def acquired(self) -> date:
        """What covers a short position is acquired on the day on which it does."""
        return self.window_day if self.short and not self.is_delivery else self.lot.acquired

    @property
    def is_dated_back(self) -> bool:
        """The law completes the sale on an earlier day (Reg. 1.1091-1(g))."""
        return self.is_delivery and self.window_day < self.sold

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
        return self.proceeds - self.basis + self.disallowed + self.nondeductible

    @property
    def holding_period(self) -> date:
        """A gift sold from its loss basis has been held since the gift only."""
        if self.lot.is_dual and self.proceeds < self.loss_cost:
            return max(self.lot.acquired, self.donor_period)
        return self.donor_period

    def cut_off(self, now: list[int]) -> "Piece":
        """The first shares as a piece of their own; this one keeps the rest.  Never of a gift.

        ``now`` is how many are cut off and how many are left, in today's units.
        """
        pair = spread(self.quantity, now)
        first = copy(self)
        for name in ("proceeds", "cost", "loss_cost", "disallowed", "permanent"):
            amounts = spread(getattr(self, name), now)
            setattr(first, name, amounts[0])
            setattr(self, name, amounts[1])
        first.quantity, self.quantity = pair
        first.recount()
        self.recount()
        return first

    def replace_loss(
        self, added: int | None, holding_period: date | None, *, always_long: bool
    ) -> None:
        """These shares have replaced a loss; ``added`` joins their basis, if anything does."""
        self.used = True
        if added is not None:
            self.cost += added
            self.loss_cost += added
        if added is not None and holding_period:
            self.donor_period = holding_period
            self.always_long |= always_long


@dataclass(eq=False)
class Loss:
    """A piece sold at a loss that section 1091 tests, in share equivalents.

    ``is_new`` until it has been tested once.  ``symbol`` follows changes of symbol.  ``whole``
    has the amounts ``loss`` in cents and ``units`` in the piece's own units; what is left of it
    waits for replacements.
    """

    piece: Piece
    symbol: str
    whole: Whole
    is_new: bool = True


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
