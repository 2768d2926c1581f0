"""Mail: over SMTP, or, in a demonstration without a mail server, into files beside the database.

MailTrouble
  final      the server said no to this address or these words for good
  else       no server, too busy, a wrong password: worth another try
  unsure     it may have been taken all the same
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib

from handoff.settings import Settings

SECONDS = 15.0
_POLICY = default.clone(max_line_length=900)  # a link stays in one piece
HERE = ("127.0.0.1", "localhost", "::1")


class MailTrouble(Exception):
    """Why a mail was not sent; `code` is the server's, or a word of ours. Never an address."""

    def __init__(self, code: str, *, final: bool = False, unsure: bool = False) -> None:
        super().__init__(code)
        self.code, self.final, self.unsure = code, final, unsure


class Mailer:
    """Sends mails as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.data_dir / "mail"

    async def send(
        self, to: str, subject: str, body: str, reference: str, at: datetime, *, urgent: bool = True
    ) -> None:
        """Send a plain mail to staff once, marked urgent unless it is not. MailTrouble."""
        message = self.message(to, subject, reference, at)
        if urgent:
            message["X-Priority"] = "1"
        message.set_content(body)
        await self.post(message, reference)

    def message(self, to: str, subject: str, reference: str, at: datetime) -> EmailMessage:
        """A mail without a body; the same `reference` again is the same mail to the reader's program."""
        sender = self._settings.mail_from
        message = EmailMessage(policy=_POLICY)
        message["From"], message["To"], message["Subject"] = sender, to, subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{reference}@{sender.rpartition('@')[2].strip('> ')}>"
        message["Auto-Submitted"] = "auto-generated"
        return message

    async def post(self, message: EmailMessage, reference: str, *, always_tls: bool = False) -> None:
        """Send a mail; `always_tls` asks for it of a server on this machine too. MailTrouble."""
        if self._settings.smtp_url:
            await self._post(message, always_tls)
        elif self._settings.demo:
            await asyncio.to_thread(_file, self._folder, message, reference)
        else:
            raise MailTrouble("no_server")

    async def _post(self, message: EmailMessage, always_tls: bool) -> None:
        connected = False
        try:
            async with asyncio.timeout(SECONDS):
                async with _server(self._settings.smtp_url, always_tls) as server:
                    connected = True
                    await server.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            code = refused.recipients[0].code
            raise MailTrouble(str(code), final=code >= 500) from None
        except aiosmtplib.SMTPDataError as refused:
            raise MailTrouble(str(refused.code), final=refused.code >= 500) from None
        except aiosmtplib.SMTPResponseException as refused:
            raise MailTrouble(str(refused.code)) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            raise MailTrouble(type(error).__name__, unsure=connected) from None


def _server(url: str, always_tls: bool) -> aiosmtplib.SMTP:
    """smtps:// is TLS from the start; smtp:// insists on STARTTLS, mostly not to a server of this machine."""
    parts = urlsplit(url)
    host, tls = parts.hostname or "", parts.scheme == "smtps"
    return aiosmtplib.SMTP(
        hostname=host,
        port=parts.port or (465 if tls else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=tls,
        start_tls=not tls and (always_tls or host not in HERE),
        local_hostname="wayline",  # the library would ask the name service, and wait for it
        timeout=SECONDS,
    )


def _file(folder: Path, message: EmailMessage, reference: str) -> None:
    """Keep a mail as a file of its own that only this user reads."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{reference}.eml"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(bytes(message))
