"""The pages of likely matches, where a person decides, and of currency, where an administrator does."""

from __future__ import annotations

from aiohttp import web

from handoff import keys
from handoff.bodies import form_fields
from handoff.errors import NotFound, Refusal
from handoff.records import currency, pairs
from handoff.records.access import record_id_in
from handoff.records.codes import load_codes
from handoff.records.desk import compared, desk
from handoff.records.forms import day_in
from handoff.records.frame import HOME, back, show
from handoff.security import access
from handoff.staff.auth import staff_page


@access(staff_page("record.edit"))
async def matches_page(request: web.Request) -> web.Response:
    """Who may be one person; the looks are recorded."""
    return await _matches(request, None)


async def _matches(request: web.Request, refusal: Refusal | None) -> web.Response:
    async with desk(request) as at:
        found, elsewhere = await compared(at)
    return show(request, "matches", refusal, found=found, elsewhere=elsewhere)


@access(staff_page("record.edit"))
async def decide(request: web.Request) -> web.Response:
    form, pair_id = await form_fields(request), record_id_in(request.match_info["pair"])
    decision = form.get("decision", "")
    if decision not in ("same", "apart", "undone"):
        raise NotFound()
    try:
        async with desk(request) as at:
            if decision == "undone":
                await pairs.undo(at.session, at.now, at.who, pair_id)
            else:
                found = await pairs.decide(at.session, at.now, at.who, pair_id, decision == "same")
    except NotFound:
        raise
    except Refusal as refusal:
        return await _matches(request, refusal)
    to = f"{HOME}/{found.sides[0][0].id}" if decision == "same" else f"{HOME}/matches"
    raise web.HTTPSeeOther(f"{to}?said={decision}")


@access(staff_page())
async def currency_page(request: web.Request) -> web.Response:
    """How long what is known counts as known; it holds nothing about anybody."""
    return await _currency(request, {}, None)


@access(staff_page("currency.edit"))
async def change_currency(request: web.Request) -> web.Response:
    form, group = await form_fields(request), request.match_info["group"]
    try:
        async with desk(request) as at:
            read_on = day_in(form, "checked_on", "Read on") or at.today
            await currency.change(
                at.session, at.now, at.who, group, form.get("rule", ""), _number(form, "number"),
                _number(form, "contact_months"), form.get("edition", "").strip()[:64], read_on,
            )  # fmt: skip
    except NotFound:
        raise
    except Refusal as refusal:
        return await _currency(request, {**form, "group": group}, refusal)
    raise web.HTTPSeeOther(f"{HOME}/currency?said=saved#{group}")


async def _currency(request: web.Request, form: dict[str, str], refusal: Refusal | None) -> web.Response:
    async with request.app[keys.DB].reading() as session:
        groups = list((await currency.table(session)).values())
    activities = load_codes().activities
    return show(request, "currency", refusal, groups=groups, form=form, activities=activities)


def _number(form: dict[str, str], name: str) -> int:
    text = form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1


def setup(app: web.Application) -> None:
    app.router.add_get(f"{HOME}/matches", matches_page)
    app.router.add_post(f"{HOME}/matches/{{pair}}", decide)
    app.router.add_get(f"{HOME}/matches/{{pair}}", back)
    app.router.add_get(f"{HOME}/currency", currency_page)
    app.router.add_post(f"{HOME}/currency/{{group}}", change_currency)
    app.router.add_get(f"{HOME}/currency/{{group}}", back)
