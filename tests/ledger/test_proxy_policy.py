"""Replacement policy: every column of ``proxies.csv``, from a folder and from a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from taxlots.domain.security import Proxy, Security, SecurityKind
from taxlots.ledger.folder import read_folder
from taxlots.ledger.folder_parts import folder_parts
from taxlots.ledger.imports import import_parts
from taxlots.ledger.record import read_record
from taxlots.ledger.reference import proxies_from, securities_from

POLICY = (
    "symbol,proxy,rank,account_kind,reason,opinion_date,evidence,opinion_by,allow_same_index\n"
    "VTI,ITOT,1,taxable,another index,2024-02-01,memos/12.pdf,A. Lee CPA,\n"
    "VTI,SCHB,3,roth_ira,for the IRA,,,,\n"
    "VOO,IVV,2,,another sponsor,2024-02-01,,A. Lee CPA,yes\n"
)
SECURITIES = "symbol,kind,index,expense_ratio,spread,adv\nVTI,etf,CRSP,0.0003,0.0001,3500000\n"

ITOT = Proxy(
    symbol="VTI",
    proxy="ITOT",
    rank=1,
    account_kind="taxable",
    reason="another index",
    opinion_date=date(2024, 2, 1),
    evidence="memos/12.pdf",
    opinion_by="A. Lee CPA",
)
SCHB = Proxy(symbol="VTI", proxy="SCHB", rank=3, account_kind="roth_ira", reason="for the IRA")
IVV = Proxy(
    symbol="VOO",
    proxy="IVV",
    rank=2,
    reason="another sponsor",
    opinion_date=date(2024, 2, 1),
    opinion_by="A. Lee CPA",
    allow_same_index=True,
)
VTI = Security(
    symbol="VTI",
    kind=SecurityKind.ETF,
    index="CRSP",
    expense_ratio_ppm=300,
    spread_ppm=100,
    adv=3_500_000 * 10**8,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "book"
    path.mkdir()
    for name, text in {
        "book.toml": 'name = "Demo"\n',
        "accounts.csv": "household,account,kind,owner\nH1,A1,taxable,self\n",
        "securities.csv": SECURITIES,
        "proxies.csv": POLICY,
        "transactions.csv": (
            "id,date,account,symbol,action,quantity,price\nT1,2024-01-05,A1,VTI,BUY,10,100\n"
        ),
    }.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def test_a_folder_and_a_database_hold_the_same_policy(ledger: Engine, folder: Path) -> None:
    read, problems = read_folder(folder)
    assert problems == []
    assert read is not None
    assert read.proxies == (ITOT, SCHB, IVV)
    assert read.securities["VTI"] == VTI
    parts, _ = folder_parts(folder)
    import_parts(ledger, parts, recorded_at=datetime(2026, 1, 1, tzinfo=UTC), actor="ann")
    kept, problems = read_record(str(ledger.url))
    assert problems == []
    assert kept is not None
    assert (kept.proxies, kept.securities) == (read.proxies, read.securities)


def test_cells_that_cannot_be_read_are_named() -> None:
    row = {"symbol": "VTI", "proxy": "ITOT", "allow_same_index": "perhaps", "account_kind": "ira"}
    _, problems = proxies_from([row])
    assert [(p.where, p.code) for p in problems] == [
        ("proxies.csv:2:account_kind", "UNKNOWN_KIND"),
        ("proxies.csv:2:allow_same_index", "BAD_FLAG"),
    ]
    bad = {"symbol": "VTI", "expense_ratio": "3", "spread": "-0.1", "adv": "many"}
    _, problems = securities_from([bad])
    assert [(p.where, p.code) for p in problems] == [
        ("securities.csv:2:expense_ratio", "BAD_NUMBER"),
        ("securities.csv:2:spread", "BAD_NUMBER"),
        ("securities.csv:2:adv", "BAD_NUMBER"),
    ]


def test_d17_leave_for_one_index_takes_an_opinion_with_its_day_and_name() -> None:
    assert IVV.tells_apart(date(2024, 2, 1))
    assert not IVV.tells_apart(date(2024, 1, 31))
    assert not replace(IVV, opinion_by="").tells_apart(date(2024, 2, 1))
    assert not replace(IVV, opinion_date=None).tells_apart(date(2024, 2, 1))
    assert not replace(IVV, allow_same_index=False).tells_apart(date(2024, 2, 1))


def test_ranks_have_names() -> None:
    assert [proxy.rank_name for proxy in (ITOT, IVV, SCHB)] == ["primary", "secondary", "tertiary"]
    assert replace(IVV, rank=4).rank_name == "rank 4"
