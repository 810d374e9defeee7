"""An explanation says what the books say, for every sale and lot of random histories.

The explanation books the family of a security once more by itself; its steps must sum to the
cells of ``realized.csv`` that the whole book has.
"""

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal

import numpy as np
import pytest
from tests.engine_adapter import record_of
from tests.histories import random_history

from taxlots.book import kinds
from taxlots.book.booking import Books, book_record
from taxlots.book.tables import NONE, Row
from taxlots.market_data.calendars import settlement_day
from taxlots.reports.explain import story_json, story_text
from taxlots.reports.explained import PieceStory, SaleStory
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_lot import lot_story
from taxlots.workflows.explain_sale import sale_story
from taxlots.workflows.family_history import family_of, history_of

SEEDS = range(12)
ROWS = 40


def books_of(seed: int) -> Books | None:
    record = record_of(random_history(seed, ROWS))
    return book_record(record, settlement=settlement_day)[0]


def stories(books: Books) -> Iterator[SaleStory]:
    evidence = Evidence(books, lambda _row: None)
    sales = np.flatnonzero(books.blueprint.tables["events"]["kind"] == kinds.SELL)
    for event in sales.tolist():
        yield sale_story(books, evidence, event)


def summed(piece: PieceStory, step: str, fact: str) -> Decimal:
    found = (one.facts[fact] for one in piece.steps if one.name == step)
    return sum((Decimal(cell) for cell in found), Decimal(0))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_family_booked_again_comes_to_what_the_whole_book_came_to(seed: int) -> None:
    books = books_of(seed)
    assert books is not None
    rows = books.state.table("rows")
    names = [field.name for field in fields(Row)]
    for family in {frozenset(family_of(books, at)) for at in range(len(books.blueprint.places))}:
        history = history_of(books, min(family))
        mine = rows[np.isin(rows["position"], sorted(family))]
        assert sorted(tuple(int(row[name]) for name in names) for row in mine) == sorted(
            tuple(getattr(row, name) for name in names) for row in history.rows
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_steps_of_every_sale_sum_to_its_cells(seed: int) -> None:
    books = books_of(seed)
    assert books is not None
    for story in stories(books):
        for piece in story.pieces:
            assert piece.steps[-1].facts["gain"] == piece.cells["gain"]
            assert [s.facts["status"] for s in piece.steps if s.name == "status"] == [
                piece.cells["status"]
            ]
            assert [s.facts["term"] for s in piece.steps if s.name == "term"] == [
                piece.cells["term"]
            ]
            if not any(step.name == "shared" for step in piece.steps):
                disallowed = Decimal(piece.cells["wash_sale_loss_disallowed"])
                permanent = Decimal(piece.cells["permanently_disallowed"])
                assert summed(piece, "replaced", "disallowed") == disallowed
                assert summed(piece, "replaced", "permanent") == permanent
        assert story.sale_id in story_text(story)
        assert story_json(story)["sale_id"] == story.sale_id


@pytest.mark.parametrize("seed", SEEDS)
def test_every_lot_can_be_explained_from_its_opening(seed: int) -> None:
    books = books_of(seed)
    assert books is not None
    evidence = Evidence(books, lambda _row: None)
    opened = books.state.table("lots")["event"]
    for event in opened[opened != NONE].tolist():
        row = int(books.blueprint.tables["events"]["row"][event])
        story = lot_story(books, evidence, row)
        assert story.steps[0].name == "opened"
        assert story.lot_id in story_text(story)
