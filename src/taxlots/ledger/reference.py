"""Accounts, securities and policy from text cells: one reading for folders and databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.method import ReliefMethod
from taxlots.domain.money import scaled
from taxlots.domain.policy import Policy
from taxlots.domain.problem import Problem, error
from taxlots.domain.security import IdenticalMember, Proxy, Security, SecurityKind, TaxClass
from taxlots.domain.tax_rate import RATE_ONE

Cells = Mapping[str, str]
Choice = TypeVar("Choice", bound=StrEnum)

TRUE: Final = frozenset({"true", "yes", "1", "on"})
FALSE: Final = frozenset({"false", "no", "0", "off", ""})
NEEDED_OF_ACCOUNT: Final = ("household", "account", "kind", "owner")


class Reader:
    """Reads the cells of one file and collects what is wrong with them.

    ``first_line`` is the line of the first row, so that problems name the place.
    """

    def __init__(self, file: str, first_line: int = 2) -> None:
        self.file = file
        self.first_line = first_line
        self.problems: list[Problem] = []

    def note(self, row: int, column: str, code: str, message: str, remedy: str) -> None:
        """Add a problem of one cell."""
        where = f"{self.file}:{self.first_line + row}:{column}"
        self.problems.append(error(where, code, message, remedy))

    def day(self, row: int, cells: Cells, column: str) -> date | None:
        """A date cell; None where blank or bad."""
        value = cells.get(column, "").strip()
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.note(row, column, "BAD_DATE", f"{value!r} is no date", "write YYYY-MM-DD")
            return None

    def flag(self, row: int, cells: Cells, column: str) -> bool:
        """A true or false cell; blank is false."""
        value = cells.get(column, "").strip().lower()
        if value not in TRUE | FALSE:
            self.note(row, column, "BAD_FLAG", f"{value!r} is neither true nor false", "write one")
        return value in TRUE

    def whole(self, row: int, cells: Cells, column: str, default: int) -> int:
        """A positive whole number; the default where blank or bad."""
        value = cells.get(column, "").strip()
        if not value:
            return default
        number, _, rest = value.partition(".")
        if number.isdigit() and int(number) > 0 and not rest.strip("0"):
            return int(number)
        self.note(row, column, "BAD_NUMBER", f"{value!r} is no positive whole number", "write one")
        return default

    def decimal(self, row: int, cells: Cells, column: str) -> str:
        """A non-negative decimal number as text; blank where blank or bad."""
        value = cells.get(column, "").strip().replace(",", "").lstrip("$")
        if not value or scaled(value, 8) is not None:
            return value
        self.note(row, column, "BAD_NUMBER", f"{value!r} is no number", "write it like 12.50")
        return ""

    def cents(self, row: int, cells: Cells, column: str, default: int) -> int:
        """Dollars as cents; the default where blank or bad."""
        value = self.decimal(row, cells, column)
        cents = scaled(value, 2) if value else default
        if cents is None:
            self.note(row, column, "BAD_NUMBER", f"{value!r} has parts of a cent", "write 12.50")
            return default
        return cents

    def number(self, row: int, cells: Cells, column: str, places: int) -> int | None:
        """A non-negative number as a whole number of its last place; None where blank or bad."""
        value = cells.get(column, "").strip().replace(",", "")
        if not value:
            return None
        number = scaled(value, places)
        if number is None or number < 0:
            remedy = f"write it with at most {places} decimals, without a sign"
            self.note(row, column, "BAD_NUMBER", f"{value!r} is no {column}", remedy)
            return None
        return number

    def part(self, row: int, cells: Cells, column: str) -> int | None:
        """A part of one (0.0003) in 1e-6; None where blank or bad."""
        number = self.number(row, cells, column, 6)
        if number is not None and number > RATE_ONE:
            value = cells.get(column, "").strip()
            remedy = "write 0.0003 for 0.03 %"
            self.note(row, column, "BAD_NUMBER", f"{value!r} is more than the whole", remedy)
            return None
        return number

    def choice(
        self, row: int, cells: Cells, column: str, kind: type[Choice], default: Choice
    ) -> Choice:
        """One of a fixed list of names; the default where blank or bad."""
        value = cells.get(column, "").strip()
        if not value:
            return default
        try:
            return kind(value)
        except ValueError:
            self.note(
                row,
                column,
                f"UNKNOWN_{column.upper()}",
                f"{value!r} is no {column}",
                "use one of " + ", ".join(kind),
            )
            return default


def accounts_from(
    rows: Sequence[Cells], file: str = "accounts.csv"
) -> tuple[tuple[Account, ...], list[Problem]]:
    """Accounts in the order of the file, and what is wrong with them."""
    reader = Reader(file)
    seen: dict[str, int] = {}
    accounts = []
    for row, cells in enumerate(rows):
        for column in NEEDED_OF_ACCOUNT:
            if not cells.get(column, "").strip():
                reader.note(row, column, "MISSING_CELL", f"{column} is blank", "fill it in")
        name = cells.get("account", "").strip()
        if name in seen:
            line = reader.first_line + seen[name]
            message = f"the account {name!r} stands in line {line} too"
            reader.note(row, "account", "DUPLICATE_ACCOUNT", message, "give each its own id")
        seen.setdefault(name, row)
        household = cells.get("household", "").strip()
        accounts.append(
            Account(
                id=name,
                household=household,
                kind=reader.choice(row, cells, "kind", AccountKind, AccountKind.TAXABLE),
                owner=reader.choice(row, cells, "owner", Owner, Owner.SELF),
                tax_return=cells.get("tax_return", "").strip() or household,
                method=reader.choice(row, cells, "method", ReliefMethod, ReliefMethod.FIFO),
                custodian=cells.get("custodian", "").strip(),
                drip=reader.flag(row, cells, "drip"),
                data_from=reader.day(row, cells, "data_from"),
                data_through=reader.day(row, cells, "data_through"),
                custodian_methods=_methods(reader, row, cells),
            )
        )
    return tuple(accounts), reader.problems


def _methods(reader: Reader, row: int, cells: Cells) -> tuple[tuple[str, ReliefMethod], ...]:
    """``HIFO`` or ``FIFO;VFIAX:AVERAGE``: a custodian's methods, blank for the account."""
    column = "custodian_method"
    found: dict[str, ReliefMethod] = {}
    for part in filter(None, map(str.strip, cells.get(column, "").split(";"))):
        symbol, _, name = part.rpartition(":")
        if name.strip() not in set(ReliefMethod) or symbol.strip() in found:
            message = f"{part!r} names no method" if symbol.strip() not in found else "named twice"
            remedy = "write FIFO, or FIFO;VFIAX:AVERAGE; use " + ", ".join(ReliefMethod)
            reader.note(row, column, "UNKNOWN_METHOD", message, remedy)
        else:
            found[symbol.strip()] = ReliefMethod(name.strip())
    return tuple(sorted(found.items()))


