"""What letters of harvests and of rebalances have alike: their page, sales and restrictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from taxlots.domain.harvest_run import RunKind
from taxlots.domain.money import shares
from taxlots.reports.letter_blocks import Block, day_text, items, joined, table, text
from taxlots.reports.money_texts import accounted
from taxlots.reports.pdf_8949 import shown

LAYOUT: Final = "letter.typ"
NOT_LOOKED_AT: Final = (
    "Accounts that are not listed above are not looked at. A purchase there, or by a spouse, "
    "can undo a loss without anybody here seeing it: please tell us of any."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSale:
    """What is sold of one lot: executed on ``day``, or ordered where that is None.

    ``order`` is the id of the order, ``gain_cents`` counts what section 1091 disallows back in;
    None is not estimated.
    """

    order: str
    account: str
    symbol: str
    quantity: int
    acquired: date | None
    term: str
    gain_cents: int | None
    disallowed_cents: int = 0
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRestriction:
    """What accounts must leave alone until a day."""

    symbols: tuple[str, ...]
    until: date
    accounts: tuple[str, ...]
    is_everywhere: bool
    is_advice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLetter:
    """What every letter about a recorded run says.

    ``only_account`` is blank in a letter about all of the household's ``accounts``; ``sales`` are
    those that are taxed, lot by lot; ``names`` are those of securities.
    """

    kind: ClassVar[RunKind]

    book: str
    household: str
    only_account: str
    accounts: tuple[str, ...]
    names: Mapping[str, str]
    planned: date
    traded: date
    number: int
    plan_hash: str
    recorded_by: str
    approved_by: tuple[str, ...]
    sales: tuple[LetterSale, ...]
    not_to_buy: tuple[LetterRestriction, ...]
    not_to_sell: tuple[LetterRestriction, ...]
    notes: tuple[str, ...]
    unknown: tuple[str, ...]
    final_from: date

    @property
    def label(self) -> str:
        """How messages name the run: ``harvest 1``."""
        return f"{self.kind} {self.number}"

    @property
    def realized(self) -> tuple[LetterSale, ...]:
        """All that realizes a gain or a loss."""
        return self.sales

    @property
    def lots(self) -> int:
        """How many lots are sold where that is taxed: an order names one."""
        return len({sale.order for sale in self.sales})

    @property
    def is_waiting(self) -> bool:
        """Whether anything is ordered and not executed yet."""
        return any(sale.day is None for sale in self.sales)


def page(letter: RunLetter, title: str, blocks: Iterable[Block]) -> dict[str, Any]:
    """What the layout reads: text and tables in their order, nothing of it markup."""
    account = letter.only_account
    return {
        "title": title,
        "day": [letter.traded.year, letter.traded.month, letter.traded.day],
        "head": [
            shown(f"To the household {letter.household}"),
            *([shown(f"Account {account}")] if account else []),
            day_text(letter.traded),
        ],
        "foot": shown(f"{letter.book}, {letter.label} as of {letter.planned}"),
        "blocks": list(blocks),
    }


def sales_table(
    sales: Sequence[LetterSale],
    names: Mapping[str, str],
    opened: str = "Bought",
    closed: str = "Sold",
) -> Block:
    """A row for each lot that is closed, and their total; ``names`` are those of securities.

    ``opened`` and ``closed`` say how.
    """
    columns = (
        ("Security", 0, False),
        ("Account", 92, False),
        ("Shares", 50, True),
        (opened, 62, True),
        ("Term", 32, False),
        ("Gain or (loss)", 66, True),
        (closed, 62, True),
    )
    rows = [
        (
            named(names, sale.symbol),
            sale.account,
            shares(sale.quantity),
            day_text(sale.acquired),
            {"ST": "short", "LT": "long"}.get(sale.term, sale.term),
            "not reckoned" if sale.gain_cents is None else accounted(sale.gain_cents),
            when(sale.day),
        )
        for sale in sales
    ]
    total = sum(sale.gain_cents or 0 for sale in sales)
    return table(columns, rows, ("Total", "", "", "", "", accounted(total), ""))


def when(day: date | None) -> str:
    """When a trade was executed."""
    return "ordered" if day is None else day_text(day)


def named(names: Mapping[str, str], symbol: str) -> str:
    """A symbol with the name of its security, where that is known."""
    name = names.get(symbol, "")
    return f"{symbol}, {name}" if name else symbol


def ordered_told(letter: RunLetter) -> Iterator[str]:
    """By which prices sales that still wait are reckoned."""
    if any(sale.day is None for sale in letter.realized):
        yield (
            f"What is ordered is reckoned at the closing prices of {day_text(letter.planned)}; "
            "the trade itself gives the price that counts."
        )


def disallowed_told(letter: RunLetter) -> Iterator[str]:
    """What section 1091 disallows of the losses."""
    disallowed = sum(sale.disallowed_cents for sale in letter.realized)
    if disallowed:
        yield (
            f"${accounted(disallowed)} of loss is not in these figures: purchases within 30 days "
            "disallow it (26 USC 1091)."
        )


def final_told(letter: RunLetter) -> str:
    """Until when a purchase can still disallow a loss."""
    return (
        f"Until {day_text(letter.final_from)} a purchase can still disallow a loss; from that day "
        "on the figures of these sales are final."
    )


def restriction_blocks(letter: RunLetter) -> Iterator[Block]:
    """What must not be bought, and not sold at a loss, before which day."""
    if letter.is_waiting:
        yield text(
            f"The days below count as if what is ordered were traded on {day_text(letter.traded)}"
            "; a trade on a later day moves them along."
        )
    if letter.not_to_buy:
        yield text(
            "Do not buy the following before the day beside it: not by an order, not by "
            "reinvested dividends or a savings plan, and no options to buy it. This holds in "
            f"every account of the household, which we know as {joined(letter.accounts)}, and as "
            "well in those that we do not see: a spouse's, an IRA, a 401(k) or another retirement "
            "plan, wherever they are. A purchase defers the loss; one in an IRA loses it for good "
            "(26 USC 1091; Rev. Rul. 2008-5)."
        )
        yield _restricted("Do not buy", letter.not_to_buy)
    if letter.not_to_sell:
        yield text(
            "Do not sell the following at a loss before the day beside it, because shares of it, "
            "or of what counts as identical, were or are being bought:"
        )
        yield _restricted("Do not sell at a loss", letter.not_to_sell)
    if letter.notes:
        yield items(letter.notes)
    if not letter.not_to_buy and not letter.not_to_sell and not letter.notes:
        yield text("Nothing is restricted.")


def _restricted(name: str, found: Sequence[LetterRestriction]) -> Block:
    columns = ((name, 170, False), ("Before", 66, True), ("Accounts", 0, False))
    rows = []
    for one in found:
        where = "every account" if one.is_everywhere else ", ".join(one.accounts)
        advice = " (advised)" if one.is_advice else ""
        rows.append((", ".join(one.symbols) + advice, day_text(one.until), where))
    return table(columns, rows)


def rests_on(letter: RunLetter) -> str:
    """Which run the letter is about, and who recorded and signed it."""
    signed = f", approved by {joined(letter.approved_by)}" if letter.approved_by else ""
    return (
        f"{letter.label.capitalize()} of {letter.book} as of {letter.planned}, recorded by "
        f"{letter.recorded_by}{signed}; plan {letter.plan_hash[:16]}. This letter explains "
        "trades and is not tax advice: please show it to whoever prepares your return."
    )
