"""What each kind of channel needs to be told, read from the settings page and kept encrypted.

A secret that was saved is never shown again: an empty field keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import asyncssh

from handoff.errors import Unprocessable
from handoff.jobcentre.model import BY_HAND, FILES, MAIL, WEB
from handoff.jobcentre.sealing import BadCertificate, read_certificate

SHORTEST_SECRET = 32
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F:]{2,45}")
_FOLDER = re.compile(r"[A-Za-z0-9_./ -]{1,200}")
_ADDRESS = re.compile(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,190}")


@dataclass(frozen=True)
class Files:
    """An SFTP folder, its server's host key, whom we sign in as, and the certificate that seals files."""

    host: str
    port: int
    username: str
    folder: str
    acks: str
    host_key: str
    certificate: str
    private_key: str = field(repr=False)  # ours, made here; OpenSSH's own format

    @property
    def public_key(self) -> str:
        """What Jobcentre Plus lets in."""
        key = asyncssh.import_private_key(self.private_key)
        return key.export_public_key().decode().strip()


@dataclass(frozen=True)
class Mail:
    """An address; with a certificate the mail says everything, sealed, and without one it says a link."""

    address: str
    certificate: str


@dataclass(frozen=True)
class Web:
    """Where notices are posted, and the secret that both sides sign with."""

    url: str
    secret: str = field(repr=False)


Options = Files | Mail | Web
_KINDS: Mapping[str, type[Files] | type[Mail] | type[Web]] = {FILES: Files, MAIL: Mail, WEB: Web}


def stored(options: Options | None) -> dict[str, Any]:
    return asdict(options) if options else {}


def loaded(kind: str, kept: Mapping[str, Any]) -> Options | None:
    """The options of a channel as they were stored; None for an area that tells by hand."""
    return _KINDS[kind](**kept) if kind in _KINDS else None


def read(
    kind: str, form: Mapping[str, str], before: Options | None, now: datetime, *, demo: bool
) -> Options | None:
    """The options typed for a kind; Unprocessable names the field that is wrong."""
    typed = {name: value.strip() for name, value in form.items()}
    if kind == BY_HAND:
        return None
    if kind == FILES:
        return _files(typed, before if isinstance(before, Files) else None, now)
    if kind == MAIL:
        return _mail(typed, now)
    if kind == WEB:
        return _web(typed, before if isinstance(before, Web) else None, demo)
    raise Unprocessable("bad_field", "Choose one of the ways to tell Jobcentre Plus.", field="kind")


def _files(typed: Mapping[str, str], before: Files | None, now: datetime) -> Files:
    port = typed.get("port") or "22"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise _wrong("port", "The port is a number up to 65535; SFTP mostly has 22.")
    key = before.private_key if before and not typed.get("new_key") else _new_key()
    return Files(
        host=_matching(typed, "host", _HOST, "Type the server's name, such as sftp.example.gov.uk."),
        port=int(port),
        username=_matching(typed, "username", re.compile(r"[A-Za-z0-9_.@-]{1,64}"), "Type the user name."),
        folder=_folder(typed, "folder", "Type the folder that notices are put in."),
        acks=_folder(typed, "acks", "Type the folder that they put their answers in."),
        host_key=_host_key(typed.get("host_key", "")),
        certificate=_certificate(typed.get("certificate", ""), now),
        private_key=key,
    )


def _mail(typed: Mapping[str, str], now: datetime) -> Mail:
    address = _matching(typed, "address", _ADDRESS, "Type one e-mail address.")
    pem = typed.get("mail_certificate", "")
    return Mail(address, _certificate(pem, now, "mail_certificate") if pem else "")


def _web(typed: Mapping[str, str], before: Web | None, demo: bool) -> Web:
    url, secret = typed.get("url", ""), typed.get("secret", "") or (before.secret if before else "")
    parts = _split(url)
    if parts is None or (parts[0] != "https" and not (demo and parts[0] == "http")):
        raise _wrong("url", "Type an address that begins with https:// and has no password in it.")
    if not SHORTEST_SECRET <= len(secret) <= 200:
        raise _wrong("secret", f"The shared secret needs {SHORTEST_SECRET} characters or more.")
    return Web(url, secret)


def _split(url: str) -> tuple[str, str] | None:
    """The scheme and host of a web address that is whole and clean."""
    if not url.isascii() or re.search(r"[\s\"<>\\]", url) or len(url) > 500:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    clean = parts.hostname and parts.username is None and not parts.fragment
    return (parts.scheme, parts.hostname or "") if clean else None


def _folder(typed: Mapping[str, str], name: str, told: str) -> str:
    folder = _matching(typed, name, _FOLDER, told).rstrip("/") or "/"
    if ".." in folder.split("/"):
        raise _wrong(name, told)
    return folder


def _host_key(text: str) -> str:
    try:
        return asyncssh.import_public_key(text).export_public_key().decode().strip()
    except (asyncssh.KeyImportError, ValueError):
        told = "Paste the server's public host key, one line such as ssh-ed25519 AAAA..."
        raise _wrong("host_key", told) from None


def _certificate(pem: str, now: datetime, name: str = "certificate") -> str:
    try:
        read_certificate(pem, now)
    except BadCertificate as bad:
        raise _wrong(name, str(bad)) from None
    return pem


def _new_key() -> str:
    return asyncssh.generate_private_key("ssh-ed25519", comment="wayline").export_private_key().decode()


def _matching(typed: Mapping[str, str], name: str, pattern: re.Pattern[str], told: str) -> str:
    value = typed.get(name, "")
    if not pattern.fullmatch(value):
        raise _wrong(name, told)
    return value


def _wrong(name: str, told: str) -> Unprocessable:
    return Unprocessable("bad_field", told, field=name)
