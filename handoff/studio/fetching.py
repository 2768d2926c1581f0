"""Looks at a web page that staff named, from inside our network: the open web alone, and no further.

A name that stands for any address that is not public is refused when it is looked up, so that what is
checked is what is connected to. No body is read, nothing is sent but the request, no cookie is kept.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from ipaddress import IPv6Address, IPv6Network, ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from handoff.content.keeping.links import Seen
from handoff.content.keeping.model import CLOSED, FAILED, LONGEST_ADDRESS, MOVED, WORKS

SECONDS, WHOLE_SECONDS = 10, 45
MOST_HOPS = 5
_PORTS = {"https": 443, "http": 80}
_NO_PROGRAMS = (401, 403, 429, 451)
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last 32 bits
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; Wayline link check)", "Accept": "text/html,*/*;q=0.5"}


class NotPublic(OSError):
    """A name or an address that is not on the open web."""


_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (NotPublic, "private"),
    (aiohttp.TooManyRedirects, "too_many"),
    (aiohttp.ClientSSLError, "certificate"),
    (aiohttp.ClientConnectorDNSError, "no_name"),
    (TimeoutError, "timeout"),
    (ValueError, "bad_address"),
)


class PublicOnly(AbstractResolver):
    """Looks names up, and refuses one that stands for an address of a private network."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise NotPublic
        return found

    async def close(self) -> None:
        await self._inner.close()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open web; an IPv4 address inside an IPv6 one is what counts."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip in _TRANSLATED:
            ip = ip_address(int(ip) & 0xFFFFFFFF)
        elif ip.ipv4_mapped or ip.sixtofour:
            ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


def open_web(
    resolver: AbstractResolver | None = None, trust: ssl.SSLContext | bool = True
) -> aiohttp.ClientSession:
    """A client for `look`: one connection a host, no proxy or password from the environment."""
    checked = resolver or PublicOnly(aiohttp.ThreadedResolver())
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=checked, ssl=trust, limit_per_host=1, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=SECONDS),
        headers=_HEADERS,
    )


async def look(http: aiohttp.ClientSession, address: str) -> Seen:
    """What is at an address now; every way it can go wrong is a state of `Seen`."""
    try:
        begun = URL(address)
        async with asyncio.timeout(WHOLE_SECONDS):
            status, reached = await _reach(http, begun)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Seen(FAILED, _trouble(error))
    if status >= 400:
        return Seen(CLOSED if status in _NO_PROGRAMS else FAILED, str(status))
    if _page(begun) == _page(reached):
        return Seen(WORKS, str(status))
    return Seen(MOVED, str(status), str(reached)[:LONGEST_ADDRESS])


def _trouble(error: Exception) -> str:
    """A word of links.CODES for what went wrong; the first that fits."""
    if isinstance(error, aiohttp.ClientConnectorDNSError) and isinstance(error.os_error, NotPublic):
        return "private"
    return next((code for kind, code in _TROUBLES if isinstance(error, kind)), "no_connection")


async def _reach(http: aiohttp.ClientSession, begun: URL) -> tuple[int, URL]:
    """HEAD, and GET where that does not do: many a site answers HEAD wrongly, or never."""
    with suppress(aiohttp.ClientError, OSError):  # a timeout is an OSError
        status, reached = await _follow(http, "HEAD", begun)
        if status < 400:
            return status, reached
    return await _follow(http, "GET", begun)


async def _follow(http: aiohttp.ClientSession, method: str, url: URL) -> tuple[int, URL]:
    """The status at the end of the redirects, and the address there. TooManyRedirects, NotPublic."""
    for _ in range(MOST_HOPS + 1):
        _check(url)
        async with http.request(method, url, allow_redirects=False) as answer:
            onward = answer.headers.get("Location") if 300 <= answer.status < 400 else None
            if onward is None:
                return answer.status, url
            url = url.join(URL(onward))
            history = (answer,)
    raise aiohttp.TooManyRedirects(answer.request_info, history)


def _check(url: URL) -> None:
    """Only pages of the web at their usual ports; an address in figures is looked up by nobody."""
    if url.scheme not in _PORTS or not url.host or url.user is not None or url.password is not None:
        raise ValueError("not a web page")
    if url.port != _PORTS[url.scheme]:
        raise NotPublic
    try:
        address = ip_address(url.host)
    except ValueError:
        return
    if not is_public(str(address)):
        raise NotPublic


def _page(url: URL) -> tuple[str, str, str]:
    """http or https, with www or without, with a slash at the end or without: the same page."""
    return (url.host or "").removeprefix("www."), url.path.rstrip("/"), url.query_string
