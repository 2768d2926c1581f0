"""The demo's rota (demo mode only): numbers that reach nobody and standing shifts, made once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select

from handoff.alerts.model import ON_CALL, SECOND, Shift
from handoff.db import Database
from handoff.staff import service as staff

PHONES = {
    "pa.camden@demo.test": "+447700900991",
    "pa.lambeth@demo.test": "+447700900992",
    "lead@demo.test": "+447700900993",
    "manager@demo.test": "+447700900994",
}
# (e-mail, role, area; None is every area without an adviser of its own)
SHIFTS = (
    ("pa.camden@demo.test", ON_CALL, "camden"),
    ("pa.lambeth@demo.test", ON_CALL, "lambeth"),
    ("lead@demo.test", SECOND, "camden"),
    ("lead@demo.test", SECOND, "lambeth"),
    ("lead@demo.test", ON_CALL, None),
)


async def ensure_demo_rota(db: Database, now: datetime, areas: Collection[str]) -> None:
    """Give the demo's people numbers and shifts until further notice, unless anybody has one already."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    async with db.transaction() as session:
        people = {one.email: one for one in await staff.active(session)}
        known = (await session.execute(select(Shift.id).limit(1))).first()
        if known or any(one.phone for one in people.values()):
            return
        for email, number in PHONES.items():
            people[email].phone = number
        covered = {area for _, _, area in SHIFTS if area}
        for email, role, area in SHIFTS:
            for slug in [area] if area else sorted(set(areas) - covered):
                session.add(
                    Shift(area=slug, role=role, staff_id=people[email].id, starts_at=monday, created_at=now)
                )
