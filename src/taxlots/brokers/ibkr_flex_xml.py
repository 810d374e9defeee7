"""The elements of a Flex report, each with its line and its own text; hostile XML is refused."""

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from taxlots.brokers.findings import AGAIN, Findings

_DEEPEST: Final = 16
"""A Flex report is six elements deep."""


@dataclass(slots=True)
class Node:
    """One element; ``raw`` is its start tag as it stands."""

    tag: str
    line: int
    attributes: dict[str, str]
    raw: str = ""
    children: list["Node"] = field(default_factory=list)

    def child(self, tag: str) -> "Node | None":
        """The first child of that name."""
        return next((node for node in self.children if node.tag == tag), None)


class _HostileError(Exception):
    """The document declares something; a Flex report declares nothing."""


def read_xml(text: str, findings: Findings) -> Node | None:
    """The root element; None, with an error noted, where there is none to read.

    A document type declaration is refused before anything in it is read: it could define entities
    that grow without end, or that name files.
    """
    content = text.removeprefix("\ufeff").lstrip().encode("utf-8", "surrogatepass")
    skipped = text[: len(text) - len(text.removeprefix("\ufeff").lstrip())].count("\n")
    parser = expat.ParserCreate("utf-8")
    top = Node("", 0, {})
    open_nodes = [top]
    starts = [0]

    def on_start(tag: str, attributes: dict[str, str]) -> None:
        if len(open_nodes) > _DEEPEST:
            raise _HostileError
        close_raw()
        node = Node(tag, parser.CurrentLineNumber + skipped, attributes)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)
        starts.append(parser.CurrentByteIndex)

    def on_end(_tag: str) -> None:
        close_raw()
        open_nodes.pop()
        starts.pop()

    def close_raw() -> None:
        node = open_nodes[-1]
        if not node.raw and node is not top:
            cut = content[starts[-1] : parser.CurrentByteIndex]
            node.raw = cut.decode("utf-8", "replace").strip()

    def on_doctype(*_declared: object) -> None:
        raise _HostileError

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.StartDoctypeDeclHandler = on_doctype
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the parser takes no keyword
    except (_HostileError, expat.ExpatError) as broken:
        _note(broken, parser.CurrentLineNumber + skipped, findings)
        return None
    return top.children[0]


def _note(broken: Exception, line: int, findings: Findings) -> None:
    """Tell why there is nothing to read."""
    if isinstance(broken, expat.ExpatError):
        message = (
            f"The XML cannot be read here ({expat.ErrorString(broken.code)}): the file is cut off"
            " or was edited."
        )
        findings.error(line, "", "BAD_XML", message, AGAIN)
        return
    message = "The XML declares a document type or is nested too deep; no Flex report does that."
    findings.error(line, "", "HOSTILE_XML", message, AGAIN)
