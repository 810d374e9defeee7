"""Random histories tie out to the broker's view of them; and whatever a form says, it foots."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.engine_adapter import record_of
from tests.histories import PROFILES, random_history

from taxlots.book.booking import Books, book_record
from taxlots.book.form_8949 import form_8949_rows
from taxlots.book.view_differences import differences_of
from taxlots.brokers.fdx_1099b import BROKER
from taxlots.domain.calendar import date_of
from taxlots.domain.view import View
from taxlots.market_data.calendars import settlement_day
from taxlots.reports.broker_1099b import form_1099b_text
from taxlots.reports.compared_views import ComparedViews
from taxlots.reports.tie_out import TieOut
from taxlots.reports.tie_out_files import tie_out_files
from taxlots.reports.tie_out_sums import form_8949_of, summary_rows
from taxlots.workflows.reconcile import tie_out
from taxlots.workflows.reconcile_pairs import pairs_with_form

SEEDS = range(3)
ROWS = 50
EVERY = [(profile, seed) for profile in PROFILES for seed in SEEDS]


def books_of(profile: str, seed: int, view: View = View.TAXPAYER) -> Books:
    record = record_of(random_history(seed, ROWS, profile))
    books, problems = book_record(record, settlement=settlement_day, view=view)
    assert books is not None, problems
    return books


def years_of(profile: str, seed: int) -> Iterator[ComparedViews]:
    """The two views of each year with sales."""
    taxpayer, broker = books_of(profile, seed), books_of(profile, seed, View.BROKER)
    pieces = differences_of(taxpayer, broker)
    for year in sorted({date_of(one.pair.sold).year for one in pieces}):
        yield ComparedViews(
            taxpayer=taxpayer,
            broker=broker,
            same_day="held",
            year=year,
            statement_date=None,
            pieces=tuple(one for one in pieces if date_of(one.pair.sold).year == year),
        )


def tied(views: ComparedViews, text: str) -> TieOut:
    """The year, tied out to the forms of a text."""
    accounts = [a.id for a in views.taxpayer.record.accounts if f'"{a.id}"' in text]
    readings = [
        BROKER.read(text, file="form.json", account=name, statement_account=name)
        for name in accounts
    ]
    assert not any(reading.is_refused for reading in readings)
    assert views.year is not None
    return tie_out(views, readings, views.year)


@pytest.mark.parametrize(("profile", "seed"), EVERY)
def test_the_broker_s_view_ties_out_without_a_break(profile: str, seed: int) -> None:
    for views in years_of(profile, seed):
        assert views.year is not None
        found = tied(views, form_1099b_text(views, views.year))

        assert found.breaks == ()
        made = pairs_with_form(found)
        with_form = form_8949_rows(made.pairs, views.taxpayer, views.year, told=made.told)
        by_view = form_8949_rows((d.pair for d in views.pieces), views.taxpayer, views.year)
        assert sum(r.gain_cents or 0 for r in with_form) == sum(r.gain_cents or 0 for r in by_view)


def changed(sale: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """A sale as a careless broker may tell it."""
    sale = dict(sale)
    match draw.randrange(9):
        case 0:
            sale["costBasis"] = round(draw.uniform(0, 9_000), 2)
        case 1:
            sale.pop("costBasis", None)
        case 2:
            sale["dateAcquired"] = f"20{draw.randrange(10, 17)}-0{draw.randrange(1, 10)}-11"
        case 3:
            sale["numberOfShares"] = draw.randrange(1, 90)
        case 4:
            del sale["dateAcquired"]
            sale["variousDatesAcquired"] = True
        case 5:
            sale["washSaleLossDisallowed"] = round(draw.uniform(0, 500), 2)
        case 6:
            sale["salesPrice"] = round(draw.uniform(0, 9_000), 2)
        case 7:
            sale["longOrShort"] = draw.choice(("LONG", "SHORT"))
            sale["checkboxOnForm8949"] = "X"
        case _:
            pass
    return sale


@pytest.mark.parametrize(("profile", "seed"), EVERY)
def test_whatever_a_form_says_each_of_its_rows_is_in_one_tie_and_the_sums_are_kept(
    profile: str, seed: int
) -> None:
    draw = random.Random(seed)  # noqa: S311 (no secret)
    for views in years_of(profile, seed):
        assert views.year is not None
        document = json.loads(form_1099b_text(views, views.year))
        for one in document["forms"]:
            form = one["tax1099B"]
            sales = [changed(sale, draw) for sale in form["securityDetails"] if draw.random() < 0.9]
            form["securityDetails"] = sales + draw.sample(sales, len(sales) // 9)
        found = tied(views, json.dumps(document))

        rows = Counter(lot for tie in found.ties for lot in tie.theirs)
        listed = sum(len(one["tax1099B"]["securityDetails"]) for one in document["forms"])
        assert sum(rows.values()) == listed
        pieces = Counter(id(piece.pair) for tie in found.ties for piece in tie.ours)
        assert set(pieces.values()) <= {1}
        check_sums(found)
        for line in summary_rows(found, form_8949_of(found)):
            parts = (Decimal(line[name]) for name in ("explained", "breaks", "unexplained"))
            assert sum(parts) == Decimal(line["difference"])
        tie_out_files(found)


def check_sums(found: TieOut) -> None:
    """The form's amounts reach Form 8949 to the cent, and so do the taxpayer's."""
    for tie in found.ties:
        mine = [one.pair for one in found.pairs if one.tie is tie]
        if tie.ours and tie.theirs:
            reported = [pair.broker for pair in mine if pair.broker is not None]
            told = [lot for lot in tie.theirs if lot.basis_cents is not None]
            for name in ("proceeds_cents", "disallowed_cents"):
                assert sum(getattr(side, name) for side in reported) == sum(
                    getattr(lot, name) for lot in tie.theirs
                )
            if len(told) == len(tie.theirs):
                assert sum(side.basis_cents for side in reported) == sum(
                    lot.basis_cents or 0 for lot in told
                )
        for name in ("quantity", "proceeds_cents", "basis_cents", "disallowed_cents"):
            ours = [pair.taxpayer for pair in mine if pair.taxpayer is not None]
            assert sum(getattr(side, name) for side in ours) == sum(
                getattr(side, name) for side in tie.taxpayer
            )
