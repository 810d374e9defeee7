"""Households: whose purchases count as whose."""

from typing import Final

from taxlots.domain.account import Account, Owner

PARTY_OWNERS: Final = frozenset({Owner.SELF, Owner.SPOUSE, Owner.JOINT, Owner.CONTROLLED})
"""Owners whose purchases replace each other's losses."""


def wash_sale_party(account: Account) -> str:
    """The name of the wash-sale party that an account belongs to.

    The accounts of the taxpayer, the spouse, both together and what they control are one party;
    each child's and each other owner's accounts are a party of their own, by tax return.
    """
    if account.owner in PARTY_OWNERS:
        return account.household
    return f"{account.household}\0{account.owner}\0{account.tax_return}"
