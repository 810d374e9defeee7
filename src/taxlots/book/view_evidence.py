"""What bears on the differences of two views: links that differ, and what lots carry from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.desk import Place
from taxlots.book.journal import ACTION_CODE, ACTIONS
from taxlots.book.tables import NONE
from taxlots.book.view_matches import Differing, Link, components, differing_links
from taxlots.book.view_pieces import Pair
from taxlots.book.view_reasons import LinkCase, Reason, reasons_of
from taxlots.domain.account import Account
from taxlots.domain.action import Action
from taxlots.domain.security import Security

Carried = Mapping[Reason, set[int]]
"""Reasons, each with the journal rows of the sales that it comes from."""

FROM_OPTIONS = frozenset(ACTION_CODE[one] for one in (Action.EXERCISE, Action.ASSIGN))
DELIVERY = ACTION_CODE[Action.CLOSE_SHORT_BY_DELIVERY]

Holding = tuple[str, str]
"""An account and a symbol."""


class Evidence:
    """What is known of the losses, lots and holdings of two views of one record."""

    def __init__(self, taxpayer: Books, broker: Books, pairs: list[Pair]) -> None:
        self.books = taxpayer
        self.turn = {int(row): at for at, row in enumerate(taxpayer.bookings.row)}
        self.household = {a.id: a.household for a in taxpayer.record.accounts}
        differing = differing_links(taxpayer, broker)
        cases = _Cases(taxpayer, broker, pairs)
        self.direct = {one.link: cases.reasons(one) for one in differing}
        self.part = components(differing)
        self.parts: dict[int, dict[Reason, None]] = defaultdict(dict)
        self.of_loss: dict[object, list[Differing]] = defaultdict(list)
        self.of_lot: dict[int, list[Differing]] = defaultdict(list)
        for one in differing:
            self.parts[self.part[one.link]].update(dict.fromkeys(self.direct[one.link]))
            self.of_loss[one.link.loss].append(one)
            if not one.is_rounding:
                self.of_lot[one.link.replacement_row].append(one)
        self.lots: dict[int, dict[Reason, set[int]]] = defaultdict(dict)
        self.families: dict[Holding, dict[Reason, set[int]]] = defaultdict(dict)
        self.constructive: set[tuple[int, int]] = set()
        self.holding_of = _holdings_of_lots(taxpayer)
        self.lots_of: dict[Holding, list[int]] = defaultdict(list)
        for lot, holding in self.holding_of.items():
            self.lots_of[holding].append(lot)
        self.pooled = _pooled(taxpayer)
        self._mark(broker, pairs, differing)

    def _mark(self, broker: Books, pairs: list[Pair], differing: list[Differing]) -> None:
        for lot in _with_other_cost(self.books, broker):
            self._add(lot, Reason.COMPENSATION, ())
        for sale, lot in _constructive_sales(self.books):
            self.constructive.add((sale, lot))
            self._add(lot, Reason.CONSTRUCTIVE_SALE, (sale,))
        for lot, reason in _sold_replacements(self.books, broker):
            self._add(lot, reason, ())
        for one in differing:
            if not one.is_rounding:
                self._add(one.link.replacement_row, Reason.EARLIER_DIFFERENCE, (one.link.loss[0],))
        for pair in pairs:
            lots = {side.lot_row for side in (pair.taxpayer, pair.broker) if side is not None}
            if len(lots) > 1:
                for lot in lots:
                    self._add(lot, Reason.METHOD_MISMATCH, (pair.sale_row,))

    def _add(self, lot: int, reason: Reason, sales: Iterable[int]) -> None:
        self.lots[lot].setdefault(reason, set()).update(sales)
        if lot in self.holding_of:
            family = self._family(*self.holding_of[lot])
            self.families[family].setdefault(reason, set()).update(sales)

    def _family(self, account: str, symbol: str) -> Holding:
        return self.household[account], self.books.identity.family(symbol)

    def is_without_relief(self, pair: Pair) -> bool:
        """Whether a row comes of an event that closes no lot by a sale."""
        if any((pair.sale_row, lot) in self.constructive for lot in _lots(pair)):
            return True
        action = ACTIONS[self.books.journal.action[pair.sale_row]]
        return action in (Action.RETURN_OF_CAPITAL, Action.LIQUIDATION)

    def links_of_loss(self, pair: Pair) -> list[Differing]:
        """The links of a pair's losses that differ."""
        found = [self.of_loss.get((pair.sale_row, lot, pair.place), []) for lot in _lots(pair)]
        return [one for links in found for one in links]

    def causes(self, one: Differing) -> tuple[Reason, ...]:
        """Why a link differs: its own reasons, else those of the links that compete with it."""
        return self.direct[one.link] or tuple(self.parts[self.part[one.link]])

    def carried_by(self, pair: Pair) -> Carried:
        """What the lots of a pair carry in basis or holding period, from sales up to its own."""
        own = _lots(pair)
        found: dict[Reason, set[int]] = {}
        for lot in dict.fromkeys([*own, *self._behind(pair)]):
            for reason, sales in self.lots.get(lot, {}).items():
                if reason is Reason.EARLIER_DIFFERENCE:
                    self._add_carried(found, lot, sales, pair.sale_row)
                elif lot in own:
                    found.setdefault(reason, set()).update(sales - {pair.sale_row})
                else:
                    found.setdefault(Reason.EARLIER_DIFFERENCE, set()).update(sales)
        return found

    def _add_carried(
        self, found: dict[Reason, set[int]], lot: int, sales: set[int], sale: int
    ) -> None:
        """Losses that joined a lot; one of the very same order is told by its own reasons.

        The pieces of one order may hand a loss on from lot to lot, each with as many shares in
        both views: then the reason is that of the piece where the amounts part.
        """
        if others := sales - {sale}:
            found.setdefault(Reason.EARLIER_DIFFERENCE, set()).update(others)
        lots, at = [lot], 0
        while at < len(lots):
            for one in self.of_lot[lots[at]]:
                if one.link.loss[0] == sale:
                    found.update((reason, found.get(reason, set())) for reason in self.causes(one))
                    if one.link.loss[1] not in lots:
                        lots.append(one.link.loss[1])
            at += 1

    def _behind(self, pair: Pair) -> Iterator[int]:
        """Other lots whose basis is in a pair's figures: options, short lots, averaged lots."""
        account, symbol, _ = pair.place
        for row in (pair.sale_row, *_lots(pair)):
            if self.books.journal.action[row] in FROM_OPTIONS:
                yield from self.lots_of[account, self.books.journal.symbol_of(row)]
        if self.books.journal.action[pair.sale_row] == DELIVERY:
            yield from self.lots_of[account, symbol]
        if (account, symbol) in self.pooled:
            yield from self.lots_of[account, symbol]

    def earlier_in_family(self, pair: Pair) -> Carried:
        """The earlier differences of the household's holdings in the same family of securities."""
        account, symbol, _ = pair.place
        known = self.families.get(self._family(account, symbol), {})
        sales = {s for found in known.values() for s in found if self._is_earlier(s, pair)}
        if sales:
            return {Reason.EARLIER_DIFFERENCE: sales}
        return {reason: set() for reason in known if not known[reason]}

    def _is_earlier(self, sale: int, pair: Pair) -> bool:
        return self.turn[sale] < self.turn[pair.sale_row]


