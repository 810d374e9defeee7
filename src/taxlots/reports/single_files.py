"""Writing files that stand alone: all of them appear, or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from taxlots.domain.problem import UsageError


def check_file(path: Path) -> None:
    """Refuse a place where no file can be written.  Raises UsageError."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{path.parent} is no folder; make it, or name another place")


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files, replacing older ones; each is written beside its place first.

    Raises UsageError where one cannot be written.
    """
    for path in files:
        check_file(path)
    partial = {path: path.with_name(f".{path.name}.partial") for path in files}
    try:
        for path, content in files.items():
            partial[path].write_bytes(content)
        for path, written in partial.items():
            written.replace(path)
    except OSError as cause:
        raise UsageError(f"{cause.filename} cannot be written: {cause.strerror}") from cause
    finally:
        for written in partial.values():
            written.unlink(missing_ok=True)
