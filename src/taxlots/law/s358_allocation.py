"""Basis that goes on into new shares.  26 USC 358 and 307(a)."""

from taxlots.domain.money import apportion
from taxlots.law.cites import cites


@cites("26 USC 358(a)(1)")
def basis_after_exchange(basis_cents: int, cash_cents: int, recognized_cents: int) -> int:
    """Basis of the shares received for a block: the old one, less the cash, plus the gain."""
    return basis_cents - cash_cents + recognized_cents


@cites("26 USC 358(b)(2)", "26 USC 358(c)", "26 USC 307(a)", "Treas. Reg. 1.358-2")
def basis_of_new_shares(basis_cents: int, part: int, whole: int) -> int:
    """What of a block's basis goes to the shares distributed on it: ``part`` of ``whole``.

    The parts are values (of the new shares; of both) or the issuer's fraction on Form 8937.
    """
    return apportion(basis_cents, part, whole)
