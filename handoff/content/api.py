"""The staff API for answers and releases: the same steps as the pages take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.bodies import json_object
from handoff.content import comments, going_back, releases, service
from handoff.content.areas import Area, local_day
from handoff.content.facts import Facts
from handoff.content.finding import Asking, Found, Wanted, find
from handoff.content.meaning import MEANINGS
from handoff.content.model import Revision
from handoff.content.money import Figure
from handoff.content.service import AnswerView, Row
from handoff.content.steps import STEPS, Step, editing, take
from handoff.content.wording import Wording, preview, problems
from handoff.errors import NotFound, Unprocessable
from handoff.live import CONTENT
from handoff.security import access
from handoff.staff.auth import signed_in, staff


@access(staff("content.read"))
async def answers(request: web.Request) -> web.Response:
    """GET /api/staff/answers?q=&group=&state=&overdue=1&owner=&before=&unhelpful=1 and more: see `Wanted`."""
    found = await find_answers(request, Wanted.read(request.query))
    return web.json_response(
        {
            "answers": [_row(row, found) for row in found.rows],
            "near": [_row(row, found) for row in found.near],
            "whole": found.whole,
        }
    )


@access(staff("content.read"))
async def answer(request: web.Request) -> web.Response:
    return await _answer(request)


@access(staff("content.read"))  # writing is use: it keeps the session alive
async def preview_words(request: web.Request) -> web.Response:
    """POST /api/staff/answers/preview {web, sms, ..., area?}: how it will look, and what is wrong with it."""
    body = await json_object(request)
    area = area_of(request, body.get("area"))
    shown = preview(Wording.read(body, Wording()), area, facts_of(request), today(request))
    return web.json_response(asdict(shown))


@access(staff("content.read"))
async def release_list(request: web.Request) -> web.Response:
    """GET /api/staff/releases?before=: 50 at most, newest first; the first one is live, unless before one."""
    async with request.app[keys.DB].reading() as session:
        found = await releases.releases(session, before_release(request))
    return web.json_response({"releases": [_release(view) for view in found]})


def before_release(request: web.Request) -> int | None:
    """The number in the address below which releases are asked for. Unprocessable for what is none."""
    said = request.query.get("before", "")
    if said and not (said.isascii() and said.isdigit() and len(said) < 10):
        raise Unprocessable("bad_field", "before must be the number of a release.", field="before")
    return int(said) if said else None


@access(staff("content.publish"))
async def restore(request: web.Request) -> web.Response:
    """POST /api/staff/releases/{number}/restore: the earlier set is live, as a new release."""
    return web.json_response({"release": await restore_release(request)})


async def restore_release(request: web.Request) -> int | None:
    """Restore the release in the address, and tell open chats; its new number, None if it is learnt first.

    Unprocessable `cannot_return` when something in it is not right any more.
    """
    earlier = request.match_info["number"]
    if not (earlier.isascii() and earlier.isdigit() and len(earlier) < 10):
        raise NotFound("There is no such release.")
    async with request.app[keys.DB].transaction() as session:
        work = editing(request, session)
        await going_back.must_be_right_still(session, int(earlier), facts_of(request), today(request))
        vocabulary = request.app[keys.RULES].vocabulary
        number = await going_back.restore(session, work.now, work.who, int(earlier), vocabulary)
    request.app[keys.HUB].notify(CONTENT)
    return number


def today(request: web.Request) -> date:
    """The day it is where the service works."""
    return local_day(request.app[keys.RULES].area(None), request.app[keys.CLOCK].now())


def facts_of(request: web.Request) -> Facts:
    """What placeholders stand for."""
    return request.app[keys.CONTENT].facts


async def find_answers(request: web.Request, wanted: Wanted) -> Found:
    """The answers that somebody wants listed."""
    meanings, vocabulary = request.app[MEANINGS], request.app[keys.RULES].vocabulary
    asking = Asking(signed_in(request), today(request), facts_of(request), meanings, vocabulary)
    async with request.app[keys.DB].reading() as session:
        return await find(session, asking, wanted)


def area_of(request: web.Request, slug: object) -> Area:
    """The area to preview for; the default one when none is named."""
    rules = request.app[keys.RULES]
    if slug and slug not in rules.areas:
        raise Unprocessable("bad_field", "area must be one of our areas.", field="area")
    return rules.area(str(slug) if slug else None)


def _posted(step: Step) -> Callable[[web.Request], Awaitable[web.Response]]:
    @access(staff(step.right))
    async def handler(request: web.Request) -> web.Response:
        await take(request, step, await json_object(request))
        return await _answer(request)

    return handler


async def _answer(request: web.Request) -> web.Response:
    async with request.app[keys.DB].reading() as session:
        view = await service.answer_view(session, request.match_info["slug"])
        said = await comments.threads(session, view.draft) if view.draft else []
    facts, day = facts_of(request), today(request)
    found = problems(Wording.of(view.draft), facts) if view.draft else {}
    return web.json_response(
        {
            "slug": view.answer.slug,
            "group": view.answer.topic_group,
            "live": _revision(view, view.live),
            "draft": _revision(view, view.draft),
            "shipped_update": _revision(view, view.shipped),
            "problems": found,
            "figures": [
                _figure(figure, day) for figure in service.figures_of(view.live or view.newest, facts)
            ],
            "examples": view.newest.examples,
            "comments": [_thread(one) for one in said],
        }
    )


def _thread(thread: comments.Thread) -> dict[str, Any]:
    said = [
        {"by": thread.names.get(one.by_id), "at": iso(one.at), "words": one.words} for one in thread.comments
    ]
    about, resolved_at = thread.first.box, iso(thread.first.resolved_at)
    return {"id": str(thread.first.id), "about": about, "resolved_at": resolved_at, "said": said}


def _revision(view: AnswerView, revision: Revision | None) -> dict[str, Any] | None:
    if revision is None:
        return None
    return {
        "number": revision.number,
        "state": revision.state,
        "version": revision.version,
        "publish_at": iso(revision.publish_at),
        "author": view.names.get(revision.author_id) if revision.author_id else None,
        "review_note": revision.review_note,
        **{name: said for name, said in asdict(Wording.of(revision)).items() if name != "slug"},
    }


def _row(row: Row, found: Found) -> dict[str, Any]:
    helped, owner, link = found.helped.get(row.slug), found.owner(row), found.links.get(row.slug)
    days = {name: getattr(row, name) for name in ("review_on", "figure_overdue_since", "figure_until")}
    return {name: said for name, said in asdict(row).items() if name not in ("text", "sources")} | {
        "owner": owner.name if owner else None,
        "writer": found.writers.get(row.writer) if row.writer else None,
        "helped": asdict(helped) if helped else None,
        "unmet": found.unmet.get(row.slug, 0),
        "asked": found.asked.get(row.slug, 0),
        "comments": found.comments.get(row.slug, 0),
        "link": ("broken" if link.broken_since else "moved") if link else None,
        **{name: day.isoformat() if day else None for name, day in days.items()},
    }


def _figure(figure: Figure, day: date) -> dict[str, Any]:
    """A sum that the answer names, as it is said on a day."""
    rate, since = figure.on(day), figure.overdue_since(day)
    return {
        "key": figure.key,
        "what": figure.what,
        "said": figure.words(day),
        "until": rate.last.isoformat() if rate else None,
        "overdue_since": since.isoformat() if since else None,
    }


def _release(view: releases.ReleaseView) -> dict[str, Any]:
    changed = [{"slug": one.slug, "title": one.title} for one in view.changed]
    release = view.release
    return {"number": release.number, "why": release.why, "at": iso(release.at), "changed": changed}


def iso(at: datetime | None) -> str | None:
    """A moment as the API gives it."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def setup(app: web.Application) -> None:
    app.router.add_get("/api/staff/answers", answers)
    app.router.add_post("/api/staff/answers/preview", preview_words)
    app.router.add_get("/api/staff/answers/{slug}", answer)
    for name, step in STEPS.items():
        app.router.add_post(f"/api/staff/answers/{{slug}}/{name}", _posted(step))
    app.router.add_get("/api/staff/releases", release_list)
    app.router.add_post("/api/staff/releases/{number}/restore", restore)
