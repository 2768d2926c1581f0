"""The short references that people write down and read out: C-7K4M2P for a case, WAY-7K4M2P to register."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no letter or digit that is read as another


def new_reference(prefix: str) -> str:
    """A new one; whoever stores it has a unique column for it."""
    return f"{prefix}-" + "".join(secrets.choice(ALPHABET) for _ in range(6))
