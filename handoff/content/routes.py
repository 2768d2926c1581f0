"""The editor's pages: the list of answers, one answer, and the releases. All work without JavaScript."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime

from aiohttp import web

from handoff import keys
from handoff.bodies import form_fields
from handoff.content import (
    api,
    comments,
    files_routes,
    first_edit,
    first_edit_routes,
    handed_back,
    history_routes,
    notices,
    releases,
    service,
    writing_routes,
)
from handoff.content.difference import Piece, difference
from handoff.content.facts import fill
from handoff.content.finding import Wanted
from handoff.content.keeping import bell
from handoff.content.keeping.links import why
from handoff.content.keeping.rules import BEFORE_MONEY
from handoff.content.keeping.view import kept
from handoff.content.leading_view import leading
from handoff.content.learning import measure, open_trainings
from handoff.content.live import live_release
from handoff.content.model import APPROVED, DRAFT, SET_ASIDE
from handoff.content.overlong import LARGEST_FORM, as_named, to_shorten
from handoff.content.standing import live_titles
from handoff.content.steps import STEPS, Given, Step, take
from handoff.content.wording import LABELS, Wording, preview
from handoff.errors import NotFound, Refusal, Unprocessable
from handoff.feedback import service as feedback
from handoff.pages import page
from handoff.security import access, takes
from handoff.staff import service as staff_service
from handoff.staff.auth import signed_in, staff_page

GROUPS = {
    one: one.capitalize()
    for one in ("options", "apprenticeships", "money", "jobs", "support", "service", "signposts")
}
SORTS = {
    "title": "Topic and title",
    "review": "Review date",
    "no": "Most that did not help",
    "unmet": "Most unmet questions",
}
STATES = {
    "live": "Live",
    "draft": "Draft open",
    "in_review": "Waiting for approval",
    "approved": "Approved",
    "scheduled": "Scheduled",
    "shipped": "Shipped update",
    "withdrawn": "Withdrawn",
    "not_live": "Not live",
}
Change = tuple[str, list[Piece], list[Piece]]
SAID = {
    "save": "Draft saved. People still get the live wording.",
    "submit": "Sent for approval. Someone else has to approve it.",
    "take-back": "Taken back. You can change it again.",
    "discard": "Draft set aside. People still get the live wording.",
    "keep-ours": "Your own wording stays.",
    "approve": "Approved and live. People get the new wording from now on.",
    "publish": "Live. People get the new wording from now on.",
    "schedule": "On the schedule. It goes live by itself.",
    "unschedule": "Taken off the schedule. It is still approved.",
    "emergency": "Live. Every manager and safeguarding lead is told.",
    "request-changes": "Sent back with your note.",
    "begin": "Begun. Nobody gets it yet: write it, and send it for approval.",
    "take-up": "Open again. People still get the live wording.",
    "withdraw": "This is a draft. People still get this answer until somebody else approves it.",
    "rename": "This is a draft. The answer keeps its name until somebody else approves it.",
    "take-off": "Taken off. People get a person instead. Every manager and safeguarding lead is told.",
    "comment": "Your comment is there for everybody who works on this.",
    "resolve": "Resolved.",
    "reopen": "Open again.",
    "owner": "Owner saved.",
    "still-correct": "Signed off as still correct. People see today as the day it was checked.",
    "source-differs": "A draft is open. What the source says stands beside it.",
}
NOT_YET = "Approved. People still get the live wording."


@access(staff_page("content.read"))
async def answers_page(request: web.Request) -> web.Response:
    """GET /staff/answers: find an answer by words or meaning, narrowed and sorted as the address says."""
    wanted, bad = Wanted.read(request.query), None
    try:
        found = await api.find_answers(request, wanted)
    except Unprocessable as refusal:  # a date that is none: all the rest is still listed
        bad = refusal
        found = await api.find_answers(request, replace(wanted, before=""))
    async with request.app[keys.DB].reading() as session:
        told = await notices.unread(session, signed_in(request))
        began = await first_edit.first_edit(session, signed_in(request))
        offered = await first_edit.is_offered(session, signed_in(request))
    today, areas = api.today(request), request.app[keys.RULES].areas
    return page(
        request, "content/answers.html", status=422 if bad else 200, found=found, told=told,
        moment=_moment(request), day=_day, wanted=wanted, groups=GROUPS, states=STATES, sorts=SORTS,
        areas={slug: area.name for slug, area in areas.items()}, zoned=_zoned(request), today=today,
        soon=today + BEFORE_MONEY[0], sums=request.app[keys.CONTENT].ending(today + BEFORE_MONEY[0]),
        began=began, offered=offered,
    )  # fmt: skip


@access(staff_page("content.read"))
async def answer_page(request: web.Request) -> web.Response:
    """GET /staff/answers/{slug}: its state decides what the page offers."""
    return await _answer(request)


@access(staff_page("content.read"))
async def releases_page(request: web.Request) -> web.Response:
    """GET /staff/releases?before=: what went live when, 50 at a time, and the way back."""
    return await _releases(request)


async def _releases(request: web.Request, refusal: Refusal | None = None) -> web.Response:
    """The releases; after a no to going back, why it was one."""
    async with request.app[keys.DB].reading() as session:
        before = api.before_release(request)
        found = await releases.releases(session, before)
        live = await live_release(session)
        people = [one.approver_id for view in found for one in view.changed]
        names = await staff_service.names(session, [*people, *(view.release.by_id for view in found)])
        told = await notices.unread(session, signed_in(request))
        under_way = await open_trainings(session)
        far = await measure(session, request.app[keys.CLOCK].now())
        titles = await live_titles(session)
    return page(
        request, "content/releases.html", status=refusal.status if refusal else 200, refusal=refusal,
        found=found, live=live, before=before, told=told, learning=under_way, titles=titles,
        progress=far, names=names, moment=_moment(request),
        said=request.query.get("said", ""),
    )  # fmt: skip


@access(staff_page("content.publish"))
async def restore(request: web.Request) -> web.Response:
    try:
        number = await api.restore_release(request)
    except NotFound:
        raise
    except Refusal as refusal:
        if refusal.code != "already_live":
            return await _releases(request, refusal)
        raise web.HTTPSeeOther("/staff/releases") from None  # a second press, as the page will show
    raise web.HTTPSeeOther(f"/staff/releases?said={number or 'learning'}")


@access(staff_page("content.read"))
async def read_notice(request: web.Request) -> web.Response:
    """POST /staff/notices/{id}/read: it is not shown to them again."""
    try:
        notice_id = uuid.UUID(request.match_info["id"])
    except ValueError:
        raise NotFound("There is no such notice.") from None
    async with request.app[keys.DB].transaction() as session:
        await notices.read(session, request.app[keys.CLOCK].now(), signed_in(request), notice_id)
    raise web.HTTPSeeOther("/staff/answers")


async def _answer(
    request: web.Request,
    *,
    refusal: Refusal | None = None,
    typed: Given | None = None,
    asks: bool = False,
    refused: str = "",
) -> web.Response:
    """The answer's page; after a no to the step `refused`, with everything that was typed and why."""
    given = typed or {}
    async with request.app[keys.DB].reading() as session:
        view = await service.answer_view(session, request.match_info["slug"])
        titles = await live_titles(session)
        guide = await first_edit.guide(session, signed_in(request), view, request.app[keys.RULES].vocabulary)
        rules, facts, today = request.app[keys.RULES], api.facts_of(request), api.today(request)
        keeping = await kept(session, view, today, facts, rules.vocabulary)
        led = await leading(session, view, rules.vocabulary)
        threads = await comments.threads(session, view.draft) if view.draft else []
        said_counts = await comments.said_counts(session, view.answer.slug)
        far = await measure(session, request.app[keys.CLOCK].now())
    typed_words, kept_words = _wording(view, given), Wording.of(view.newest)
    writes, offered = _writes(request, view), handed_back.offered(signed_in(request), view, may_go=led.may_go)
    wording = typed_words if writes else kept_words
    too_long = to_shorten(typed_words, rules.areas)
    said = Wording.of(led.to) if led.to else kept_words if too_long else wording
    area = rules.areas.get(given.get("area") or request.query.get("area", ""), rules.area(None))
    shown = preview(said, area, facts, today)
    return page(
        request, "content/answer.html", status=refusal.status if refusal else 200,
        view=view, wording=wording, given=given, area=area, areas=rules.areas.values(), refusal=refusal,
        shown=replace(shown, problems=too_long) if too_long else shown,
        changes=_changes(view), today=today, too_long=too_long, refused=refused,
        figures=service.figures_of(view.live or view.newest, facts),
        filled=facts.on(area, today), fill=fill,
        theirs=_theirs(view, wording, refusal) if writes else [], writes=writes,
        unsaved=[
            *([] if writes else _unsaved(typed_words, kept_words)),
            *handed_back.homeless(refused, given, offered, threads),
        ],
        offered=offered, is_own=_is_own(request, view),
        moment=_moment(request), day=_day,
        said=_said(request, view), states=STATES, state=service.state_of(view.draft) if view.draft else None,
        rules=rules, zone=rules.area(None).timezone,
        heard=await _heard(request), titles=titles, difference=difference,
        kept=keeping, why=why, zoned=_zoned(request),
        led=led, threads=threads, said_counts=said_counts, boxes=comments.BOXES, undo=_undo(request, view),
        guide=guide, guide_steps=first_edit.STEPS, progress=far,
        looked=None if too_long else await writing_routes.looked_over(request, view, wording),
        tried=await writing_routes.tried(request, view, typed_words, given) if asks else None,
    )  # fmt: skip


