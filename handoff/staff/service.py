"""What can be done with staff accounts: add one, sign in, stay signed in, sign out, look names up."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Vocabulary
from handoff import audit
from handoff.crypto import keyring
from handoff.db import Database
from handoff.errors import Refusal, Unprocessable
from handoff.phones import mobile
from handoff.staff.model import Staff as Staff
from handoff.staff.model import StaffSession
from handoff.staff.one_time import new_secret, step_of
from handoff.staff.passwords import matches

IDLE = timedelta(minutes=60)
ABSOLUTE = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)  # how exactly the last request is remembered; saves a write a request


@dataclass(frozen=True)
class Member:
    """A signed-in member of staff: what they may do (rights) and where (areas)."""

    id: uuid.UUID
    name: str
    roles: tuple[str, ...]
    rights: frozenset[str]
    areas: frozenset[str]
    session_id: uuid.UUID
    csrf: str

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    def may(self, right: str) -> bool:
        return right in self.rights


class SignInRefused(Refusal):
    """Wrong e-mail, password or code: the answer never says which of the first two."""

    status = 401


def wrong_sign_in() -> SignInRefused:
    return SignInRefused("wrong_sign_in", "That e-mail address and password do not go together. Check both.")


async def add(
    session: AsyncSession,
    now: datetime,
    *,
    email: str,
    name: str,
    password_hash: str,
    roles: Sequence[str],
    areas: Sequence[str],
    with_code: bool,
) -> Staff:
    """A new account; `with_code` gives it a secret for one-time codes (production needs one)."""
    person = Staff(
        email=_normal(email),
        email_index=keyring.blind_index(_normal(email)),
        name=name,
        roles=list(roles),
        areas=list(areas),
        password_hash=password_hash,
        totp_secret=new_secret() if with_code else None,
        created_at=now,
    )
    session.add(person)
    await session.flush()
    await audit.record(session, now, "system", "staff.add", f"staff:{person.id}", roles=list(roles))
    return person


async def by_email(session: AsyncSession, email: str) -> Staff | None:
    query = select(Staff).where(Staff.email_index == keyring.blind_index(_normal(email)))
    return (await session.execute(query)).scalar()


async def sign_in(
    db: Database, now: datetime, email: str, password: str, code: str, *, code_required: bool
) -> tuple[str, StaffSession]:
    """A new session and its cookie's value; SignInRefused when anything does not fit."""
    async with db.reading() as session:
        person = await by_email(session, email)
    known = person if person and person.active else None
    if not await matches(password, known.password_hash if known else None) or known is None:
        if known:
            async with db.transaction() as session:
                await audit.record(session, now, known.id, "staff.sign_in_refused", f"staff:{known.id}")
        raise wrong_sign_in()
    async with db.transaction() as session:
        if code_required or known.totp_secret:
            await _use_code(session, known, code, now)
        token = secrets.token_urlsafe(32)
        signed = StaffSession(
            staff_id=known.id,
            token_hash=_digest(token),
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            last_seen_at=now,
        )
        session.add(signed)
        await session.flush()
        await audit.record(session, now, known.id, "staff.sign_in", f"staff:{known.id}")
    return token, signed


async def _use_code(session: AsyncSession, person: Staff, code: str, now: datetime) -> None:
    """Accept the one-time code once; two requests with the same code: the second is refused."""
    if not code.strip():
        raise SignInRefused("code_required", "Type the six-figure code from your authenticator app.")
    step = step_of(person.totp_secret, code, now, person.totp_last_step) if person.totp_secret else None
    used = (
        update(Staff)
        .where(Staff.id == person.id, Staff.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(Staff.id)
        .execution_options(synchronize_session=False)
        if step
        else None
    )
    if used is None or (await session.execute(used)).first() is None:
        raise SignInRefused("wrong_code", "That code is wrong or was used before. Wait for the next one.")


async def member(
    session: AsyncSession, vocabulary: Vocabulary, now: datetime, token: str
) -> tuple[Member, bool] | None:
    """Who holds this cookie, and whether the visit should be noted; None when nobody does any more."""
    query = (
        select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(StaffSession.token_hash == _digest(token), StaffSession.revoked_at.is_(None), Staff.active)
    )
    found = (await session.execute(query)).first()
    if found is None:
        return None
    signed, person = found
    if now - signed.last_seen_at > IDLE or now - signed.created_at > ABSOLUTE:
        return None
    rights = frozenset(
        right for role in person.roles if role in vocabulary.roles for right in vocabulary.roles[role].rights
    )
    return Member(
        person.id, person.name, tuple(person.roles), rights, frozenset(person.areas), signed.id, signed.csrf
    ), abs(now - signed.last_seen_at) > _SEEN_EVERY


async def note_visit(session: AsyncSession, now: datetime, session_id: uuid.UUID) -> None:
    await session.execute(update(StaffSession).where(StaffSession.id == session_id).values(last_seen_at=now))


async def sign_out(session: AsyncSession, now: datetime, who: Member) -> None:
    await session.execute(
        update(StaffSession).where(StaffSession.id == who.session_id).values(revoked_at=now)
    )
    await audit.record(session, now, who.id, "staff.sign_out", f"staff:{who.id}")


async def signed_in_at(session: AsyncSession, who: Member) -> datetime:
    """When their session began."""
    return (await session.get_one(StaffSession, who.session_id)).created_at


async def names(session: AsyncSession, ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """The names of these members of staff, by id."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    rows = await session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted)))
    return {row.id: row.name for row in rows}


async def active(session: AsyncSession) -> list[Staff]:
    """Everybody with a working account."""
    return list((await session.execute(select(Staff).where(Staff.active))).scalars())


async def set_phone(session: AsyncSession, now: datetime, who: Member, typed: str) -> None:
    """Remember where to text this member of staff; nothing typed forgets it. Unprocessable for no mobile."""
    number = read_phone(typed)
    person = await session.get_one(Staff, who.id)
    person.phone = number
    await audit.record(session, now, who.id, "staff.phone", f"staff:{who.id}", set=number is not None)


def read_phone(typed: str) -> str | None:
    """A mobile number as E.164, None for nothing typed; Unprocessable for anything else."""
    number = mobile(typed) if typed else None
    if typed and number is None:
        told = "That is not a mobile number we can text. Type it like 07700 900123."
        raise Unprocessable("not_a_phone", told, field="phone")
    return number


async def phone_of(session: AsyncSession, staff_id: uuid.UUID) -> str | None:
    """Where this member of staff is texted."""
    return (await session.get_one(Staff, staff_id)).phone


def may(vocabulary: Vocabulary, person: Staff, right: str) -> bool:
    """Whether one of their roles carries this right."""
    return any(right in vocabulary.roles[role].rights for role in person.roles if role in vocabulary.roles)


async def colleagues(session: AsyncSession, vocabulary: Vocabulary, area: str | None) -> list[Staff]:
    """Who could take a case of this area (any area while it is not known), by name."""
    able = {code for code, role in vocabulary.roles.items() if "case.claim" in role.rights}
    people = await active(session)
    found = [one for one in people if able & set(one.roles) and (area is None or area in one.areas)]
    return sorted(found, key=lambda one: one.name)


def _normal(email: str) -> str:
    return email.strip().lower()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
