"""Entries of a custodian's file as rows for the journal, in booking order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from taxlots.brokers.cells import is_cusip
from taxlots.brokers.entries import COPY, Custodian, Entry, within
from taxlots.brokers.findings import Findings, quoted
from taxlots.brokers.pairs import Paired
from taxlots.brokers.protocol import BrokerRow
from taxlots.brokers.split_ratio import Holdings, declared_ratio, opening
from taxlots.brokers.vocabulary import Nature
from taxlots.domain.action import Action
from taxlots.domain.money import SHARE, dollars, dollars_if_known, shares

_IN_LIEU_DAYS: Final = 30
_OPENS: Final = frozenset({Action.BUY, Action.REINVEST, Action.BUY_OPTION})
_CLOSES: Final = frozenset({Action.SELL, Action.SELL_OPTION})


def journal_rows(
    paired: Paired,
    account: str,
    held: Mapping[str, int] | None,
    custodian: Custodian,
    findings: Findings,
) -> list[BrokerRow]:
    """The rows of the entries that belong together; what cannot be booked is noted.

    ``held`` is what the account held before the first entry (1e-8 shares by symbol).
    """
    maker = _RowMaker(account, paired, opening(held), custodian, findings)
    return [row for entry in paired.entries for row in maker.rows(entry)]


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why an entry cannot be booked, and what to do."""

    column: str
    code: str
    message: str
    remedy: str


