"""Two results side by side: which figures differ, by how much."""

import pytest

from taxlots.workflows.restated_lines import (
    changed_lines,
    difference,
    figures_of,
    restated_years,
)

Line = dict[str, str]


def piece(sale: str, lot: str, gain: str, **more: str) -> Line:
    line = {"sale_id": sale, "lot_id": lot, "household": "home", "account": "A1"}
    line |= {"symbol": "ABC", "sold_date": "2024-06-03", "quantity": "10", "gain": gain}
    return line | {"term": "ST"} | more


def test_equal_results_do_not_differ() -> None:
    assert changed_lines("realized", [piece("s", "a", "1.00")], [piece("s", "a", "1.00")]) == []


def test_a_changed_figure_tells_both_and_the_difference_in_cents() -> None:
    (line,) = changed_lines(
        "realized", [piece("s", "a", "-1.00")], [piece("s", "a", "0.50", quantity="9.5")]
    )

    assert figures_of(line) == [
        ("quantity", "10", "9.5", "-0.5"),
        ("gain", "-1.00", "0.50", "150"),
    ]


def test_a_line_that_came_and_one_that_went() -> None:
    came, went = changed_lines("realized", [piece("s", "a", "1.00")], [piece("s", "b", "2.00")])

    assert (came.before, went.after) == (None, None)
    assert [f[3] for f in figures_of(came) if f[0] == "gain"] == ["200"]
    assert [f[3] for f in figures_of(went) if f[0] == "gain"] == ["-100"]


def test_pieces_of_one_lot_are_paired_the_equal_ones_first() -> None:
    before = [piece("s", "a", "1.00"), piece("s", "a", "2.00")]
    after = [piece("s", "a", "2.00"), piece("s", "a", "3.00")]

    (line,) = changed_lines("realized", before, after)

    assert figures_of(line) == [("gain", "1.00", "3.00", "200")]


def test_a_corrected_purchase_is_the_same_line_under_its_new_id() -> None:
    before, after = [piece("s", "a", "1.00")], [piece("s", "a2", "1.50")]

    (line,) = changed_lines("realized", before, after, {"a": "a2"})

    assert figures_of(line) == [("gain", "1.00", "1.50", "50")]


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("gain", "1.00", "-1.00", "-200"),
        ("quantity", "1.5", "1", "-0.5"),
        ("term", "ST", "LT", ""),
        ("gain", "", "1.00", ""),
    ],
)
def test_the_difference_of_a_figure(name: str, before: str, after: str, told: str) -> None:
    assert difference(name, {name: before}, {name: after}) == told


def test_years_are_restated_by_tax_return_and_term() -> None:
    before = [piece("s", "a", "1.00"), piece("s2", "b", "5.00", term="LT")]
    after = [piece("s", "a", "3.00"), piece("s2", "b", "5.00", term="LT")]

    (year,) = restated_years(before, after, {"A1": "joint"})

    assert (year.tax_return, year.year, year.term) == ("joint", "2024", "ST")
    assert (year.before_cents, year.after_cents) == (100, 300)


def test_a_piece_of_unknown_basis_is_in_no_sum() -> None:
    assert restated_years([piece("s", "a", "")], [piece("s", "a", "")], {}) == []
