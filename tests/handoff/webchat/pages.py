"""A browser without JavaScript: one page of the chat, its hidden fields and its cookie."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient


@dataclass
class Page:
    """What the browser shows, and what its form would post."""

    client: TestClient
    response: ClientResponse
    html: str
    cookie: str
    fields: dict[str, str] = field(init=False)
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.html))
        found = re.search(r'id="composer" method="post" action="([^"#]+)', self.html)
        self.address = found[1] if found else ""

    @property
    def said(self) -> list[str]:
        """The words of each message, in order."""
        found = re.findall(r'<div class="message__body">(.*?)</div>', self.html, re.DOTALL)
        return [unescape(re.sub(r"<[^>]+>", "", words)).strip() for words in found]

    async def post(self, text: str, *, path: str = "", **over: str) -> Page:
        """Send the form; redirects are followed, with the cookie where its Path allows."""
        data = self.fields | {"text": text} | over
        return await self._go("POST", self.address + path, data)

    async def reload(self) -> Page:
        return await self._go("GET", self.address, None)

    async def _go(self, method: str, address: str, data: dict[str, str] | None) -> Page:
        self.client.session.cookie_jar.clear()  # the page holds its own
        headers = {"Cookie": self.cookie, "Accept": "text/html"}
        response = await self.client.request(
            method, address, data=data, headers=headers, allow_redirects=False
        )
        if response.status == 303 and response.headers["Location"].startswith("/"):
            return await self._go("GET", response.headers["Location"], None)
        return Page(self.client, response, await response.text(), _cookie(response) or self.cookie)


async def open_page(client: TestClient, query: str = "") -> Page:
    response = await client.get("/chat" + query, headers={"Accept": "text/html"})
    return Page(client, response, await response.text(), _cookie(response))


def _cookie(response: ClientResponse) -> str:
    return response.headers.get("Set-Cookie", "").partition(";")[0]
