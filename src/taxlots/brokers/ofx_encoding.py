"""In which encoding an OFX file says it is written."""

import re
from typing import Final

_SGML = re.compile(rb"(?m)^(ENCODING|CHARSET)\s*:\s*([A-Za-z0-9_-]+)\s*$")
_XML = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9_-]+)[\"']")
_HEAD_BYTES: Final = 1_024
_CODECS: Final = {
    "1252": "cp1252",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
    "ISO-8859-1": "cp1252",
    "8859-1": "cp1252",
    "LATIN1": "cp1252",
}
"""Encodings other than UTF-8 that OFX 1.x names.  Who names ISO 8859-1 writes code page 1252."""


def declared_encoding(content: bytes) -> str | None:
    """The codec of an OFX file that declares one other than UTF-8; None for anything else.

    An OFX 1.x header has ``ENCODING:USASCII`` and ``CHARSET:1252``: seven bits by the first line,
    and what stands in the eighth by the second one.
    """
    head = content[:_HEAD_BYTES]
    if b"OFXHEADER" not in head.upper():
        return None
    told = {name.upper(): value.upper().decode() for name, value in _SGML.findall(head)}
    if told:
        if told.get(b"ENCODING") in {"UNICODE", "UTF-8"}:
            return None
        return _CODECS.get(told.get(b"CHARSET", ""))
    found = _XML.search(head)
    return _CODECS.get(found[1].upper().decode()) if found else None
