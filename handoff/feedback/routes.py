"""What people said of an answer, for programs; the answer's page shows the same."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from handoff import keys
from handoff.content import service as content
from handoff.feedback import service
from handoff.feedback.heard import Heard, Question
from handoff.feedback.use import Use
from handoff.security import access
from handoff.staff.auth import signed_in, staff


@access(staff(service.RIGHT))
async def feedback(request: web.Request) -> web.Response:
    """GET /api/staff/answers/{slug}/feedback: counts, and what got a no; the look is recorded."""
    slug = request.match_info["slug"]
    async with request.app[keys.DB].transaction() as session:
        view = await content.answer_view(session, slug)
        now, zone = request.app[keys.CLOCK].now(), request.app[keys.RULES].area(None).timezone
        found = await service.heard(session, now, zone, signed_in(request), slug)
    return web.json_response(_json(found, {revision.id: revision.number for revision in view.history}))


def _json(found: Heard, numbers: Mapping[uuid.UUID, int]) -> dict[str, Any]:
    revisions = [
        {"number": numbers.get(revision) if revision else None, **asdict(counts)}
        for revision, counts in found.revisions.items()
    ]
    return {
        **asdict(found.total),
        "revisions": sorted(revisions, key=lambda one: one["number"] or 0, reverse=True),
        "questions": [_question(one, numbers) for one in found.questions],
        "asked": _used(found.use),
    }


def _used(use: Use) -> dict[str, Any]:
    weeks = [{"from": monday.isoformat(), "asked": asked} for monday, asked in use.weeks.items()]
    return {"weeks": weeks, "channels": dict(use.channels), "passed": use.passed, "again": use.again}


def _question(one: Question, numbers: Mapping[uuid.UUID, int]) -> dict[str, Any]:
    return {
        "text": one.words,
        "at": one.at.isoformat().replace("+00:00", "Z"),
        "area": one.area,
        "revision": numbers.get(one.revision_id) if one.revision_id else None,
        "case": str(one.case_id) if one.case_id else None,
        "seq": one.seq,
    }


def setup(app: web.Application) -> None:
    app.router.add_get("/api/staff/answers/{slug}/feedback", feedback)
