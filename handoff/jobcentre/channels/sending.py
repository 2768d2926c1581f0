"""What every channel is given, what it gives back, and how it says that it could not.

NotSent
  certain    it did not arrive
  else       nobody can say: it may have, so that the next attempt must not count twice
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from handoff.jobcentre.wording import Words

SECONDS = 20.0  # for one attempt, whatever it does


@dataclass(frozen=True)
class Sending:
    """One attempt at one notice. `key` is the same for every attempt of a round, so that it counts once."""

    id: uuid.UUID
    round: int
    words: Words
    link: str
    now: datetime

    @property
    def key(self) -> str:
        return str(self.id) if self.round == 1 else f"{self.id}-{self.round}"

    @property
    def body(self) -> bytes:
        """The notice as JSON."""
        return json.dumps(self.words.as_json(self.link), ensure_ascii=False, sort_keys=True).encode()


@dataclass(frozen=True)
class Sent:
    """It left; `confirmed`: they said at once that they have it, under a reference of theirs perhaps."""

    confirmed: bool = False
    by: str = ""


class NotSent(Exception):
    """Why an attempt failed: a code, never an address or words."""

    def __init__(self, code: str, *, certain: bool) -> None:
        super().__init__(code)
        self.code, self.certain = code[:32], certain
