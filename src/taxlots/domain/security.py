"""Securities: what is held, and what stands for what."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class SecurityKind(StrEnum):
    """What a security is, as far as the rules tell kinds apart."""

    STOCK = "stock"
    ETF = "etf"
    MUTUAL_FUND = "mutual_fund"
    OPTION = "option"
    BOND = "bond"
    DIGITAL_ASSET = "digital_asset"
    SECTION_1256 = "section_1256"

    @property
    def is_exempt_from_1091(self) -> bool:
        """Whether losses on it escape section 1091 (26 USC 1256(f)(5); Notice 2014-21)."""
        return self in (SecurityKind.DIGITAL_ASSET, SecurityKind.SECTION_1256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """One security.  ``multiplier`` is the number of shares that one unit stands for."""

    symbol: str
    kind: SecurityKind = SecurityKind.STOCK
    cusip: str = ""
    name: str = ""
    multiplier: int = 1
    underlying: str = ""
    is_put: bool = False
    fund: str = ""
    index: str = ""
    asset_class: str = ""
    drip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IdenticalMember:
    """``symbol`` belongs to the substantially identical ``group`` from one date to another."""

    group: str
    symbol: str
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """``proxy`` may stand in for ``symbol``: rank 1 is primary, 2 secondary, 3 tertiary."""

    symbol: str
    proxy: str
    rank: int
    account_kind: str = ""
    reason: str = ""
    opinion_date: date | None = None
