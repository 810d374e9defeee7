"""Starting Arrow without pandas."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec


class _WithoutPandas:
    """A finder that finds no pandas."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: object = None
    ) -> ModuleSpec | None:
        if name == "pandas":
            raise ModuleNotFoundError(name)
        return None


def leave_pandas_out() -> None:
    """Let Arrow believe, for the rest of this process, that pandas is not installed.

    At its first conversion Arrow imports pandas, to recognize pandas objects; a command that
    never makes one would wait for it longer than for all its work.  pandas itself can still be
    imported, but not through ``Table.to_pandas``: for programs of our own only.
    """
    if "pandas" in sys.modules:
        return
    finder = _WithoutPandas()
    sys.meta_path.insert(0, finder)
    try:
        import pyarrow as pa

        pa.scalar("")
    finally:
        sys.meta_path.remove(finder)
