"""Where one message may ask two things ("how do i apply and can i get help w travel"), by its words. Pure."""

from __future__ import annotations

import re
from typing import Any

MOST_PARTS = 5
_JOIN = r"(?:and|n|&|plus|also|but|so)\s+(?:(?:also|then|if so|if not)\s+)*"
_ASKING = r"(?:how|what|wh?ats|wot|where|when|who|which|can|could|do|does|is|are|(?:talk|speak) to)\b"
_COMMA = rf",\s*(?={_ASKING})"
_CUT = re.compile(rf"[?!.;\n]+\s*(?:{_JOIN})?|[\s,]+(?:{_JOIN}|as well as\s+)|{_COMMA}", re.I)


def parts(text: str) -> list[str]:
    """Its sentences and what joining words join, in order; [] where it is only one, or a long story."""
    cut = (part.strip(" ,") for part in _CUT.split(text))
    found = [part for part in cut if part]
    return found if 2 <= len(found) <= MOST_PARTS else []


def is_settled(metadata: dict[str, Any]) -> bool:
    """Whether a message is not looked into: it answers a form's question, or a choice was tapped."""
    return bool(metadata.get("form") or (metadata.get("context") or {}).get("choice"))
