"""Who is meant by a reference or a contact, and what is theirs alone. Never by a guess: a thread that others
registered from too is not theirs alone, and what may be theirs is only named."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.model import Case
from handoff.conversations.model import SMS, Contact, Conversation
from handoff.crypto import keyring
from handoff.errors import Conflict, NotFound
from handoff.jobcentre.model import Claimant
from handoff.phones import mobile
from handoff.records import store
from handoff.records.model import OPEN, Pair, Record
from handoff.registrations.model import Registration
from handoff.retention.holdings import Ids, Roots

_REFERENCE = re.compile(r"(WAY|C)-[0-9A-Z]{6}")


@dataclass(frozen=True)
class Person:
    """`roots` is theirs alone; `shared` are the contacts, by id, that somebody else registered from too.

    `threads` are the conversations with anything of theirs, the shared ones they registered in among them.
    """

    roots: Roots
    shared: Ids
    threads: Ids
    perhaps: Sequence[str]

    @property
    def subjects(self) -> list[str]:
        """How the audit names what is held about them."""
        kinds = {
            "registration": self.roots.registrations,
            "record": self.roots.records,
            "conversation": self.roots.conversations,
        }
        return [f"{kind}:{one}" for kind, ids in kinds.items() for one in sorted(ids)]


async def find(session: AsyncSession, asked: str) -> Person:
    """The person of a reference (WAY-, C-), a phone number, or the id of a chat or record.

    NotFound for nobody; Conflict when several people registered from that contact.
    """
    registrations, contacts, records = await _start(session, asked.strip())
    for _ in range(2):  # a registration leads to a record, a record to others
        records = {one for record in records for one in await store.whole(session, record)}
        registrations = {one.id: one for one in await _same(session, registrations.values(), records)}
        records |= {one.record_id for one in registrations.values() if one.record_id}
        records = {one for one in records if await session.get(Record, one)}
    contacts |= await _contacts_of(session, registrations.values(), records)
    shared = await _shared(session, contacts, set(registrations))
    theirs = frozenset(contacts - shared)
    wrote = select(Conversation.id).where(Conversation.contact_id.in_(theirs))
    roots = Roots(
        theirs,
        frozenset((await session.execute(wrote)).scalars()),
        frozenset(registrations),
        frozenset(records),
    )
    perhaps = await _perhaps(session, registrations.values(), records, contacts)
    threads = roots.conversations | {one.conversation_id for one in registrations.values()}
    return Person(roots, frozenset(shared), threads, perhaps)


async def _start(
    session: AsyncSession, asked: str
) -> tuple[dict[uuid.UUID, Registration], set[uuid.UUID], set[uuid.UUID]]:
    """The registrations, contacts and records that what was asked for names."""
    if _REFERENCE.fullmatch(asked.upper()) and asked.upper().startswith("WAY"):
        query = select(Registration).where(Registration.reference == asked.upper())
        found = (await session.execute(query)).scalar()
        return ({found.id: found}, set(), set()) if found else _nobody()
    record = await session.get(Record, uuid.UUID(asked)) if _is_id(asked) else None
    if record:
        return {}, set(), {record.id}
    contact = await _contact(session, asked)
    if contact is None:
        gave = await _gave_number(session, [keyring.blind_index(mobile(asked) or asked)])
        return _nobody([one.reference for one in gave])
    found_here = await _registered_from(session, [contact])
    people = {one.record_id or one.identity_index for one in found_here}
    if len(people) > 1:
        names = ", ".join(sorted(one.reference for one in found_here))
        raise Conflict("several", f"More than one person registered from there. Ask for one of {names}.")
    return {one.id: one for one in found_here}, {contact}, set()


async def _contact(session: AsyncSession, asked: str) -> uuid.UUID | None:
    """The contact of a case's reference, of a chat's id or of a phone number."""
    if _REFERENCE.fullmatch(asked.upper()):
        thread = select(Case.conversation_id).where(Case.reference == asked.upper())
        query = select(Conversation.contact_id).where(Conversation.id.in_(thread))
    elif _is_id(asked):
        query = select(Conversation.contact_id).where(Conversation.id == uuid.UUID(asked))
    else:
        index = keyring.blind_index(mobile(asked) or asked)
        query = select(Contact.id).where(Contact.channel == SMS, Contact.address_index == index)
    return (await session.execute(query)).scalar()


async def _gave_number(session: AsyncSession, numbers: Collection[str]) -> Sequence[Registration]:
    """The registrations with one of these numbers (blind indexes): a parent's phone may be on several."""
    query = select(Registration).where(Registration.phone_index.in_(numbers))
    return (await session.execute(query.order_by(Registration.reference))).scalars().all()


