"""Answers of Plaid: ``/investments/holdings/get`` and ``/investments/transactions/get``."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from taxlots.brokers.aggregator_plaid_types import rule_of
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
from taxlots.brokers.cells import occ_name
from taxlots.brokers.entries import Custodian, Entry, check_day_of, note_unknown_action
from taxlots.brokers.findings import Findings
from taxlots.brokers.json_text import JsonRecord, listed_records
from taxlots.brokers.protocol import CustodianOpenLot, identified
from taxlots.brokers.rounded_cells import rounded_cents, rounded_shares
from taxlots.brokers.securities import bond_security, option_security
from taxlots.domain.money import dollars

PLAID: Final = Custodian(
    page="the custodian's page",
    lot_details="the position's lots at the custodian",
    date="date",
    action="subtype",
    symbol="security_id",
    quantity="quantity",
    price="price",
    fees="fees",
    amount="amount",
)
_TRANSACTIONS: Final = "investment_transactions"
_KINDS: Final = {
    "equity": "stock",
    "etf": "etf",
    "mutual fund": "mutual_fund",
    "cryptocurrency": "digital_asset",
}


class PlaidPages:
    """One or several answers to the same question, read as one."""

    custodian = PLAID
    account_column = "account_id"

    def __init__(self, pages: Sequence[JsonRecord], findings: Findings) -> None:
        self._pages = pages
        self._findings = findings
        self._holdings = [
            item for page in pages for item in listed_records(page, "holdings", findings)
        ]
        self._transactions = [
            item for page in pages for item in listed_records(page, _TRANSACTIONS, findings)
        ]
        self._securities = {
            security.text("security_id"): security
            for page in pages
            for security in page.records("securities")
        }

    @staticmethod
    def knows(answer: JsonRecord) -> bool:
        """Whether an answer is one of Plaid's."""
        lists = {name for name, value in answer.members.items() if isinstance(value, tuple)}
        return _TRANSACTIONS in lists or {"holdings", "securities"} <= lists

    @property
    def first_line(self) -> int:
        """Where the first answer starts."""
        return self._pages[0].line

    @property
    def has_transactions(self) -> bool:
        """Whether the answers are to a question for transactions."""
        return any(_TRANSACTIONS in page.members for page in self._pages)

    @property
    def accounts(self) -> list[str]:
        """The accounts that have holdings or transactions, else those that are named."""
        used = [item.text("account_id") for item in (*self._holdings, *self._transactions)]
        return used or [
            account.text("account_id")
            for page in self._pages
            for account in page.records("accounts")
        ]

    def account_named(self, wanted: str | None) -> str | None:
        """The id of the account whose last digits (``mask``) are wanted; else what is wanted."""
        masks = {
            account.text("account_id")
            for page in self._pages
            for account in page.records("accounts")
            if wanted and account.text("mask") == wanted.strip()
        }
        return masks.pop() if len(masks) == 1 else wanted

    @property
    def as_of(self) -> date | None:
        """The last day of a price: Plaid tells no other day of the holdings."""
        days = [
            moments(holding, Findings("")).day("institution_price_as_of")
            for holding in self._holdings
        ]
        return max((day for day in days if day), default=None)

    def entries(self, account: str, as_of: date | None) -> list[Told]:
        """The transactions of one account, in the order of the file; faults are noted."""
        told: list[Told] = []
        seen: dict[str, Entry] = {}
        for place, item in enumerate(self._transactions):
            if item.text("account_id") != account:
                self._check_account(item)
                continue
            entry = self._entry(place, item)
            if entry is None:
                continue
            check_day_of(entry, as_of, PLAID, self._findings)
            number = identified("plaid", "", item.text("investment_transaction_id"))
            if number and number in seen:
                self._check_repeated(seen[number], entry)
                continue
            seen[number] = entry
            told.append(Told(entry, number))
        self._note_posting_days(account)
        return told

    def open_lots(self, account: str, as_of: date | None) -> list[CustodianOpenLot]:
        """The tax lots of one account, in the order of the file; faults are noted."""
        found: list[CustodianOpenLot] = []
        without: list[tuple[int, str]] = []
        for holding in self._holdings:
            if holding.text("account_id") != account:
                self._check_account(holding)
                continue
            security = self._security(holding)
            cells = moments(holding, self._findings)
            if security is None or security.text("type") == "cash":
                continue
            check_currency(cells, "iso_currency_code", _currency(holding))
            symbol, cusip = _symbol(security), security.text("cusip").upper()
            if not (symbol or cusip):
                self._note_no_symbol(holding)
                continue
            items = listed_records(holding, "tax_lots", self._findings)
            made = [
                open_lot(i, symbol, cusip, "original_purchase_datetime", as_of, self._findings)
                for i in items
            ]
            lots = [lot for lot in made if lot is not None]
            if not items:
                without.append((holding.line, symbol or cusip))
            check_lot_sum(cells, "quantity", lots, symbol or cusip)
            found += lots
        note_without_lots(without, self._findings)
        return found

    def securities(self, account: str) -> tuple[dict[str, str], ...]:
        """The securities of one account that have a symbol, each once."""
        found: dict[str, dict[str, str]] = {}
        for item in (*self._holdings, *self._transactions):
            security = self._securities.get(item.text("security_id"))
            if item.text("account_id") != account or security is None:
                continue
            if security.text("type") == "cash" or not _symbol(security):
                continue
            found.setdefault(_symbol(security), _cells_of(security))
        return tuple(found.values())

    def check_pages(self) -> None:
        """Plaid tells how many transactions there are: fewer mean that pages are missing."""
        totals = [page.text("total_investment_transactions") for page in self._pages]
        total = max((int(t) for t in totals if t.isascii() and t.isdigit()), default=0)
        if total > len(self._transactions):
            self._findings.warning(
                self.first_line,
                "total_investment_transactions",
                "PAGES_MISSING",
                f"Plaid has {total} transactions, the file holds {len(self._transactions)} of"
                " them.",
                "Ask for the other pages too (offset) and import them, or put the answers of all"
                " pages in one list.",
            )

    def _entry(self, place: int, item: JsonRecord) -> Entry | None:
        seen = len(self._findings.found)
        cells = moments(item, self._findings)
        kind, subtype = cells.text("type").lower(), cells.text("subtype").lower()
        rule = rule_of(kind, subtype)
        if rule is None:
            note_unknown_action(cells, "subtype", f"{kind}/{subtype}", cells.text("name"))
        posted = cells.day("date")
        if posted is None and not cells.is_told("date"):
            self._findings.error(cells.line, "date", "BAD_DATE", "The row has no date.", ASK_AGAIN)
        day = cells.day("transaction_datetime") or posted
        quantity, price = rounded_shares(cells, "quantity"), cells.number("price")
        amount, fees = rounded_cents(cells, "amount"), rounded_cents(cells, "fees")
        check_currency(cells, "iso_currency_code", _currency(item))
        has_security = bool(item.text("security_id"))
        security = self._security(item) if has_security else None
        if rule is None or posted is None or day is None or len(self._findings.found) > seen:
            return None
        is_cash = security is None or security.text("type") == "cash"
        option = _option(security) if security else ""
        rule = for_option(rule, cells.text("name")) if option else rule
        return settled(
            Entry(
                place=place,
                line=item.line,
                raw=item.raw,
                posted=posted,
                day=day,
                name=subtype or kind,
                rule=rule,
                symbol="" if is_cash or security is None else _symbol(security),
                description=cells.text("name"),
                quantity=None if is_cash else quantity,
                price=price if price and price.strip("-0.") else "",
                fees_cents=fees or 0,
                # Plaid's money that leaves is positive.
                amount_cents=None if amount is None else -amount,
                is_option=bool(option),
                is_bond=security is not None and security.text("type") == "fixed income",
            )
        )

    def _security(self, item: JsonRecord) -> JsonRecord | None:
        found = self._securities.get(item.text("security_id"))
        if found is None:
            self._note_no_symbol(item)
        return found

    def _note_no_symbol(self, item: JsonRecord) -> None:
        self._findings.error(
            item.line,
            "security_id",
            "MISSING_SYMBOL",
            "The answer tells no ticker and no CUSIP of the security.",
            ASK_AGAIN,
        )

    def _check_account(self, item: JsonRecord) -> None:
        if not item.text("account_id"):
            self._findings.error(
                item.line, "account_id", "MISSING_CELL", "The item has no account.", ASK_AGAIN
            )

    def _check_repeated(self, first: Entry, again: Entry) -> None:
        """Overlapping pages repeat a transaction; the same id cannot be of two."""
        if (first.day, first.quantity, first.amount_cents) != (
            again.day,
            again.quantity,
            again.amount_cents,
        ):
            self._findings.error(
                again.line,
                "investment_transaction_id",
                "DUPLICATE_ID",
                f"The transaction of {dollars(again.amount_cents or 0)} has the id of the one on"
                f" line {first.line}, and is another.",
                ASK_AGAIN,
            )

    def _note_posting_days(self, account: str) -> None:
        trades = [
            item
            for item in self._transactions
            if item.text("account_id") == account
            and item.text("type").lower() in ("buy", "sell")
            and not item.text("transaction_datetime")
        ]
        if trades:
            self._findings.warning(
                trades[0].line,
                "date",
                "POSTING_DATES",
                f"{len(trades)} trades tell the day on which they were posted and no moment of"
                " trade: the book dates them by it.",
                "Compare the days around wash sales and year-ends with the custodian's"
                " confirmations.",
            )


