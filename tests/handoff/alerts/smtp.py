"""A mail server on loopback that keeps what it is sent, and can be told to refuse or to say nothing."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self


class FakeSmtp:
    """SMTP as a client of ours speaks it: one mail a connection, no TLS, no sign-in."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuses: str | None = None  # the reply to RCPT instead of yes
        self.hangs = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.url = f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")

        say("220 ready")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ", 1)[0].upper()
            if self.hangs:
                continue
            if verb == "DATA":
                say("354 go on")
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.received.append(message_from_bytes(raw[:-3], policy=policy.default))  # type: ignore[arg-type]
                say("250 kept")
            elif verb == "RCPT":
                self.recipients.append(line)
                say(self.refuses or "250 yes")
            elif verb == "QUIT":
                say("221 bye")
                break
            else:
                say("250 yes")
        writer.close()
