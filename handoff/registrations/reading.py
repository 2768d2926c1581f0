"""What reading one answer of the registration form gives: a value in its one form, or a named problem."""

from __future__ import annotations

from dataclasses import dataclass


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
