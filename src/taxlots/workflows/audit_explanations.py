"""The chosen sales of an audit pack: every one in short, and as many at length as can be.

A story books the sale's family of securities again, which takes time in proportion to the book:
where sales and book are many, those drawn at random and those overridden come first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from taxlots.reports.explain import story_json, story_text
from taxlots.workflows.audit_sample import sample_table
from taxlots.workflows.audit_workings import Workings
from taxlots.workflows.explain import story_of_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.wash_register import WashRegister
    from taxlots.workflows.audit_sample import ChosenSale
    from taxlots.workflows.evidence import Evidence

WORKINGS: Final = "explanations.txt"
STORIES: Final = "stories.txt"
STORIES_JSON: Final = "stories.jsonl"

MOST_EVENTS: Final = 50_000
"""How many events all stories together may book again."""

RULE: Final = "=" * 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanations:
    """The list of the chosen sales and the texts that explain them, by file; what is left out."""

    table: pa.Table
    texts: dict[str, str]
    untold: int


def explanations_of(
    scope: AuditScope,
    register: WashRegister,
    chosen: Sequence[ChosenSale],
    evidence: Evidence,
    identified: pa.Table,
) -> Explanations:
    """Explain the chosen sales.  ``identified`` is ``identifications.csv``."""
    workings = Workings(scope, register, evidence, identified.to_pylist())
    lines = [line for sale in chosen for line in workings.lines(sale)]
    told = _told(scope, chosen)
    stories = {row: story_of_row(scope.books, evidence, row) for row in told}
    found = [story for story in stories.values() if story is not None]
    files = {sale.row: WORKINGS for sale in chosen}
    files |= {row: f"{WORKINGS}; {STORIES}" for row, story in stories.items() if story is not None}
    texts = {
        WORKINGS: "\n".join([*lines, ""]),
        STORIES: f"\n{RULE}\n\n".join(story_text(story) + "\n" for story in found),
        STORIES_JSON: "".join(
            json.dumps(story_json(story), ensure_ascii=False) + "\n" for story in found
        ),
    }
    return Explanations(
        table=sample_table(scope, chosen, files),
        texts={name: text for name, text in texts.items() if text.strip()},
        untold=len(chosen) - len(found),
    )


def _told(scope: AuditScope, chosen: Sequence[ChosenSale]) -> list[int]:
    """The rows whose story is told, in order: all, or the first by their reason."""
    events = max(1, len(scope.books.blueprint.tables["events"]))
    most = MOST_EVENTS // events
    ranked = sorted(chosen, key=lambda sale: (not sale.is_drawn, not sale.is_overridden))
    wanted = {sale.row for sale in ranked[:most]}
    return [sale.row for sale in chosen if sale.row in wanted]
