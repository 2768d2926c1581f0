"""National Insurance numbers: how one is written, and which letters it may have. Never asked of anybody."""

from __future__ import annotations

import re

FORM = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]")


def tidied(text: str) -> str:
    """As it is kept: "ab 12-34 56 c" -> "AB123456C"."""
    return re.sub(r"[\s-]", "", text).upper()


def masked(number: str | None) -> str:
    """Enough to tell two apart: "•• •• •• 56 C"."""
    return f"•• •• •• {number[6:8]} {number[8]}" if number else ""


def shown(number: str) -> str:
    """As it is read: "AB 12 34 56 C"."""
    return " ".join((number[:2], number[2:4], number[4:6], number[6:8], number[8:]))
