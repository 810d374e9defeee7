"""Which open questions of law matter to a sale: those whose other answer changes it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from taxlots.book.booking import Books, book_record
from taxlots.domain.account import AccountKind
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars
from taxlots.domain.policy import Policy
from taxlots.market_data.calendars import settlement_day
from taxlots.reports.explained import Step
from taxlots.workflows.family_history import history_of
from taxlots.workflows.family_record import FamilyHistory

if TYPE_CHECKING:
    from taxlots.book.desk import Place
    from taxlots.book.tables import Row

Figures = list[tuple[int, ...]]

READINGS: Final[dict[str, tuple[str, str]]] = {
    "held_after_sale": ("D1", "only shares still held after the sale order replace"),
    "sold_before_counts": ("D2", "shares sold before the loss sale count as replacements"),
    "count_older_than_sold": ("D3", "shares older than those sold count, if in the window"),
    "spouse_basis_step_up": ("D8", "a spouse's replacement takes the loss into its basis"),
    "sub_first": ("D12", "which part of a partly adjusted lot leaves first"),
    "rsu_vest_is_acquisition": ("D16", "a vest of shares is an acquisition"),
    "same_index_identical": ("D17", "funds of one index are identical"),
    "mtm475_purchase_replaces": ("D19", "purchases in a section 475 account replace"),
    "average_rounding": ("Treas. Reg. 1.1012-1(e)", "how an average basis is rounded"),
}
"""The decisions that a policy answers, by field: number, and what true says."""

IN_THE_FOLD: Final = (*tuple(READINGS)[:5], "average_rounding")
"""Decisions that the fold itself takes; the others change what is laid before it."""


def decision_steps(books: Books, history: FamilyHistory, sales: list[int]) -> Iterator[Step]:
    """A step for each decision whose other answer gives sales of one family other figures."""
    booked = _figures(history.rows, sales)
    position = int(books.blueprint.tables["events"]["position"][sales[0]])
    for field, (number, says) in READINGS.items():
        other = _other(books.record.policy, field)
        if field in IN_THE_FOLD:
            changed = _figures(history_of(books, position, policy=other).rows, sales)
        elif _may_matter(books, field):
            changed = _rebooked(books, other, sales)
        else:
            continue
        if changed != booked:
            yield _step(books.record.policy, other, field, (number, says), booked, changed)


def _other(policy: Policy, field: str) -> Policy:
    """The policy with the other answer to one question."""
    if field == "sub_first":
        is_adjusted = policy.sub_first == "adjusted"
        return replace(policy, sub_first="unadjusted" if is_adjusted else "adjusted")
    if field == "average_rounding":
        is_exact = policy.average_rounding == "exact"
        return replace(policy, average_rounding="cents" if is_exact else "exact")
    changed: dict[str, Any] = {field: not getattr(policy, field)}
    return replace(policy, **changed)


def _figures(rows: list[Row], sales: Container[int]) -> Figures:
    """What sales come to: lot, quantity, proceeds, basis, disallowed, for good, period."""
    return sorted(
        (
            row.lot,
            row.quantity,
            row.proceeds_cents,
            row.basis_cents,
            row.disallowed_cents,
            row.permanent_cents,
            row.holding_period,
        )
        for row in rows
        if row.event in sales
    )


def _may_matter(books: Books, field: str) -> bool:
    """Whether a question that needs a new booking can arise in a book at all."""
    journal = books.journal
    if field == "rsu_vest_is_acquisition":
        names = [str(action) for action in Action]
        return bool((journal.action == names.index("RSU_VEST")).any())
    if field == "mtm475_purchase_replaces":
        return any(a.kind is AccountKind.TAXABLE_MTM_475 for a in books.record.accounts)
    indexes = [s.index for s in books.record.securities.values() if s.index]
    return len(set(indexes)) < len(indexes)


def _rebooked(books: Books, policy: Policy, sales: list[int]) -> Figures:
    """The figures of the sales when the whole book is booked under another policy."""
    record = replace(books.record, policy=policy)
    other, _ = book_record(record, as_of=date_of(books.as_of), settlement=settlement_day)
    if other is None:
        return []
    keys = {_key(books, sale) for sale in sales}
    row, _, _ = next(iter(keys))
    events = np.flatnonzero(other.blueprint.tables["events"]["row"] == row).tolist()
    same = [event for event in events if _key(other, event) in keys]
    position = int(other.blueprint.tables["events"]["position"][same[0]])
    return _figures(history_of(other, position).rows, same)


def _key(books: Books, event: int) -> tuple[int, int, Place]:
    """What makes an event the same in books of another policy: row, kind and place."""
    one = books.blueprint.tables["events"][event]
    place = books.blueprint.places[int(one["position"])]
    return int(one["row"]), int(one["kind"]), place


def _step(
    policy: Policy,
    other: Policy,
    field: str,
    reading: tuple[str, str],
    booked: Figures,
    changed: Figures,
) -> Step:
    number, says = reading
    now, then = getattr(policy, field), getattr(other, field)
    before, after = _sums(booked), _sums(changed)
    figures = ", ".join(
        f"{name} {dollars(after[name])} instead of {dollars(before[name])}"
        for name in before
        if before[name] != after[name]
    )
    return Step(
        name="decision",
        text=(
            f"{number} {field} = {_value(now)} ({says}). With {_value(then)}: "
            f"{figures or 'other lots or other dates, the same sums'}."
        ),
        facts={
            "decision": number,
            "field": field,
            "value": _value(now),
            **{f"{name.replace(' ', '_')}_otherwise": dollars(after[name]) for name in after},
        },
    )


def _value(value: object) -> str:
    return str(value).lower()


def _sums(figures: Figures) -> dict[str, int]:
    proceeds, basis, disallowed, permanent = (
        sum(row[column] for row in figures) for column in (2, 3, 4, 5)
    )
    return {
        "disallowed": disallowed,
        "disallowed for good": permanent,
        "basis": basis,
        "gain": proceeds - basis + disallowed,
    }
