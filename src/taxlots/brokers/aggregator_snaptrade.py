"""Answers of SnapTrade: positions with tax lots, and account activities."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from taxlots.brokers.aggregator_rows import (
    ASK_AGAIN,
    Told,
    check_currency,
    check_lot_sum,
    for_option,
    moments,
    note_without_lots,
    open_lot,
    settled,
)
from taxlots.brokers.cells import Cells, occ_name
from taxlots.brokers.entries import Custodian, Entry, check_day_of, note_unknown_action
from taxlots.brokers.findings import Findings
from taxlots.brokers.json_text import JsonRecord, listed_records
from taxlots.brokers.protocol import CustodianOpenLot
from taxlots.brokers.rounded_cells import rounded_cents, rounded_shares
from taxlots.brokers.securities import bond_security, option_security
from taxlots.brokers.vocabulary import Nature, Rule
from taxlots.domain.action import Action

SNAPTRADE: Final = Custodian(
    page="the custodian's page",
    lot_details="the position's lots at the custodian",
    date="trade_date",
    action="type",
    symbol="symbol",
    quantity="units",
    price="price",
    fees="fee",
    amount="amount",
)
_POSITIONS: Final = ("results", "positions", "option_positions")
_ACTIVITIES: Final = ("data", "activities")
_KINDS: Final = {
    **dict.fromkeys(("stock", "adr", "cs", "ad", "ps"), "stock"),
    **dict.fromkeys(("etf", "et"), "etf"),
    **dict.fromkeys(("mutualfund", "oef"), "mutual_fund"),
    **dict.fromkeys(("crypto", "cryptocurrency"), "digital_asset"),
    "bnd": "bond",
}
"""Instrument kinds, and the codes of security types that stood in their place."""
_MINI_SHARES: Final = "10"

_FACTS: Final = {
    "SPLIT": "a SPLIT row with its ratio (shares after ÷ shares before)",
    "STOCK_DIVIDEND": "a STOCK_DIVIDEND row with its ratio",
    "ADJUSTMENT": "what it adjusts as a canonical row",
}
RULES: Final[dict[str, Rule]] = {
    "BUY": Rule(Nature.SHARES_IN, Action.BUY),
    "SELL": Rule(Nature.SHARES_OUT, Action.SELL),
    "REI": Rule(Nature.SHARES_IN, Action.REINVEST),
    "DIVIDEND": Rule(Nature.CASH, Action.DIVIDEND),
    "INTEREST": Rule(Nature.CASH, Action.INTEREST),
    **dict.fromkeys(("FEE", "TAX"), Rule(Nature.COST, Action.FEE)),
    **dict.fromkeys(("CONTRIBUTION", "WITHDRAWAL"), Rule(Nature.MONEY_MOVE, Action.DEPOSIT)),
    **dict.fromkeys(
        ("TRANSFER", "EXTERNAL_ASSET_TRANSFER_IN", "EXTERNAL_ASSET_TRANSFER_OUT"),
        Rule(Nature.MOVE, Action.TRANSFER_IN),
    ),
    "OPTIONEXPIRATION": Rule(Nature.EXPIRY, Action.EXPIRE),
    "OPTIONASSIGNMENT": Rule(Nature.OPTION_END, Action.ASSIGN),
    "OPTIONEXERCISE": Rule(Nature.OPTION_END, Action.EXERCISE),
    **{name: Rule(Nature.FACTS, remedy=remedy) for name, remedy in _FACTS.items()},
}
"""SnapTrade's common types of activity; others are the custodian's own, and are not known."""


class SnapTradePages:
    """One or several answers to the same question, read as one."""

    custodian = SNAPTRADE
    account_column = "account"

    def __init__(
        self,
        pages: Sequence[JsonRecord],
        positions: Sequence[tuple[JsonRecord, str]],
        activities: Sequence[tuple[JsonRecord, str]] | None,
        findings: Findings,
    ) -> None:
        self._pages = pages
        self._positions = positions
        self._activities = activities or ()
        self.has_transactions = activities is not None
        self._findings = findings

    @classmethod
    def of(cls, answers: Sequence[JsonRecord], findings: Findings) -> "SnapTradePages | None":
        """The answers, if they are SnapTrade's: objects with lists, or a bare list of items."""
        if answers and all("units" in item.members for item in answers):
            owned = [(item, _account_of(item)) for item in answers]
            if any("trade_date" in item.members for item in answers):
                return cls(answers, (), owned, findings)
            return cls(answers, owned, None, findings)
        positions: list[tuple[JsonRecord, str]] = []
        activities: list[tuple[JsonRecord, str]] = []
        has_activities = has_positions = False
        for page in answers:
            account = _account_of(page)
            for name in _POSITIONS:
                has_positions |= isinstance(page.members.get(name), tuple)
                items = listed_records(page, name, findings)
                positions += [(item, _account_of(item) or account) for item in items]
            for name in _ACTIVITIES:
                has_activities |= isinstance(page.members.get(name), tuple)
                items = listed_records(page, name, findings)
                activities += [(item, _account_of(item) or account) for item in items]
        if not (has_activities or has_positions):
            return None
        return cls(answers, positions, activities if has_activities else None, findings)

    @property
    def first_line(self) -> int:
        """Where the first answer starts."""
        return self._pages[0].line if self._pages else 1

    @property
    def accounts(self) -> list[str]:
        """The account of each item, blank where the answer names none."""
        return [account for _, account in (*self._positions, *self._activities)]

    @staticmethod
    def account_named(wanted: str | None) -> str | None:
        """What is wanted: SnapTrade's items bear the id of their account."""
        return wanted

    @property
    def as_of(self) -> date | None:
        """The day on which the positions were fetched from the custodian."""
        fresh = [page.record("data_freshness") for page in self._pages]
        days = [moments(item, Findings("")).day("as_of") for item in fresh if item]
        return max((day for day in days if day), default=None)

    def entries(self, account: str, as_of: date | None) -> list[Told]:
        """The transactions of one account, in the order of the file; faults are noted.

        Their ids are left out: SnapTrade makes new ones when it reads a custodian again.
        """
        told = []
        for place, (item, owner) in enumerate(self._activities):
            if not self._is_of(item, owner, account):
                continue
            entry = self._entry(place, item)
            if entry is not None:
                check_day_of(entry, as_of, SNAPTRADE, self._findings)
                told.append(Told(entry))
        return told

    def open_lots(self, account: str, as_of: date | None) -> list[CustodianOpenLot]:
        """The tax lots of one account, in the order of the file; faults are noted."""
        found: list[CustodianOpenLot] = []
        without: list[tuple[int, str]] = []
        for position, owner in self._positions:
            if not self._is_of(position, owner, account):
                continue
            cells = moments(position, self._findings)
            symbol = _symbol(_instrument(position))
            check_currency(cells, "currency", _currency(position))
            if not symbol:
                self._note_no_symbol(position)
                continue
            items = listed_records(position, "tax_lots", self._findings)
            made = [
                open_lot(i, symbol, "", "original_purchase_date", as_of, self._findings)
                for i in items
            ]
            lots = [lot for lot in made if lot is not None]
            if not items:
                without.append((position.line, symbol))
            check_lot_sum(cells, "units", lots, symbol)
            found += lots
        note_without_lots(without, self._findings)
        return found

    def securities(self, account: str) -> tuple[dict[str, str], ...]:
        """The securities of one account, each once."""
        found: dict[str, dict[str, str]] = {}
        for item, owner in (*self._positions, *self._activities):
            told = _instrument(item)
            symbol = _symbol(told)
            if symbol and owner == account:
                found.setdefault(symbol, _cells_of(told, symbol))
        return tuple(found.values())

    def check_pages(self) -> None:
        """SnapTrade tells how many activities there are: fewer mean that pages are missing."""
        heads = [page.record("pagination") for page in self._pages]
        totals = [head.text("total") for head in heads if head]
        total = max((int(t) for t in totals if t.isascii() and t.isdigit()), default=0)
        if total > len(self._activities):
            self._findings.warning(
                self.first_line,
                "pagination",
                "PAGES_MISSING",
                f"SnapTrade has {total} activities, the file holds {len(self._activities)}.",
                "Ask for the other pages too (offset) and import them, or put the answers of all"
                " pages in one list.",
            )

    def _entry(self, place: int, item: JsonRecord) -> Entry | None:
        seen = len(self._findings.found)
        cells = moments(item, self._findings)
        name = cells.text("type").upper()
        rule = RULES.get(name)
        if rule is None:
            note_unknown_action(cells, "type", name, cells.text("description"))
        day = cells.day("trade_date")
        if day is None and not cells.is_told("trade_date"):
            self._findings.error(
                cells.line, "trade_date", "BAD_DATE", "The activity has no date.", ASK_AGAIN
            )
        quantity, price = rounded_shares(cells, "units"), cells.number("price")
        amount, fees = rounded_cents(cells, "amount"), rounded_cents(cells, "fee")
        check_currency(cells, "currency", _currency(item))
        if rule is None or day is None or len(self._findings.found) > seen:
            return None
        quantity = _directed(name, quantity)
        told = _instrument(item)
        option = _option(told)
        if option:
            rule = for_option(rule, cells.text("option_type").replace("_", " "))
        if rule.action is Action.INTEREST and amount is not None and amount < 0:
            rule = Rule(Nature.COST, Action.FEE)
        return settled(
            Entry(
                place=place,
                line=item.line,
                raw=item.raw,
                posted=day,
                day=day,
                name=name,
                rule=rule,
                symbol=option or _symbol(told),
                description=cells.text("description"),
                quantity=quantity,
                price=price if price and price.strip("-0.") else "",
                fees_cents=abs(fees or 0),
                amount_cents=amount,
                is_option=bool(option),
                is_bond=_kind(told) == "bond",
            )
        )

    def _is_of(self, item: JsonRecord, owner: str, account: str) -> bool:
        """Whether an item is of the account; one without an account is, where none has any."""
        if not owner and account:
            self._findings.error(
                item.line, "account", "MISSING_CELL", "The item has no account.", ASK_AGAIN
            )
        return owner == account

    def _note_no_symbol(self, item: JsonRecord) -> None:
        self._findings.error(
            item.line,
            "symbol",
            "MISSING_SYMBOL",
            "The answer tells no symbol of the security.",
            ASK_AGAIN,
        )


