"""The short references that people write down and read out: C-7K4M2P for a case, WAY-7K4M2P to register."""

from __future__ import annotations

import secrets
import uuid

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no letter or digit that is read as another
_LENGTH = 6


def new_reference(prefix: str) -> str:
    """A new one; whoever stores it has a unique column for it."""
    return f"{prefix}-" + "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))


def reference_of(prefix: str, what: uuid.UUID) -> str:
    """The same for something with an id, always the same one; found by looking through the few there are."""
    size = len(ALPHABET)
    return f"{prefix}-" + "".join(ALPHABET[what.int // size**place % size] for place in range(_LENGTH))
