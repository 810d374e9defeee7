"""What every explanation must hold to: the cells of ``realized.csv``, step by step."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from taxlots.book.booking import Books
from taxlots.reports.books_files import result_tables
from taxlots.reports.explain import story_json, story_text
from taxlots.reports.explained import PieceStory, SaleStory, Step, Story
from taxlots.workflows.evidence import Evidence
from taxlots.workflows.explain import story_of_row

CITED = {
    "boot",
    "exchanged",
    "basis_divided",
    "capital_returned",
    "constructive_sale",
    "holding_period_restarted",
    "premium",
    "pooled",
    "average_settled",
    "took_over_loss",
    "replaced",
    "window",
    "term",
    "basis",
}
"""Steps that follow from a rule of law, so that they name its authority."""


def stories(books: Books) -> Iterator[tuple[str, Story | None]]:
    """The story of every booked row, by its id."""
    evidence = Evidence(books, lambda _row: None)
    for row in dict.fromkeys(books.bookings.row.tolist()):
        yield books.journal.id(row), story_of_row(books, evidence, row)


def check_every_figure(books: Books) -> None:
    """All that the books realized is explained, and nothing else is told as realized.

    Every story is there as text and as JSON.
    """
    realized = defaultdict(list)
    for cells in result_tables(books)["realized"].to_pylist():
        realized[cells["sale_id"]].append(cells)
    for name, story in stories(books):
        if story is not None:
            assert name in story_text(story)
            assert name in {story_json(story).get(key) for key in ("sale_id", "lot_id", "row_id")}
        pieces = story.pieces if isinstance(story, SaleStory) else ()
        assert [dict(piece.cells) for piece in pieces] == realized.pop(name, [])
        for piece in pieces:
            check_steps(piece)
    assert not realized


def check_steps(piece: PieceStory) -> None:
    """Each figure of a row stands in a step, and the last step is its arithmetic."""
    cells = piece.cells
    last = piece.steps[-1]
    assert last.name == "result"
    assert last.facts["gain"] == cells["gain"]
    assert last.text.endswith(cells["gain"] or "because the basis is not.")
    assert _facts(piece, "status", "status") == [cells["status"]]
    assert cells["term"] in _facts(piece, "term", "term")
    is_divided = any(step.name == "divided" for step in piece.steps)
    if is_divided:
        assert _facts(piece, "divided", "proceeds") == [cells["proceeds"]]
        assert _facts(piece, "divided", "cost_basis") == [cells["cost_basis"]]
    elif cells["cost_basis"]:
        before = Decimal(cells["proceeds"]) - Decimal(cells["cost_basis"])
        assert {Decimal(told) for told in _facts(piece, "realized", "realized")} <= {before}
        _check_corporate(piece, before)
        _check_basis(piece)
        if not any(step.name == "shared" for step in piece.steps):
            disallowed = Decimal(cells["wash_sale_loss_disallowed"])
            permanent = Decimal(cells["permanently_disallowed"])
            assert _summed(piece, "replaced", "disallowed") == disallowed
            assert _summed(piece, "replaced", "permanent") == permanent
    for step in piece.steps:
        assert step.cites or step.name not in CITED, step.text


def _check_corporate(piece: PieceStory, before: Decimal) -> None:
    """The last step of an exchange, a return of capital or a constructive sale has its gain."""
    measured = [step for step in piece.steps if step.name in _GAIN_OF]
    if measured and not any(step.name in ("basis", "sold") for step in _since(piece, measured[-1])):
        fact = _GAIN_OF[measured[-1].name]
        is_this_row = any(row.id == piece.cells["sale_id"] for row in measured[-1].rows)
        if is_this_row:
            assert fact(measured[-1]) == before, measured[-1].text


def _check_basis(piece: PieceStory) -> None:
    """The last basis step has the row's basis, unless something is told to have changed it."""
    told = [step for step in piece.steps if step.name == "basis"]
    if told:
        later = {step.name for step in _since(piece, told[-1])}
        if "set_apart" in later:
            assert _facts(piece, "set_apart", "cost_basis") == [piece.cells["cost_basis"]]
        elif not later & {"gift_basis", "took_over_loss"}:
            assert told[-1].facts["cost_basis"] == piece.cells["cost_basis"], told[-1].text


_GAIN_OF = {
    "boot": lambda step: Decimal(step.facts["recognized"]),
    "capital_returned": lambda step: Decimal(step.facts["beyond_basis"]),
    "constructive_sale": lambda step: Decimal(step.facts["value"]) - Decimal(step.facts["basis"]),
}


def _since(piece: PieceStory, step: Step) -> tuple[Step, ...]:
    return piece.steps[piece.steps.index(step) :]


def _facts(piece: PieceStory, step: str, fact: str) -> list[str]:
    return [one.facts[fact] for one in piece.steps if one.name == step]


def _summed(piece: PieceStory, step: str, fact: str) -> Decimal:
    return sum((Decimal(cell) for cell in _facts(piece, step, fact)), Decimal(0))
