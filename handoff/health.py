"""/healthz: this process lives. /readyz: it can do its work. /metrics: how it is doing (internal only)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import keys, metrics
from handoff.alerts import service as alerts
from handoff.conversations.model import Outgoing
from handoff.screening import service as screening
from handoff.security import access, anyone

OUTBOX_LATE_SECONDS = 300


@access(anyone)
async def healthz(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


@access(anyone)
async def readyz(request: web.Request) -> web.Response:
    """200 when the database answers, every Rasa has a model, no text waits too long; else 503.

    Screening that runs on less than what was approved, and an area that is not served as it should be, are
    said too, with 200: messages still get to a person.
    """
    database, outbox = await _database_and_outbox(request)
    rasa = await request.app[keys.RASA].ready()
    checks = {"database": database, "rasa": rasa, "outbox": outbox}
    ready = all(checks.values())
    checks["screening"] = not screening.faults()
    checks["areas"] = not request.app[keys.RULES].faults
    status = "ok" if all(checks.values()) else "degraded"
    return web.json_response({"status": status, "checks": checks}, status=200 if ready else 503)


async def _database_and_outbox(request: web.Request) -> tuple[bool, bool]:
    try:
        async with request.app[keys.DB].reading() as session:
            await session.execute(text("SELECT 1"))
            age = await outbox_age(session, request.app[keys.CLOCK].now())
    except SQLAlchemyError:
        return False, False
    return True, age < OUTBOX_LATE_SECONDS


async def outbox_age(session: AsyncSession, now: datetime) -> float:
    """Seconds that the oldest text has waited (0 when none waits)."""
    query = select(func.min(Outgoing.created_at)).where(Outgoing.state.in_(("queued", "sending")))
    oldest: datetime | None = (await session.execute(query)).scalar()
    if oldest is None:
        return 0.0
    return (now - (oldest if oldest.tzinfo else oldest.replace(tzinfo=UTC))).total_seconds()


@access(anyone)
async def metrics_page(request: web.Request) -> web.Response:
    async with request.app[keys.DB].reading() as session:
        metrics.OUTBOX_OLDEST.set(await outbox_age(session, request.app[keys.CLOCK].now()))
        metrics.ALERTS.set(await alerts.unacknowledged(session))
    body = await asyncio.to_thread(generate_latest)  # it looks into /proc
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def setup(app: web.Application) -> None:
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)


def setup_internal(app: web.Application) -> None:
    app.router.add_get("/metrics", metrics_page)
