"""Schedule D: each line from its source, and Part III, by the instructions for 2025."""

import pytest
from tests.reports.form_rows import form_row

from taxlots.book.form_8949_totals import in_whole_dollars
from taxlots.book.schedule_d import TEXTS, OtherEntries, schedule_d
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.form_8949 import Form8949Row, ScheduleD

DOLLAR = 100


def sale(box: str, gain: int, **stated: object) -> Form8949Row:
    """A sale of one box for 1,000 dollars with this gain, in dollars."""
    amounts = {"proceeds_cents": 1000 * DOLLAR, "basis_cents": (1000 - gain) * DOLLAR}
    return form_row(box=box, gain_cents=gain * DOLLAR, **(amounts | stated))


def filled(
    *rows: Form8949Row, status: FilingStatus | None = FilingStatus.SINGLE, **other: int
) -> ScheduleD:
    """Schedule D of these rows and of other entries, in dollars."""
    cents = {f"{name}_cents": amount * DOLLAR for name, amount in other.items()}
    return schedule_d(rows, OtherEntries(**cents), tax_return="joint", year=2025, status=status)


def gains(form: ScheduleD) -> dict[str, int]:
    """Column (h) of the lines that have an entry, in dollars."""
    entries = {line.line: line.gain_cents for line in form.lines}
    return {line: cents // DOLLAR for line, cents in entries.items() if cents is not None}


@pytest.mark.parametrize(
    ("box", "line", "total"),
    [
        ("A", "1b", "7"), ("B", "2", "7"), ("C", "3", "7"),
        ("G", "1b", "7"), ("H", "2", "7"), ("I", "3", "7"),
        ("D", "8b", "15"), ("E", "9", "15"), ("F", "10", "15"),
        ("J", "8b", "15"), ("K", "9", "15"), ("L", "10", "15"),
    ],
)  # fmt: skip
def test_each_box_goes_to_its_line(box: str, line: str, total: str) -> None:
    found = gains(filled(sale(box, 70)))
    assert (found[line], found[total], found["16"]) == (70, 70, 70)


def test_straight_rows_are_on_lines_1a_and_8a_which_have_no_adjustments() -> None:
    form = filled(sale("A", 70, is_straight=True), sale("D", 50, is_straight=True))
    lines = {line.line: line for line in form.lines}
    assert gains(form) == {"1a": 70, "7": 70, "8a": 50, "15": 50, "16": 120}
    assert (lines["1a"].proceeds_cents, lines["1a"].basis_cents) == (100000, 93000)
    assert lines["1a"].adjustment_cents is None


def test_a_line_of_form_8949_totals_columns_d_e_g_and_h() -> None:
    washed = sale("A", -30, codes="W", adjustment_cents=2000, basis_cents=105000)
    (line,) = (one for one in filled(washed, sale("G", 70)).lines if one.line == "1b")
    assert (line.proceeds_cents, line.basis_cents) == (200000, 198000)
    assert (line.adjustment_cents, line.gain_cents) == (2000, 4000)


def test_every_line_stands_on_the_form_in_its_order() -> None:
    assert [line.line for line in filled().lines] == list(TEXTS)
    assert list(TEXTS)[:8] == ["1a", "1b", "2", "3", "4", "5", "6", "7"]


def test_what_comes_from_elsewhere_has_lines_of_its_own() -> None:
    found = gains(
        filled(
            section_1256_short=40,
            section_1256_long=60,
            k1_short=-5,
            k1_long=7,
            capital_gain_distributions=11,
            carry_short=3,
            carry_long=2,
        )
    )
    assert (found["4"], found["5"], found["6"], found["7"]) == (40, -5, -3, 32)
    assert (found["11"], found["12"], found["13"], found["14"], found["15"]) == (60, 7, 11, -2, 76)
    assert found["16"] == 108


def test_rows_of_unknown_basis_and_of_other_returns_have_no_part_in_it() -> None:
    unknown = form_row(basis_cents=None, gain_cents=None)
    assert gains(filled(unknown, sale("A", 70, tax_return="child")))["16"] == 0


@pytest.mark.parametrize(
    ("status", "limit"),
    [(FilingStatus.SINGLE, 3000), (FilingStatus.SEPARATE, 1500), (None, 3000)],
)
def test_line_21_is_the_loss_up_to_the_limit(status: FilingStatus | None, limit: int) -> None:
    """26 USC 1211(b)."""
    form = filled(sale("A", -9000, basis_cents=1000000), status=status)
    assert gains(form)["21"] == -limit
    assert gains(filled(sale("A", -700), status=status))["21"] == -700
    assert "17" not in form.answers


def test_two_gains_lead_over_lines_18_and_19_to_line_20() -> None:
    form = filled(sale("A", 10), sale("D", 70))
    assert form.answers == {"17": True, "20": True}


def test_a_long_term_loss_with_a_net_gain_skips_to_line_22() -> None:
    form = filled(sale("A", 100), sale("D", -70), qualified_dividends=5)
    assert form.answers == {"17": False, "22": True}


def test_no_gain_and_no_loss_asks_for_qualified_dividends_alone() -> None:
    assert filled().answers == {"22": False}


def test_line_18_is_collectibles_less_short_term_loss_and_carryover() -> None:
    """28% Rate Gain Worksheet: 500 of collectibles, 120 short-term loss, 80 carried in."""
    form = filled(sale("A", -120), sale("D", 500, codes="C"), sale("D", 300), carry_long=80)
    assert gains(form)["18"] == 300
    assert form.answers == {"17": True, "20": False}


def test_line_19_is_unrecaptured_1250_gain_less_what_the_losses_leave_over() -> None:
    """Collectibles of 50 take the first 50 of the short-term loss of 120: 400 - 70."""
    form = filled(
        sale("A", -120),
        sale("D", 50, codes="C"),
        k1_long=600,
        unrecaptured_1250=400,
    )
    assert (gains(form)["18"], gains(form)["19"]) == (0, 330)
    assert form.answers["20"] is False


def test_the_form_foots_in_whole_dollars_too() -> None:
    """Rows are rounded one by one, and the lines are their sums."""
    exact = [
        form_row(box="A", proceeds_cents=10049, basis_cents=5050, gain_cents=4999),
        form_row(box="A", proceeds_cents=10049, basis_cents=5050, gain_cents=4999),
        form_row(box="D", proceeds_cents=20150, basis_cents=5049, gain_cents=15101),
    ]
    rows = [in_whole_dollars(row) for row in exact]
    form = schedule_d(
        rows, OtherEntries(k1_short_cents=149), tax_return="joint", year=2025, in_dollars=True
    )
    assert gains(form) == {"1b": 98, "5": 1, "7": 99, "8b": 152, "15": 152, "16": 251}
