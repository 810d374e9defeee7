"""Pages of a PDF form with entries in their fields, as often as rows need them.

The pages share what is printed on them.  Their fields stay open: each has a name of its own, but
those of the taxpayer's name and number, which are one field on all pages, filled in once.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from taxlots.reports.official_fields import BUTTON, OFF, TEXT, Widget, inherited
from taxlots.reports.printable import printable

if TYPE_CHECKING:
    from pypdf import PdfReader

FONT: Final = "/Helv"
FONT_SIZE: Final = 8.0
SMALLEST_SIZE: Final = 4.0
MARGIN: Final = 2.0
"""Points between a field's edge and its text."""

NARROW: Final = {",": 0.278, ".": 0.278, "(": 0.333, ")": 0.333, " ": 0.278, "/": 0.278}
WIDE: Final = 0.556
"""The widths of Helvetica's digits and of most of its letters (Adobe Core 14 metrics)."""

RADIO_FLAGS: Final = (1 << 14) | (1 << 15) | (1 << 16)
PRINTED: Final = 4
"""An annotation that is printed (ISO 32000-1, table 165)."""


@dataclass(frozen=True, slots=True)
class Text:
    """An entry in a text field."""

    text: str
    is_right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledPage:
    """A page of the form, counted from 0, with texts and check marks by the place of their field.

    ``taxpayer`` are the fields that are the same on every page: name, and number.
    """

    page: int
    widgets: Sequence[Widget]
    texts: Mapping[int, Text]
    checked: frozenset[int] = frozenset()
    taxpayer: Sequence[Widget] = ()


def written(reader: PdfReader, pages: Sequence[FilledPage], title: str, made: date) -> bytes:
    """A PDF of filled pages; the same entries in the same form give the same bytes."""
    writer = PdfWriter()
    stamp = f"D:{made:%Y%m%d}000000Z"
    writer.add_metadata({"/Title": title, "/CreationDate": stamp, "/ModDate": stamp})
    form = _Form(writer, reader)
    for number, one in enumerate(pages, 1):
        form.add_page(one, number)
    writer.root_object[NameObject("/AcroForm")] = form.entry()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def appearance(text: Text, width: float, height: float) -> bytes:
    """The drawing of a text in its field, in points: smaller where it would not fit."""
    size = fitting_size(text.text, width, height)
    left = width - MARGIN - size * text_width(text.text) if text.is_right else MARGIN
    base = (height - size) / 2 + 0.2 * size
    shown = text.text.encode("cp1252", "replace")
    for mark in (b"\\", b"(", b")"):
        shown = shown.replace(mark, b"\\" + mark)
    place = f"{max(left, MARGIN):.2f} {max(base, 1.0):.2f} Td"
    head = f"/Tx BMC q 0 0 {width:.2f} {height:.2f} re W n BT {FONT} {size:.2f} Tf 0 g {place} ("
    return head.encode() + shown + b") Tj ET Q EMC"


def text_width(text: str) -> float:
    """The width of a text, by the size of its font."""
    return sum(NARROW.get(mark, WIDE) for mark in text)


def fitting_size(text: str, width: float, height: float) -> float:
    """The size of the font with which a text fits its field, as far as it can still be read."""
    widest = (width - 2 * MARGIN) / max(text_width(text), WIDE)
    return max(SMALLEST_SIZE, min(FONT_SIZE, widest, height - 1))


