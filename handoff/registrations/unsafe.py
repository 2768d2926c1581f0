"""What the adviser reads of ways to reach somebody that are not safe, as they said it. Pure.

Said by whoever it is, "my dad reads it" may be so: nothing is used before somebody has asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handoff.registrations.contact import reach, without_number

_UNSAFE = "They said that this is NOT a safe way to reach them. Do not use it:"
_ASK = (
    "They said this of a way that they then gave as the safe one. Ask whether this is safe before you use it:"
)
_UNPROVEN = (
    "Somebody registered again as them and said that this is NOT a safe way to reach them. It may be "
    "somebody else. Do not use it until you have asked the young person whether this is safe:"
)


def warnings(said: Sequence[str], accepted: Mapping[str, Any] | None) -> list[str]:
    """The notes that hold what they `said`; none for nothing.

    `accepted`: the columns of the registration, whose number or e-mail may be one of those; None where it is
    not proven that it was they.
    """
    notes: dict[str, list[str]] = {}
    for one in said:
        above = _UNPROVEN if accepted is None else _ASK if _is_accepted(one, accepted) else _UNSAFE
        notes.setdefault(above, []).append(f"“{without_number(one)}”")
    return ["\n".join([above, *below]) for above, below in notes.items()]


def _is_accepted(one: str, accepted: Mapping[str, Any]) -> bool:
    way = reach(one)
    return bool(
        (way.phone and way.phone == accepted["phone"]) or (way.email and way.email == accepted["email"])
    )
