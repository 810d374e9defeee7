"""The securities that an OFX file lists: their symbols, and their cells of ``securities.csv``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taxlots.brokers.cells import occ_name
from taxlots.brokers.decimal_cells import plain
from taxlots.brokers.findings import Findings
from taxlots.brokers.ofx_cells import OfxCells
from taxlots.brokers.ofx_sgml import Tag
from taxlots.brokers.securities import option_security

KINDS: Final = {
    "STOCKINFO": "",
    "MFINFO": "mutual_fund",
    "OPTINFO": "option",
    "DEBTINFO": "bond",
    "OTHERINFO": "",
}
"""Kinds by the element that lists a security.  ``STOCKINFO`` may be an exchange-traded fund."""

_OCC = re.compile(r"(?P<root>[0-9A-Z]{1,6})\s*(?P<rest>\d{6}[PC]\d{8})", re.ASCII)
_CUSIP = re.compile(r"[0-9A-Z]{9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed:
    """One security of the list: ``cells`` are those of ``securities.csv``."""

    symbol: str
    kind: str
    cells: dict[str, str]

    @property
    def multiplier(self) -> str:
        """Shares that one unit stands for."""
        return self.cells.get("multiplier", "1")


def listed_securities(root: Tag, findings: Findings) -> dict[str, Listed]:
    """The securities of a file by their unique ids."""
    infos = {_id_of(info): info for lists in root.each("SECLIST") for info in lists.each(*KINDS)}
    return {key: _listed(key, info, infos, findings) for key, info in infos.items() if key}


def security_id(tag: Tag) -> str:
    """The unique id by which an element names its security; blank if it names none."""
    own = tag.first("SECID")
    return own.text("UNIQUEID") if own else ""


def unlisted(key: str, kind: str) -> Listed:
    """A security that the list does not have: its id is its symbol."""
    symbol = re.sub(r"\s+", "", key)
    cells = {"symbol": symbol, "kind": kind}
    if _OCC.fullmatch(symbol):
        cells = option_security(symbol, "")
    elif _CUSIP.fullmatch(symbol):
        cells["cusip"] = symbol
    return Listed(symbol, cells.get("kind", kind), _told(cells))


def _id_of(info: Tag) -> str:
    own = info.first("SECINFO")
    return security_id(own) if own else ""


def _listed(key: str, info: Tag, infos: dict[str, Tag], findings: Findings) -> Listed:
    kind = KINDS[info.name]
    own = info.first("SECINFO")
    head = OfxCells(own or info, findings)
    symbol = _symbol(head, key)
    is_cusip = head.text("UNIQUEIDTYPE").upper() == "CUSIP" and _CUSIP.fullmatch(key)
    cells = {
        "symbol": symbol,
        "cusip": key if is_cusip and kind != "option" else "",
        "name": head.text("SECNAME"),
        "kind": kind,
    }
    if kind == "option":
        cells |= _contract(info, symbol, infos, findings)
    return Listed(cells["symbol"], cells["kind"], _told(cells))


def _symbol(head: OfxCells, key: str) -> str:
    """The ticker; a bond, and a fund of a plan, have none, and go by their id."""
    ticker = head.text("TICKER")
    bare = "" if ticker.upper() in {"N/A", "NA", "NONE", "--"} else ticker
    return (bare or key).replace(" ", ".")


def _contract(info: Tag, symbol: str, infos: dict[str, Tag], findings: Findings) -> dict[str, str]:
    """An option's contract.  Its symbol is the OCC's, whatever ticker the custodian has for it."""
    cells = OfxCells(info, findings)
    put_call = cells.text("OPTTYPE").upper()[:1]
    expiry, strike = cells.day("DTEXPIRE"), cells.number("STRIKEPRICE")
    under = next((tag for tag in info.children if tag.name == "SECID"), None)
    listed = infos.get(under.text("UNIQUEID")) if under else None
    underlying = ""
    if listed is not None and listed is not info:
        underlying = _symbol(OfxCells(listed.first("SECINFO") or listed, findings), "")
    told = _OCC.fullmatch(symbol.replace(".", ""))
    root = told["root"] if told else underlying or re.split(r"[^A-Z]", symbol.lstrip("-"))[0]
    named = ""
    if expiry and strike is not None and put_call in {"P", "C"}:
        named = occ_name(root, expiry, put_call, plain(strike))
    named = (told["root"] + told["rest"] if told else named) or symbol
    contract = option_security(named, "")
    return {
        "kind": contract.get("kind", "option"),
        "symbol": named,
        "multiplier": plain(cells.number("SHPERCTRCT") or Decimal(100)),
        "underlying": underlying or contract.get("underlying", ""),
        "put_call": {"P": "put", "C": "call"}.get(put_call, contract.get("put_call", "")),
        "strike": plain(strike) if strike is not None else contract.get("strike", ""),
        "expiry": expiry.isoformat() if expiry else contract.get("expiry", ""),
    }


def _told(cells: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in cells.items() if cell}


def used_securities(listed: Iterable[Listed], symbols: Iterable[str]) -> tuple[dict[str, str], ...]:
    """What is told of the securities that rows name, and of what their options stand for."""
    known = {one.symbol: one.cells for one in listed}
    used = set(symbols) - {""}
    used |= {known[symbol].get("underlying", "") for symbol in used & set(known)}
    return tuple(known[symbol] for symbol in sorted(used & set(known)) if len(known[symbol]) > 1)
