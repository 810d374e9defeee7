"""An explanation says what the books say, for every row of random histories.

The explanation books the family of a security once more by itself; its steps must sum to the
cells of ``realized.csv`` that the whole book has.
"""

from dataclasses import fields

import numpy as np
import pytest
from tests.engine_adapter import record_of
from tests.histories import PROFILES, random_history
from tests.workflows.told import check_every_figure

from taxlots.book.booking import Books, book_record
from taxlots.book.tables import NONE, Row
from taxlots.market_data.calendars import settlement_day
from taxlots.reports.explain import story_text
from taxlots.reports.explained import LotStory
from taxlots.workflows.evidence import Evidence
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
    check_every_figure(books_of(profile, seed))


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
