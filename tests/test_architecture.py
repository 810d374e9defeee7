"""What keeps the house in order and what no linter knows.

Imports between rooms are held by the contracts in pyproject.toml (``make contracts``).
"""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "taxlots"

LONGEST_FILE = 399
LONGEST_FUNCTION = 59

LONG_FILES: dict[str, int] = {}
"""Path of a file that may be longer -> its length.  Entries only shrink."""

LONG_FUNCTIONS: dict[str, int] = {}
"""``path:function`` that may be longer -> its length.  Entries only shrink."""

VAGUE_WORDS = frozenset(
    {"manager", "helper", "helpers", "util", "utils", "utility", "utilities", "misc", "stuff"}
)
"""Words that say nothing of what a thing is, wherever they stand in a name."""

VAGUE_NOUNS = frozenset({"process", "processor", "data", "info", "information", "object"})
"""Words that say nothing as the thing that a file, a class or a function is named after."""

NAMES_OF_THE_FIELD = frozenset({"market_data"})

HEAVY = ("numba", "pandas", "pyarrow", "sqlalchemy", "sqlmodel")
"""Packages that take longer to import than a small command takes to run."""

REGISTRY_HOSTS = tuple(
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("anaconda", "org"),
        ("crates", "io"),
    )
)

SPEED = re.compile(
    r"\d[\d.,]*\s*(?:(?:thousand|million|billion)\s+)?"
    r"(?:(?:(?:milli|micro)?seconds?|ms|µs|\ss)\b|\w+\s+(?:a|per)\s+second\b)"
)


def python_files() -> list[Path]:
    """The package, its tests, its benchmarks and the scripts that made the fixtures."""
    return sorted(
        path
        for room in ("src", "tests", "benchmarks", "fixtures")
        for path in (ROOT / room).rglob("*.py")
    )


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Qualified name and number of lines of every function, methods and inner ones included."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield prefix + node.name, node.end_lineno - node.lineno + 1
        inner = f"{prefix}{node.name}." if isinstance(node, NAMED) else prefix
        yield from functions(node, inner)


NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def words(name: str) -> list[str]:
    """``cost_basisReader2`` is cost, basis, reader."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def bound_names(tree: ast.AST) -> Iterator[str]:
    """Every name that a module gives: definitions, parameters, assignments, import aliases."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.alias(asname=str(alias)):
                yield alias


def tracked_texts() -> dict[Path, str]:
    """Every text file that is, or is about to be, under version control."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout, to know which files are the project's")
    listing = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    texts = {}
    for name in filter(None, listing.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                texts[path] = content.decode("utf-8", errors="replace")
    return texts


def is_inside(target: Path) -> bool:
    return target.is_relative_to(ROOT) and target.exists()


def test_files_stay_short() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}
    too_long = {
        name: length
        for name, length in lengths.items()
        if length > LONG_FILES.get(name, LONGEST_FILE)
    }
    assert not too_long, "a file that holds two ideas is two files"


def test_functions_stay_short() -> None:
    lengths = {
        f"{name_of(path)}:{function}": length
        for path in python_files()
        for function, length in functions(tree_of(path))
    }
    too_long = {
        name: length
        for name, length in lengths.items()
        if length > LONG_FUNCTIONS.get(name, LONGEST_FUNCTION)
    }
    assert not too_long, "a function is one idea"


def test_exceptions_only_shrink() -> None:
    """An exception states today's length, and goes once the file or function is short enough."""
    lines = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}
    lines |= {
        f"{name_of(path)}:{function}": length
        for path in python_files()
        for function, length in functions(tree_of(path))
    }
    stale = {
        name: (allowed, lines.get(name))
        for name, allowed in (LONG_FILES | LONG_FUNCTIONS).items()
        if lines.get(name) != allowed
    }
    assert not stale, "lower the entry to the present length, or delete it"


