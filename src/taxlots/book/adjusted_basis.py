"""Securities whose cost does not stay their basis, so that a basis must be supplied."""

from __future__ import annotations

from taxlots.domain.money import SHARE, apportion
from taxlots.domain.security import Security, SecurityKind
from taxlots.law.s171_bond_premium import is_cost_adjusted
from taxlots.law.s705_owner_basis import is_basis_moved


def needs_adjusted_basis(security: Security, cost_cents: int, quantity: int) -> bool:
    """Whether a purchase of ``quantity`` (1e-8) for ``cost_cents`` has another basis than its cost.

    So it is with bonds bought away from par, partnerships and grantor trusts.  Their basis is
    unknown until a custodian or the owner states the adjusted one.
    """
    if security.kind is SecurityKind.BOND:
        return is_cost_adjusted(cost_cents, apportion(security.par_cents, quantity, SHARE))
    return is_basis_moved(security.tax_class)
