"""Accounts: whose they are, how they are taxed, and which return they stand on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from taxlots.domain.method import ReliefMethod


class AccountKind(StrEnum):
    """The tax character of an account."""

    TAXABLE = "taxable"
    TAXABLE_MTM_475 = "taxable_mtm_475"
    TRADITIONAL_IRA = "traditional_ira"
    ROTH_IRA = "roth_ira"
    PLAN_401K = "401k"
    HSA = "hsa"
    PLAN_529 = "529"
    CUSTODIAL = "custodial"

    @property
    def is_tax_deferred(self) -> bool:
        """Whether sales inside realize nothing and a replacement bought inside earns no basis."""
        return self in _TAX_DEFERRED


_TAX_DEFERRED = frozenset(
    {
        AccountKind.TRADITIONAL_IRA,
        AccountKind.ROTH_IRA,
        AccountKind.PLAN_401K,
        AccountKind.HSA,
        AccountKind.PLAN_529,
    }
)


class Owner(StrEnum):
    """Who owns an account, as seen from the household."""

    SELF = "self"
    SPOUSE = "spouse"
    JOINT = "joint"
    CONTROLLED = "controlled"
    CHILD = "child"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of one household.

    ``tax_return`` names the return on which its gains are netted.  ``method`` is the relief
    method when the book starts.  ``data_from`` and ``data_through`` bound what is known of it.
    ``custodian_methods`` are the custodian's own standing methods, where they are known: by
    symbol, a blank one standing for the account.
    """

    id: str
    household: str
    kind: AccountKind
    owner: Owner
    tax_return: str
    method: ReliefMethod = ReliefMethod.FIFO
    custodian: str = ""
    drip: bool = False
    data_from: date | None = None
    data_through: date | None = None
    custodian_methods: tuple[tuple[str, ReliefMethod], ...] = ()


def taxed_returns(accounts: Iterable[Account]) -> dict[str, str]:
    """The tax return of each account whose sales realize gains and losses, by its id."""
    return {one.id: one.tax_return for one in accounts if not one.kind.is_tax_deferred}
