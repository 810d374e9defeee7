"""A book on a server, as the guide says it, and what people may do to it there."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.cli.running import HEADER, book, taxlots
from tests.ledger.postgresql_server import Server

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guides" / "keep-a-book.md").read_text("utf-8")
ROWS = "n1,2024-01-05,brokerage,ABC,BUY,60,,6000.00,,,,\n"
ADDRESS = "postgresql://ann@host/book"


def blocks(language: str) -> list[str]:
    section = GUIDE.split("## Keep it on a server")[1].split("\n## ")[0]
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", section)


@pytest.fixture
def url(postgresql: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database in which the commands of the guide were run."""
    shutil.copytree(ROOT / "ledger" / "sample", tmp_path / "ledger" / "sample")
    monkeypatch.chdir(tmp_path)
    (commands,) = blocks("sh")
    lines = [line.replace(ADDRESS, "URL") for line in commands.splitlines()]
    assert [line.split()[0] for line in lines] == ["pip", "createdb", *["taxlots"] * 3]
    with postgresql.empty() as made:
        for line in lines[2:]:
            ran = taxlots(*(made if word == "URL" else word for word in shlex.split(line)[1:]))
            assert ran.status == 0, f"{line}\n{ran.err}"
        yield made


def test_people_work_under_a_role_that_cannot_switch_triggers_off(url: str, tmp_path: Path) -> None:
    (rights,) = blocks("sql")
    theirs = url.replace("//postgres@", "//bea@")
    path = book(
        tmp_path / "more", "n1,2024-01-05,brokerage,ABC,BUY,60,,6000.00,,,,\n", header=HEADER
    )
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(rights.encode())
        try:
            assert taxlots("import", theirs, path).status == 0
            assert taxlots("verify", theirs).status == 0
            for statement, refusal in (
                ("UPDATE journal SET note = 'x'", "journal is append-only"),
                ("TRUNCATE journal CASCADE", "permission denied"),
                ("ALTER TABLE journal DISABLE TRIGGER USER", "must be owner"),
                ("SET session_replication_role = replica", "permission denied"),
            ):
                with (
                    psycopg.connect(theirs, autocommit=True) as foreign,
                    pytest.raises(psycopg.Error, match=refusal),
                ):
                    foreign.execute(statement.encode())
        finally:
            owner.execute("DROP OWNED BY bea")
            owner.execute("DROP ROLE bea")
