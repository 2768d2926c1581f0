"""What reading one answer of the registration form gives: a value in its one form, or a named problem."""

from __future__ import annotations

import re
from dataclasses import dataclass

_REFUSES = re.compile(
    r"\W*(?:(?:i|i['’]?[md]|i would|am|please|pls|just|sorry|no|nah|why|can (?:yo)?u|erm+|um+)\b\W*)*"
    r"(?:not (?:telling|saying|giving|answering|gonna (?:say|tell|answer))"
    r"|(?:will|wo) ?n['’]?o?t (?:say|tell|answer)"
    r"|(?:stop|quit) (?:asking|bothering|messaging|texting|it)"
    r"|(?:can ?['’]?t|cannot|couldn['’]?t|cba) (?:to )?be (?:bothered|asked|arsed)|cba"
    r"|(?:leave|let) me alone|go away|mind (?:your|ur) own|none of (?:your|ur) (?:business|buisness|bizness)"
    r"|(?:rather|(?:would )?prefer) not"
    r"|(?:do ?n['’]?t|do not|dont) (?:want to|wanna|have to) (?:say|answer|tell)"
    r"|no comment|(?:that['’]?s |its |it['’]?s )?private\W*$)\b.*",
    re.IGNORECASE,
)


def refuses(text: str) -> bool:
    """Whether a text says no to being asked, whatever the question: "not telling you", "stop asking me"."""
    return bool(_REFUSES.fullmatch(text))


@dataclass(frozen=True)
class Accepted:
    """An answer as it is kept (`value`) and as it is said back (`shown`)."""

    value: str
    shown: str


@dataclass(frozen=True)
class Problem:
    """Why an answer was not taken; `signpost` is the answer for someone who cannot register here.

    `council` is whom that answer names, when it sends them to another authority, and `guessed` says that it
    was only nearly named; `value` is what was read and only has to be confirmed.
    """

    code: str
    signpost: str | None = None
    council: str | None = None
    value: str | None = None
    guessed: bool = False
