"""One family of identical securities of one household, booked again event by event.

The books keep what came out, not how.  This books the few events that can bear on a position once
more, in plain Python, and writes down what each of them did to the lots that are asked about.
The result is the same to the cent: other events touch other positions.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.events import OPENING
from taxlots.book.state import begin
from taxlots.book.tables import NONE
from taxlots.domain.policy import Policy
from taxlots.workflows.family_record import FamilyHistory
from taxlots.workflows.family_recorder import Recorder

ABSENT: Final = -2
"""The number of a lot that stands outside the family: no lot has it."""


def family_of(books: Books, position: int) -> set[int]:
    """Every position of the household whose events can bear on a position.

    They share its queue of replacements, its symbol (splits and short sales look at all accounts),
    a transfer or corporate action, or an exercise that hands a premium from one to the other.
    """
    positions = books.blueprint.tables["positions"]
    household = {account.id: account.household for account in books.record.accounts}
    places = books.blueprint.places
    mine = household[places[position][0]]
    homes = [household[account] == mine for account, _, _ in places]
    links = _links(books)
    found = {position}
    while True:
        pools = {int(positions["pool"][at]) for at in found}
        symbols = {places[at][1] for at in found}
        wider = {
            at
            for at, is_mine in enumerate(homes)
            if is_mine and (int(positions["pool"][at]) in pools or places[at][1] in symbols)
        }
        wider |= {end for link in links if found & set(link) for end in link}
        if wider <= found:
            return found
        found |= wider


def _links(books: Books) -> set[tuple[int, int]]:
    """Pairs of positions that one event, or two events of one row, touch."""
    tables = books.blueprint.tables
    events = tables["events"]
    moving = events["detail"] != NONE
    targets = tables["details"]["to_position"][events["detail"][moving]]
    ends = np.stack([events["position"][moving], targets], axis=1)
    legs = np.flatnonzero(events["kind"] == kinds.OPTION_LEG)
    pairs = np.stack([events["position"][legs], events["position"][legs + 1]], axis=1)
    joined = np.concatenate([ends, pairs])
    return {(int(a), int(b)) for a, b in joined.tolist() if NONE not in (a, b)}


def history_of(
    books: Books,
    position: int,
    lots: Collection[int] = (),
    *,
    watched: Collection[int] = (),
    policy: Policy | None = None,
) -> FamilyHistory:
    """Book the family of a position again, under another policy if one is given.

    ``lots`` are the lots whose changes are written down.  ``watched`` are events of which
    everything is: what they relieve, and what they do to any lot of the family.
    """
    tables = books.blueprint.tables
    family = np.array(sorted(family_of(books, position)), np.int64)
    chosen = np.flatnonzero(np.isin(tables["events"]["position"], family))
    opens = np.isin(tables["events"]["kind"], OPENING)
    lot_numbers = np.flatnonzero(opens[chosen])
    all_lots = np.cumsum(opens) - 1
    outer = [int(all_lots[chosen[at]]) for at in lot_numbers]
    inner = {number: at for at, number in enumerate(outer)}
    state = begin(
        _tables(books, chosen, inner),
        books.record.policy if policy is None else policy,
        compiled=False,
    )
    asked = {inner[lot] for lot in lots}
    return Recorder(state, chosen.tolist(), outer, asked, set(watched)).run(books)


def _tables(books: Books, chosen: np.ndarray[Any, Any], inner: dict[int, int]) -> dict[str, Any]:
    """The blueprint's tables with the chosen events alone; their lots are numbered anew."""
    tables = {name: table.copy() for name, table in books.blueprint.tables.items()}
    tables["events"] = tables["events"][chosen]
    for name in ("details", "picks"):
        lots = tables[name]["lot"]
        lots[:] = [inner.get(lot, ABSENT if lot != NONE else NONE) for lot in lots.tolist()]
    return tables
