"""How Rasa calls the action server: any error fails the turn, and nothing of a conversation reaches a log.

A failing action server answers with the whole conversation; that body is read by nobody here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

TIMEOUT_SECONDS = 10
REJECTED = 400


class ActionFailed(Exception):
    """The action server did not answer 200. Not a RasaException: Rasa swallows those in places."""


def _with_its_schema_read_once() -> Callable[[RemoteAction, dict[str, Any]], bool]:
    """What stands in for Rasa's check of an answer.

    Rasa reads the schema, which never changes, against the schema of schemas with every answer: a sixth of a
    turn's time. And its error has the answer's words in it.
    """
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)(schema)

    def is_as_promised(action: RemoteAction, answer: dict[str, Any]) -> bool:
        if not validator.is_valid(answer):
            raise ActionFailed(f"the action server's answer for {action.name()} is not of the right form")
        return True

    return is_as_promised


RemoteAction._validate_action_result = _with_its_schema_read_once()


class ActionEndpoint(EndpointConfig):
    """One kept-alive connection pool to the action server, and errors that carry a status and no words."""

    _pool: aiohttp.ClientSession | None = None

    @classmethod
    def like(cls, stock: EndpointConfig | None) -> ActionEndpoint | None:
        """The same address as the endpoint that Rasa read from endpoints.yml."""
        return cls(stock.url, stock.params, stock.headers, **stock.kwargs) if stock else None

    def session(self) -> aiohttp.ClientSession:
        """The pool, made in the running loop on first use."""
        if self._pool is None or self._pool.closed:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._pool = aiohttp.ClientSession(timeout=timeout, json_serialize=_compact)
        return self._pool

    async def close(self) -> None:
        """Give the connections back."""
        if self._pool is not None:
            await self._pool.close()

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The action server's answer; raises ActionFailed, or ClientResponseError for a rejection."""
        assert self.url is not None
        try:
            async with self.session().post(self.url, json=kwargs["json"]) as response:
                if response.status == REJECTED:
                    raise _rejection(kwargs["json"]["next_action"])
                if response.status != 200:
                    raise ActionFailed(f"the action server answered {response.status}")
                return await response.json()
        except ClientResponseError:
            raise
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as fault:
            raise ActionFailed(f"the action server did not answer: {type(fault).__name__}") from None


def _rejection(action: str) -> ClientResponseError:
    """What Rasa reads as "this form does not want that message": part of forms, not an error."""
    return ClientResponseError(REJECTED, "rejected", json.dumps({"action_name": action}))


def _compact(body: Any) -> str:
    return json.dumps(body, separators=(",", ":"))
