"""An explanation says what the books say, for every row of random histories.

The explanation books the family of a security once more by itself; its steps must sum to the
cells of ``realized.csv`` that the whole book has.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal

import numpy as np
import pytest
from tests.engine_adapter import record_of
from tests.histories import PROFILES, random_history

from taxlots.book.booking import Books, book_record
from taxlots.book.tables import NONE, Row
from taxlots.market_data.calendars import settlement_day
from taxlots.reports.books_files import result_tables
from taxlots.reports.explain import story_json, story_text
from taxlots.reports.explained import LotStory, PieceStory, RowStory, SaleStory, Story
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain import story_of_row
from taxlots.workflows.explain_lot import lot_story
from taxlots.workflows.family_history import family_of, history_of

SEEDS = range(3)
ROWS = 40
EVERY = [(profile, seed) for profile in PROFILES for seed in SEEDS]


def books_of(profile: str, seed: int) -> Books:
    record = record_of(random_history(seed, ROWS, profile))
    books, problems = book_record(record, settlement=settlement_day)
    assert books is not None, problems
    return books


def stories(books: Books) -> Iterator[tuple[str, Story | None]]:
    evidence = Evidence(books, lambda _row: None)
    for row in dict.fromkeys(books.bookings.row.tolist()):
        yield books.journal.id(row), story_of_row(books, evidence, row)


def summed(piece: PieceStory, step: str, fact: str) -> Decimal:
    found = (one.facts[fact] for one in piece.steps if one.name == step)
    return sum((Decimal(cell) for cell in found), Decimal(0))


def the_facts(piece: PieceStory, step: str, fact: str) -> list[str]:
    return [one.facts[fact] for one in piece.steps if one.name == step]


@pytest.mark.parametrize(("profile", "seed"), EVERY)
def test_a_family_booked_again_comes_to_what_the_whole_book_came_to(
    profile: str, seed: int
) -> None:
    books = books_of(profile, seed)
    rows = books.state.table("rows")
    names = [field.name for field in fields(Row)]
    for family in {frozenset(family_of(books, at)) for at in range(len(books.blueprint.places))}:
        history = history_of(books, min(family))
        mine = rows[np.isin(rows["position"], sorted(family))]
        assert sorted(tuple(int(row[name]) for name in names) for row in mine) == sorted(
            tuple(getattr(row, name) for name in names) for row in history.rows
        )


@pytest.mark.parametrize(("profile", "seed"), EVERY)
def test_whatever_realized_something_is_explained_to_the_cell(profile: str, seed: int) -> None:
    books = books_of(profile, seed)
    realized = defaultdict(list)
    for cells in result_tables(books)["realized"].to_pylist():
        realized[cells["sale_id"]].append(cells)
    for name, story in stories(books):
        pieces = story.pieces if isinstance(story, SaleStory) else ()
        assert [dict(piece.cells) for piece in pieces] == realized.pop(name, [])
        for piece in pieces:
            check_steps(piece)
    assert not realized


def check_steps(piece: PieceStory) -> None:
    """Each figure of a row stands in a step, and the last step is its arithmetic."""
    cells = piece.cells
    assert piece.steps[-1].facts["gain"] == cells["gain"]
    assert the_facts(piece, "status", "status") == [cells["status"]]
    assert the_facts(piece, "term", "term") == [cells["term"]]
    is_split_by_character = len(set(the_facts(piece, "character", "term"))) > 0
    if cells["cost_basis"] and not is_split_by_character:
        before = Decimal(cells["proceeds"]) - Decimal(cells["cost_basis"])
        for told in the_facts(piece, "realized", "realized"):
            assert Decimal(told) == before
    if not any(step.name == "shared" for step in piece.steps):
        disallowed = Decimal(cells["wash_sale_loss_disallowed"])
        permanent = Decimal(cells["permanently_disallowed"])
        assert summed(piece, "replaced", "disallowed") == disallowed
        assert summed(piece, "replaced", "permanent") == permanent


@pytest.mark.parametrize(("profile", "seed"), EVERY)
def test_every_row_that_changed_a_lot_has_a_story_in_text_and_json(profile: str, seed: int) -> None:
    books = books_of(profile, seed)
    for name, story in stories(books):
        if story is not None:
            assert name in story_text(story)
            assert name in {story_json(story).get(key) for key in ("sale_id", "lot_id", "row_id")}
        if isinstance(story, RowStory):
            assert story.lots


@pytest.mark.parametrize(("profile", "seed"), EVERY)
def test_every_lot_can_be_explained_from_its_opening(profile: str, seed: int) -> None:
    books = books_of(profile, seed)
    evidence = Evidence(books, lambda _row: None)
    opened = books.state.table("lots")["event"]
    for lot in np.flatnonzero(opened != NONE).tolist():
        story = lot_story(books, evidence, lot)
        assert isinstance(story, LotStory)
        assert not story.steps or story.steps[0].name == "opened"
        assert story.lot_id in story_text(story)
