"""Partnerships and grantor trusts: income and expenses move the owner's basis.  26 USC 705, 671."""

from taxlots.domain.security import TaxClass
from taxlots.law.cites import cites


@cites("26 USC 705(a)", "26 USC 671", "Treas. Reg. 1.671-5")
def is_basis_moved(tax_class: TaxClass) -> bool:
    """Whether the owner's basis follows what the entity earns and spends, and leaves the cost."""
    return tax_class in (TaxClass.PARTNERSHIP, TaxClass.GRANTOR_TRUST)
