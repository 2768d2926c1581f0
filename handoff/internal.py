"""What every internal route shares: the actions' token, and the conversation they speak about."""

from __future__ import annotations

import hmac
import uuid

from aiohttp import web

from handoff import keys
from handoff.errors import NotSignedIn, Unprocessable


async def actions(request: web.Request) -> None:
    """Access rule: only who holds INTERNAL_TOKEN (the action server)."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {request.app[keys.SETTINGS].internal_token}"
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise NotSignedIn("The internal token is missing or wrong.")


def is_over(sender: object, episode: int) -> bool:
    """Whether the assistant speaks of an episode that was ended meanwhile; `episode` is the one that runs."""
    said = str(sender).rpartition(":")[2]
    return said.isascii() and said.isdigit() and len(said) < 10 and int(said) < episode


def conversation_id(sender: object) -> uuid.UUID:
    """Rasa's sender id is "<conversation>:<episode>"; Unprocessable when it is not."""
    try:
        return uuid.UUID(str(sender).partition(":")[0])
    except ValueError:
        raise Unprocessable("bad_field", "conversation must be a sender id.", field="conversation") from None


def message_id(given: object) -> uuid.UUID:
    """The message of which a turn speaks; Unprocessable when it is none."""
    try:
        return uuid.UUID(str(given))
    except ValueError:
        raise Unprocessable("bad_field", "message_id must be a message's id.", field="message_id") from None