def evidence_of(taxpayer: Books, broker: Books, pairs: list[Pair]) -> Evidence:
    """Gather the evidence of two views, whose realized pieces are paired already."""
    return Evidence(taxpayer, broker, pairs)


def _lots(pair: Pair) -> list[int]:
    sides = (pair.taxpayer, pair.broker)
    return list(dict.fromkeys(side.lot_row for side in sides if side is not None))


def _holdings_of_lots(books: Books) -> dict[int, Holding]:
    """Account and symbol in which each lot was opened, by the journal row of its opening."""
    events = books.blueprint.tables["events"][books.state.table("lots")["event"]]
    places = books.blueprint.places
    rows, positions = events["row"].tolist(), events["position"].tolist()
    return {row: places[at][:2] for row, at in zip(rows, positions, strict=True)}


def _pooled(books: Books) -> set[Holding]:
    """The holdings that are ever under the average basis method."""
    averages = books.state.table("positions")["average"].tolist()
    places = books.blueprint.places
    return {places[at][:2] for at, average in enumerate(averages) if average != NONE}


def _with_other_cost(taxpayer: Books, broker: Books) -> Iterator[int]:
    """The rows whose lots open at another cost: compensation income is in one basis alone."""
    ours, theirs = _opening_costs(taxpayer), _opening_costs(broker)
    return (row for row, cents in ours.items() if theirs.get(row, cents) != cents)


