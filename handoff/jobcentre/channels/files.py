"""Encrypted file drop: one sealed file a notice in a folder of their SFTP server, their answers in another.

The server's host key is pinned, we sign in with a key of our own, and nothing of this machine's SSH set-up
is used. A file appears under its name whole or not at all; found there already, it is not sent again.
"""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncssh

from handoff.jobcentre.channels.sending import SECONDS, NotSent, Sending, Sent
from handoff.jobcentre.options import Files
from handoff.jobcentre.sealing import BadCertificate, seal

logging.getLogger("asyncssh").setLevel(logging.WARNING)  # it names hosts, users and files
_ACK = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-[0-9]+)?\.ack")
_MOST_ACKS = 10_000


async def send(options: Files, sending: Sending) -> Sent:
    """Put the file there once. NotSent."""
    try:
        sealed = seal(sending.body, options.certificate, sending.now)
    except BadCertificate:
        raise NotSent("certificate", certain=True) from None
    async with _folder_server(options) as server:
        path = f"{options.folder}/{sending.key}.p7m"
        if not await server.exists(path):
            await _put(server, path, sealed)
    return Sent()


async def acknowledged(options: Files) -> set[uuid.UUID]:
    """The notices that they left an answer for: `<id>.ack` in the folder of answers. NotSent."""
    found = set()
    async with _folder_server(options) as server:
        for name in (await server.listdir(options.acks))[:_MOST_ACKS]:
            if match := _ACK.fullmatch(str(name)):
                found.add(uuid.UUID(match[1]))
    return found


async def _put(server: asyncssh.SFTPClient, path: str, data: bytes) -> None:
    part = f"{path}.part"
    async with server.open(part, "wb") as file:
        await file.write(data)
    await server.rename(part, path)


@asynccontextmanager
async def _folder_server(options: Files) -> AsyncIterator[asyncssh.SFTPClient]:
    """Their server, signed in to; whatever goes wrong leaves as NotSent."""
    inside = False
    try:
        async with (
            asyncio.timeout(SECONDS),
            asyncssh.connect(
                options.host,
                options.port,
                username=options.username,
                client_keys=[asyncssh.import_private_key(options.private_key)],
                known_hosts=([asyncssh.import_public_key(options.host_key)], [], []),
                config=None,
                agent_path=None,
                preferred_auth="publickey",
            ) as connection,
            connection.start_sftp_client() as server,
        ):
            inside = True
            yield server
    except asyncssh.HostKeyNotVerifiable:
        raise NotSent("host_key", certain=True) from None
    except asyncssh.PermissionDenied:
        raise NotSent("sign_in", certain=True) from None
    except asyncssh.SFTPError:
        raise NotSent("folder", certain=False) from None
    except TimeoutError:
        raise NotSent("timeout", certain=not inside) from None
    except (asyncssh.Error, OSError):
        raise NotSent("unreachable", certain=not inside) from None