def _said(request: web.Request, view: service.AnswerView) -> str:
    """What the step before came to."""
    step = request.query.get("said", "")
    waits = view.draft is not None and view.draft.state == APPROVED
    return NOT_YET if waits and step in ("approve", "publish", "emergency") else SAID.get(step, "")


def _undo(request: web.Request, view: service.AnswerView) -> int | None:
    """The number of the revision that the step before set aside."""
    step = request.query.get("said", "")
    aside = (one for one in view.history if one.state == SET_ASIDE and not one.follows)
    gone = sorted(aside, key=lambda one: one.updated_at, reverse=True)
    if step == "discard" and not view.draft:
        return next((one.number for one in gone if one.author_id), None)
    if step == "keep-ours" and not view.shipped:
        return next((one.number for one in gone if not one.author_id), None)
    return None


async def _heard(request: web.Request) -> feedback.Heard | None:
    """What people said of the answer, for whoever may read it."""
    if not signed_in(request).may(feedback.RIGHT):
        return None
    async with request.app[keys.DB].transaction() as session:
        now, slug = request.app[keys.CLOCK].now(), request.match_info["slug"]
        zone = request.app[keys.RULES].area(None).timezone
        return await feedback.heard(session, now, zone, signed_in(request), slug)


def _wording(view: service.AnswerView, given: Given) -> Wording:
    kept = Wording.of(view.newest)
    try:
        return Wording.typed(given, kept) if given else kept
    except Refusal:  # no form of ours
        return kept


