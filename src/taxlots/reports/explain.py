"""Explanations as text for people and as JSON for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from taxlots.reports.explained import (
    CitedRow,
    LotEffect,
    LotStory,
    RowStory,
    SaleStory,
    Step,
    Story,
)
from taxlots.reports.terminal import Column, Listing, clean, plain_text

WIDTH: Final = 100
INDENT: Final = "   "

LOT_COLUMNS: Final = (
    Column("account", "account"),
    Column("quantity", "quantity", is_number=True),
    Column("cost_basis", "basis", is_number=True),
    Column("wash_sale_adjustment", "of it wash", is_number=True),
    Column("holding_period_date", "held since"),
    Column("long_term_from", "long-term from"),
    Column("basis_status", "basis is"),
)
SHORT_COLUMNS: Final = (
    Column("account", "account"),
    Column("quantity", "owed", is_number=True),
    Column("proceeds", "proceeds", is_number=True),
    Column("deferred_loss", "deferred loss", is_number=True),
    Column("opened_date", "opened"),
)


def story_text(story: Story) -> str:
    """A story as plain text: the rows first, what came of them, then every step."""
    lines = [story.headline, f"{story.book}, books as of {story.as_of}", ""]
    if isinstance(story, LotStory):
        lines += _numbered(story.steps)
        if story.parts:
            columns = SHORT_COLUMNS if story.is_short else LOT_COLUMNS
            lines += ["", plain_text(Listing("Open now", columns, story.parts))]
    elif isinstance(story, RowStory):
        lines += [*_numbered(story.steps), *_effects(story.lots)]
    else:
        lines += [*_scene(story), "", *_sale_lines(story)]
    return clean("\n".join(lines))


def _sale_lines(story: SaleStory) -> Iterator[str]:
    yield from _numbered(story.steps)
    for number, piece in enumerate(story.pieces, 1):
        cells = piece.cells
        count = f"Piece {number} of {len(story.pieces)}: " if len(story.pieces) > 1 else ""
        yield ""
        yield f"{count}{cells['quantity']} of lot {cells['lot_id']}"
        yield from _numbered(piece.steps)
    yield from _effects(story.effects)
    if story.decisions:
        yield ""
        yield "Decisions on open questions that matter here"
        yield from _numbered(story.decisions)
    if len(story.pieces) > 1:
        totals = story.totals
        yield ""
        yield (
            f"Together: {totals['proceeds']} - {totals['cost_basis'] or '?'} + "
            f"{totals['wash_sale_loss_disallowed']}{_denied(totals)} = {totals['gain'] or '?'}"
        )


def _denied(totals: Mapping[str, str]) -> str:
    """The nondeductible loss as a term of the sum, where there is any."""
    denied = totals["nondeductible_loss"]
    return "" if denied == "0.00" else f" + {denied}"


def _effects(effects: Iterable[LotEffect]) -> Iterator[str]:
    """What a row did to lots, lot by lot."""
    for effect in effects:
        yield ""
        yield f"Lot {effect.lot_id}"
        yield from _numbered(effect.steps)


def _scene(story: SaleStory) -> list[str]:
    """The rows that bear on the sale and what it came to, one a line, for a reviewer."""
    cells = [
        (str(row.day), row.action, row.account or "all accounts", row.symbol, row.said, _role(row))
        for row in story.rows
    ]
    cells += [
        (
            piece.cells["status"],
            "gain",
            piece.cells["lot_id"],
            piece.cells["quantity"],
            f"{piece.cells['cost_basis'] or '?'} -> {piece.cells['proceeds']}",
            _outcome(piece.cells),
        )
        for piece in story.pieces
    ]
    widths = [max(map(len, column)) for column in list(zip(*cells, strict=True))[:-1]]
    return [
        "  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in cells
    ]


def _role(row: CitedRow) -> str:
    """What the row is, where it stands, and the beginning of its hash."""
    name = f"{row.role} {row.id}" if row.role in ("sale", "lot") else row.id
    origin = f" ({row.origin})" if row.origin else ""
    digest = f" {row.hash[:12]}" if row.hash else ""
    return f"{name}  {row.where}{origin}{digest}"


def _outcome(cells: Mapping[str, str]) -> str:
    parts = [cells["term"]]
    if cells["wash_sale_loss_disallowed"] != "0.00":
        parts.append(f"disallowed {cells['wash_sale_loss_disallowed']}")
    if cells["permanently_disallowed"] != "0.00":
        parts.append(f"for good {cells['permanently_disallowed']}")
    parts.append(f"gain {cells['gain'] or 'unknown'}")
    return "  ".join(parts)


def _numbered(steps: Iterable[Step]) -> Iterator[str]:
    """Steps as wrapped paragraphs with their authorities."""
    for step in steps:
        authorities = f" [{'; '.join(step.cites)}]" if step.cites else ""
        yield from textwrap.wrap(
            f"{step.text}{authorities}",
            WIDTH,
            initial_indent=" - ",
            subsequent_indent=INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )


def story_json(story: Story) -> dict[str, Any]:
    """A story as plain values: money and quantities are strings, ``because`` lists the steps."""
    common = {"book": story.book, "as_of": story.as_of.isoformat()}
    if isinstance(story, LotStory):
        return {
            **common,
            "lot_id": story.lot_id,
            "because": [_step(step) for step in story.steps],
            "open": [dict(part) for part in story.parts],
        }
    if isinstance(story, RowStory):
        return {
            **common,
            "row_id": story.row_id,
            "because": [_step(step) for step in story.steps],
            "lots": [_effect(effect) for effect in story.lots],
        }
    return {
        **common,
        "sale_id": story.sale_id,
        **story.totals,
        "because": [_step(step) for step in story.steps],
        "pieces": [
            {**piece.cells, "because": [_step(step) for step in piece.steps]}
            for piece in story.pieces
        ],
        "decisions": [_step(step) for step in story.decisions],
        "lots": [_effect(effect) for effect in story.effects],
    }


def _effect(effect: LotEffect) -> dict[str, Any]:
    return {"lot_id": effect.lot_id, "because": [_step(step) for step in effect.steps]}


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.name,
        "text": step.text,
        "cites": list(step.cites),
        "rows": [_row(row) for row in step.rows],
        **step.facts,
    }


def _row(row: CitedRow) -> dict[str, str]:
    cells = {"id": row.id, "where": row.where, "date": row.day.isoformat(), "said": row.said}
    if row.hash:
        cells |= {"hash": row.hash, "origin": row.origin}
    return cells