def _symbol(security: JsonRecord) -> str:
    ticker = " ".join(security.text("ticker_symbol").split())
    return _option(security) or ticker or security.text("cusip").upper()


def _option(security: JsonRecord) -> str:
    """The option that a security is, in the form of the OCC; blank if it is none."""
    contract = security.record("option_contract")
    if contract is None:
        return ""
    cells = moments(contract, Findings(""))
    expiry, strike = cells.day("expiration_date"), cells.number("strike_price")
    kind = contract.text("contract_type").upper()
    if expiry is None or not strike or kind not in ("PUT", "CALL"):
        return ""
    return occ_name(contract.text("underlying_security_ticker"), expiry, kind[0], strike)


def _cells_of(security: JsonRecord) -> dict[str, str]:
    symbol = _symbol(security)
    contract = security.record("option_contract")
    if contract is not None and _option(security):
        underlying = contract.text("underlying_security_ticker")
        return {**option_security(symbol, security.text("name")), "underlying": underlying}
    if security.text("type") == "fixed income":
        return bond_security(symbol, " ".join(security.text("name").split()))
    told = {
        "symbol": symbol,
        "cusip": security.text("cusip").upper(),
        "name": " ".join(security.text("name").split()),
        "kind": _KINDS.get(security.text("type").lower(), ""),
    }
    return {name: cell for name, cell in told.items() if cell}


def _currency(item: JsonRecord) -> str:
    return item.text("iso_currency_code") or item.text("unofficial_currency_code")
