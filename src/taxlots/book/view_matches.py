"""The matches of section 1091 that one view makes and the other does not.

A link is a loss (a sale's part of one lot) and the shares that replace it.  Links that differ form
a graph: what replaced one loss could not replace another, so a single cause moves several links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.desk import Place

Loss = tuple[int, int, Place]
"""The journal row of a sale, that of the lot's opening, and where it was sold."""


@dataclass(frozen=True, slots=True)
class Link:
    """A loss and the lot whose shares replace it, in any quantity.

    ``opened_in`` is the account in which the replacement was bought, wherever it stands now.
    ``rank`` and ``replacement_rank`` are the lots' numbers in order of acquisition; ``is_covered``
    says whether both lots are covered securities.
    """

    loss: Loss
    replacement_row: int
    replacement_place: Place
    opened_in: str
    sold: int
    acquired: int
    rank: int
    replacement_rank: int
    is_covered: bool


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a loss a link takes: units of the loss lot, cents, and cents lost for good."""

    quantity: int = 0
    disallowed_cents: int = 0
    permanent_cents: int = 0


NOTHING = Extent()


@dataclass(frozen=True, slots=True)
class Differing:
    """A link that two views book differently."""

    link: Link
    taxpayer: Extent
    broker: Extent

    @property
    def is_rounding(self) -> bool:
        """Whether the views agree on the shares, and on the loss to a cent."""
        cents = self.taxpayer.disallowed_cents - self.broker.disallowed_cents
        return self.taxpayer.quantity == self.broker.quantity and abs(cents) <= 1


def differing_links(taxpayer: Books, broker: Books) -> list[Differing]:
    """Every link that differs, in the taxpayer's order, then the broker's."""
    ours, theirs = _links(taxpayer), _links(broker)
    nothing = (None, NOTHING)
    both = ((ours.get(key, nothing), theirs.get(key, nothing)) for key in {**ours, **theirs})
    return [
        Differing(known, extent, of_broker)
        for (link, extent), (other, of_broker) in both
        if (known := link or other) is not None and extent != of_broker
    ]


Key = tuple[Loss, int, Place]


def _links(books: Books) -> dict[Key, tuple[Link, Extent]]:
    matches, rows = books.state.table("matches"), books.state.table("rows")
    lots, events = books.state.table("lots"), books.blueprint.tables["events"]
    places = books.blueprint.places
    covered = _covered_lots(books)
    found: dict[Key, tuple[Link, Extent]] = {}
    for match in matches:
        row = rows[match["row"]]
        lot, replacing = int(row["lot"]), int(match["lot"])
        loss = (
            int(events["row"][row["event"]]),
            int(events["row"][lots["event"][lot]]),
            places[row["position"]],
        )
        place = places[match["position"]]
        key = (loss, int(events["row"][lots["event"][replacing]]), place)
        link = Link(
            *key,
            opened_in=places[events["position"][lots["event"][replacing]]][0],
            sold=int(row["window"]),
            acquired=int(lots["acquired"][replacing]),
            rank=lot,
            replacement_rank=replacing,
            is_covered=bool(covered[lot] and covered[replacing]),
        )
        cents = int(match["disallowed_cents"])
        before = found[key][1] if key in found else NOTHING
        extent = Extent(
            before.quantity + int(match["quantity"]),
            before.disallowed_cents + cents,
            before.permanent_cents + (0 if match["rule"] == kinds.STEPS_UP else cents),
        )
        found[key] = (link, extent)
    return found


def _covered_lots(books: Books) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each lot is a covered security: by its row, else by the day of acquisition."""
    lots = books.state.table("lots")
    events, details = books.blueprint.tables["events"], books.blueprint.tables["details"]
    opened = events[lots["event"]]
    by_date = lots["acquired"] >= books.state.table("positions")["covered_from"][opened["position"]]
    flags = np.zeros(len(lots), np.int64)
    has_detail = opened["detail"] >= 0
    flags[has_detail] = details["flags"][opened["detail"][has_detail]]
    stated = flags & (kinds.COVERED | kinds.NONCOVERED)
    return np.asarray(np.where(stated != 0, stated & kinds.COVERED != 0, by_date))


Node = tuple[str, object]


def components(links: Iterable[Differing]) -> Mapping[Link, int]:
    """Which connected part of the graph of losses and replacement lots each link is in."""
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    listed = [one.link for one in links]
    for link in listed:
        parent[root(("loss", link.loss))] = root(("lot", link.replacement_row))
    numbers: dict[Node, int] = {}
    return {link: numbers.setdefault(root(("loss", link.loss)), len(numbers)) for link in listed}
