"""Options that a household holds beside its rebalance: calls written on shares, puts bought.

The plan trades no options that no target speaks of, and does not count what they move.  But shares
that stand behind a written call stay, since the call would be naked without them; and a loss on
shares that a put or a written call stands against may be deferred (26 USC 1092).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from taxlots.book.desk import OWED
from taxlots.book.results import short_lots_of
from taxlots.domain.calendar import date_of
from taxlots.domain.money import shares
from taxlots.domain.order import Side
from taxlots.domain.security import Security, SecurityKind
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.solving import Solution
from taxlots.workflows.household_plan import HouseholdPlan

Place = tuple[str, str]
"""An account and a security."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionPosition:
    """Options of one kind on a security in an account; ``stands_for`` are shares, in 1e-8."""

    account: str
    symbol: str
    underlying: str
    is_written: bool
    is_put: bool
    stands_for: int

    @property
    def is_hedge(self) -> bool:
        """Whether it loses when the shares rise: a call written, or a put bought."""
        return self.is_written is not self.is_put


@dataclass(frozen=True, slots=True)
class HeldOptions:
    """The options of a household, and of each position the shares that written calls need."""

    options: tuple[OptionPosition, ...] = ()
    kept: Mapping[Place, int] = field(default_factory=dict)

    def on(self, account: str, underlying: str, *, is_put: bool) -> list[OptionPosition]:
        """The hedges of one kind on a security in an account."""
        return [
            one
            for one in self.options
            if one.is_hedge
            and one.is_put is is_put
            and (one.account, one.underlying) == (account, underlying)
        ]

    def sentences(self, solution: Solution) -> Iterator[str]:
        """What calls keep, what a plan leaves naked or unprotected, and which losses may wait."""
        for (account, symbol), units in self.kept.items():
            calls = ", ".join(one.symbol for one in self.on(account, symbol, is_put=False))
            yield (
                f"{account} keeps {shares(units)} {symbol} behind {calls}: without them the calls"
                " that are written would be naked"
            )
        for one in solution.trades:
            if one.side is Side.SELL and one.position.short is None:
                yield from _uncovered(self, one.position, one.position.quantity - one.units)
        yield from _deferred(self, solution)
        yield from _uncounted(self)


def with_calls_covered(
    plan: HouseholdPlan, positions: Sequence[Position], *, is_whole: bool
) -> tuple[tuple[Position, ...], HeldOptions]:
    """Positions that keep the shares behind written calls, and the options of the household.

    ``is_whole``: only whole shares are traded.  What people force is sold as they say.  Calls that
    are bought do not count as cover.
    """
    options = tuple(_options(plan))
    needed: dict[Place, int] = {}
    for one in options:
        if one.is_written and not one.is_put:
            place = one.account, one.underlying
            needed[place] = needed.get(place, 0) + one.stands_for
    if not needed:
        return tuple(positions), HeldOptions(options)
    found, kept = [], {}
    for position in positions:
        units = needed.get((position.account.id, position.symbol), 0)
        if not units or position.short or position.forced_cents < 0 or not position.quantity:
            found.append(position)
            continue
        kept[position.account.id, position.symbol] = min(units, position.quantity)
        free = max(0, position.quantity - units)
        # Cents are rounded: a whole share more is never within one, a fraction of it may be.
        most = max(0, position.market_cents(free) + (1 if is_whole else -1)) if free else 0
        stated = position.most_sold_cents
        most = most if stated is None else min(most, stated)
        found.append(replace(position, most_sold_cents=most))
    return tuple(found), HeldOptions(options, kept)


def _uncovered(held: HeldOptions, position: Position, left: int) -> Iterator[str]:
    """Calls that are naked, and puts that protect nothing, once so many shares are left."""
    account, symbol = position.account.id, position.symbol
    for is_put, what in (
        (False, "calls are written on more, so that they are naked"),
        (True, "puts are held on more, and protect nothing beyond it"),
    ):
        options = held.on(account, symbol, is_put=is_put)
        if sum(one.stands_for for one in options) > left:
            names = ", ".join(one.symbol for one in options)
            yield f"{shares(left)} {symbol} are left in {account}, and {what}: {names}"


def _deferred(held: HeldOptions, solution: Solution) -> Iterator[str]:
    """Losses of the plan on shares that an option of the same return stands against."""
    return_of = {one.account.id: one.account.tax_return for one in solution.household.positions}
    lost: dict[tuple[str, str], None] = {}
    for one in solution.trades:
        if one.position.is_taxed and any(sale.gain_cents < 0 for sale in one.sales):
            lost[one.position.account.tax_return, one.position.symbol] = None
    for tax_return, symbol in lost:
        names = [
            option.symbol
            for option in held.options
            if option.is_hedge
            and option.underlying == symbol
            and return_of.get(option.account) == tax_return
        ]
        if names:
            yield (
                f"the loss on {symbol} may be deferred: {', '.join(dict.fromkeys(names))} stands"
                " against the shares, and a straddle's loss counts only beyond what its other leg"
                " has gained (26 USC 1092(a)); the plan takes it as deductible"
            )


def _uncounted(held: HeldOptions) -> Iterator[str]:
    """What the plan leaves out of its sums."""
    names = ", ".join(f"{one.symbol} in {one.account}" for one in held.options)
    if names:
        yield f"the plan does not count what options move: {names}"
    for one in held.options:
        if one.is_written and one.is_put:
            yield (
                f"{one.symbol} may ask {one.account} to buy {shares(one.stands_for)}"
                f" {one.underlying}: the plan sets no money aside for that"
            )


def _options(plan: HouseholdPlan) -> Iterator[OptionPosition]:
    """Open options of the household's accounts, written ones first, by account and name."""
    books = plan.prepared.books
    mine, as_of = {one.id for one in plan.accounts}, date_of(books.as_of)
    units: dict[tuple[str, str, bool], int] = {}
    owed = short_lots_of(books)
    for at, quantity in zip(owed.position.tolist(), owed.quantity.tolist(), strict=True):
        account, symbol, way = books.blueprint.places[at]
        if way == OWED and account in mine:
            units[account, symbol, True] = units.get((account, symbol, True), 0) + quantity
    for lot in plan.lots:
        if lot.account in mine:
            key = lot.account, lot.symbol, False
            units[key] = units.get(key, 0) + lot.quantity
    for (account, symbol, is_written), quantity in sorted(units.items()):
        security: Security | None = books.record.securities.get(symbol)
        if security is None or security.kind is not SecurityKind.OPTION or not security.underlying:
            continue
        if security.expiry is not None and security.expiry < as_of:
            continue
        yield OptionPosition(
            account=account,
            symbol=symbol,
            underlying=security.underlying,
            is_written=is_written,
            is_put=security.is_put,
            stands_for=quantity * security.multiplier,
        )
