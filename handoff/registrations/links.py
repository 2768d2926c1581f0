"""The link to a confirmation: unguessable, good for 30 days, and useless without the date of birth.

Only its hash is kept. Five wrong dates close it; whoever asks gets a new one where they registered.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import FOLLOW_UP, CaseRules, note_once, open_or_raise
from handoff.conversations import service as conversations
from handoff.conversations.model import SYSTEM_AUTHOR
from handoff.crypto import keyring
from handoff.db import ROW
from handoff.errors import TooMany
from handoff.registrations.model import ConfirmationLink, Registration
from handoff.registrations.writing import may_write, way_to

GOOD_FOR = timedelta(days=30)
MOST_TRIES = 5
OPEN_FOR = timedelta(minutes=15)
BETWEEN = timedelta(hours=1)
_BYTES = 16


async def new_link(session: AsyncSession, now: datetime, registration: Registration) -> str:
    """The path of a new link to the confirmation ("/r/..."); earlier links go on as they were."""
    token = secrets.token_urlsafe(_BYTES)
    session.add(
        ConfirmationLink(
            registration_id=registration.id,
            token_hash=_hash(token),
            wrong_tries=0,
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    await session.flush()
    return f"/r/{token}"


async def forget_link(session: AsyncSession, path: str) -> None:
    """A link that nobody was told: it is as if it had not been made."""
    token = path.rpartition("/")[2]
    await session.execute(delete(ConfirmationLink).where(ConfirmationLink.token_hash == _hash(token)))


async def ask_for_link(
    session: AsyncSession, rules: CaseRules, now: datetime, registration: Registration, base: str
) -> None:
    """Whoever holds an old link asks for a new one: it is said where they registered, or an adviser is told.

    Anybody who finds the paper can ask, so after something urgent, or where a text is not safe, nothing goes.
    """
    conversation = await conversations.lock(session, registration.conversation_id)
    if await may_write(session, conversation, way_to(registration)):
        await send_link(session, now, registration, base, "person")
        return
    case, _ = await open_or_raise(session, rules, now, conversation, FOLLOW_UP)
    note = f"{registration.reference}: a new link was asked for. None was sent: it may not be safe. Ask them."
    await note_once(session, now, case.id, note)


async def send_link(
    session: AsyncSession, now: datetime, registration: Registration, base: str, by: object
) -> None:
    """Say a new link where they registered, at most once an hour; closes the earlier ones.

    TooMany `link_just_sent` when the last one is younger. `base` is the service's own address; an adviser who
    sends one has found out that it is safe.
    """
    conversation = await conversations.lock(session, registration.conversation_id)
    query = select(ConfirmationLink.created_at).where(ConfirmationLink.registration_id == registration.id)
    last = (await session.execute(query.order_by(ConfirmationLink.created_at.desc()).limit(1))).scalar()
    if last is not None and now - last < BETWEEN:
        raise TooMany(
            "link_just_sent", "A link was sent less than an hour ago. Look for it where you wrote to us."
        )
    mine = update(ConfirmationLink).where(ConfirmationLink.registration_id == registration.id)
    await session.execute(mine.where(ConfirmationLink.expires_at > now).values(expires_at=now))
    text = f"Here is a new link to your confirmation. It asks for your date of birth: {base}"
    text += await new_link(session, now, registration)
    await conversations.append(session, conversation, now, author=SYSTEM_AUTHOR, text=text, kind="notice")
    await audit.record(session, now, by, "registration.send_link", f"registration:{registration.id}")


async def find(session: AsyncSession, token: str) -> ConfirmationLink | None:
    """The link of a token as it stands in the address."""
    query = select(ConfirmationLink).where(ConfirmationLink.token_hash == _hash(token))
    return (await session.execute(query)).scalar()


def is_live(link: ConfirmationLink, now: datetime) -> bool:
    return link.wrong_tries < MOST_TRIES and now < link.expires_at


async def try_birthday(
    session: AsyncSession, now: datetime, link: ConfirmationLink, given: str
) -> int | None:
    """None when the ISO date is theirs, else how many tries are left. Two at once count as two."""
    locked = await session.get_one(ConfirmationLink, link.id, with_for_update=ROW, populate_existing=True)
    if not is_live(locked, now):
        return 0
    registration = await session.get_one(Registration, link.registration_id)
    right = hmac.compare_digest(given.encode(), registration.date_of_birth.encode())
    if not right:
        locked.wrong_tries += 1
    action = "registration.open_by_link" if right else "registration.wrong_birthday"
    await audit.record(session, now, "person", action, f"registration:{registration.id}")
    return None if right else MOST_TRIES - locked.wrong_tries


def pass_for(link: ConfirmationLink, now: datetime) -> str:
    """What a browser carries once it gave the right date: good for this link, for a quarter of an hour."""
    until = int((now + OPEN_FOR).timestamp())
    return f"{until}.{_seal(link, until)}"


def passes(link: ConfirmationLink, now: datetime, carried: str) -> bool:
    until, _, seal = carried.partition(".")
    if not (until.isascii() and until.isdigit() and len(until) < 12 and int(until) > now.timestamp()):
        return False
    return hmac.compare_digest(seal.encode(), _seal(link, int(until)).encode())


def _seal(link: ConfirmationLink, until: int) -> str:
    return keyring.blind_index(f"confirmation:{link.id}:{until}")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
