"""Mail to staff: over SMTP, or, in a demonstration without a mail server, into files beside the database.

MailTrouble
  final      the server said no to this address or these words for good
  else       no server, too busy, a wrong password: worth another try
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

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code, self.final = code, final


class Mailer:
    """Sends plain mails as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.data_dir / "mail"

    async def send(self, to: str, subject: str, body: str, reference: str, at: datetime) -> None:
        """Send once; the same `reference` again is the same mail to the reader's program. MailTrouble."""
        message = _message(self._settings.mail_from, to, subject, body, reference, at)
        if self._settings.smtp_url:
            await self._post(message)
        else:
            await asyncio.to_thread(_file, self._folder, message, reference)

    async def _post(self, message: EmailMessage) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                async with _server(self._settings.smtp_url) as server:
                    await server.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            code = refused.recipients[0].code
            raise MailTrouble(str(code), final=code >= 500) from None
        except aiosmtplib.SMTPDataError as refused:
            raise MailTrouble(str(refused.code), final=refused.code >= 500) from None
        except aiosmtplib.SMTPResponseException as refused:
            raise MailTrouble(str(refused.code)) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            raise MailTrouble(type(error).__name__) from None


def _message(sender: str, to: str, subject: str, body: str, reference: str, at: datetime) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{reference}@{sender.rpartition('@')[2].strip('> ')}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Priority"] = "1"
    message.set_content(body)
    return message


def _server(url: str) -> aiosmtplib.SMTP:
    """smtps:// is TLS from the start; smtp:// insists on STARTTLS, but to a server of this machine."""
    parts = urlsplit(url)
    host, tls = parts.hostname or "", parts.scheme == "smtps"
    return aiosmtplib.SMTP(
        hostname=host,
        port=parts.port or (465 if tls else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=tls,
        start_tls=not tls and host not in HERE,
        local_hostname="wayline",  # the library would ask the name service, and wait for it
        timeout=SECONDS,
    )


def _file(folder: Path, message: EmailMessage, reference: str) -> None:
    """Keep a mail as a file of its own that only this user reads."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{reference}.eml"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(bytes(message))
