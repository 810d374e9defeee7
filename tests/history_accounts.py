"""Random households: whose accounts, which securities, which policy."""

import random

from tests.history_choices import chance, pick

Cells = dict[str, str]

METHODS = ["FIFO", "FIFO", "HIFO", "LIFO", "MINTAX", "LOFO"]

KINDS = [
    ("taxable", "self", ""),
    ("taxable", "spouse", ""),
    ("traditional_ira", "self", ""),
    ("taxable", "joint", ""),
    ("roth_ira", "spouse", ""),
    ("taxable", "self", ""),
    ("taxable", "spouse", "spouse"),
    ("custodial", "child", "child"),
    ("taxable_mtm_475", "self", ""),
    ("traditional_ira", "self", ""),
    ("401k", "self", ""),
    ("taxable", "controlled", "company"),
    ("taxable", "other", "parent"),
    ("taxable", "controlled", ""),
    ("custodial", "child", "child"),
]


def draw_accounts(rng: random.Random) -> list[Cells]:
    """One household or two, with one to six accounts each; the first is the owner's own."""
    accounts = []
    for household in ["H1", "H2"][: 2 if chance(rng, 0.25) else 1]:
        number = pick(rng, [1, 2, 2, 3, 3, 4, 5, 6])
        kinds = [KINDS[0]] + [pick(rng, KINDS) for _ in range(number - 1)]
        for serial, (kind, owner, tax_return) in enumerate(kinds, start=1):
            account = {
                "household": household,
                "account": f"{household}A{serial}",
                "kind": kind,
                "owner": owner,
                "tax_return": f"{household}-{tax_return}" if tax_return else "",
                "method": pick(rng, METHODS),
            }
            if chance(rng, 0.05):
                account["data_from"] = f"20{rng.randint(18, 22)}-0{rng.randint(1, 9)}-15"
            if chance(rng, 0.05):
                account["data_through"] = f"20{rng.randint(20, 24)}-0{rng.randint(1, 9)}-15"
            accounts.append(account)
    return accounts


def draw_securities(rng: random.Random) -> tuple[list[Cells], list[Cells]]:
    """One to three symbols, often identical in one way or another, sometimes with options."""
    symbols = ["AAA", "BBB", "CCC"][: pick(rng, [1, 2, 1, 3])]
    kinds = ["stock", "etf", "stock", "mutual_fund", "stock", "stock", "digital_asset"]
    securities = [{"symbol": symbol, "kind": pick(rng, kinds)} for symbol in symbols]
    if chance(rng, 0.02):
        securities[-1]["kind"] = "section_1256"
    identical: list[Cells] = []
    likeness = pick(rng, ["none", "listed", "listed", "cusip", "fund", "index"])
    if likeness == "listed":
        identical = [{"group": "G", "symbol": symbol} for symbol in symbols[:2]]
        if chance(rng, 0.3):
            identical[-1][pick(rng, ["from", "to"])] = f"20{rng.randint(19, 21)}-06-15"
    elif likeness != "none":
        for security in securities[:2]:
            security[likeness] = "SAME"
    for suffix in ["C", "P"]:
        if chance(rng, 0.2):
            put_call = "put" if suffix == "P" else pick(rng, ["call", ""])
            option = {"symbol": f"AAA_{suffix}", "kind": "option", "underlying": "AAA"}
            option |= {"put_call": put_call, "multiplier": pick(rng, ["100", "100", "10"])}
            option |= {"strike": "20", "expiry": "2030-01-18"}
            securities.append(option)
            if chance(rng, 0.3):
                identical += [{"group": suffix, "symbol": s} for s in ("AAA", option["symbol"])]
    return securities, identical


def draw_policy(rng: random.Random) -> dict[str, object]:
    """Mostly the defaults; else any of the decisions the other way."""
    if not chance(rng, 0.6):
        return {}
    readings: dict[str, object] = {
        "held_after_sale": False,
        "sold_before_counts": True,
        "count_older_than_sold": False,
        "spouse_basis_step_up": False,
        "sub_first": "unadjusted",
        "rsu_vest_is_acquisition": False,
        "same_index_identical": True,
        "mtm475_purchase_replaces": False,
    }
    return {key: value for key, value in readings.items() if chance(rng, 0.3)}


def dress(
    rng: random.Random,
    profile: str,
    accounts: list[Cells],
    securities: list[Cells],
    policy: dict[str, object],
) -> None:
    """What a profile of histories needs: options to trade, funds and plans to average."""
    if profile in {"options", "all"}:
        _list_options(rng, securities)
    if profile in {"averaging", "all"}:
        for cells in securities:
            if cells["kind"] != "option" and chance(rng, 0.6):
                cells["kind"] = pick(rng, ["mutual_fund", "etf", "stock"])
        for account in accounts:
            if chance(rng, 0.3):
                account["method"] = "AVERAGE"
        if chance(rng, 0.4):
            policy["average_rounding"] = "cents"
    for cells in securities:
        if profile in {"shorts", "corporate"} and cells["kind"] == "digital_asset":
            cells["kind"] = "stock"


def _list_options(rng: random.Random, securities: list[Cells]) -> None:
    listed = {cells["symbol"] for cells in securities}
    for suffix, put_call in [("C", "call"), ("P", "put"), ("D", "call")]:
        if f"AAA_{suffix}" not in listed and (suffix != "D" or chance(rng, 0.3)):
            option = {"symbol": f"AAA_{suffix}", "kind": "option", "underlying": "AAA"}
            option |= {"put_call": put_call, "multiplier": pick(rng, ["10", "1", "100"])}
            securities.append(option | {"strike": pick(rng, ["60", "45.5"])})
