"""The demo's people (demo mode only): made once, and given today's demo password at each start."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from handoff.db import Database
from handoff.staff import service
from handoff.staff.passwords import hash_password, matches

# (e-mail, name, role, area; None is every area)
PEOPLE = (
    ("pa.camden@demo.test", "Sam Okafor", "pa", "camden"),
    ("pa.lambeth@demo.test", "Alex Chen", "pa", "lambeth"),
    ("lead@demo.test", "Priya Nair", "lead", None),
    ("editor.one@demo.test", "Jo Davies", "editor", None),
    ("editor.two@demo.test", "Kit Morgan", "editor", None),
    ("manager@demo.test", "Dana Whitlock", "manager", None),
    ("admin@demo.test", "Robin Hale", "admin", None),
)


async def ensure_demo_staff(db: Database, now: datetime, password: str, areas: Collection[str]) -> None:
    """Make whoever is missing; a changed password replaces the old one."""
    everywhere = sorted(areas)
    for email, name, role, area in PEOPLE:
        async with db.reading() as session:
            person = await service.by_email(session, email)
        if person and await matches(password, person.password_hash):
            continue
        fresh = await hash_password(password)
        async with db.transaction() as session:
            person = await service.by_email(session, email)
            if person:
                person.password_hash = fresh
            else:
                await service.add(
                    session,
                    now,
                    email=email,
                    name=name,
                    password_hash=fresh,
                    roles=[role],
                    areas=[area] if area else everywhere,
                    with_code=False,
                )
