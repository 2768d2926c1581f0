"""The areas as the service starts with them: what is wrong in one area keeps no other from being served.

Where a detail of an area is wrong, that of the default area stands in for it, until it is mended: its people,
rota and cases are its own. What nothing can stand in for stops the start: the default area, the file as a
whole, the bank holidays, the wordings.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from handoff.content.areas import ALL, REFERENCE, SLUG, Area, Written, read_areas
from handoff.content.entries import ContentFaults

_DUTY = {"duty_phone_day", "duty_phone_night", "duty_checked"}
"""One of these alone says nothing: they stand in together."""
_ITS_OWN = {SLUG, "name", "authority", "postcode_districts"}
"""What another area's would be untrue of it."""


def areas_served(default: str, folder: Path = REFERENCE) -> tuple[dict[str, Area], list[str]]:
    """Every area by slug, and what is wrong; ContentFaults where nothing can stand in."""
    file = read_areas(folder)
    written = {one.entry.name: one for one in file.written if _is_named(one)}
    base = written.get(default)
    if file.faults or (base and base.wrong) or (base is None and file.all_faults):
        raise ContentFaults(file.all_faults)
    fields = base.entry.fields if base else {}  # without it nothing is wrong anywhere, and a setting is
    areas = {slug: file.area(slug, _stood_in(one, fields)) for slug, one in written.items()}
    return areas, [str(fault) for fault in file.all_faults]


def _is_named(one: Written) -> bool:
    """Whether its slug says which area it is; of two with one slug the first counts."""
    return SLUG not in one.wrong


def _stood_in(one: Written, default: Mapping[str, Any]) -> dict[str, Any]:
    """Its fields, with the default area's for those that are wrong."""
    fields, wrong = one.entry.fields, set(one.wrong)
    if not wrong:
        return fields
    if ALL in wrong:
        wrong |= set(default) - _ITS_OWN
    if wrong & _DUTY:
        wrong |= _DUTY
    return {**fields, **{name: _instead(name, one.entry.name, default) for name in wrong - {ALL}}}


def _instead(name: str, slug: str, default: Mapping[str, Any]) -> Any:
    own = {"name": slug.replace("-", " ").title(), "authority": "", "postcode_districts": ()}
    return own[name] if name in own else default.get(name)