async def _registered_from(session: AsyncSession, contacts: Collection[uuid.UUID]) -> Sequence[Registration]:
    threads = select(Conversation.id).where(Conversation.contact_id.in_(contacts))
    query = select(Registration).where(Registration.conversation_id.in_(threads))
    return (await session.execute(query.order_by(Registration.created_at))).scalars().all()


async def _same(
    session: AsyncSession, known: Collection[Registration], records: Collection[uuid.UUID]
) -> Sequence[Registration]:
    """The registrations of the same record, or of the same name, date of birth and postcode."""
    query = select(Registration).where(
        or_(
            Registration.id.in_([one.id for one in known]),
            Registration.record_id.in_(records),
            Registration.identity_index.in_([one.identity_index for one in known]),
        )
    )
    return (await session.execute(query)).scalars().all()


async def _contacts_of(
    session: AsyncSession, registrations: Collection[Registration], records: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """Where they registered, and the thread of a claim that Jobcentre Plus told us of."""
    claims = select(Claimant.case_id).where(Claimant.record_id.in_(records))
    claimed = select(Case.conversation_id).where(Case.id.in_(claims))
    threads = [one.conversation_id for one in registrations]
    query = select(Conversation.contact_id).where(
        or_(Conversation.id.in_(threads), Conversation.id.in_(claimed))
    )
    return set((await session.execute(query)).scalars())


async def _shared(
    session: AsyncSession, contacts: Collection[uuid.UUID], theirs: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """The contacts that somebody else registered from."""
    found = await _registered_from(session, contacts)
    threads = {one.conversation_id for one in found if one.id not in theirs}
    query = select(Conversation.contact_id).where(Conversation.id.in_(threads))
    return set((await session.execute(query)).scalars())


async def _perhaps(
    session: AsyncSession,
    registrations: Collection[Registration],
    records: Collection[uuid.UUID],
    contacts: Collection[uuid.UUID],
) -> list[str]:
    """What may be theirs, for a person to look at."""
    phones = [one.phone_index for one in registrations if one.phone_index]
    wrote = select(Contact.address_index).where(Contact.id.in_(contacts), Contact.channel == SMS)
    numbers = {*phones, *(await session.execute(wrote)).scalars()}
    known = {one.id for one in registrations}
    gave = [one for one in await _gave_number(session, numbers) if one.id not in known]
    texts = select(Conversation.id).join(Contact, Contact.id == Conversation.contact_id)
    texts = texts.where(Contact.address_index.in_(phones), Contact.id.not_in(contacts))
    alike = select(Pair).where(
        Pair.state == OPEN, or_(Pair.record_id.in_(records), Pair.other_id.in_(records))
    )
    pairs = (await session.execute(alike)).scalars()
    others = {one for pair in pairs for one in (pair.record_id, pair.other_id)} - set(records)
    said = [f"Texts from the number they gave: {one}" for one in (await session.execute(texts)).scalars()]
    said += [f"A registration with the same number: {one.reference}" for one in gave]
    return [*said, *(f"A record that is alike: {one}" for one in sorted(others))]


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _nobody(
    gave: Sequence[str] = (),
) -> tuple[dict[uuid.UUID, Registration], set[uuid.UUID], set[uuid.UUID]]:
    """NotFound; `gave` are the references of who only gave that number, in a webchat for example."""
    if gave:
        said = "Nobody wrote from that number, but it was given with"
        raise NotFound(f"{said} {', '.join(gave)}. Make sure whose it is, and ask for the reference.")
    ways = "a reference (WAY-... or C-...), a phone number, or the id of a chat or record"
    raise NotFound(f"Nobody is found by that. Give {ways}.")
