"""What cannot be read is refused as what it is, never as a fault of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from handoff.app import Parts, make_public_app

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
GZIP = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    "path", ["/static/%00", "/static/webchat/%00.js", "/static/../app.py", "/static/a%0d"]
)
async def test_a_file_that_cannot_exist_is_not_there(client: TestClient, path: str) -> None:
    assert (await client.get(path)).status == 404


@pytest.mark.parametrize(
    "path",
    ["/api/chat", "/api/staff/session", "/webhooks/twilio/sms", "/webhooks/twilio/status", "/staff/sign-in"],
)
async def test_a_body_that_is_not_packed_as_it_says_is_refused(client: TestClient, path: str) -> None:
    response = await client.post(path, data=b"rubbish that is no gzip", headers=GZIP)
    assert 400 <= response.status < 500


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"email=\xff\xfe&password=%ff"),
        (FORM + "; charset=klingon", b"email=x"),
        (MULTIPART, b"no boundary"),
        (MULTIPART + "; boundary=x", b"not in parts"),
        (
            MULTIPART + "; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=email\r\n\r\n\xff\r\n--x--\r\n",
        ),
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(client: TestClient, kind: str, body: bytes) -> None:
    response = await client.post("/staff/sign-in", data=body, headers={"Content-Type": kind})
    assert 400 <= response.status < 500


class Listener(logging.Handler):
    """Keeps what is logged, and says when something was."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []
        self.heard = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.heard.set()


@pytest.fixture
def listener() -> Iterator[Listener]:
    log, listener = logging.getLogger("handoff.errors"), Listener()
    log.addHandler(listener)
    log.setLevel(logging.DEBUG)
    yield listener
    log.setLevel(logging.NOTSET)
    log.removeHandler(listener)


@pytest.fixture
async def port(parts: Parts) -> AsyncIterator[int]:
    """The service as it is served: a test server ends what nobody waits for, ours does not."""
    runner = web.AppRunner(make_public_app(parts), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", parts.settings.port).start()
    yield parts.settings.port
    await runner.cleanup()


@pytest.mark.parametrize(
    "path", ["/api/chat", "/api/staff/session", "/webhooks/twilio/sms", "/staff/sign-in"]
)
async def test_someone_who_hangs_up_in_the_middle_is_no_error_in_the_log(
    port: int, listener: Listener, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 900\r\n"
    writer.write(f"{head}Expect: 100-continue\r\n\r\nemail=jo".encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.close()
    async with asyncio.timeout(5):
        await listener.heard.wait()
    seen = [*listener.records, *caplog.records]
    assert [record.getMessage() for record in seen if record.levelno >= logging.WARNING] == []
