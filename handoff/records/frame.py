"""What every page of records is given, and the form that every section of a record shares."""

from __future__ import annotations

from datetime import date
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.days import day_words
from handoff.errors import Refusal, count_refusal
from handoff.pages import page
from handoff.records import view
from handoff.records.access import record_id_in
from handoff.records.codes import load_codes
from handoff.records.sections import Field, Section, choices
from handoff.security import access
from handoff.staff.auth import signed_in, staff_page

SAID = {
    "saved": "Saved.",
    "made": "A new record was made.",
    "there": "There was a record of exactly this person already: this is it.",
    "activity": "Recorded. What they did before ends when this begins.",
    "same": "Joined: both are shown as one from now on. You can undo this below.",
    "apart": "Kept apart. They will not be shown as alike again.",
    "undone": "Undone. The two wait for a decision again.",
}
HOME = "/staff/records"


def show(request: web.Request, name: str, refusal: Refusal | None, **context: Any) -> web.Response:
    if refusal:
        count_refusal(request, refusal)
    return page(
        request, f"records/{name}.html", status=refusal.status if refusal else 200, refusal=refusal,
        me=signed_in(request), rules=request.app[keys.RULES], day=day_words, home=HOME,
        said=SAID.get(request.query.get("said", "")), **context,
    )  # fmt: skip


def show_form(
    request: web.Request, section: Section, seen: view.RecordView | None, form: dict[str, Any],
    refusal: Refusal | None, areas: list[tuple[str, str]] | None = None,
) -> web.Response:  # fmt: skip
    on = seen.today if seen else request.app[keys.CLOCK].now().date()
    return show(
        request, "edit", refusal, section=section, seen=seen, form=form, areas=areas or [],
        faults=_faults(refusal), options=lambda field: _options(field, on, str(form.get(field.name) or "")),
    )  # fmt: skip


def _options(field: Field, on: date, now: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """A list's choices, in groups where it has them."""
    if field.codes != "activity":
        return [("", choices(load_codes(), field, on, now))]
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in load_codes().activities.values():
        if not one.retired or one.code == now:
            groups.setdefault(GROUPS[one.group], []).append((one.code, f"{one.label} ({one.code})"))
    return list(groups.items())


GROUPS = {
    "compulsory": "Up to Year 11",
    "education": "Education",
    "employment": "Work",
    "training": "Training",
    "re_engagement": "Re-engagement",
    "neet": "Not in education, work or training",
    "neither": "Neither",
    "not_known": "Not known",
}


def _faults(refusal: Refusal | None) -> dict[str, str]:
    if refusal is None:
        return {}
    many = refusal.extra.get("faults") or [{"field": refusal.extra.get("field"), "message": refusal.message}]
    return {str(one["field"]): one["message"] for one in many if one["field"]}


@access(staff_page("record.read"))
async def back(request: web.Request) -> web.Response:
    """A refused form shows its page under the form's address; loaded anew, that leads where it belongs."""
    record_id = request.match_info.get("id")
    raise web.HTTPSeeOther(f"{HOME}/{record_id_in(record_id)}" if record_id else HOME)
