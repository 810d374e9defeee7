"""26 USC 267: losses on sales between related taxpayers."""

from taxlots.law.s267_related_parties import buyers_gain_basis, buyers_loss_basis, denied_to_seller


def test_reg_1_267_d_1_c_3_what_section_1091_disallows_is_not_denied_again() -> None:
    assert denied_to_seller(200_00, 80_00) == 120_00


def test_26_usc_267_d_the_buyers_gain_counts_above_the_sellers_loss() -> None:
    assert buyers_gain_basis(7_600_00, 2_400_00) == 10_000_00
    assert buyers_loss_basis(7_600_00) == 7_600_00