def _writes(request: web.Request, view: service.AnswerView) -> bool:
    """Whether the page has the boxes: else what was typed stands beside what is kept."""
    draft = view.draft
    open_to_write = draft is not None and draft.state == DRAFT and not draft.goes_to
    return open_to_write and signed_in(request).may("content.edit")


def _unsaved(typed: Wording, kept: Wording) -> list[tuple[str, str]]:
    """What was typed and is not kept, by the name of its box: to copy, where there are no boxes any more."""
    typed, kept = typed.tidied, kept.tidied
    pairs = ((label, getattr(typed, field), getattr(kept, field)) for field, label in LABELS.items())
    return [(label, mine) for label, mine, theirs in pairs if mine and mine != theirs]


def _changes(view: service.AnswerView) -> dict[str, list[Change]]:
    """What the draft and the shipped update change of the live wording."""
    live = Wording.of(view.live) if view.live else Wording()
    given = {"draft": view.draft, "shipped": view.shipped}
    return {name: _against(live, Wording.of(one)) for name, one in given.items() if one}


def _theirs(view: service.AnswerView, wording: Wording, refusal: Refusal | None) -> list[Change]:
    """What a colleague saved meanwhile against what is typed here, when that is the trouble."""
    if refusal is None or refusal.code != "changed_meanwhile" or view.draft is None:
        return []
    return _against(Wording.of(view.draft), wording)


