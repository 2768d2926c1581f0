"""Where one message may ask two things ("how do i apply and can i get help w travel"), by its words. Pure."""

from __future__ import annotations

import re

FEWEST_WORDS = 3
MOST_PARTS = 5
_JOIN = r"(?:and|n|&|plus|also|but|so)\s+(?:(?:also|then|if so|if not)\s+)*"
_CUT = re.compile(rf"[?!.;\n]+\s*(?:{_JOIN})?|[\s,]+{_JOIN}", re.I)


def parts(text: str) -> list[str]:
    """Its sentences and what joining words join, in order; [] where it is only one, or a long story."""
    cut = (part.strip(" ,") for part in _CUT.split(text))
    found = [part for part in cut if len(part.split()) >= FEWEST_WORDS]
    return found if 2 <= len(found) <= MOST_PARTS else []