def _opening_costs(books: Books) -> dict[int, int]:
    events = books.blueprint.tables["events"]
    opened = events[events["kind"] == kinds.OPEN]
    return dict(zip(opened["row"].tolist(), opened["cents"].tolist(), strict=True))


def _constructive_sales(books: Books) -> Iterator[tuple[int, int]]:
    """The short sales that are constructive sales, each with the lot that it realizes."""
    rows = books.state.table("rows")
    found = rows[rows["flags"] & kinds.CONSTRUCTIVE != 0]
    events = books.blueprint.tables["events"]
    lots = books.state.table("lots")["event"]
    sales = events["row"][found["event"]].tolist()
    opened = events["row"][lots[found["lot"]]].tolist()
    return zip(sales, opened, strict=True)


def _sold_replacements(taxpayer: Books, broker: Books) -> Iterator[tuple[int, Reason]]:
    """Lots of which one view lets sold shares replace a loss, where the other reads D1 or D2 apart.

    Both may match the same lot then, one the part that was sold and the other what is held.
    """
    ours, theirs = taxpayer.record.policy, broker.record.policy
    apart = []
    if ours.held_after_sale != theirs.held_after_sale:
        apart.append(Reason.SAME_ORDER)
    if ours.sold_before_counts != theirs.sold_before_counts:
        apart.append(Reason.SOLD_BEFORE)
    for books in (taxpayer, broker):
        rows = books.state.table("rows")
        events = books.blueprint.tables["events"]
        sold = rows["lot"][rows["flags"] & kinds.RESTATED != 0]
        for lot in events["row"][books.state.table("lots")["event"][sold]].tolist():
            yield from ((lot, reason) for reason in apart)


class _Cases:
    """Makes the case of a link from what both views know of it."""

    def __init__(self, taxpayer: Books, broker: Books, pairs: list[Pair]) -> None:
        self.taxpayer, self.broker = taxpayer, broker
        self.accounts: dict[str, Account] = {a.id: a for a in taxpayer.record.accounts}
        self.turn = {int(row): at for at, row in enumerate(taxpayer.bookings.row)}
        self.sales: dict[int, set[int]] = defaultdict(set)
        for pair in pairs:
            for lot in _lots(pair):
                self.sales[lot].add(pair.sale_row)

    def reasons(self, one: Differing) -> tuple[Reason, ...]:
        """The reasons that a link has of its own; none where the views agree on its shares."""
        ours, theirs = one.taxpayer.quantity, one.broker.quantity
        if ours == theirs:
            return ()
        return reasons_of(self.case(one.link), is_broker_short=theirs < ours)

    def case(self, link: Link) -> LinkCase:
        """What the tests must know of a link."""
        sale, _, sold_at = link.loss
        sales = self.sales.get(link.replacement_row, set())
        acquired, sold = link.replacement_place[1], sold_at[1]
        return LinkCase(
            link=link,
            loss=self._side(sold_at),
            replacement=self._side(link.replacement_place),
            is_identical_to_broker=self.broker.identity.replaces(acquired, sold, link.sold),
            opened_by=ACTIONS[self.taxpayer.journal.action[link.replacement_row]],
            is_in_same_order=sale in sales,
            is_sold_earlier=any(self.turn[other] < self.turn[sale] for other in sales),
            known_to=self.broker.as_of,
            taxpayer_policy=self.taxpayer.record.policy,
            broker_policy=self.broker.record.policy,
        )

    def _side(self, place: Place) -> tuple[Account, Security]:
        account, symbol, _ = place
        listed = self.taxpayer.record.securities.get(symbol)
        return self.accounts[account], listed or Security(symbol=symbol)