def _against(old: Wording, new: Wording) -> list[Change]:
    pairs = ((label, getattr(old, field), getattr(new, field)) for field, label in LABELS.items())
    return [(label, *difference(before, after)) for label, before, after in pairs if before != after]


def _is_own(request: web.Request, view: service.AnswerView) -> bool:
    me = signed_in(request).id
    return bool(view.draft and (view.draft.author_id == me or str(me) in view.draft.editor_ids))


def _day(day: date | str) -> str:
    """A date in words; what an editor typed that is no date, as it is."""
    try:
        day = date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        return str(day)
    return f"{day.day} {day:%B %Y}"


def _zoned(request: web.Request) -> Callable[[datetime], date]:
    """The day that a moment is where the service works."""
    zone = request.app[keys.RULES].area(None).timezone
    return lambda at: at.astimezone(zone).date()


def _moment(request: web.Request) -> Callable[[datetime], str]:
    zone = request.app[keys.RULES].area(None).timezone

    def moment(at: datetime) -> str:
        local = at.astimezone(zone)
        return f"{_day(local.date())}, {local:%H:%M}"

    return moment


def _posted(name: str, step: Step) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A form of the answer's page: take the step and show the answer again."""

    @access(staff_page(step.right))
    @takes(LARGEST_FORM)
    async def handler(request: web.Request) -> web.Response:
        form = await form_fields(request)
        try:
            await take(request, step, form)
        except Refusal as refusal:  # also where what it is about is gone: the words go back to who typed them
            return await _refused(request, refusal, form, name)
        raise web.HTTPSeeOther(f"/staff/answers/{request.match_info['slug']}?said={name}")

    return handler


async def _refused(request: web.Request, refusal: Refusal, form: Given, step: str) -> web.Response:
    told = as_named(refusal, request.app[keys.RULES].areas)
    return await _answer(request, refusal=told, typed=form, refused=step)


@access(staff_page("content.edit"))
@takes(LARGEST_FORM)
async def try_question(request: web.Request) -> web.Response:
    """POST .../ask: the draft's page with everything typed, and what the assistant would say."""
    form = await form_fields(request)
    try:
        Wording.read(form, Wording())
        return await _answer(request, typed=form, asks=bool(form.get("question", "").strip()))
    except NotFound:
        raise
    except Refusal as refusal:
        return await _refused(request, refusal, form, "ask")


@access(staff_page("content.read"))
async def back_to_answer(request: web.Request) -> web.Response:
    """A refused form shows the answer under the step's address; loaded anew, that leads to the answer."""
    raise web.HTTPSeeOther(f"/staff/answers/{request.match_info['slug']}")


def setup(app: web.Application) -> None:
    api.setup(app)
    writing_routes.setup(app)
    files_routes.setup(app)  # before the answers: its address would be one
    first_edit_routes.setup(app)
    bell.setup(app)
    history_routes.setup(app)
    app.router.add_get("/staff/answers", answers_page)
    app.router.add_get("/staff/answers/{slug}", answer_page)
    app.router.add_post("/staff/answers/{slug}/ask", try_question)
    app.router.add_get("/staff/answers/{slug}/ask", back_to_answer)
    for name, step in STEPS.items():
        app.router.add_post(f"/staff/answers/{{slug}}/{name}", _posted(name, step))
        app.router.add_get(f"/staff/answers/{{slug}}/{name}", back_to_answer)
    app.router.add_get("/staff/releases", releases_page)
    app.router.add_post("/staff/notices/{id}/read", read_notice)
    app.router.add_post("/staff/releases/{number}/restore", restore)
