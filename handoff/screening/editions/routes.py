"""The pages of screening in the console: what is in force, its parts, a draft and its way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import json_object, text_field
from handoff.content.areas import Area
from handoff.conversations.words import LONGEST
from handoff.errors import NotFound, Refusal
from handoff.pages import page
from handoff.screening import service as screening
from handoff.screening import sets
from handoff.screening.editions import service, views
from handoff.screening.editions.checks import Faults, faults_of
from handoff.screening.editions.forms import NEW_GROUP, Typed, typed
from handoff.screening.editions.parts import Part, changes, parts, with_part
from handoff.screening.editions.steps import BENCH, STEPS, TRIALS, Step, must_compile, take
from handoff.screening.editions.trial import Trials
from handoff.screening.editions.trying import Bench, Tried
from handoff.screening.verdict import LEVELS, Verdict
from handoff.screening.wordings import KINDS, Sent, Wording, fill, fillings
from handoff.security import access
from handoff.sms.gsm7 import parts as sms_parts
from handoff.staff.auth import signed_in, staff, staff_page


@access(staff_page("screening.read"))
async def overview(request: web.Request) -> web.Response:
    """GET /staff/screening: what is in force, who approved it and why, what is open, the way back."""
    return await _overview(request)


async def _overview(request: web.Request, *, refusal: Refusal | None = None) -> web.Response:
    async with request.app[keys.DB].reading() as session:
        found = [await views.set_view(session, kind) for kind in sets.FILES]
    of_sets = [fault for view in found for fault in view.held.faults]
    others = [fault for fault in screening.faults() if fault not in of_sets]
    status = refusal.status if refusal else 200
    return _page(request, "overview", status, refusal=refusal, sets=found, others=others, said=_said(request))


@access(staff_page("screening.read"))
async def list_page(request: web.Request) -> web.Response:
    """GET /staff/screening/{kind}: every group with its level, categories and number of phrases; search."""
    return await _list(request)


async def _list(request: web.Request, *, tried: Tried | None = None) -> web.Response:
    view = await _view(request)
    wanted = {name: request.query.get(name, "")[:200] for name in ("q", "level", "category")}
    rows = views.listed(view, wanted["q"].strip(), wanted["level"], wanted["category"])
    return _page(request, "list", view=view, rows=rows, wanted=wanted, kinds=KINDS, tried=tried)


@access(staff_page("screening.read"))
async def try_page(request: web.Request) -> web.Response:
    """POST /staff/screening/phrases/try: what is heard in a message now and with the draft."""
    form = await typed(request)
    text = form.text("try", LONGEST)
    return await _list(request, tried=await _tried(request, await _view(request), text) if text else None)


@access(staff_page("screening.read"))
async def part_page(request: web.Request) -> web.Response:
    """GET /staff/screening/{kind}/parts/{key}: one group, list or message, to read or to change."""
    view = await _view(request)
    return await _part(request, view, _part_of(request, view))


@access(staff_page("screening.edit"))
async def save_part(request: web.Request) -> web.Response:
    """POST the same: keep it in the draft. With `look` try and preview what is typed, and keep nothing."""
    view, form = await _view(request), await typed(request)
    shown = _part_of(request, view, form)
    part = form.part(view.kind, shown)
    faults = _faults(request, view, part, shown)
    if "look" in form.fields or faults:
        return await _part(request, view, shown, part=part, form=form, faults=faults)
    step = Step(
        "screening.edit", lambda _, work, given: service.save_part(work, part, given.text("seen")), ""
    )
    try:
        await take(request, view.kind, step, form)
    except Refusal as refusal:
        return await _part(request, view, shown, part=part, form=form, refusal=refusal)
    raise web.HTTPSeeOther(f"/staff/screening/{view.kind}/parts/{part.key}?said=saved")


async def _part(
    request: web.Request, view: views.SetView, shown: Part, *, part: Part | None = None,
    form: Typed | None = None, faults: Faults | None = None, refusal: Refusal | None = None,
) -> web.Response:  # fmt: skip
    text = form.text("try", LONGEST) if form else ""
    part = part or shown
    tried = None
    if text and view.kind == sets.PHRASES and not faults:
        tried = await _tried(request, view, text, with_part(view.kind, _body(view), part))
    area = _area(request, form)
    preview = _preview(request, part, area) if view.kind == sets.MESSAGES and not faults else None
    status = refusal.status if refusal else 422 if faults and form and "look" not in form.fields else 200
    return _page(
        request, "part", status=status, view=view, shown=shown, part=part, faults=faults or {},
        refusal=refusal, seen=form.text("seen") if form else _seen(shown), try_text=text, tried=tried,
        area=area, preview=preview, filled=fillings(area, request.app[keys.CLOCK].now()),
        saved=request.query.get("said") == "saved" and form is None, is_new=shown.key == NEW_GROUP.key,
        key_typed=form.text("key") if form else "",
    )  # fmt: skip


@access(staff_page("screening.read"))
async def draft_page(request: web.Request) -> web.Response:
    """GET /staff/screening/{kind}/draft: what it changes, its dry run, and the next step."""
    return await _draft(request)


async def _draft(
    request: web.Request, *, refusal: Refusal | None = None, form: Typed | None = None
) -> web.Response:
    view = await _view(request)
    if view.open is None:
        if refusal:
            return await _overview(request, refusal=refusal)
        raise web.HTTPSeeOther("/staff/screening")
    async with request.app[keys.DB].reading() as session:
        trial = await views.trial_view(session, request.app[keys.CLOCK].now(), signed_in(request), view)
    return _page(
        request, "draft", status=refusal.status if refusal else 200, view=view, draft=view.open, trial=trial,
        changes=view.changed(), own=service.is_own(signed_in(request), view.open), refusal=refusal,
        given=form.fields if form else {}, said=_said(request),
    )  # fmt: skip


@access(staff("screening.read", touch=False))
async def trial_part(request: web.Request) -> web.Response:
    """GET /staff/screening/{kind}/dry-run: the dry run alone, for a page that is open."""
    view = await _view(request)
    async with request.app[keys.DB].reading() as session:
        trial = await views.trial_view(session, request.app[keys.CLOCK].now(), signed_in(request), view)
    if trial is None:
        raise NotFound()
    return _page(request, "_trial", view=view, trial=trial)


@access(staff_page("screening.read"))
async def edition_page(request: web.Request) -> web.Response:
    """GET /staff/screening/{kind}/editions/{number}: an edition against what is in force."""
    view = await _view(request)
    number = request.match_info["number"]
    async with request.app[keys.DB].reading() as session:
        edition = await service.numbered(session, view.kind, int(number) if len(number) < 9 else 0)
    differs = changes(view.kind, view.live.body, edition.body) if view.live else []
    return _page(request, "edition", view=view, edition=edition, changes=differs)


def _posted(name: str, step: Step) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A button: take the step and show what follows; after a no, everything that was typed is there."""

    @access(staff_page(step.right))
    async def handler(request: web.Request) -> web.Response:
        kind, form = _kind(request), await typed(request)
        try:
            await take(request, kind, step, form)
        except NotFound:
            raise
        except Refusal as refusal:
            return await _draft(request, refusal=refusal, form=form)
        where = "" if step.then == "overview" else f"/{kind}/draft"
        raise web.HTTPSeeOther(f"/staff/screening{where}?said={name}")

    return handler


