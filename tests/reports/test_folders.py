"""A result folder is replaced as a whole; what somebody else put there is never touched."""

from pathlib import Path

import pytest

from taxlots.domain.problem import UsageError
from taxlots.reports.folders import write_folder

RESULT = {"manifest.json": {"rows": 1}, "problems.csv": "severity\n"}


def test_an_earlier_result_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_folder(out, {**RESULT, "realized.csv": "sale_id\n"})
    write_folder(out, RESULT)
    assert {entry.name for entry in out.iterdir()} == set(RESULT)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_result_to_which_somebody_added_a_file_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_folder(out, RESULT)
    (out / "my-notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"my-notes\.txt"):
        write_folder(out, RESULT)
    assert (out / "my-notes.txt").read_text() == "mine"


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(UsageError, match="holds other files"):
        write_folder(tmp_path, RESULT)
