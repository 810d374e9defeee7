"""Property received by gift: one basis for gain, another for loss.  26 USC 1015."""

from taxlots.domain.money import apportion
from taxlots.law.cites import cites


@cites("26 USC 1015(a)", "26 USC 1015(d)", "Treas. Reg. 1.1015-5")
def gain_basis(donor_basis_cents: int, fair_market_value_cents: int, gift_tax_cents: int) -> int:
    """Basis for gain: the donor's, with the gift tax that may be added.

    The addition never lifts the basis above the value at the gift.
    """
    room = max(0, fair_market_value_cents - donor_basis_cents)
    return donor_basis_cents + min(gift_tax_cents, room)


@cites("26 USC 1015(d)(6)", "Treas. Reg. 1.1015-5(c)")
def gift_tax_increase(
    gift_tax_cents: int,
    taxable_gift_cents: int,
    fair_market_value_cents: int,
    donor_basis_cents: int,
) -> int:
    """The gift tax, in cents, that belongs to the appreciation of a gift made after 1976.

    The tax paid times net appreciation over the taxable gift, at most the tax; rounded half up.
    """
    appreciation = max(0, fair_market_value_cents - donor_basis_cents)
    if appreciation >= taxable_gift_cents:
        return gift_tax_cents
    return apportion(gift_tax_cents, appreciation, taxable_gift_cents)


@cites("26 USC 1015(a)", "Treas. Reg. 1.1015-1(a)")
def loss_basis(gain_basis_cents: int, fair_market_value_cents: int) -> int:
    """Basis for loss: the lower of the basis for gain and the value at the gift."""
    return min(gain_basis_cents, fair_market_value_cents)


@cites("26 USC 1015(a)", "Treas. Reg. 1.1015-1(a)(2)")
def basis_on_sale(proceeds_cents: int, gain_basis_cents: int, loss_basis_cents: int) -> int:
    """The basis that counts at a sale for ``proceeds_cents``.

    Above the gain basis it is the gain basis, below the loss basis the loss basis; between the
    two there is neither gain nor loss, so basis equals proceeds.
    """
    if proceeds_cents >= gain_basis_cents:
        return gain_basis_cents
    if proceeds_cents < loss_basis_cents:
        return loss_basis_cents
    return proceeds_cents
