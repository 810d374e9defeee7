"""The columns of Form 8949 for a sale that a Form 1099-B reports."""

import pytest

from taxlots.book.character import COLLECTIBLE
from taxlots.book.view_form import form_row
from taxlots.book.view_pieces import Figures, Pair

PLACE = ("A1", "P", "")


def figures(proceeds: int, basis: int, disallowed: int = 0, **stated: object) -> Figures:
    """100 shares, short-term and covered unless ``stated`` otherwise; cents."""
    plain: dict[str, object] = {
        "lot_row": 0,
        "acquired": 0,
        "holding_period": 0,
        "quantity": 100,
        "nondeductible_cents": 0,
        "is_long": False,
        "is_unknown": False,
        "is_covered": True,
        "rules": 0,
    }
    amounts = {"proceeds_cents": proceeds, "basis_cents": basis, "disallowed_cents": disallowed}
    return Figures(**(plain | amounts | stated))  # type: ignore[arg-type]


def pair(ours: Figures | None, theirs: Figures | None) -> Pair:
    return Pair(1, PLACE, 0, ours, theirs)


def test_form_8949_instructions_example_4() -> None:
    """Proceeds 1,000, basis reported 900, correct basis 100: code B, 800, gain 900."""
    form = form_row(pair(figures(100000, 10000), figures(100000, 90000)))

    assert (form.proceeds_cents, form.basis_cents, form.codes) == (100000, 90000, "B")
    assert (form.adjustment_cents, form.gain_cents) == (80000, 90000)


def test_basis_that_is_not_reported_is_corrected_in_column_e() -> None:
    form = form_row(pair(figures(1000, 100), figures(1000, 900, is_covered=False)))

    assert (form.box, form.basis_cents, form.codes, form.adjustment_cents) == ("B", 100, "", 0)


def test_several_codes_stand_in_alphabetical_order() -> None:
    ours = figures(1000, 1500, 300, is_long=True)

    form = form_row(pair(ours, figures(1000, 1400)))

    assert (form.codes, form.adjustment_cents, form.gain_cents) == ("BTW", 200, -200)


def test_a_wash_sale_that_the_broker_reports_and_the_taxpayer_has_not() -> None:
    """Code W with nothing in column (g) tells that box 1g is not taken."""
    form = form_row(pair(figures(1000, 1500), figures(1000, 1500, 500)))

    assert (form.codes, form.adjustment_cents, form.gain_cents) == ("W", 0, -500)


def test_what_the_broker_alone_reports_is_corrected_to_nothing() -> None:
    form = form_row(pair(None, figures(1000, 400)))

    assert (form.codes, form.adjustment_cents, form.gain_cents) == ("BO", -600, 0)


def test_a_long_term_gain_on_a_collectible_bears_code_c() -> None:
    form = form_row(pair(figures(1000, 400, is_long=True, rules=COLLECTIBLE), figures(1000, 400)))

    assert form.codes == "CT"


@pytest.mark.parametrize(
    ("is_long", "theirs", "is_digital", "box"),
    [
        (False, figures(1, 1), False, "A"),
        (False, figures(1, 1, is_covered=False), False, "B"),
        (False, None, False, "C"),
        (True, figures(1, 1), False, "D"),
        (True, figures(1, 1, is_covered=False), False, "E"),
        (True, None, False, "F"),
        (False, figures(1, 1), True, "G"),
        (True, None, True, "L"),
    ],
)
def test_the_box_of_each_part(
    is_long: bool, theirs: Figures | None, is_digital: bool, box: str
) -> None:
    ours = figures(1, 1, is_long=is_long)

    assert form_row(pair(ours, theirs), is_digital=is_digital).box == box
