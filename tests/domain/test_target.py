"""``targets.csv``: what a row says, and the contradictions that are named."""

from datetime import date

from taxlots.domain.calendar import day_of
from taxlots.domain.target import GlidePoint, Target, targets_from

HEADER = "household,asset_class,symbol,parent,weight,band_low,band_high,tilt,from,to,glide"


def read(*lines: str) -> tuple[tuple[Target, ...], list[tuple[str, str, str]]]:
    """The targets, and where, code and remedy of each problem."""
    names = HEADER.split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in lines]
    targets, problems = targets_from(rows)
    return targets, [(p.where, p.code, p.remedy) for p in problems]


def test_a_row_is_read_to_the_last_decimal() -> None:
    (row, rest), problems = read(
        "h,equities,,,0.60000001,0.5,0.7,-0.02,2020-01-01,2020-06-30,2030-01-01:0.5;2040-01-01:0.3",
        "h,bonds,,,0.39999999,,,,,,",
    )
    assert not problems
    assert (row.weight, row.band_low, row.band_high) == (60_000_001, 50_000_000, 70_000_000)
    assert row.glide == (
        GlidePoint(day_of(date(2030, 1, 1)), 50_000_000),
        GlidePoint(day_of(date(2040, 1, 1)), 30_000_000),
    )
    assert [row.tilt_on(date(2020, m, 1)) for m in (1, 6, 7)] == [-2_000_000, -2_000_000, 0]
    assert (rest.band_low, rest.tilt, rest.glide) == (None, 0, ())


def test_a_band_that_excludes_its_target_is_told_with_the_nearest() -> None:
    _, problems = read("h,equities,,,0.60,0.65,0.70,,,,", "h,bonds,,,0.40,0.20,0.35,,,,")
    assert [(where, code) for where, code, _ in problems] == [
        ("targets.csv:2:band_low", "BAND_EXCLUDES_TARGET"),
        ("targets.csv:3:band_high", "BAND_EXCLUDES_TARGET"),
    ]
    assert "band_low 0.6, the nearest" in problems[0][2]


def test_parts_that_do_not_sum_are_told_with_the_sum() -> None:
    _, ((where, code, remedy),) = read(
        "h,equities,,,0.60,,,,,,",
        "h,us,,equities,0.40,,,,,,",
        "h,abroad,,equities,0.15,,,,,,",
        "h,bonds,,,0.40,,,,,,",
    )
    assert (where, code) == ("targets.csv:2:weight", "PARTS_DO_NOT_SUM")
    assert "Write 0.55 for equities, or change its parts by 0.05" in remedy


def test_targets_beyond_the_whole_are_an_error_and_below_it_a_warning() -> None:
    _, ((_, code, remedy),) = read("h,equities,,,0.7,,,,,,", "h,bonds,,,0.4,,,,,,")
    assert (code, remedy.split(" away")[0]) == ("TARGETS_EXCEED_WHOLE", "Take 0.1")
    _, ((_, code, _),) = read("h,equities,,,0.5,,,,,,", "h,bonds,,,0.4,,,,,,")
    assert code == "TARGETS_BELOW_WHOLE"


def test_parents_are_classes_of_the_household_and_no_circle() -> None:
    _, problems = read(
        "h,equities,,bonds,0.6,,,,,,",
        "h,bonds,,equities,0.4,,,,,,",
        "h,,XYZ,gold,0.1,,,,,,",
    )
    assert [code for _, code, _ in problems] == [
        "CIRCLE_OF_PARENTS",
        "CIRCLE_OF_PARENTS",
        "UNKNOWN_PARENT",
    ]


def test_each_cell_that_cannot_be_read_is_told() -> None:
    targets, problems = read(
        "h,equities,ABC,,0.6,,,,,,",
        ",gold,,,1.5,,,,,,",
        "h,bonds,,,,,,0.000000001,2020-13-01,,x",
        "h,cash,,,0.1,,,0.1,2021-01-01,2020-01-01,2030-01-01:0.5;2029-01-01:0.3",
    )
    assert not targets
    assert [(where.split(":", 1)[1], code) for where, code, _ in problems] == [
        ("2:asset_class", "BAD_TARGET"),
        ("3:household", "MISSING_CELL"),
        ("3:weight", "BAD_NUMBER"),
        ("4:tilt", "BAD_NUMBER"),
        ("4:weight", "MISSING_CELL"),
        ("4:from", "BAD_DATE"),
        ("4:glide", "BAD_GLIDE"),
        ("5:glide", "BAD_GLIDE"),
        ("5:to", "BAD_DATES"),
    ]


def test_one_name_has_one_row() -> None:
    _, problems = read("h,gold,,,0.5,,,,,,", "h,gold,,,0.5,,,,,,")
    assert [code for _, code, _ in problems] == ["DUPLICATE_TARGET"]
