"""``taxlots explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption

IdArgument = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Id of a row that realized something, opened a lot or changed lots.",
        show_default=False,
    ),
]


def explain(
    book: BookArgument,
    name: IdArgument,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how a sale's gain, or a lot's basis, came about.

    Every step from the rows of the journal to the last figure: which lots were closed and why,
    their basis with what earlier wash sales added, proceeds, term, the wash-sale test, and the
    authority of each rule that was used.
    """
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.reports.explain import story_json, story_text
    from taxlots.workflows.explain import explain as story_of
    from taxlots.workflows.gather import day, moment

    day_given = day(as_of)
    known = moment(known_at)
    with working(f"booking {book}"):
        story, books = story_of(book, name, as_of=day_given, known_at=known)
    if as_json:
        print_json(story_json(story))
    else:
        print(story_text(story))
    count_warnings(books.problems, book)