class _Form:
    """The form of the new file, while pages are added to it."""

    def __init__(self, writer: PdfWriter, reader: PdfReader) -> None:
        self.writer = writer
        self.reader = reader
        self.printed: dict[int, DictionaryObject] = {}
        self.looks: dict[tuple[int, int], Any] = {}
        self.taxpayer: dict[int, tuple[DictionaryObject, ArrayObject]] = {}
        self.fields = ArrayObject()
        names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
        names["/Encoding"] = "/WinAnsiEncoding"
        font = DictionaryObject({NameObject(k): NameObject(v) for k, v in names.items()})
        fonts = DictionaryObject({NameObject(FONT): self.added(font)})
        self.resources = DictionaryObject({NameObject("/Font"): fonts})

    def added(self, thing: Any) -> Any:
        """A thing as part of the file, and how others refer to it."""
        return self.writer._add_object(thing)  # noqa: SLF001 (there is no other way)

    def entry(self) -> DictionaryObject:
        """What the catalog says of the form."""
        return DictionaryObject(
            {
                NameObject("/Fields"): self.fields,
                NameObject("/DR"): self.resources,
                NameObject("/DA"): TextStringObject(f"{FONT} {FONT_SIZE:g} Tf 0 g"),
            }
        )

    def add_page(self, filled: FilledPage, number: int) -> None:
        """Add a page, the ``number``-th of the file."""
        blank = PageObject(self.writer)
        blank.update(self._printed(filled.page))
        page = self.writer.add_page(blank)
        annotations = self.reader.pages[filled.page].get("/Annots") or ()
        drawn = ArrayObject()
        roles = {widget.place: role for role, widget in enumerate(filled.taxpayer)}
        for widget in filled.widgets:
            source = annotations[widget.place].get_object()
            field = self._widget(filled, widget, source)
            field[NameObject("/P")] = page.indirect_reference
            reference = self.added(field)
            drawn.append(reference)
            if widget.place in roles:
                self._share(roles[widget.place], widget, field, reference)
            else:
                field[NameObject("/T")] = TextStringObject(f"page{number}_{widget.leaf}")
                self.fields.append(reference)
        page[NameObject("/Annots")] = drawn

    def _printed(self, number: int) -> DictionaryObject:
        """What is printed on a page of the form; it is in the new file once."""
        if number not in self.printed:
            source = self.reader.pages[number]
            entries = DictionaryObject({NameObject("/Type"): NameObject("/Page")})
            for key in ("/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents"):
                if key in source:
                    entries[NameObject(key)] = source.raw_get(key).clone(self.writer)
            self.printed[number] = entries
        return self.printed[number]

    def _widget(self, filled: FilledPage, widget: Widget, source: Any) -> DictionaryObject:
        """A field with its entry, apart from its name."""
        corners = (widget.left, widget.bottom, widget.right, widget.top)
        told = inherited(source)
        field = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/Rect"): ArrayObject(FloatObject(corner) for corner in corners),
                NameObject("/F"): NumberObject(PRINTED),
                NameObject("/FT"): NameObject(widget.kind),
                NameObject("/Ff"): NumberObject(int(told.get("/Ff", 0)) & ~RADIO_FLAGS),
            }
        )
        if "/TU" in told:
            field[NameObject("/TU")] = TextStringObject(str(told["/TU"]))
        if widget.kind == BUTTON:
            state = widget.on_state if widget.place in filled.checked else OFF
            field[NameObject("/V")] = field[NameObject("/AS")] = NameObject(state)
            field[NameObject("/AP")] = self._look(filled.page, widget.place, source)
        elif widget.kind == TEXT:
            self._enter(field, filled.texts.get(widget.place, Text("")), widget)
        return field

    def _enter(self, field: DictionaryObject, text: Text, widget: Widget) -> None:
        shown = Text(printable(text.text), text.is_right)
        width, height = widget.right - widget.left, widget.top - widget.bottom
        size = fitting_size(shown.text, width, height)
        field[NameObject("/DA")] = TextStringObject(f"{FONT} {size:.2f} Tf 0 g")
        field[NameObject("/Q")] = NumberObject(2 if shown.is_right else 0)
        if not shown.text:
            return
        stream = StreamObject()
        stream.set_data(appearance(shown, width, height))
        stream[NameObject("/Type")] = NameObject("/XObject")
        stream[NameObject("/Subtype")] = NameObject("/Form")
        stream[NameObject("/BBox")] = ArrayObject(
            FloatObject(length) for length in (0, 0, width, height)
        )
        stream[NameObject("/Resources")] = self.resources
        field[NameObject("/V")] = TextStringObject(shown.text)
        field[NameObject("/AP")] = DictionaryObject({NameObject("/N"): self.added(stream)})

    def _look(self, page: int, place: int, source: Any) -> Any:
        """How a check box looks when it is checked, and when it is not; in the new file once."""
        if (page, place) not in self.looks:
            look = source.get("/AP", DictionaryObject()).clone(self.writer)
            self.looks[page, place] = getattr(look, "indirect_reference", None) or look
        return self.looks[page, place]

    def _share(self, role: int, widget: Widget, field: DictionaryObject, reference: Any) -> None:
        """Make a widget one of those of the field that stands on every page."""
        if role not in self.taxpayer:
            kind, kids = field[NameObject("/FT")], ArrayObject()
            parent = DictionaryObject({NameObject("/FT"): kind, NameObject("/Kids"): kids})
            parent[NameObject("/T")] = TextStringObject(widget.leaf)
            parent[NameObject("/DA")] = field[NameObject("/DA")]
            self.taxpayer[role] = parent, kids
            self.fields.append(self.added(parent))
        del field["/FT"]
        parent, kids = self.taxpayer[role]
        field[NameObject("/Parent")] = parent.indirect_reference
        kids.append(reference)