def securities_from(
    rows: Sequence[Cells], file: str = "securities.csv"
) -> tuple[dict[str, Security], list[Problem]]:
    """Securities by symbol, and what is wrong with them."""
    reader = Reader(file)
    securities: dict[str, Security] = {}
    for row, cells in enumerate(rows):
        symbol = cells.get("symbol", "").strip()
        if not symbol or symbol in securities:
            message = f"{symbol!r} stands twice" if symbol else "the symbol is blank"
            reader.note(row, "symbol", "BAD_SYMBOL", message, "list each symbol once")
            continue
        put_call = cells.get("put_call", "").strip().lower()
        if put_call not in ("", "put", "call", "p", "c"):
            message = f"{put_call!r} is neither put nor call"
            reader.note(row, "put_call", "BAD_PUT_CALL", message, "write put or call")
        securities[symbol] = Security(
            symbol=symbol,
            kind=reader.choice(row, cells, "kind", SecurityKind, SecurityKind.STOCK),
            cusip=cells.get("cusip", "").strip(),
            name=cells.get("name", "").strip(),
            multiplier=reader.whole(row, cells, "multiplier", 1),
            underlying=cells.get("underlying", "").strip(),
            is_put=put_call in ("put", "p"),
            fund=cells.get("fund", "").strip(),
            index=cells.get("index", "").strip(),
            asset_class=cells.get("asset_class", "").strip(),
            drip=reader.flag(row, cells, "drip"),
            strike=reader.decimal(row, cells, "strike"),
            expiry=reader.day(row, cells, "expiry"),
            par_cents=reader.cents(row, cells, "par", 10_000),
            tax_class=reader.choice(row, cells, "tax_class", TaxClass, TaxClass.CORPORATION),
            is_collectible=reader.flag(row, cells, "collectible"),
            is_preferred=reader.flag(row, cells, "preferred"),
            pays_exempt_daily=reader.flag(row, cells, "exempt_daily"),
            expense_ratio_ppm=reader.part(row, cells, "expense_ratio"),
            spread_ppm=reader.part(row, cells, "spread"),
            adv=reader.number(row, cells, "adv", 8),
        )
    return securities, reader.problems


