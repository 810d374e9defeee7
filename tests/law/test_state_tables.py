"""The states' tables: schedules by the figures that their instructions print."""

import pytest

from taxlots.domain.filing_status import FilingStatus
from taxlots.law.state_nj import income_tax
from taxlots.law.tables import YEARS, amount, brackets, by_schedule, rate

SINGLE, JOINT, SEPARATE = FilingStatus.SINGLE, FilingStatus.JOINT, FilingStatus.SEPARATE
CAP = 10**8
"""Dollars above every bracket."""


def tax(rule: str, year: int, status: FilingStatus, dollars: int) -> int:
    """Tax in cents on an income in dollars."""
    return by_schedule(dollars * 100, brackets(rule, year, status))


@pytest.mark.parametrize(
    ("status", "printed"),
    [
        (SINGLE, {8_500: 340, 11_700: 484, 13_900: 600, 80_650: 4_271, 215_400: 12_356,
                  1_077_550: 71_413, 5_000_000: 449_929, 25_000_000: 2_509_929}),
        (JOINT, {17_150: 686, 23_600: 976, 27_900: 1_202, 161_550: 8_553, 323_200: 18_252,
                 2_155_350: 143_754, 5_000_000: 418_263, 25_000_000: 2_478_263}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_form_it_201_i_prints_the_tax_at_each_start_in_whole_dollars(
    year: int, status: FilingStatus, printed: dict[int, int]
) -> None:
    starts = {start: (tax("new_york_rates", year, status, start) + 50) // 100 for start in printed}
    assert starts == printed


@pytest.mark.parametrize(
    ("status", "schedule"),
    [
        (SINGLE, {20_000: ("0.014", 0), 35_000: ("0.0175", 70_00), 40_000: ("0.035", 682_50),
                  75_000: ("0.05525", 1_492_50), 500_000: ("0.0637", 2_126_25),
                  1_000_000: ("0.0897", 15_126_25), CAP: ("0.1075", 32_926_25)}),
        (JOINT, {20_000: ("0.014", 0), 50_000: ("0.0175", 70_00), 70_000: ("0.0245", 420_00),
                 80_000: ("0.035", 1_154_50), 150_000: ("0.05525", 2_775_00),
                 500_000: ("0.0637", 4_042_50), 1_000_000: ("0.0897", 17_042_50),
                 CAP: ("0.1075", 34_842_50)}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("year", range(2020, 2027))
def test_nj_1040_schedules_multiply_and_subtract(
    year: int, status: FilingStatus, schedule: dict[int, tuple[str, int]]
) -> None:
    """Tables A and B: income times a rate, less an amount, up to the end of each line.

    The joint line from 70,000 to 80,000 is 50 cents above the lines around it.
    """
    for end, (rate_text, less) in schedule.items():
        times = int(rate_text[2:].ljust(6, "0"))
        assert income_tax(end * 100, year, status) == end * 100 * times // 10**6 - less


@pytest.mark.parametrize(
    ("status", "printed"),
    [
        (SINGLE, {10_756: 107_56, 25_499: 402_42, 40_245: 992_26, 55_866: 1_929_52,
                  70_606: 3_108_72, 360_659: 30_083_65, 432_787: 37_512_83,
                  721_314: 70_116_38}),
        (JOINT, {21_512: 215_12, 50_998: 804_84, 80_490: 1_984_52, 111_732: 3_859_04,
                 141_212: 6_217_44, 721_318: 60_167_30, 865_574: 75_025_67,
                 1_442_628: 140_232_77}),
    ],
)  # fmt: skip
def test_2024_california_tax_rate_schedules_x_and_y(
    status: FilingStatus, printed: dict[int, int]
) -> None:
    assert {start: tax("california_rates", 2024, status, start) for start in printed} == printed


def test_rev_and_tax_code_17045_a_joint_tax_is_twice_that_on_half() -> None:
    for year in range(2021, 2026):
        for dollars in (40_000, 150_000, 900_000, 3_000_000):
            joint = tax("california_rates", year, JOINT, dollars)
            assert abs(joint - 2 * tax("california_rates", year, SINGLE, dollars // 2)) <= 1


def test_massachusetts_rates_and_surtax_start() -> None:
    assert [rate("massachusetts_rate", year) for year in YEARS] == [51_000, 50_500] + [50_000] * 7
    assert [rate("massachusetts_short_term_rate", year) for year in YEARS] == (
        [120_000] * 5 + [85_000] * 4
    )
    starts = [amount("massachusetts_surtax_start", year, JOINT) for year in range(2023, 2027)]
    assert starts == [1_000_000_00, 1_053_750_00, 1_083_150_00, 1_107_750_00]


def test_rcw_82_87_060_standard_deduction_is_one_for_two_spouses() -> None:
    for year, deduction in {2022: 250_000, 2023: 262_000, 2024: 270_000, 2025: 278_000}.items():
        assert amount("washington_standard_deduction", year, JOINT) == deduction * 100
        assert amount("washington_standard_deduction", year, SEPARATE) == deduction * 50
