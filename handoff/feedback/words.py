"""What is said about a vote, and what counts as a yes to the person it offers."""

from __future__ import annotations

import re
from typing import Any

SORRY = "Sorry that didn't help. I've told the team. Want to talk to a person?"
SORRY_WAITING = "Sorry that didn't help. I've told the team. You can tell the adviser too, when they join."
PERSON: dict[str, Any] = {"text": "Talk to a person", "answer": "talk-to-person"}
_YES = re.compile(r"(?:yes|yess+|yeah|yea|yep|yup|yh|ye|ya|sure|ok|okay)(?: (?:please|pls|plz))?")


def is_yes(text: str) -> bool:
    """A bare yes, as an answer to a question that was just asked."""
    return bool(_YES.fullmatch(text.strip().casefold().rstrip(".!").replace(",", "")))
