"""Random histories: the rows of Form 8949 are the realized gains, and Schedule D foots on them."""

from dataclasses import replace

import pytest
from tests.book.booked import day
from tests.engine_adapter import record_of
from tests.histories import PROFILES, random_history

from taxlots.book.booking import Books
from taxlots.book.form_8949 import form_8949_rows
from taxlots.book.form_8949_totals import in_whole_dollars, statement_totals
from taxlots.book.schedule_d import OtherEntries, schedule_d
from taxlots.book.view_pieces import Pair, paired
from taxlots.book.year_items import year_items
from taxlots.domain.calendar import date_of
from taxlots.domain.form_8949 import Form8949Row
from taxlots.workflows.replay import replay_record

HISTORIES = [(seed, profile) for profile in PROFILES for seed in range(5)]


def drawn(seed: int, profile: str) -> tuple[list[Pair], Books]:
    """The pieces of a history of 40 rows in both views, and the taxpayer's books."""
    history = random_history(seed, 40, profile)
    record, last = record_of(history), day(history.as_of)
    ours = replay_record(record, last, compiled=False)
    return paired(ours, replay_record(record, last, "broker", compiled=False)), ours


def gains(rows: list[Form8949Row]) -> int:
    return sum(row.gain_cents or 0 for row in rows)


@pytest.mark.parametrize(("seed", "profile"), HISTORIES)
def test_rows_sum_to_the_gains_of_each_return_and_year(seed: int, profile: str) -> None:
    """By term; a row of unknown basis is counted and in no sum; each row foots."""
    pairs, books = drawn(seed, profile)
    for year in sorted({date_of(pair.sold).year for pair in pairs}):
        found = form_8949_rows(pairs, books, year)
        for name, items in year_items(books, year).items():
            mine = [row for row in found if row.tax_return == name]
            known = [row for row in mine if row.gain_cents is not None]
            assert gains([row for row in known if row.is_long]) == items.long_cents
            assert gains([row for row in known if not row.is_long]) == items.short_cents
            assert len(mine) - len(known) == items.unknown_basis
            assert all(
                row.proceeds_cents - (row.basis_cents or 0) + row.adjustment_cents == row.gain_cents
                for row in known
            )


@pytest.mark.parametrize(("seed", "profile"), HISTORIES)
def test_schedule_d_foots_on_its_rows_in_both_roundings(seed: int, profile: str) -> None:
    """Lines 7 and 15 are the sums of the rows by term, and totals of exception 2 change nothing."""
    pairs, books = drawn(seed, profile)
    for year in sorted({date_of(pair.sold).year for pair in pairs}):
        for in_dollars in (False, True):
            rows = [
                in_whole_dollars(row) if in_dollars else row
                for row in form_8949_rows(pairs, books, year)
            ]
            for name in year_items(books, year):
                mine = [row for row in rows if row.tax_return == name]
                form = schedule_d(
                    mine, OtherEntries(), tax_return=name, year=year, in_dollars=in_dollars
                )
                short = gains([row for row in mine if not row.is_long])
                long = gains([row for row in mine if row.is_long])
                assert (form.gain_cents("7"), form.gain_cents("15")) == (short, long)
                listed = [replace(row, is_straight=False) for row in mine]
                assert gains(list(statement_totals(listed, {}))) == short + long
