"""The fields of a PDF form: where each stands, and what the form calls it.

ISO 32000-1, 12.7 (interactive forms): a field inherits what its parents say, and its name is the
path of theirs.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.problem import UsageError

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

TEXT: Final = "/Tx"
BUTTON: Final = "/Btn"
OFF: Final = "/Off"

INHERITED: Final = ("/FT", "/Ff", "/MaxLen", "/Q", "/TU")
DEEPEST: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """One field as it stands on a page.

    ``place`` is that among the annotations of the page, ``names`` the path of its name,
    ``on_state`` what a check box is set to when it is checked.  Lengths are in points, from the
    lower left corner.
    """

    place: int
    names: tuple[str, ...]
    kind: str
    left: float
    bottom: float
    right: float
    top: float
    on_state: str = ""

    @property
    def leaf(self) -> str:
        """The last part of the name."""
        return self.names[-1]

    @property
    def row(self) -> str:
        """The row of a table in which the field stands: ``1`` or ``8a``; blank outside tables."""
        if not any(name.startswith("Table") for name in self.names):
            return ""
        found = [re.fullmatch(r"Row(\w+)(?:\[0\])?", name) for name in self.names]
        return next((match[1] for match in found if match), "")

    @property
    def number(self) -> tuple[int, ...]:
        """The numbers of the last part of the name, by which a form counts its fields in order."""
        return tuple(int(digits) for digits in re.findall(r"\d+", self.leaf))


@contextmanager
def whole() -> Iterator[None]:
    """Reading a PDF, of which any part may be damaged or of another kind than the standard says.

    Raises UsageError for whatever reading then fails with.
    """
    from pypdf.errors import PyPdfError

    # What the library has to say about a damaged file is said once, below.
    logging.getLogger("pypdf").addHandler(logging.NullHandler())
    try:
        yield
    except (PyPdfError, ArithmeticError, AttributeError, LookupError, TypeError) as cause:
        raise _damaged(cause) from cause
    except (OSError, RecursionError, ValueError, NotImplementedError, zlib.error) as cause:
        raise _damaged(cause) from cause


def _damaged(cause: Exception) -> UsageError:
    told = f"{type(cause).__name__}: {cause}"
    return UsageError(
        f"the official form is no PDF that can be read ({told}); download it anew from irs.gov"
    )


def opened(official: bytes) -> PdfReader:
    """The PDF.  Raises UsageError where it is locked, and what reading may raise."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(official))
    if reader.is_encrypted and not reader.decrypt(""):
        raise UsageError("the official form is locked with a password; download it anew")
    return reader


def widgets_of(page: PageObject) -> list[Widget]:
    """The text fields and check boxes of a page, in the order in which the form counts them."""
    found = []
    for place, one in enumerate(page.get("/Annots") or ()):
        annotation = one.get_object()
        if annotation.get("/Subtype") != "/Widget" or "/Rect" not in annotation:
            continue
        kind = inherited(annotation).get("/FT")
        if kind not in (TEXT, BUTTON):
            continue
        x, y, other_x, other_y = (float(number) for number in annotation["/Rect"])
        found.append(
            Widget(
                place=place,
                names=tuple(reversed(list(_names(annotation)))) or ("",),
                kind=kind,
                left=min(x, other_x),
                bottom=min(y, other_y),
                right=max(x, other_x),
                top=max(y, other_y),
                on_state=_on_state(annotation),
            )
        )
    return sorted(found, key=lambda widget: widget.number)


def rows_of(widgets: Sequence[Widget]) -> dict[str, list[Widget]]:
    """The text fields of tables by row, from left to right."""
    rows: dict[str, list[Widget]] = {}
    for widget in widgets:
        if widget.kind == TEXT and widget.row:
            rows.setdefault(widget.row, []).append(widget)
    return {row: sorted(fields, key=lambda one: one.left) for row, fields in rows.items()}


def texts_outside_tables(widgets: Sequence[Widget]) -> list[Widget]:
    """The text fields that stand in no row of a table, in the order of the form."""
    return [widget for widget in widgets if widget.kind == TEXT and not widget.row]


def inherited(annotation: Any) -> dict[str, Any]:
    """What a field or the nearest of its parents says of its kind."""
    found: dict[str, Any] = {}
    for node in _upwards(annotation):
        for key in INHERITED:
            if key in node:
                found.setdefault(key, node[key])
    return found


def _names(annotation: Any) -> Iterator[str]:
    return (str(node["/T"]) for node in _upwards(annotation) if "/T" in node)


def _upwards(annotation: Any) -> Iterator[Any]:
    """A field and its parents; a broken form may go round in circles."""
    node = annotation
    for _ in range(DEEPEST):
        yield node
        if "/Parent" not in node:
            return
        node = node["/Parent"].get_object()


def _on_state(annotation: Any) -> str:
    appearances = annotation.get("/AP", {}).get("/N", {})
    return next((str(state) for state in appearances if state != OFF), "")
