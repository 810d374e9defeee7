"""Rows that only make sense together: cancellations, moves and two-legged events."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from taxlots.brokers.cells import is_cusip
from taxlots.brokers.entries import OPTION_MULTIPLIER, Custodian, Entry
from taxlots.brokers.findings import Findings, quoted
from taxlots.brokers.vocabulary import Nature
from taxlots.domain.action import Action
from taxlots.domain.money import shares

_TRADES: Final = frozenset({Nature.SHARES_IN, Nature.SHARES_OUT})
_OCC_TAIL: Final = 15
"""Characters of an option's symbol behind its root: expiry, ``C`` or ``P``, strike."""


@dataclass(frozen=True, slots=True)
class Paired:
    """``entries`` in booking order without those that cancel each other and without second legs.

    ``other_leg`` maps the place of a two-legged event's new shares to the row of the old ones,
    and that of an exercise or assignment to the row of the shares.
    """

    entries: list[Entry]
    other_leg: dict[int, Entry] = field(default_factory=dict)


def pair_up(
    entries: Sequence[Entry],
    is_internal: Callable[[Entry], bool],
    custodian: Custodian,
    findings: Findings,
) -> Paired:
    """Find what belongs together.

    ``is_internal`` tells of a move of shares whether it may have stayed within the account.
    """
    gone = _cancelled(entries, custodian, findings)
    gone |= _moved_within(entries, is_internal, custodian, findings)
    left = [e for e in entries if e.place not in gone]
    legs = _legs(left) | _at_strike(left)
    gone |= {other.place for other in legs.values()}
    return Paired([e for e in entries if e.place not in gone], legs)


def _cancelled(entries: Sequence[Entry], custodian: Custodian, findings: Findings) -> set[int]:
    """Places of cancellations and of the rows that they take back."""
    gone: set[int] = set()
    for cancel in entries:
        if cancel.rule.nature is not Nature.CANCEL:
            continue
        undone = next((e for e in entries if e.place not in gone and _undoes(cancel, e)), None)
        if undone is None:
            findings.error(
                cancel.line,
                custodian.action,
                "UNMATCHED_CANCEL",
                f"No row of {cancel.day} in this file is what this {quoted(cancel.name)} of"
                f" {cancel.symbol} takes back.",
                "Export a range of dates that holds both; or, if the row is already in the"
                " journal, take the cancellation out of a copy of the file and import a VOID row"
                " that names it.",
            )
            continue
        gone |= {cancel.place, undone.place}
        findings.warning(
            cancel.line,
            custodian.action,
            "CANCELLED",
            f"{quoted(cancel.name)} takes back the row on line {undone.line}: neither is booked.",
            "If that row was imported from an earlier file, take it back with a VOID row.",
        )
    return gone


def _undoes(cancel: Entry, other: Entry) -> bool:
    return (
        other.rule.nature in _TRADES
        and other.rule.action is cancel.rule.undoes
        and other.symbol == cancel.symbol
        and abs(other.quantity or 0) == abs(cancel.quantity or 0)
        and (other.amount_cents or 0) == -(cancel.amount_cents or 0)
        and cancel.day in (other.day, other.posted)
    )


def _moved_within(
    entries: Sequence[Entry],
    is_internal: Callable[[Entry], bool],
    custodian: Custodian,
    findings: Findings,
) -> set[int]:
    """Shares that left one register of the account and came into another on the same day.

    The lots stay what they were.
    """
    gone: set[int] = set()
    leaving: dict[tuple[date, str, int], list[Entry]] = defaultdict(list)
    moves = [e for e in entries if e.rule.nature is Nature.MOVE and e.quantity and e.symbol]
    for entry in moves:
        if (entry.quantity or 0) < 0:
            leaving[entry.day, entry.symbol, -(entry.quantity or 0)].append(entry)
    for entry in moves:
        candidates = leaving.get((entry.day, entry.symbol, entry.quantity or 0), [])
        other = next((c for c in candidates if is_internal(entry) or is_internal(c)), None)
        if other is None:
            continue
        candidates.remove(other)
        gone |= {entry.place, other.place}
        findings.warning(
            entry.line,
            custodian.quantity,
            "INTERNAL_MOVE",
            f"{shares(entry.quantity or 0)} {entry.symbol} came in on the day on which as many"
            f" left (line {other.line}): a move within the account, so neither row is booked.",
            "If the shares came from another account, import both rows as TRANSFER_OUT and"
            " TRANSFER_IN.",
        )
    return gone


def _legs(entries: Sequence[Entry]) -> dict[int, Entry]:
    """The old leg of each two-legged event: the row beside it, of the same day and action.

    Where the custodian tells a reference, it is that of both.
    """
    groups: dict[tuple[date, date, str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.rule.nature in (Nature.REVERSE_SPLIT, Nature.RENAME):
            groups[entry.day, entry.posted, entry.name.lower(), entry.reference].append(entry)
    legs: dict[int, Entry] = {}
    for group in groups.values():
        rows = sorted(group, key=lambda e: e.place)
        at = 0
        while at + 1 < len(rows):
            one, other = rows[at], rows[at + 1]
            new, old = (one, other) if (one.quantity or 0) > 0 else (other, one)
            if (one.quantity or 0) * (other.quantity or 0) < 0 and _may_be_one(new, old):
                legs[new.place] = old
                at += 2
            else:
                at += 1
    return legs


def _may_be_one(new: Entry, old: Entry) -> bool:
    """Two tickers are two securities; only a name change turns one into the other."""
    is_same = new.symbol == old.symbol or is_cusip(new.symbol) or is_cusip(old.symbol)
    return is_same or new.rule.nature is Nature.RENAME


def _at_strike(entries: Sequence[Entry]) -> dict[int, Entry]:
    """The shares that came or went for each exercise or assignment of that day."""
    shares_rows = [e for e in entries if e.rule.nature is Nature.STRIKE]
    legs: dict[int, Entry] = {}
    for end in entries:
        if end.rule.nature is not Nature.OPTION_END:
            continue
        found = next((row for row in shares_rows if _is_of(end, row)), None)
        if found is not None:
            legs[end.place] = found
            shares_rows.remove(found)
    return legs


def _is_of(end: Entry, row: Entry) -> bool:
    root = "".join(char for char in row.symbol if char.isalnum())
    is_call = row.comes_in == (end.rule.action is Action.EXERCISE)
    return (
        end.is_option
        and end.symbol[:-_OCC_TAIL] == root
        and end.symbol[-_OCC_TAIL + 6] == ("C" if is_call else "P")
        and abs(end.quantity or 0) * OPTION_MULTIPLIER == abs(row.quantity or 0)
        and end.day == row.day
    )
