"""Rows of Schwab's that only make sense together: cancellations, moves and two-legged events."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from taxlots.brokers.findings import Findings, quoted
from taxlots.brokers.schwab_actions import Nature, rule_of
from taxlots.brokers.schwab_entries import Entry
from taxlots.domain.money import shares


@dataclass(frozen=True, slots=True)
class Paired:
    """``entries`` in booking order without those that cancel each other and without old legs.

    ``old_leg`` maps the place of a two-legged event's new shares to the row of the old ones.
    """

    entries: list[Entry]
    old_leg: dict[int, Entry] = field(default_factory=dict)


def pair_up(entries: Sequence[Entry], findings: Findings) -> Paired:
    """Find what belongs together."""
    gone = _cancelled(entries, findings) | _moved_within(entries, findings)
    legs = _legs([e for e in entries if e.place not in gone])
    gone |= {old.place for old in legs.values()}
    return Paired([e for e in entries if e.place not in gone], legs)


def _cancelled(entries: Sequence[Entry], findings: Findings) -> set[int]:
    """Places of cancellations and of the rows that they take back."""
    gone: set[int] = set()
    for cancel in entries:
        if cancel.rule.nature is not Nature.CANCEL:
            continue
        undone = next((e for e in entries if e.place not in gone and _undoes(cancel, e)), None)
        if undone is None:
            findings.error(
                cancel.line,
                "Action",
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
            "Action",
            "CANCELLED",
            f"{quoted(cancel.name)} takes back the row on line {undone.line}: neither is booked.",
            "If that row was imported from an earlier file, take it back with a VOID row.",
        )
    return gone


def _undoes(cancel: Entry, other: Entry) -> bool:
    return (
        rule_of(cancel.rule.undoes) is other.rule
        and other.symbol == cancel.symbol
        and abs(other.quantity or 0) == abs(cancel.quantity or 0)
        and (other.amount_cents or 0) == -(cancel.amount_cents or 0)
        and cancel.day in (other.day, other.posted)
    )


def _moved_within(entries: Sequence[Entry], findings: Findings) -> set[int]:
    """Shares that left one register of the account and came into another on the same day.

    So did the accounts that came from TD Ameritrade.  The lots stay what they were.
    """
    gone: set[int] = set()
    leaving: dict[tuple[date, str, int], list[Entry]] = defaultdict(list)
    moves = [e for e in entries if e.rule.nature is Nature.MOVE and e.quantity and e.symbol]
    for entry in moves:
        if (entry.quantity or 0) < 0:
            leaving[entry.day, entry.symbol, -(entry.quantity or 0)].append(entry)
    for entry in moves:
        candidates = leaving.get((entry.day, entry.symbol, entry.quantity or 0), [])
        other = next((c for c in candidates if _is_internal(entry, c)), None)
        if other is None:
            continue
        candidates.remove(other)
        gone |= {entry.place, other.place}
        findings.warning(
            entry.line,
            "Quantity",
            "INTERNAL_MOVE",
            f"{shares(entry.quantity or 0)} {entry.symbol} came in on the day on which as many"
            f" left (line {other.line}): a move within the account, so neither row is booked.",
            "If the shares came from another account, import both rows as TRANSFER_OUT and"
            " TRANSFER_IN.",
        )
    return gone


def _is_internal(one: Entry, other: Entry) -> bool:
    return any(
        e.name.lower() == "internal transfer" or "TDA TRAN" in e.description for e in (one, other)
    )


def _legs(entries: Sequence[Entry]) -> dict[int, Entry]:
    """The old leg of each two-legged event: the row beside it, of the same day and action."""
    groups: dict[tuple[date, date, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.rule.nature in (Nature.REVERSE_SPLIT, Nature.RENAME):
            groups[entry.day, entry.posted, entry.name.lower()].append(entry)
    legs: dict[int, Entry] = {}
    for group in groups.values():
        rows = sorted(group, key=lambda e: e.place)
        at = 0
        while at + 1 < len(rows):
            one, other = rows[at], rows[at + 1]
            if (one.quantity or 0) * (other.quantity or 0) < 0:
                new, old = (one, other) if (one.quantity or 0) > 0 else (other, one)
                legs[new.place] = old
                at += 2
            else:
                at += 1
    return legs
