"""Makes a document into a PDF that anyone can read: tagged, titled, checked against PDF/UA-1 as it is made.

What is said goes in as JSON and never as Typst, and only our own fonts are used.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import typst

from handoff.registrations.documents import Document

HERE = Path(__file__).parent
SOURCE = HERE / "typst" / "document.typ"
FONTS = HERE / "fonts"
FAMILY = "Noto Sans"
STANDARD: list[Any] = ["ua-1"]
BOX = "\u25a1"
_LONG_WORD = re.compile(r"\S{24}(?=\S)")
_MAY_BREAK = "\u200b"
_one_at_a_time = threading.Lock()


def make_pdf(document: Document, now: datetime) -> bytes:
    """The document as a PDF; call it in a thread. A sign that no font has becomes a box, and is said so."""
    data = _walk(asdict(document), _breakable)
    with _one_at_a_time:  # each takes a moment of one core, and no more than that
        try:
            return _compile({**data, "boxed": False}, now)
        except typst.TypstError:
            boxed = _walk(data, lambda text: "".join(char if _can_print(char) else BOX for char in text))
        try:
            return _compile({**boxed, "boxed": True}, now)
        except typst.TypstError:  # signs that can be printed alone, but not beside each other
            plain = _walk(data, lambda text: "".join(char if char.isascii() else BOX for char in text))
            return _compile({**plain, "boxed": True}, now)


def _compile(data: dict[str, Any], now: datetime) -> bytes:
    inputs = {"document": json.dumps({**data, "fonts": _families()})}
    compiler = typst.Compiler(SOURCE.read_bytes(), font_paths=_fonts(), ignore_system_fonts=True)
    made = compiler.compile(
        sys_inputs=inputs, format="pdf", pdf_standards=STANDARD, timestamp=int(now.timestamp())
    )
    assert isinstance(made, bytes)  # one PDF, as no output file was named
    return made


@lru_cache(maxsize=4096)
def _can_print(char: str) -> bool:
    """Whether one of our fonts has it; what is not plain is tried by itself."""
    if char.isascii():
        return True
    source = b'#set document(title: "x")\n#text(font: json(bytes(sys.inputs.fonts)), sys.inputs.char)'
    compiler = typst.Compiler(source, font_paths=_fonts(), ignore_system_fonts=True)
    try:
        compiler.compile(
            sys_inputs={"char": char, "fonts": json.dumps(_families())}, format="pdf", pdf_standards=STANDARD
        )
    except typst.TypstError:
        return False
    return True


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


@cache
def _families() -> list[str]:
    """Ours, the everyday one first, then those of other scripts; the last resort is the one for Chinese."""
    return sorted(_fonts().families(), key=lambda name: (name != FAMILY, not name.startswith(FAMILY), name))


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    """The same structure with every text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _walk(item, change) for key, item in value.items()}
    return [_walk(item, change) for item in value] if isinstance(value, list | tuple) else value


def _breakable(text: str) -> str:
    """Without control characters; a word longer than a line may be broken, so as not to run off the page."""
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return _LONG_WORD.sub(lambda match: match[0] + _MAY_BREAK, text)
