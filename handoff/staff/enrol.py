"""`python -m handoff add-staff`: a first account, with a password and a one-time-code secret shown once."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Collection
from datetime import datetime

from bot.vocabulary import Vocabulary
from handoff.db import Database
from handoff.errors import Conflict, Unprocessable
from handoff.staff import service
from handoff.staff.one_time import enrolment_address
from handoff.staff.passwords import hash_password


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--role", required=True, action="append", help="again for a second role")
    parser.add_argument("--phone", default="", help="a mobile number: where alerts are texted")
    parser.add_argument("--area", required=True, action="append", help='again for a second area; or "all"')


async def enrol(
    db: Database, now: datetime, vocabulary: Vocabulary, areas: Collection[str], asked: argparse.Namespace
) -> str:
    """Make the account; what to hand over in person. Unprocessable or Conflict when it cannot be made."""
    chosen = sorted(areas) if "all" in asked.area else asked.area
    _refuse_unknown("role", asked.role, vocabulary.roles)
    _refuse_unknown("area", chosen, areas)
    phone = service.read_phone(asked.phone)
    password = secrets.token_urlsafe(15)
    hashed = await hash_password(password)
    async with db.transaction() as session:
        if await service.by_email(session, asked.email):
            raise Conflict("already_there", "That e-mail address has an account.", field="email")
        person = await service.add(
            session, now, email=asked.email, name=asked.name, password_hash=hashed,
            roles=asked.role, areas=chosen, with_code=True,
        )  # fmt: skip
        person.phone = phone
    address = enrolment_address(person.totp_secret or "", person.email)
    return f"Password (shown once): {password}\nFor the authenticator app: {address}"


def _refuse_unknown(field: str, given: Collection[str], known: Collection[str]) -> None:
    for value in given:
        if value not in known:
            allowed = ", ".join(sorted(known))
            raise Unprocessable("unknown", f"{value!r} is not one of: {allowed}.", field=field)
