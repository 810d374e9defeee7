"""A night gives random households, lot by lot and cell by cell, what their own harvest gives."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.book.booked import first_rows
from tests.histories import random_history
from tests.plan.test_harvest_promise import HARVESTS, priced

from taxlots.book.booking import Books
from taxlots.book.lot_columns import lot_columns
from taxlots.book.standing import open_lots
from taxlots.domain.calendar import day_of
from taxlots.domain.problem import DataError
from taxlots.reports.books_files import result_tables
from taxlots.reports.harvest_files import tables
from taxlots.reports.readiness import readiness_rows
from taxlots.workflows.harvest import harvest_books
from taxlots.workflows.replay import replay_record
from taxlots.workflows.screened_harvest import screened_harvest

SIZES = {"trades": 60, "corporate": 50, "shorts": 40, "averaging": 50, "all": 50}
MIN_LOSSES = ("0", "50", "300", "2000")


def booked(seed: int, profile: str) -> Books | None:
    """The books of random households on a random day; None where they have errors."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    history = random_history(seed, SIZES[profile], profile)
    rows = rng.randint(len(history.rows) // 2, len(history.rows))
    day = max(date.fromisoformat(row["date"]) for row in history.rows[:rows])
    record = priced(first_rows(history, rows), rng, day, HARVESTS[seed % len(HARVESTS)])
    record = replace(record, harvest=record.harvest | {"min_loss": rng.choice(MIN_LOSSES)})
    try:
        return replay_record(record, as_of=day)
    except DataError:
        return None


@pytest.mark.parametrize("profile", list(SIZES))
def test_a_night_gives_what_a_harvest_of_the_same_books_gives(profile: str) -> None:
    looked_at = screened_out = 0
    for seed in range(3000, 3011):
        books = booked(seed, profile)
        if books is None:
            continue
        whole, night = harvest_books(books), screened_harvest(books)
        expected: dict[str, Any] = {
            **result_tables(books, typed=True),
            **{name.removesuffix(".csv"): rows for name, rows in tables(whole.plan).items()},
            "readiness": readiness_rows(whole.not_ready),
        }
        found = night.tables()
        assert list(found) == list(expected)
        for name, table in found.items():
            cells = expected[name]
            cells = cells if isinstance(cells, list) else cells.to_pylist()
            assert table.to_pylist() == cells, f"{profile} {seed} {name}"
        assert night.problems == whole.problems
        looked_at += len(night.screen.lots)
        screened_out += int((~night.screen.is_live).sum())
    assert 0 < screened_out < looked_at


@pytest.mark.parametrize("profile", list(SIZES))
def test_columns_of_lots_are_the_lots(profile: str) -> None:
    for seed in range(4000, 4006):
        books = booked(seed, profile)
        if books is None:
            continue
        lots, columns = open_lots(books), lot_columns(books)
        chosen = columns.quantity % 3 == 0

        assert open_lots(books, chosen) == [
            lot for lot, is_it in zip(lots, chosen, strict=True) if is_it
        ]
        assert list(columns) == [(lot.lot_id, lot.account, lot.symbol) for lot in lots]
        for name, values in (
            ("acquired", [day_of(lot.acquired) for lot in lots]),
            ("holding_period", [day_of(lot.holding_period) for lot in lots]),
            ("quantity", [lot.quantity for lot in lots]),
            ("basis", [lot.cost_basis_cents for lot in lots]),
            ("loss_basis", [lot.loss_basis_cents for lot in lots]),
            ("is_replacement", [lot.is_replacement for lot in lots]),
            ("is_inherited", [lot.is_inherited for lot in lots]),
            ("rank", [lot.rank for lot in lots]),
        ):
            assert getattr(columns, name).tolist() == values, f"{profile} {seed} {name}"