def _directed(name: str, quantity: int | None) -> int | None:
    """The quantity of a transfer whose type tells the direction."""
    if quantity and name.endswith(("_TRANSFER_IN", "_TRANSFER_OUT")):
        return abs(quantity) if name.endswith("_IN") else -abs(quantity)
    return quantity


def _account_of(item: JsonRecord) -> str:
    account = item.record("account")
    return account.text("id") or account.text("number") if account else ""


def _instrument(item: JsonRecord) -> JsonRecord | None:
    """The security of a position or activity, however deeply it is wrapped."""
    found = item.record("instrument") or item.record("option_symbol") or item.record("symbol")
    while found is not None:
        inner = found.record("option_symbol") or found.record("symbol")
        if inner is None:
            return found
        found = inner
    return None


def _symbol(told: JsonRecord | None) -> str:
    if told is None:
        return ""
    return _option(told) or " ".join(told.text("symbol").split())


def _option(told: JsonRecord | None) -> str:
    """The option that an instrument is, in the form of the OCC; blank if it is none."""
    if told is None or "strike_price" not in told.members:
        return ""
    cells = Cells(told.line, told.cells(), Findings(""))
    day = moments(told, Findings("")).day("expiration_date")
    kind, strike = cells.text("option_type").upper(), cells.number("strike_price")
    ticker = (told.text("ticker") or told.text("symbol")).split(" ")[0]
    root = _underlying(told) or ticker
    if day is None or not strike or kind not in ("PUT", "CALL"):
        return ""
    return occ_name(root, day, kind[0], strike)


def _underlying(told: JsonRecord) -> str:
    found = told.record("underlying") or told.record("underlying_symbol")
    return (found.text("symbol") or found.text("raw_symbol")) if found else ""


def _kind(told: JsonRecord | None) -> str:
    if told is None:
        return ""
    security_type = told.record("type")
    code = told.text("kind") or (security_type.text("code") if security_type else "")
    return _KINDS.get(code.lower(), "")


def _cells_of(told: JsonRecord | None, symbol: str) -> dict[str, str]:
    if told is None:
        return {"symbol": symbol}
    name = " ".join(told.text("description").split())
    if _option(told):
        contract = {**option_security(symbol, name), "underlying": _underlying(told)}
        if told.text("is_mini_option") == "true":
            contract["multiplier"] = _MINI_SHARES
        return {column: cell for column, cell in contract.items() if cell}
    if _kind(told) == "bond":
        return bond_security(symbol, name)
    cells = {"symbol": symbol, "name": name, "kind": _kind(told)}
    return {column: cell for column, cell in cells.items() if cell}


def _currency(item: JsonRecord) -> str:
    told = item.record("currency")
    return told.text("code") if told else item.text("currency")