def test_files_and_folders_are_named_after_what_they_hold() -> None:
    vague = {
        name_of(path)
        for path in python_files()
        for part in path.relative_to(ROOT).with_suffix("").parts
        if part not in NAMES_OF_THE_FIELD
        and (VAGUE_WORDS | VAGUE_NOUNS) & set(words(part.removeprefix("test_")))
    }
    assert not vague, "name a file after the thing that it is about"


def test_names_say_what_things_are() -> None:
    vague = {
        f"{name_of(path)}: {name}"
        for path in python_files()
        for name in bound_names(tree_of(path))
        if VAGUE_WORDS & set(words(name))
    }
    assert not vague, "use the field's own term"


def test_definitions_are_not_named_after_vague_nouns() -> None:
    """``tax_data``, ``LotInfo`` and ``process_row`` say no more than ``tax``, ``Lot``, ``row``."""
    vague = {
        f"{name_of(path)}: {node.name}"
        for path in python_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, NAMED) and not node.name.startswith("test_")
        if (found := words(node.name))
        if found[-1] in VAGUE_NOUNS - NAMES_OF_THE_FIELD or found[0] == "process"
    }
    assert not vague, "say what it is, or what it does"


@pytest.mark.parametrize("module", ["taxlots", "taxlots.cli.main"])
def test_start_up_imports_nothing_heavy(module: str) -> None:
    script = f"import sys, {module}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "", f"import these where they are used: {ran.stdout}"


def test_the_books_hold_no_floats() -> None:
    """Cents, shares and days are integers from the first row to the last.

    The bound ``FITS`` alone is a float: it tells when a product needs more than 64 bits.  In
    ``book/compiled.py`` the slash joins paths.
    """
    floats = [
        f"{name_of(path)}:{node.lineno}"
        for room in ("domain", "law", "book")
        for path in sorted((SOURCE / room).rglob("*.py"))
        for statement in ast.walk(tree_of(path))
        for node in ast.iter_child_nodes(statement)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
        if ast.unparse(statement).partition(":")[0] != "FITS" and path.name != "compiled.py"
    ]
    assert not floats, "use integer cents, 1e-8 shares and floor division"


def test_the_core_does_not_ask_the_clock() -> None:
    """``as_of`` is an argument: the same inputs give the same books on any day."""
    asked = [
        f"{name_of(path)}:{node.lineno}"
        for room in ("domain", "law", "book", "plan")
        for path in sorted((SOURCE / room).rglob("*.py"))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow"}
    ]
    assert not asked, "take the date as an argument"


def test_no_file_names_a_package_registry() -> None:
    found = [
        f"{name_of(path)}: {host}"
        for path, text in tracked_texts().items()
        for host in REGISTRY_HOSTS
        if host in text
    ]
    assert not found, "a checkout installs from whatever registry its machine is set up with"


def test_no_path_leads_out_of_the_repository() -> None:
    """Tests may look for reference material in ``../shared``, and do without it."""
    found = [
        f"{name_of(path)}: {link}"
        for path, text in tracked_texts().items()
        for link in re.findall(r"(?<![\w.])(?:\.\./)+[\w./-]*", text)
        if not is_inside((path.parent / link).resolve())
        and not (name_of(path).startswith("tests/") and link.startswith("../shared"))
    ]
    assert not found, "a clone holds all that it needs"


def test_no_file_says_where_this_checkout_stands() -> None:
    found = [name_of(path) for path, text in tracked_texts().items() if f"{ROOT}/" in text]
    assert not found, "paths are relative to the repository"


def test_documents_state_speeds_only_beside_their_benchmark() -> None:
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = [
        f"{name_of(path)}: {speed[0]}"
        for path in documents
        if path.exists()
        for section in re.split(r"(?m)^#+ ", path.read_text("utf-8"))
        if (speed := SPEED.search(section)) and "benchmark" not in section.lower()
    ]
    assert not found, "name the benchmark that shows the figure, in the same section"
