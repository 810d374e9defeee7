"""An explanation says what the books say, for every row of random histories.

The explanation books the family of a security once more by itself; its steps must sum to the
cells of ``realized.csv`` that the whole book has.
"""

from dataclasses import fields
from decimal import Decimal

import numpy as np
import pytest
from tests.engine_adapter import record_of
from tests.histories import PROFILES, random_history
from tests.workflows.told import check_every_figure

from taxlots.book.booking import Books, book_record
from taxlots.book.tables import NONE, Row
from taxlots.market_data.calendars import settlement_day
from taxlots.reports.explain import story_text
from taxlots.reports.explained import LotStory, Step
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain_lot import lot_story, steps_of
from taxlots.workflows.family_history import family_of, history_of
from taxlots.workflows.family_record import Change, FamilyHistory
from taxlots.workflows.family_recorder import MET_IN_ORDER

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


@pytest.mark.parametrize(("profile", "seed"), EVERY)
def test_the_arithmetic_of_each_block_comes_to_the_basis_that_the_books_have(
    profile: str, seed: int
) -> None:
    """What exchanges, distributions and returns of capital leave of a lot's basis."""
    books = books_of(profile, seed)
    evidence = Evidence(books, lambda _row: None)
    every = range(len(books.blueprint.tables["events"]))
    for family in {frozenset(family_of(books, at)) for at in range(len(books.blueprint.places))}:
        history = history_of(books, min(family), watched=every)
        for change in history.changes:
            kind = history.booked[change.event].kind
            if kind not in MET_IN_ORDER or is_unknown(history, change):
                continue
            steps = list(steps_of(history, evidence, change))
            before = sum(part.basis for part in change.settled)
            told = [step for step in steps if step.name in ("boot", "capital_returned")]
            for step in told:
                cents = Decimal(step.facts["basis_after"])
                before += int(cents * 100) - basis_before(step)
            assert sum(part.basis for part in change.after) == before


def is_unknown(history: FamilyHistory, change: Change) -> bool:
    blocks = history.blocks.get(change.event, [])
    return any(block.is_unknown for block in blocks if block.lot == change.lot)


def basis_before(step: Step) -> int:
    """The basis of a block in cents before capital came back, or cash besides stock."""
    if step.name == "capital_returned":
        before = Decimal(step.facts["basis_after"]) + Decimal(step.facts["returned"])
    else:
        before = (
            Decimal(step.facts["basis_after"])
            + Decimal(step.facts["cash"])
            - Decimal(step.facts["recognized"])
        )
    return int(before * 100)
