"""What the guide says is done as it says it: by the command, and by ``spark-submit``."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyspark
import pytest

from taxlots.workflows.batch import run_batch

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guides" / "run-on-spark.md"
LONGEST_WAIT = 300


def blocks(language: str) -> list[str]:
    text = GUIDE.read_text("utf-8")
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with the sample book and the program of the guide."""
    shutil.copytree(ROOT / "ledger" / "sample", tmp_path / "ledger" / "sample")
    (program,) = blocks("py")
    (tmp_path / "night.py").write_text(program)
    return tmp_path


def test_the_commands_of_the_guide(
    workplace: Path, contents: Callable[[Path], dict[str, bytes]]
) -> None:
    home = Path(pyspark.__file__).parent
    places = [str(Path(sys.executable).parent), str(home / "bin"), os.environ["PATH"]]
    environment = os.environ | {"PATH": os.pathsep.join(places), "SPARK_HOME": str(home)}
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert lines[0].startswith("pip install")
    assert {line.split()[0] for line in lines[1:]} == {"taxlots", "spark-submit"}

    for line in lines[1:]:
        ran = subprocess.run(
            ["sh", "-c", line],  # noqa: S607 (the shell of the system, as a reader has it)
            cwd=workplace,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_WAIT,
            check=False,
        )
        assert ran.returncode == 0, f"{line}\n{ran.stderr}"

    assert "'accounts': 6" in ran.stdout
    run_batch(workplace / "parts", workplace / "pooled", as_of=date(2020, 12, 31))
    assert json.loads((workplace / "night" / "manifest.json").read_text())["totals"]["lots"] == 361
    for name in ("night", "submitted"):
        assert contents(workplace / name) == contents(workplace / "pooled"), name