@access(staff_page("screening.read"))
async def back_to_draft(request: web.Request) -> web.Response:
    """A refused button shows a page under the button's address; loaded anew, that leads to the draft."""
    raise web.HTTPSeeOther(f"/staff/screening/{_kind(request)}/draft")


@access(staff("screening.read", touch=False))
async def try_api(request: web.Request) -> web.Response:
    """POST /api/staff/screening/try {text} -> {now, draft}: levels, categories and the words heard."""
    text = text_field(await json_object(request), "text", LONGEST)
    async with request.app[keys.DB].reading() as session:
        view = await views.set_view(session, sets.PHRASES)
    tried = await _tried(request, view, text)
    return web.json_response({"now": _verdict(tried.now), "draft": tried.draft and _verdict(tried.draft)})


def _verdict(verdict: Verdict) -> dict[str, Any]:
    findings = [
        {"level": one.level, "categories": one.categories, "evidence": one.evidence, "by": one.detector}
        for one in verdict.findings
    ]
    return {"level": verdict.level, "findings": findings}


async def _tried(request: web.Request, view: views.SetView, text: str, body: str | None = None) -> Tried:
    """What is heard in `text` now, and with `body` (or the open draft) instead."""
    draft = body or (view.open.body if view.open else None)
    if draft:
        await must_compile(request, view.kind, draft)
    return await request.app[BENCH].try_out(text, view.live.body if view.live else None, draft)


