"""What looks like a come-back code (MAPLE-48271) in a message; only handoff knows whether it is one."""

from __future__ import annotations

import re

_CODE = re.compile(r"\b[a-z]{4,8}[\s-]?\d{5}\b(?!\W?\d)", re.IGNORECASE)


def code_in(text: str) -> str | None:
    """The code as it is written, or None."""
    found = _CODE.search(text)
    return found[0] if found else None
