"""The Jobcentre's ends as real servers on loopback: a webhook, an SFTP folder, a mail server; and its keys.

Each can be told to fail; what it was sent is kept.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import asyncssh
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der

from handoff.jobcentre.channels.web import KEY, SIGNATURE, is_signed

SECRET = "a secret that both ends know, at least 32"


@dataclass(frozen=True)
class Keys:
    """A certificate and its private key, as the Jobcentre would hold them."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def open(self, sealed: bytes) -> bytes:
        """What was sealed for this certificate."""
        return pkcs7_decrypt_der(sealed, self.certificate, self.key, [])


def make_keys(ended: bool = False, bits: int = 2048) -> Keys:
    """A self-signed certificate for Jobcentre Plus at 127.0.0.1.

    TLS reads the day it is and the service the tests' own day, so what is valid has no end near either,
    and what has ended did so before both.
    """
    key = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Jobcentre Plus")])
    begins, ends = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026 if ended else 2100, 1, 1, tzinfo=UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    )
    builder = builder.serial_number(x509.random_serial_number()).add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.not_valid_before(begins).not_valid_after(ends)
    return Keys(builder.sign(key, hashes.SHA256()), key)


@cache
def keys() -> Keys:
    return make_keys()


@dataclass
class FakeWebhook:
    """Their HTTPS end: checks the signature, counts a key once, and can be told to fail or hang."""

    secret: str = SECRET
    status: int = 200
    answer: Any = None
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: int = 0
    hang: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeWebhook]:
        app = web.Application()
        app.router.add_post("/notices", self._notice)
        async with TestServer(app) as server:
            self.url = str(server.make_url("/notices"))
            yield self

    async def _notice(self, request: web.Request) -> web.Response:
        self.calls += 1
        raw = await request.read()
        self.headers = dict(request.headers)
        signed = request.headers.get(SIGNATURE, "")
        seconds = int(signed.partition("t=")[2].partition(",")[0] or 0)
        if not is_signed(self.secret, signed, raw, datetime.fromtimestamp(seconds, UTC)):
            return web.Response(status=401)
        if self.status < 300 or self.hang:
            self.kept.setdefault(request.headers[KEY], json.loads(raw))
        if self.hang:
            self.reached.set()
            await self.hang.wait()
        if 300 <= self.status < 400:
            return web.Response(status=self.status, headers={"Location": self.url})
        return web.json_response(self.answer, status=self.status)


class _Sftp(asyncssh.SSHServer):
    def __init__(self, allowed: asyncssh.SSHKey) -> None:
        self._allowed = allowed

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "camden" and key == self._allowed


@dataclass
class FolderServer:
    """Their SFTP server, over a real folder."""

    folder: Path
    port: int
    host_key: str

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "in").iterdir())

    def read(self, name: str) -> dict[str, Any]:
        """A notice as the holder of the key reads it."""
        found: dict[str, Any] = json.loads(keys().open((self.folder / "in" / name).read_bytes()))
        return found

    def answer(self, name: str) -> None:
        (self.folder / "acks" / name).write_text("")


@asynccontextmanager
async def folder_server(folder: Path, public_key: str) -> AsyncIterator[FolderServer]:
    """Lets in whoever holds the private half of `public_key`."""
    for name in ("in", "acks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    allowed = asyncssh.import_public_key(public_key)
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: _Sftp(allowed),
        server_host_keys=[host_key],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder).encode()),
    )
    try:
        yield FolderServer(folder, server.get_port(), host_key.export_public_key().decode())
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class MailServer:
    """Their mail server, by aiosmtpd; `refuse` is what it answers instead of taking a mail."""

    port: int = 0
    refuse: str = ""
    taken: list[EmailMessage] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse:
            return self.refuse
        self.secured.append(session.ssl is not None)
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 kept"


@asynccontextmanager
async def mail_server(folder: Path, *, tls: bool = True) -> AsyncIterator[MailServer]:
    """STARTTLS with our certificate, or no TLS at all."""
    made, context = MailServer(), None
    if tls:
        pem = folder / "mail.pem"
        pem.write_text(keys().key_pem + keys().pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(made, loop=loop, tls_context=context, require_starttls=tls, hostname="mail.test"),
        "127.0.0.1",
        0,
    )
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()
