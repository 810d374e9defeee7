"""Short positions of a household, as a rebalance may cover and open them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from taxlots.book.standing import split_ratios
from taxlots.domain.account import Account
from taxlots.domain.mandate import StatedMandate
from taxlots.domain.money import dollars
from taxlots.domain.problem import DataError, error
from taxlots.domain.security import SecurityKind
from taxlots.domain.short_mandate import StatedShorts, account_problems
from taxlots.plan.rebalance.household_portfolio import CashNeeds
from taxlots.plan.rebalance.positions import USUAL_SPREAD_PPM, PlannedLot, Position, merged
from taxlots.plan.rebalance.short_terms import PPM, ShortTerms
from taxlots.plan.rebalance.solving import Solution
from taxlots.plan.rebalance.whole_trades import Trade
from taxlots.plan.sleeves import UNPLACED
from taxlots.plan.trade_check import TradeVerdict
from taxlots.workflows.household_plan import HouseholdPlan
from taxlots.workflows.market_of_day import same_market
from taxlots.workflows.rebalance_asked import AskedCash, RebalanceAsked
from taxlots.workflows.rebalance_execution import execution_terms
from taxlots.workflows.rebalance_mandate import barred, rests_of
from taxlots.workflows.rebalance_positions import Positions, checked
from taxlots.workflows.risk_of_day import same_risk
from taxlots.workflows.short_lots import OwedLot, ShortHistory
from taxlots.workflows.short_plan_check import check_short_plan

MAINTENANCE_PPM: Final = 300_000
"""What must stand beyond each dollar owed at least, of stocks from 5 dollars (FINRA 4210(c)(3))."""

SHORTED_KINDS: Final = (SecurityKind.STOCK, SecurityKind.ETF)


@dataclass(frozen=True, slots=True)
class ShortPositions:
    """What a household owes and may owe, and the cash that is set aside for it, in cents.

    ``owed`` maps securities to an account that owes them, those included that no plan trades in.
    ``told`` says what was assumed, and why named securities are not sold short.
    """

    seen: tuple[Position, ...] = ()
    aside_cents: Mapping[str, int] = field(default_factory=dict)
    owed: Mapping[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    def cash_beside(self, needs: CashNeeds) -> CashNeeds:
        """What accounts have beside what is set aside."""
        held = {
            name: cents - self.aside_cents.get(name, 0) for name, cents in needs.held_cents.items()
        }
        return replace(needs, held_cents=held)

    def cash_with(self, beside: Mapping[str, int]) -> dict[str, int]:
        """What accounts have in all."""
        return {name: cents + self.aside_cents.get(name, 0) for name, cents in beside.items()}


def with_shorts(
    plan: HouseholdPlan,
    asked: RebalanceAsked,
    stated: StatedMandate,
    accounts: Sequence[Account],
    cash: AskedCash,
    positions: Positions,
) -> tuple[AskedCash, Positions, ShortPositions]:
    """The cash that is not set aside, and positions by the mandate, with what is and may be owed.

    Raises UsageError for what a plan with short positions cannot do, and as ``checked`` and
    ``short_positions``.
    """
    seen = barred(plan, stated, checked(plan, positions, cash.needs))
    shorts = short_positions(plan, accounts, cash.needs, stated, seen, asked.risk_model)
    is_staggered = _is_staggered(plan, asked)
    check_short_plan(shorts.seen, stated, is_staggered=is_staggered, has_overlay=asked.overlay)
    if shorts.seen and is_staggered:
        shorts = _left_as_they_are(shorts)
    cash = replace(cash, needs=shorts.cash_beside(cash.needs))
    seen = unbought(seen, shorts, plan)
    return cash, replace(positions, seen=seen, owed=shorts.seen), shorts


def short_positions(
    plan: HouseholdPlan,
    accounts: Sequence[Account],
    needs: CashNeeds,
    stated: StatedMandate,
    held: Sequence[Position],
    folder: str = "",
) -> ShortPositions:
    """The short positions of some accounts, and those that the mandate lets them open.

    ``held`` are the positions that a plan may buy; nothing of their families is sold short.  A risk
    model is given in ``folder``, where there is one.  Raises DataError for accounts that may not be
    short, and for what is owed without a fresh close.
    """
    problems = account_problems(stated.shorts, plan.situation.accounts)
    if problems:
        raise DataError(problems)
    history = ShortHistory.of(plan.prepared.books)
    mine = {one.id for one in plan.accounts}
    owed: dict[str, dict[str, list[OwedLot]]] = {}
    for lot in history.lots:
        if lot.account in mine:
            owed.setdefault(lot.account, {}).setdefault(lot.symbol, []).append(lot)
    if not owed and not stated.shorts.accounts:
        return ShortPositions()
    desk = _Desk(plan, stated, history, held, folder)
    found: list[Position] = []
    aside: dict[str, int] = {}
    told: list[str] = []
    for account in accounts:
        lots, cash = owed.get(account.id, {}), needs.held_cents.get(account.id, 0)
        own = sum(desk.market_cents(s, one.quantity) for s in lots for one in lots[s])
        if lots and own * (PPM + MAINTENANCE_PPM) > cash * PPM:
            aside[account.id] = max(0, cash)
            told.append(_left_alone(account, own, cash))
            continue
        terms = desk.terms(account, own, cash)
        positions = list(desk.positions(account, lots, terms))
        found += positions
        if lots:
            aside[account.id] = own + sum(one.value_cents for one in positions)
            told += desk.told_of(account, own, terms)
    owing = {symbol: account for account, lots in owed.items() for symbol in lots}
    return ShortPositions(tuple(found), aside, owing, (*told, *desk.refused()))


def _left_alone(account: Account, owed: int, cash: int) -> str:
    return (
        f"shares of {dollars(owed)} are owed in {account.id}, with {dollars(cash)} in cash, less"
        f" than {100 + MAINTENANCE_PPM / 10**4:g} % of that: its margin rests on securities, which"
        " a plan does not know, so its short positions are left alone and that cash is not spent"
    )


def unbought(
    positions: Sequence[Position], shorts: ShortPositions, plan: HouseholdPlan
) -> tuple[Position, ...]:
    """Positions of which nothing is bought where the household owes the same.

    What is bought while it is owed starts its holding period when the short sale is closed (26 USC
    1233(b)(2)).
    """
    owed = shorts.owed

    def of(one: Position) -> Position:
        same = next((s for s in sorted(owed) if plan.index.replaces(one.symbol, s)), None)
        if same is None or one.buy_bar:
            return one
        return replace(one, buy_bar=f"{same} is sold short in {owed[same]}: cover it first")

    return tuple(of(one) for one in positions) if owed else tuple(positions)


def _is_staggered(plan: HouseholdPlan, asked: RebalanceAsked) -> bool:
    """Whether trades may be split over sessions."""
    tranches = execution_terms(plan, asked.tranches, asked.schedule).tranches
    return asked.tranches is not None or tranches > 1


def _left_as_they_are(shorts: ShortPositions) -> ShortPositions:
    """Short positions that a plan neither covers nor adds to."""
    bar = "no tranches are made of short positions"
    names = ", ".join(sorted({one.symbol for one in shorts.seen}))
    told = f"what is owed of {names} stays as it is: no tranches are made of short positions"
    seen = tuple(replace(one, buy_bar=bar, sell_bar=bar) for one in shorts.seen)
    return replace(shorts, seen=seen, told=(*shorts.told, told))


def sentences_of_shorts(shorts: ShortPositions, solution: Solution) -> Iterator[str]:
    """What was assumed, what covering at a loss forbids, and what a lender is paid."""
    yield from shorts.told
    covered = {
        one.position.symbol
        for one in solution.trades
        if one.position.short and any(sale.lot.gain_cents < 0 for sale in one.sales)
    }
    if covered:
        yield (
            f"no account may sell {', '.join(sorted(covered))} or sell it short until the losses of"
            " this plan are 31 days old (26 USC 1091(e))"
        )
    traded = {one.position.name: one for one in solution.trades}
    owed = set()
    for one in solution.household.positions:
        trade = traded.get(one.name)
        units = one.quantity - (_signed(trade) if trade else 0)
        if one.short and units > 0:
            owed.add(one.symbol)
    if owed:
        yield (
            f"dividends on {', '.join(sorted(owed))} are paid to the lender of the shares and are"
            " not in this plan; those of a short sale closed within 45 days are basis and no"
            " deduction (26 USC 263(h))"
        )


def _signed(trade: Trade) -> int:
    """Units that come in; below zero if they go out."""
    return trade.units if trade.bought_cents > 0 else -trade.units


@dataclass(slots=True)
class _Desk:
    """What is known when the short positions of accounts are made."""

    plan: HouseholdPlan
    stated: StatedMandate
    history: ShortHistory
    held: Sequence[Position]
    folder: str
    why_not: dict[str, str] = field(default_factory=dict)
    candidates: list[str] | None = None
    rests: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rests = dict(rests_of(self.plan, self.stated))

    def market_cents(self, symbol: str, units: int) -> int:
        offer = self.plan.offer(symbol)
        if offer is None:
            message = f"{symbol} is owed, and has no fresh close: what it ties up is not known."
            raise DataError(
                [error(f"prices:{symbol}", "NO_CLOSE_OF_SHORT", message, "Add it to prices.csv.")]
            )
        return offer.cost_cents(units)

    def terms(self, account: Account, owed: int, cash_cents: int) -> ShortTerms:
        """The equity of an account's short positions: what its cash leaves, within the margins."""
        shorts = self.stated.shorts
        most = (shorts if account.id in shorts.accounts else StatedShorts()).margin_ppm - PPM
        if not owed:
            return ShortTerms(equity_ppm=most)
        has = (cash_cents - owed) * PPM // owed
        return ShortTerms(equity_ppm=min(most, has))

    def positions(
        self, account: Account, lots: Mapping[str, Sequence[OwedLot]], terms: ShortTerms
    ) -> Iterator[Position]:
        may = account.id in self.stated.shorts.accounts
        new = [one for one in self.to_short() if one not in lots] if may else []
        is_margined = terms.equity_ppm >= self.stated.shorts.margin_ppm - PPM
        for symbol in sorted([*lots, *(new if is_margined else [])]):
            why = "the mandate does not let it be sold short here"
            if may:
                why = self.bar(account, symbol)
                why = why or ("" if is_margined else "its margin is below that of a short sale")
            if symbol not in lots and why:
                self.why_not.setdefault(symbol, why)
                continue
            yield self.position(account, symbol, lots.get(symbol, ()), terms, why)

    def position(
        self,
        account: Account,
        symbol: str,
        lots: Sequence[OwedLot],
        terms: ShortTerms,
        why_not: str,
    ) -> Position:
        offer = self.plan.offer(symbol)
        if offer is None:
            raise AssertionError(symbol)
        borrow = self.stated.shorts.borrow_of(symbol)
        own = replace(terms, borrow_ppm=borrow)
        by_name: dict[str, list[PlannedLot]] = {}
        for one in lots:
            by_name.setdefault(one.lot_id, []).append(self.planned(one, own))
        spread = self.plan.index.security(symbol).spread_ppm
        rest = self.rests.get(symbol, "")
        return Position(
            account=account,
            symbol=symbol,
            price=offer.price,
            multiplier=offer.multiplier,
            lots=tuple(merged(parts, name) for name, parts in by_name.items()),
            spread_ppm=USUAL_SPREAD_PPM if spread is None else spread,
            buy_bar=why_not,
            sell_bar=rest,
            short=own,
        )

    def planned(self, lot: OwedLot, terms: ShortTerms) -> PlannedLot:
        """A short lot at the last close, with why it is not covered, if so."""
        market = self.market_cents(lot.symbol, lot.quantity)
        gain = lot.proceeds_cents - lot.deferred_cents - market
        bar = ""
        if gain < 0 and (why := self.history.why_kept(lot, self.plan)):
            bar = f"{lot.lot_id} is not covered: {why}"
        return PlannedLot(
            lot_id=lot.lot_id,
            acquired=lot.opened,
            quantity=lot.quantity,
            value_cents=terms.equity_cents(market),
            gain_cents=gain,
            is_long=gain < 0 and lot.is_backed,
            bar=bar,
        )

    def to_short(self) -> list[str]:
        """What the mandate lets be sold short, as far as a plan can know its risk."""
        if self.candidates is None:
            stated = self.stated.shorts.symbols
            names = list(stated) or [
                symbol
                for place, sleeve in enumerate(self.plan.sleeves.items)
                if sleeve.name != UNPLACED
                for symbol in self.plan.sleeves.symbols(place)
            ]
            priced = [one for one in names if self.plan.offer(one)]
            self.why_not |= {one: "it has no fresh close" for one in names if one not in priced}
            lacking = frozenset() if self.folder else self.without_risk(priced)
            self.why_not |= dict.fromkeys(lacking, "its closes do not tell its risk")
            self.candidates = [one for one in priced if one not in lacking]
        return self.candidates

    def without_risk(self, symbols: Sequence[str]) -> frozenset[str]:
        """Securities whose closes do not tell their risk beside what is held."""
        books = self.plan.prepared.books
        known = same_risk(same_market(books.record.prices, self.plan.as_of))
        held = {one.symbol for one in self.held}
        splits = split_ratios(books)
        lacking = set(known.closes(sorted(held | set(symbols)), splits).lacking)
        alone = set(known.closes(sorted(held), splits).lacking)
        return frozenset(lacking - held) if lacking & held <= alone else frozenset(symbols)

    def bar(self, account: Account, symbol: str) -> str:
        """Why a security is not sold short in an account; blank where it may be."""
        return next(self.bars(account, symbol), "")

    def bars(self, account: Account, symbol: str) -> Iterator[str]:
        """All that stands against selling a security short."""
        index, do_not = self.plan.index, self.stated.do_not_sell
        if index.security(symbol).kind not in SHORTED_KINDS:
            yield f"it is no stock or fund on an exchange, but {index.security(symbol).kind}"
        for lot in self.plan.lots:
            if index.replaces(symbol, lot.symbol):
                yield (
                    f"{lot.symbol} is held in {lot.account}: a short sale against it could be a"
                    " constructive sale (26 USC 1259)"
                )
        for one in self.held:
            if index.replaces(symbol, one.symbol) and not one.buy_bar:
                yield f"the plan may buy {one.symbol} for its target"
        if symbol in do_not:
            yield "the mandate's do_not_sell" + (do_not[symbol] and f": {do_not[symbol]}")
        if symbol in self.rests:
            yield self.rests[symbol]
        if lost := self.history.lost_before(symbol, account, self.plan):
            yield lost
        check = self.plan.buy_check(account.id, symbol)
        if check.verdict is not TradeVerdict.OK:
            yield f"losses on it wait until {check.safe_date}, and covering would buy it"

    def told_of(self, account: Account, owed: int, terms: ShortTerms) -> Iterator[str]:
        yield (
            f"shares of {dollars(owed)} are owed in {account.id}:"
            f" {100 + terms.equity_ppm / 10**4:g} % of that is set aside in cash and buys nothing"
        )
        most = StatedShorts().margin_ppm - PPM
        if terms.equity_ppm < most:
            yield (
                f"{account.id} has less cash than {100 + most / 10**4:g} % of what it owes: nothing"
                " more is sold short there (12 CFR 220.12(c))"
            )

    def refused(self) -> Iterator[str]:
        """Why securities that the mandate names are not sold short."""
        for symbol in self.stated.shorts.symbols:
            if symbol in self.why_not:
                yield f"{symbol} is not sold short: {self.why_not[symbol]}"
