"""``law/tables``: values as the Revenue Procedures print them, and the shape of every file."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.problem import UsageError
from taxlots.law import tables
from taxlots.law.tables import YEARS, Bracket, amount, brackets, rate, source, years

SINGLE, JOINT, SEPARATE, HEAD, SURVIVING = (
    FilingStatus.SINGLE,
    FilingStatus.JOINT,
    FilingStatus.SEPARATE,
    FilingStatus.HEAD_OF_HOUSEHOLD,
    FilingStatus.SURVIVING_SPOUSE,
)
FEDERAL_SCHEDULES = ("ordinary_rates", "capital_gain_rates", "amt_rates")
FEDERAL_AMOUNTS = (
    "standard_deduction",
    "additional_standard_deduction",
    "amt_exemption",
    "amt_phase_out_start",
    "salt_cap",
)
FROM_2025 = ("salt_phase_down_start",)


def dollars(rule: str, year: int, status: FilingStatus) -> int:
    return amount(rule, year, status) // 100


def ends(rule: str, year: int, status: FilingStatus) -> list[int]:
    """The upper ends of a schedule, in dollars."""
    return [
        band.top_cents // 100 for band in brackets(rule, year, status) if band.top_cents is not None
    ]


def tax_at_each_end(year: int, status: FilingStatus) -> list[str]:
    """The tax in dollars with which each band after the first begins, as the tables print it."""
    tax, bottom, printed = 0, 0, []
    for band in brackets("ordinary_rates", year, status):
        if band.top_cents is not None:
            tax += band.rate_ppm * (band.top_cents - bottom)
            bottom = band.top_cents
            assert tax % 10**6 == 0
            printed.append(f"{tax // 10**8:,}.{tax // 10**6 % 100:02}")
    return printed


@pytest.mark.parametrize(
    ("authority", "year", "status", "printed"),
    [
        ("Rev. Proc. 2018-18", 2018, SINGLE,
         ["952.50", "4,453.50", "14,089.50", "32,089.50", "45,689.50", "150,689.50"]),
        ("Rev. Proc. 2018-57", 2019, SINGLE,
         ["970.00", "4,543.00", "14,382.50", "32,748.50", "46,628.50", "153,798.50"]),
        ("Rev. Proc. 2018-57", 2019, JOINT,
         ["1,940.00", "9,086.00", "28,765.00", "65,497.00", "93,257.00", "164,709.50"]),
        ("Rev. Proc. 2019-44", 2020, SINGLE,
         ["987.50", "4,617.50", "14,605.50", "33,271.50", "47,367.50", "156,235.00"]),
        ("Rev. Proc. 2020-45", 2021, SINGLE,
         ["995.00", "4,664.00", "14,751.00", "33,603.00", "47,843.00", "157,804.25"]),
        ("Rev. Proc. 2021-45", 2022, SINGLE,
         ["1,027.50", "4,807.50", "15,213.50", "34,647.50", "49,335.50", "162,718.00"]),
        ("Rev. Proc. 2022-38", 2023, SEPARATE,
         ["1,100.00", "5,147.00", "16,290.00", "37,104.00", "52,832.00", "93,300.75"]),
        ("Rev. Proc. 2023-34", 2024, SINGLE,
         ["1,160.00", "5,426.00", "17,168.50", "39,110.50", "55,678.50", "183,647.25"]),
        ("Rev. Proc. 2024-40", 2025, SINGLE,
         ["1,192.50", "5,578.50", "17,651.00", "40,199.00", "57,231.00", "188,769.75"]),
        ("Rev. Proc. 2025-32", 2026, SINGLE,
         ["1,240.00", "5,800.00", "17,966.00", "41,024.00", "58,448.00", "192,979.25"]),
        ("Rev. Proc. 2025-32", 2026, JOINT,
         ["2,480.00", "11,600.00", "35,932.00", "82,048.00", "116,896.00", "206,583.50"]),
    ],
)  # fmt: skip
def test_bands_begin_with_the_tax_that_the_revenue_procedure_prints(
    authority: str, year: int, status: FilingStatus, printed: list[str]
) -> None:
    """Each table of section 3.01 (2.01, 4.01) prints the tax at the start of each band."""
    assert tax_at_each_end(year, status) == printed
    assert authority in source("ordinary_rates", year)


@pytest.mark.parametrize(
    ("year", "single", "joint", "separate", "head"),
    [
        (2018, [38_600, 425_800], [77_200, 479_000], [38_600, 239_500], [51_700, 452_400]),
        (2019, [39_375, 434_550], [78_750, 488_850], [39_375, 244_425], [52_750, 461_700]),
        (2020, [40_000, 441_450], [80_000, 496_600], [40_000, 248_300], [53_600, 469_050]),
        (2021, [40_400, 445_850], [80_800, 501_600], [40_400, 250_800], [54_100, 473_750]),
        (2022, [41_675, 459_750], [83_350, 517_200], [41_675, 258_600], [55_800, 488_500]),
        (2023, [44_625, 492_300], [89_250, 553_850], [44_625, 276_900], [59_750, 523_050]),
        (2024, [47_025, 518_900], [94_050, 583_750], [47_025, 291_850], [63_000, 551_350]),
        (2025, [48_350, 533_400], [96_700, 600_050], [48_350, 300_000], [64_750, 566_700]),
        (2026, [49_450, 545_500], [98_900, 613_700], [49_450, 306_850], [66_200, 579_600]),
    ],
)
def test_26_usc_1_j_5_maximum_zero_and_15_percent_amounts(
    year: int, single: list[int], joint: list[int], separate: list[int], head: list[int]
) -> None:
    printed = {SINGLE: single, JOINT: joint, SEPARATE: separate, HEAD: head, SURVIVING: joint}
    assert {status: ends("capital_gain_rates", year, status) for status in printed} == printed


@pytest.mark.parametrize(
    ("year", "single", "joint", "head", "unmarried_65", "married_65"),
    [
        (2018, 12_000, 24_000, 18_000, 1_600, 1_300),
        (2019, 12_200, 24_400, 18_350, 1_650, 1_300),
        (2020, 12_400, 24_800, 18_650, 1_650, 1_300),
        (2021, 12_550, 25_100, 18_800, 1_700, 1_350),
        (2022, 12_950, 25_900, 19_400, 1_750, 1_400),
        (2023, 13_850, 27_700, 20_800, 1_850, 1_500),
        (2024, 14_600, 29_200, 21_900, 1_950, 1_550),
        (2025, 15_750, 31_500, 23_625, 2_000, 1_600),
        (2026, 16_100, 32_200, 24_150, 2_050, 1_650),
    ],
)
def test_26_usc_63_c_standard_deduction(
    year: int, single: int, joint: int, head: int, unmarried_65: int, married_65: int
) -> None:
    """2025 as P.L. 119-21, section 70102, raised it; a surviving spouse counts as married."""
    basic = {SINGLE: single, JOINT: joint, SEPARATE: single, HEAD: head, SURVIVING: joint}
    added = dict.fromkeys((JOINT, SEPARATE, SURVIVING), married_65) | {
        SINGLE: unmarried_65,
        HEAD: unmarried_65,
    }
    assert {one: dollars("standard_deduction", year, one) for one in basic} == basic
    assert {one: dollars("additional_standard_deduction", year, one) for one in added} == added


@pytest.mark.parametrize(
    ("year", "single", "joint", "start", "joint_start", "edge"),
    [
        (2018, 70_300, 109_400, 500_000, 1_000_000, 191_100),
        (2019, 71_700, 111_700, 510_300, 1_020_600, 194_800),
        (2020, 72_900, 113_400, 518_400, 1_036_800, 197_900),
        (2021, 73_600, 114_600, 523_600, 1_047_200, 199_900),
        (2022, 75_900, 118_100, 539_900, 1_079_800, 206_100),
        (2023, 81_300, 126_500, 578_150, 1_156_300, 220_700),
        (2024, 85_700, 133_300, 609_350, 1_218_700, 232_600),
        (2025, 88_100, 137_000, 626_350, 1_252_700, 239_100),
        (2026, 90_100, 140_200, 500_000, 1_000_000, 244_500),
    ],
)
def test_26_usc_55_exemption_its_phase_out_and_the_28_percent_edge(
    year: int, single: int, joint: int, start: int, joint_start: int, edge: int
) -> None:
    """A separate return has half of a joint one's exemption, start and edge."""
    for status, exemption, begins, ends_at in (
        (SINGLE, single, start, edge),
        (JOINT, joint, joint_start, edge),
        (SEPARATE, joint // 2, joint_start // 2, edge // 2),
        (HEAD, single, start, edge),
        (SURVIVING, joint, joint_start, edge),
    ):
        assert dollars("amt_exemption", year, status) == exemption
        assert dollars("amt_phase_out_start", year, status) == begins
        assert ends("amt_rates", year, status) == [ends_at]


def test_pl_119_21_section_70107_the_amt_exemption_falls_by_half_from_2026() -> None:
    assert [rate("amt_phase_out_rate", year) for year in YEARS] == [250_000] * 8 + [500_000]


def test_26_usc_164_b_the_cap_rises_in_2025_and_by_one_percent_a_year() -> None:
    caps = {year: dollars("salt_cap", year, SINGLE) for year in (2018, 2024, 2025, 2026)}
    assert caps == {2018: 10_000, 2024: 10_000, 2025: 40_000, 2026: 40_400}
    starts = [dollars("salt_phase_down_start", year, SINGLE) for year in (2025, 2026)]
    assert starts == [500_000, 505_000]
    for rule in ("salt_cap", "salt_phase_down_start"):
        for year in years(rule):
            assert dollars(rule, year, SEPARATE) == dollars(rule, year, JOINT) // 2


def test_2023_separate_returns_reach_37_percent_at_346_875() -> None:
    """Half of the joint 693,750; programs are seen that give a separate return 578,125."""
    assert brackets("ordinary_rates", 2023, SEPARATE)[-2:] == (
        Bracket(350_000, 346_875_00),
        Bracket(370_000, None),
    )


@pytest.mark.parametrize("rule", [*FEDERAL_SCHEDULES, *FEDERAL_AMOUNTS, "amt_phase_out_rate"])
def test_federal_tables_have_every_year(rule: str) -> None:
    assert years(rule) == tuple(YEARS)


@pytest.mark.parametrize("rule", FROM_2025)
def test_later_rules_have_the_years_since_they_came(rule: str) -> None:
    assert years(rule) == (2025, 2026)


@pytest.mark.parametrize("rule", tables.rules())
def test_every_value_has_its_source_and_every_file_its_statute_and_unit(rule: str) -> None:
    table = tables._table(rule)
    assert table["statute"]
    assert table["unit"]
    assert years(rule)
    for year in years(rule):
        assert source(rule, year)
        stated = set(table[str(year)]) - {"source", "rates"}
        assert stated in ({"rate"}, {status.value for status in FilingStatus})


@pytest.mark.parametrize(
    "rule", [rule for rule in tables.rules() if "rates" in tables._table(rule)]
)
@pytest.mark.parametrize("status", FilingStatus)
def test_schedules_rise_and_their_last_rate_has_no_end(rule: str, status: FilingStatus) -> None:
    for year in years(rule):
        bands = brackets(rule, year, status)
        tops = [band.top_cents for band in bands]
        assert tops[-1] is None
        finite = [0, *(top for top in tops if top is not None)]
        assert len(finite) == len(tops)
        assert all(lower < upper for lower, upper in pairwise(finite))
        assert all(0 <= band.rate_ppm < 10**6 for band in bands)


@pytest.mark.parametrize("rule", [*FEDERAL_SCHEDULES, *FEDERAL_AMOUNTS])
def test_26_usc_2_a_a_surviving_spouse_has_the_values_of_a_joint_return(rule: str) -> None:
    for year in years(rule):
        assert tables._table(rule)[str(year)]["qss"] == tables._table(rule)[str(year)]["mfj"]


@pytest.mark.parametrize("rule", [*FEDERAL_SCHEDULES, *FEDERAL_AMOUNTS])
@pytest.mark.parametrize("status", FilingStatus)
def test_indexed_amounts_do_not_fall_from_one_year_to_the_next(
    rule: str, status: FilingStatus
) -> None:
    """But for the start of the AMT phase-out, which P.L. 119-21 set back in 2026."""
    for before, after in pairwise(years(rule)):
        if (rule, after) == ("amt_phase_out_start", 2026):
            continue
        old, new = (tables._table(rule)[str(year)][status] for year in (before, after))
        assert old <= new


def test_a_missing_year_is_told_with_the_years_that_there_are() -> None:
    with pytest.raises(UsageError, match="no ordinary_rates for 2017: the table has 2018 to 2026"):
        brackets("ordinary_rates", 2017, SINGLE)


def test_a_missing_rule_is_told_with_the_tables_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"no table 'ordinary'; there are .*ordinary_rates"):
        amount("ordinary", 2025, SINGLE)


def test_the_reference_names_every_table_with_its_years() -> None:
    reference = Path(__file__).resolve().parents[2] / "docs" / "reference" / "tables.md"
    rows = [line.split("|") for line in reference.read_text("utf-8").splitlines()]
    named = {
        rule: row[3].strip()
        for row in rows
        if len(row) > 3
        for rule in re.findall(r"`(\w+)`", row[1])
    }
    assert named == {rule: f"{years(rule)[0]}–{years(rule)[-1]}" for rule in tables.rules()}  # noqa: RUF001