def identical_from(
    rows: Sequence[Cells], file: str = "identical.csv"
) -> tuple[tuple[IdenticalMember, ...], list[Problem]]:
    """Members of identical groups, and what is wrong with them."""
    reader = Reader(file)
    members = []
    for row, cells in enumerate(rows):
        for column in ("group", "symbol"):
            if not cells.get(column, "").strip():
                reader.note(row, column, "MISSING_CELL", f"{column} is blank", "fill it in")
        members.append(
            IdenticalMember(
                group=cells.get("group", "").strip(),
                symbol=cells.get("symbol", "").strip(),
                start=reader.day(row, cells, "from"),
                end=reader.day(row, cells, "to"),
            )
        )
    return tuple(members), reader.problems


def proxies_from(
    rows: Sequence[Cells], file: str = "proxies.csv"
) -> tuple[tuple[Proxy, ...], list[Problem]]:
    """Replacement securities in the order of the file, and what is wrong with them."""
    reader = Reader(file)
    proxies = []
    for row, cells in enumerate(rows):
        kind = cells.get("account_kind", "").strip()
        if kind and kind not in set(AccountKind):
            remedy = f"use one of {', '.join(AccountKind)}, or leave it blank for every kind"
            message = f"{kind!r} is no kind of account"
            reader.note(row, "account_kind", "UNKNOWN_KIND", message, remedy)
        proxies.append(
            Proxy(
                symbol=cells.get("symbol", "").strip(),
                proxy=cells.get("proxy", "").strip(),
                rank=reader.whole(row, cells, "rank", 1),
                account_kind=kind,
                reason=cells.get("reason", "").strip(),
                opinion_date=reader.day(row, cells, "opinion_date"),
                evidence=cells.get("evidence", "").strip(),
                opinion_by=cells.get("opinion_by", "").strip(),
                allow_same_index=reader.flag(row, cells, "allow_same_index"),
            )
        )
    return tuple(proxies), reader.problems


def policy_from(table: Mapping[str, Any], file: str = "book.toml") -> tuple[Policy, list[Problem]]:
    """The policy of a ``[policy]`` table; unknown keys and values are errors."""
    problems: list[Problem] = []
    kept: dict[str, Any] = {}
    choices: dict[str, tuple[Any, ...]] = {
        "sub_first": ("adjusted", "unadjusted"),
        "average_rounding": ("exact", "cents"),
    }
    names = [field.name for field in fields(Policy)]
    for key, value in table.items():
        where = f"{file}:policy.{key}"
        allowed = choices.get(key, (True, False))
        if key not in names:
            remedy = "use one of " + ", ".join(names)
            problems.append(error(where, "UNKNOWN_KEY", f"there is no policy {key!r}", remedy))
        elif not any(value is a or (isinstance(a, str) and value == a) for a in allowed):
            remedy = "use one of " + ", ".join(str(a).lower() for a in allowed)
            problems.append(error(where, "BAD_VALUE", f"{value!r} is no value of {key}", remedy))
        else:
            kept[key] = value
    return Policy(**kept), problems
