"""HTTPS webhook: the notice as JSON, signed with a shared secret over its time and body.

The attack on us is an address that leads into our own network: every address a name stands for is looked at
as the connection is made (not before, when it could still change), and redirects are not followed. The
attack on them is a forged or repeated notice: hence the signature, its time and the Idempotency-Key.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from handoff.jobcentre.channels.sending import SECONDS, NotSent, Sending, Sent
from handoff.jobcentre.options import Web

SIGNATURE, KEY = "Wayline-Signature", "Idempotency-Key"
CLOCKS_DIFFER = timedelta(minutes=5)
_LARGEST_ANSWER = 4096
_LONGEST_NAME = 64


class PrivateAddress(OSError):
    """The name stands for an address that is not on the open internet."""


class OpenInternet(AbstractResolver):
    """Looks names up as ever, and refuses those that lead anywhere but to the open internet."""

    def __init__(self) -> None:
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        if not all(_is_open(one["host"]) for one in found):
            raise PrivateAddress()
        return found

    async def close(self) -> None:
        await self._names.close()


async def send(options: Web, sending: Sending, *, allow_private: bool) -> Sent:
    """Post it once; 409 says that they have it. NotSent."""
    body = sending.body
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        KEY: str(sending.id),
        SIGNATURE: sign(options.secret, sending.now, body),
    }
    host = urlsplit(options.url).hostname or ""
    if not allow_private and _is_address(host) and not _is_open(host):
        raise NotSent("private_address", certain=True)
    connector = aiohttp.TCPConnector(resolver=None if allow_private else OpenInternet())
    limit = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=limit, trust_env=False) as http,
            http.post(options.url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            return _outcome(response.status, await response.content.read(_LARGEST_ANSWER))
    except aiohttp.ClientConnectorCertificateError:
        raise NotSent("not_secure", certain=True) from None
    except aiohttp.ClientConnectorError as error:
        private = isinstance(error.os_error, PrivateAddress)
        secure = not isinstance(error.os_error, ssl.SSLError)
        code = "private_address" if private else "unreachable" if secure else "not_secure"
        raise NotSent(code, certain=True) from None
    except TimeoutError:
        raise NotSent("timeout", certain=False) from None
    except (aiohttp.ClientError, OSError):
        raise NotSent("unreachable", certain=False) from None


def sign(secret: str, at: datetime, body: bytes) -> str:
    """ "t=<seconds>,v1=<HMAC-SHA256 of the seconds, a full stop and the body>"."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def is_signed(secret: str, given: str, body: bytes, now: datetime) -> bool:
    """Whether whoever holds the secret signed this body, and within the last five minutes."""
    parts = dict(part.split("=", 1) for part in given.split(",") if "=" in part)
    seconds = parts.get("t", "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        return False
    if abs(now.timestamp() - int(seconds)) > CLOCKS_DIFFER.total_seconds():
        return False
    expected = _digest(secret, int(seconds), body)
    return hmac.compare_digest(parts.get("v1", "").encode(), expected.encode())


def _digest(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def _outcome(status: int, answer: bytes) -> Sent:
    if status == 409:
        return Sent()
    if 300 <= status < 400:
        raise NotSent("redirect", certain=False)
    if status >= 400:
        raise NotSent(str(status), certain=status < 500)
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return Sent()
    if not isinstance(said, dict) or said.get("acknowledged") is not True:
        return Sent()
    by = said.get("reference")
    return Sent(confirmed=True, by=by[:_LONGEST_NAME] if isinstance(by, str) else "")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_open(host: str) -> bool:
    address = ipaddress.ip_address(host.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None)
    return bool((inner or address).is_global) and not address.is_multicast
