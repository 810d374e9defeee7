"""What a wheel must hold for `pip install taxlots` to be the whole product."""

import email
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from taxlots.version import __version__

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def files_under(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def members_under(wheel: zipfile.ZipFile, folder: str) -> set[str]:
    return {
        name.removeprefix(folder)
        for name in wheel.namelist()
        if name.startswith(folder) and not name.endswith("/")
    }


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    """Code, migrations, tables of law, templates and the typing marker."""
    packaged = files_under(ROOT / "src" / "taxlots")
    assert "py.typed" in packaged
    assert packaged <= members_under(wheel, "taxlots/")


def test_the_wheel_holds_the_sample_book(wheel: zipfile.ZipFile) -> None:
    sample = files_under(ROOT / "ledger" / "sample")
    assert "book.toml" in sample
    assert members_under(wheel, "taxlots/sample/") == sample


def test_the_wheel_bears_the_version_of_the_engine(wheel: zipfile.ZipFile) -> None:
    (name,) = (n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    metadata = email.message_from_bytes(wheel.read(name))
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "Apache-2.0"


def test_the_lock_covers_every_requirement_by_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = [entry for entry in lock.replace("\\\n", "").splitlines() if "==" in entry]
    assert all("--hash=sha256:" in entry for entry in entries)
    locked = {entry.split("==")[0] for entry in entries}
    assert {re.split("[>[]", requirement)[0] for requirement in asked} <= locked


def test_extras_are_tested_with_the_versions_that_they_ask_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras, groups = project["project"]["optional-dependencies"], project["dependency-groups"]
    assert groups["spark"] == extras["spark"]
    assert set(extras["postgres"]) <= set(groups["dev"])


def test_spark_is_locked_by_hash_and_in_no_other_lock() -> None:
    """It is larger than everything else together."""
    lock = (ROOT / "requirements-spark.lock").read_text("utf-8").replace("\\\n", "")
    entries = [entry for entry in lock.splitlines() if "==" in entry]
    assert {entry.split("==")[0] for entry in entries} == {"py4j", "pyspark"}
    assert all("--hash=sha256:" in entry for entry in entries)
    for other in ("requirements.lock", "requirements-oracle.lock"):
        assert "pyspark" not in (ROOT / other).read_text("utf-8")