def _kind(request: web.Request) -> str:
    kind = request.match_info.get("kind", sets.PHRASES)
    if kind not in sets.FILES:
        raise NotFound()
    return kind


async def _view(request: web.Request) -> views.SetView:
    async with request.app[keys.DB].reading() as session:
        return await views.set_view(session, _kind(request))


def _body(view: views.SetView) -> str:
    if view.shown is None:
        raise NotFound("Nothing was approved yet.")
    return view.shown.body


def _part_of(request: web.Request, view: views.SetView, form: Typed | None = None) -> Part:
    """The part that the address names; for a new group the one that the form names."""
    key = request.match_info["key"]
    found = parts(view.kind, _body(view))
    if key == "new" and view.kind == sets.PHRASES:
        return NEW_GROUP
    if key not in found:
        raise NotFound("There is no such part.")
    return found[key]


def _seen(shown: Part) -> str:
    """The mark of what the form starts from; none for a group that there is not yet."""
    return shown.seen if shown.key != NEW_GROUP.key else ""


def _faults(request: web.Request, view: views.SetView, part: Part, shown: Part) -> Faults:
    rules = request.app[keys.RULES]
    found = faults_of(view.kind, _body(view), part, rules.vocabulary.categories, rules.areas.values())
    if shown.key != part.key and part.key in parts(view.kind, _body(view)):
        found.setdefault("key", []).append("there is a group of that name already")
    return found


def _area(request: web.Request, form: Typed | None) -> Area:
    rules = request.app[keys.RULES]
    return rules.areas.get(form.text("area") if form else "", rules.area(None))


def _preview(request: web.Request, part: Part, area: Area) -> Sent:
    return fill(Wording(frozenset(), part.lines[0], part.lines[1]), area, request.app[keys.CLOCK].now())


def _said(request: web.Request) -> str:
    step = STEPS.get(request.query.get("said", ""))
    return step.said if step else ""


def _page(request: web.Request, name: str, status: int = 200, **context: Any) -> web.Response:
    rules, me = request.app[keys.RULES], signed_in(request)
    return page(
        request, f"screening/{name}.html", status=status, me=me, levels=rules.vocabulary.levels, codes=LEVELS,
        categories=rules.vocabulary.categories,
        areas=rules.areas.values(), moment=_moment(request), sms_parts=sms_parts, **context,
    )  # fmt: skip


def _moment(request: web.Request) -> Callable[[datetime], str]:
    zone = request.app[keys.RULES].area(None).timezone

    def moment(at: datetime) -> str:
        local = at.astimezone(zone)
        return f"{local.day} {local:%B %Y}, {local:%H:%M}"

    return moment


async def _stop(app: web.Application) -> None:
    await app[TRIALS].stop()


def setup(app: web.Application) -> None:
    app[TRIALS], app[BENCH] = Trials(app[keys.DB], app[keys.CLOCK]), Bench()
    app.on_cleanup.append(_stop)
    app[keys.TEMPLATES].globals["screening_faults"] = screening.faults
    kind = "/staff/screening/{kind:phrases|messages}"
    app.router.add_get("/staff/screening", overview)
    app.router.add_get(kind, list_page)
    app.router.add_post("/staff/screening/phrases/try", try_page)
    app.router.add_get(f"{kind}/parts/{{key}}", part_page)
    app.router.add_post(f"{kind}/parts/{{key}}", save_part)
    app.router.add_get(f"{kind}/draft", draft_page)
    app.router.add_get(f"{kind}/dry-run/progress", trial_part)
    app.router.add_get(f"{kind}/editions/{{number:[0-9]+}}", edition_page)
    app.router.add_post("/api/staff/screening/try", try_api)
    for name, step in STEPS.items():
        app.router.add_post(f"{kind}/{name}", _posted(name, step))
        app.router.add_get(f"{kind}/{name}", back_to_draft)
