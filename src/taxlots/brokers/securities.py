"""What a file tells of its securities, as cells of ``securities.csv``."""

import re
from typing import Final

from taxlots.brokers.cells import is_cusip

_OCC = re.compile(r"([A-Z0-9]+?)(\d\d)(\d\d)(\d\d)([CP])(\d{8})", re.ASCII)
_BROAD_INDEXES: Final = frozenset(
    {
        *("SPX", "SPXW", "XSP", "NDX", "NDXP", "XND", "RUT", "RUTW", "MRUT"),
        *("VIX", "VIXW", "DJX", "OEX", "XEO"),
    }
)
"""Roots of options on broad-based indexes: nonequity options (26 USC 1256(g)(3) and (6))."""


def option_security(symbol: str, name: str) -> dict[str, str]:
    """The contract of an option by its symbol (``SPY200331P00284000``), of 100 shares."""
    found = _OCC.fullmatch(symbol)
    if found is None:
        return {"symbol": symbol, "name": name}
    root, year, month, day, put_call, strike = found.groups()
    thousandths = int(strike)
    decimals = f"{thousandths % 1000:03d}".rstrip("0")
    return {
        "symbol": symbol,
        "name": name,
        "kind": "section_1256" if root in _BROAD_INDEXES else "option",
        "multiplier": "100",
        "underlying": root,
        "put_call": "put" if put_call == "P" else "call",
        "strike": f"{thousandths // 1000}{'.' if decimals else ''}{decimals}",
        "expiry": f"20{year}-{month}-{day}",
    }


def bond_security(symbol: str, name: str) -> dict[str, str]:
    """A bond whose quantity is dollars of face value; its CUSIP, where told, is its symbol."""
    cells = {"symbol": symbol, "name": name, "kind": "bond", "par": "1"}
    return {**cells, "cusip": symbol} if is_cusip(symbol) else cells