class _RowMaker:
    """Turns entries into rows, one after the other, and knows what the account then holds."""

    def __init__(
        self,
        account: str,
        paired: Paired,
        holdings: Holdings,
        custodian: Custodian,
        findings: Findings,
    ) -> None:
        self._account = account
        self._other_leg = paired.other_leg
        self._holdings = holdings
        self._custodian = custodian
        self._findings = findings
        self._in_lieu = [e for e in paired.entries if e.rule.nature is Nature.IN_LIEU]
        self._fractions: dict[str, int] = {}
        self._makers: dict[Nature, Callable[[Entry], BrokerRow | _Refusal]] = {
            Nature.SHARES_IN: self._trade,
            Nature.SHARES_OUT: self._trade,
            Nature.CASH: self._cash,
            Nature.COST: self._cost,
            Nature.MONEY_MOVE: self._money_move,
            Nature.MOVE: self._move,
            Nature.SPLIT: self._split,
            Nature.REVERSE_SPLIT: self._reverse_split,
            Nature.RENAME: self._rename,
            Nature.EXPIRY: self._expiry,
            Nature.OPTION_END: self._option_end,
            Nature.STRIKE: self._strike_alone,
            Nature.IN_LIEU: self._cash_in_lieu,
            Nature.FACTS: lambda entry: self._needs_facts(entry, entry.rule.remedy),
        }

    def rows(self, entry: Entry) -> list[BrokerRow]:
        """The rows of an entry; none when it cannot be booked, which is noted."""
        if entry.rule.nature in (Nature.CANCEL, Nature.SWEEP):
            return []  # The caller has noted these.
        made = self._makers[entry.rule.nature](entry)
        if isinstance(made, _Refusal):
            self._findings.error(entry.line, made.column, made.code, made.message, made.remedy)
            return []
        if not entry.accrued_cents:
            return [made]
        return [made, self._accrued(entry)]

    def _cells(self, entry: Entry, action: Action, **cells: str) -> BrokerRow:
        """A row; blank cells are left out.

        The note is the action and not the description: a description follows the security's
        name of today, and a row that changed with each export would be a new one each time.
        """
        named = {
            "date": entry.day.isoformat(),
            "account": self._account,
            "symbol": entry.symbol,
            "action": action.value,
            **cells,
            "note": entry.name,
        }
        raw = entry.raw
        if entry.place in self._other_leg:
            raw = f"{raw}\n{self._other_leg[entry.place].raw}"
        return BrokerRow(line=entry.line, cells={k: v for k, v in named.items() if v}, raw=raw)

    def _trade(self, entry: Entry) -> BrokerRow:
        action = entry.rule.action
        quantity = entry.quantity or 0
        if action in _OPENS or action in _CLOSES:
            signed = quantity if action in _OPENS else -quantity
            self._holdings.move(entry.symbol, signed, entry.day)
            self._holdings.trade(entry.symbol, entry.price, entry.day)
        else:
            self._holdings.unknown.add(entry.symbol)
        amount = entry.basis_cents
        return self._cells(
            entry,
            action,
            quantity=shares(quantity),
            # A bond's price is a percentage of its face value, not money per unit.
            price="" if entry.is_bond else self._price(entry),
            fees=dollars(entry.fees_cents) if entry.fees_cents else "",
            amount=dollars_if_known(amount),
        )

    def _price(self, entry: Entry) -> str:
        if not self._custodian.trims_prices or "." not in entry.price:
            return entry.price
        return entry.price.rstrip("0").rstrip(".")

    def _accrued(self, entry: Entry) -> BrokerRow:
        """Interest within a bond's price: income of the seller, and less income of the buyer."""
        sign = -1 if entry.rule.nature is Nature.SHARES_IN else 1
        return self._cells(entry, Action.INTEREST, amount=dollars(sign * entry.accrued_cents))

    def _cash(self, entry: Entry) -> BrokerRow:
        return self._cells(entry, entry.rule.action, amount=dollars(entry.amount_cents or 0))

    def _cost(self, entry: Entry) -> BrokerRow:
        return self._cells(entry, entry.rule.action, amount=dollars(-(entry.amount_cents or 0)))

    def _money_move(self, entry: Entry) -> BrokerRow:
        amount = entry.amount_cents or 0
        action = Action.WITHDRAWAL if amount < 0 else Action.DEPOSIT
        return self._cells(entry, action, symbol="", amount=dollars(abs(amount)))

    def _move(self, entry: Entry) -> BrokerRow | _Refusal:
        quantity = entry.quantity
        if not quantity and entry.amount_cents is not None:
            return self._money_move(entry)
        if not quantity or not entry.symbol or entry.amount_cents:
            return self._needs_facts(
                entry,
                "TRANSFER_IN or TRANSFER_OUT for shares, DEPOSIT or WITHDRAWAL for money: the row"
                " does not tell which, or tells both",
            )
        self._holdings.move(entry.symbol, quantity, entry.day)
        action = Action.TRANSFER_IN if quantity > 0 else Action.TRANSFER_OUT
        if action is Action.TRANSFER_IN:
            self._findings.warning(
                entry.line,
                self._custodian.quantity,
                "BASIS_UNKNOWN",
                f"{shares(quantity)} {entry.symbol} came in without cost basis and date of"
                " purchase: the lot is booked with unknown basis and never harvested.",
                f"{COPY} a TRANSFER_IN row with acquired_date and cost_basis, one for each lot"
                f" of {self._custodian.lot_details}; if it came from an account of this book,"
                " with the order_id of the TRANSFER_OUT there.",
            )
        return self._cells(entry, action, quantity=shares(abs(quantity)))

    def _split(self, entry: Entry) -> BrokerRow | _Refusal:
        added = entry.quantity or 0
        before = self._holdings.before(entry.symbol, entry.day)
        if before is None or added <= 0:
            return self._ratio_unknown(entry, "the position before is not known from this file")
        return self._with_ratio(entry, before, before + added, "in this file's rows")

    def _reverse_split(self, entry: Entry) -> BrokerRow | _Refusal:
        old = self._other_leg.get(entry.place)
        if old is None:
            return self._ratio_unknown(entry, "its second row is not beside it")
        if is_cusip(entry.symbol):
            return self._needs_facts(entry, "a SPLIT row (symbol = the ticker, ratio)")
        before, after = -(old.quantity or 0), entry.quantity or 0
        return self._with_ratio(entry, before, after, f"by the row on line {old.line}")

    def _with_ratio(self, entry: Entry, before: int, after: int, by: str) -> BrokerRow | _Refusal:
        in_lieu = any(
            e.symbol == entry.symbol and within(_IN_LIEU_DAYS, entry.day, e.day)
            for e in self._in_lieu
        )
        ratio = declared_ratio(before, after, in_lieu=in_lieu)
        change = f"{shares(before)} shares became {shares(after)}"
        if ratio is None:
            return self._ratio_unknown(entry, f"{change}, which is no ratio for certain")
        if self._holdings.contradicts(entry.symbol, ratio, entry.price, entry.day):
            return self._ratio_unknown(
                entry,
                f"{change}, but the prices before and after speak against {ratio}: shares were"
                " held before this file starts",
            )
        self._findings.warning(
            entry.line,
            self._custodian.quantity,
            "SPLIT_RATIO_DERIVED",
            f"The split of {entry.symbol} is booked with the ratio {ratio}: {change} ({by}).",
            "Compare it with the company's announcement.",
        )
        self._fractions[entry.symbol] = int(before * ratio) - after
        self._holdings.split(entry.symbol, ratio, after)
        return self._cells(entry, entry.rule.action, ratio=str(ratio))

    def _ratio_unknown(self, entry: Entry, why: str) -> _Refusal:
        self._holdings.unknown.add(entry.symbol)
        earlier = " Or export a range of dates that begins before the first purchase."
        return _Refusal(
            self._custodian.quantity,
            "SPLIT_RATIO_UNKNOWN",
            f"The ratio of this {quoted(entry.name)} of {entry.symbol} cannot be told: {why}.",
            f"{COPY} a {entry.rule.action} row: date {entry.day}, account {self._account},"
            f" symbol {entry.symbol}, ratio = shares after ÷ shares before."
            f"{earlier if entry.rule.nature is Nature.SPLIT else ''}",
        )

    def _rename(self, entry: Entry) -> BrokerRow | _Refusal:
        old = self._other_leg.get(entry.place)
        if old is None or entry.quantity != -(old.quantity or 0) or is_cusip(old.symbol):
            return self._needs_facts(
                entry, "a SYMBOL_CHANGE row (symbol = the old ticker, to_symbol = the new one)"
            )
        moved = self._holdings.shares.pop(old.symbol, 0)
        self._holdings.move(entry.symbol, moved, entry.day)
        return self._cells(entry, entry.rule.action, symbol=old.symbol, to_symbol=entry.symbol)

    def _expiry(self, entry: Entry) -> BrokerRow | _Refusal:
        if not entry.is_option:
            return self._needs_facts(entry, "a WORTHLESS or EXPIRE row")
        if entry.amount_cents:
            return self._needs_facts(
                entry, "a SELL_OPTION or CLOSE_OPTION row with the settlement amount"
            )
        return self._cells(entry, entry.rule.action, quantity=shares(abs(entry.quantity or 0)))

    def _option_end(self, entry: Entry) -> BrokerRow | _Refusal:
        leg = self._other_leg.get(entry.place)
        if not entry.is_option or leg is None or leg.amount_cents is None:
            return self._needs_facts(
                entry,
                f"an {entry.rule.action} row for the option with the strike money in amount (in"
                " cash, where it was settled in cash), and leave out the row of the shares",
            )
        self._holdings.unknown.add(leg.symbol)
        return self._cells(
            entry,
            entry.rule.action,
            quantity=shares(abs(entry.quantity or 0)),
            fees=dollars(leg.fees_cents) if leg.fees_cents else "",
            amount=dollars(abs(leg.amount_cents)),
        )

    def _strike_alone(self, entry: Entry) -> BrokerRow | _Refusal:
        return self._needs_facts(
            entry, "an EXERCISE or ASSIGN row for the option with the strike money in amount"
        )

    def _cash_in_lieu(self, entry: Entry) -> BrokerRow | _Refusal:
        fraction = self._fractions.pop(entry.symbol, 0)
        if not 0 < fraction < SHARE or (entry.amount_cents or 0) <= 0:
            return self._needs_facts(
                entry, "a CASH_IN_LIEU row with the fraction of a share as quantity"
            )
        money = dollars(entry.amount_cents or 0)
        return self._cells(
            entry, entry.rule.action, quantity=shares(fraction), amount=money, cash=money
        )

    def _needs_facts(self, entry: Entry, what: str) -> _Refusal:
        return _Refusal(
            self._custodian.action,
            "NEEDS_FACTS",
            f"{quoted(entry.name)} of {entry.symbol or quoted(entry.description)} cannot be booked"
            " from this file alone.",
            f"{COPY} {what}.",
        )
