"""Settings, read once from the environment and frozen.

`Settings.from_env` names every missing or bad setting at once; secrets have no default and no repr.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from handoff.phones import is_drama
from ops.demo_secrets import is_demo
from ops.phone import is_simulated

_MAIL_SERVER = re.compile(r"smtps?://([^\s/?#@]+@)?[^\s/?#@:]+(:[0-9]+)?/?")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?(\?[^\s#]*)?")

TWILIO = "https://api.twilio.com"
_ON, _OFF = ("on", "1", "true", "yes"), ("off", "0", "false", "no")


class BadSettings(Exception):
    """One sentence per setting that is missing or wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Limits:
    """How much one party may ask before the bot slows or skips; words are never refused.

    A demonstration's are twice what is promised at least: who keeps to that is never exactly even.
    """

    chats_per_address_minute: int = 6_000  # 100 a second
    chat_messages_per_second: int = 50
    sign_ins_per_address_second: int = 40
    texts_per_number_second: int = 100


@dataclass(frozen=True)
class Settings:
    """Everything the service can be told from outside (listed in .env.example)."""

    mode: str = "demo"
    host: str = "127.0.0.1"
    port: int = 8080
    internal_port: int = 8081
    data_dir: Path = Path("var")
    database_url: str = field(default="", repr=False)  # it may hold a password
    rasa_urls: tuple[str, ...] = ("http://127.0.0.1:5005",)
    public_base_url: str = ""
    default_area: str = "camden"
    widget_origins: tuple[str, ...] = ()
    exit_url: str = "https://www.bbc.co.uk/weather"
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    twilio_account_sid: str = ""
    twilio_auth_tokens: tuple[str, ...] = field(default=(), repr=False)
    twilio_number: str = "+447700900000"
    twilio_numbers: Mapping[str, str] = field(default_factory=dict)
    twilio_api_base: str = ""
    smtp_url: str = field(default="", repr=False)  # it may hold a password
    mail_from: str = "wayline@localhost"
    keys: tuple[str, ...] = field(default=(), repr=False)
    index_key: str = field(default="", repr=False)
    rasa_token: str = field(default="", repr=False)
    internal_token: str = field(default="", repr=False)
    demo_password: str = field(default="", repr=False)
    now: datetime | None = None
    check_links: bool = False
    limits: Limits = Limits()

    @property
    def demo(self) -> bool:
        return self.mode == "demo"

    @property
    def simulated_phone(self) -> bool:
        """True when texts go to the built-in simulator: then, and only then, anyone may play a phone."""
        return self.demo and is_simulated(self.twilio_api_base, self.public_base_url, self.port)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; raises BadSettings naming every fault."""
        return _Reader(env).settings()


def unknown_areas(settings: Settings, known: Collection[str]) -> list[str]:
    """A sentence for each area that a number is given and that is none of the `known` slugs.

    Who writes there is served as somebody whose area is not known. That needs the default area: BadSettings
    when it is none of them.
    """
    named = [("DEFAULT_AREA", settings.default_area)]
    named += [("TWILIO_NUMBERS", slug) for slug in settings.twilio_numbers.values()]
    allowed = ", ".join(sorted(known))
    wrong = {slug: f"{name}: {slug!r} is not one of {allowed}" for name, slug in named if slug not in known}
    if settings.default_area in wrong:
        raise BadSettings(list(wrong.values()))
    return list(wrong.values())


class _Reader:
    """Collects faults while reading, so that all are reported together."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.faults: list[str] = []

    def settings(self) -> Settings:
        mode = self.env.get("WAYLINE_MODE", "demo")
        if mode not in ("demo", "production"):
            self.faults.append("WAYLINE_MODE must be demo or production")
        port = self.number("WAYLINE_PORT", 8080)
        base = self.url("PUBLIC_BASE_URL", f"http://127.0.0.1:{port}")
        data_dir = Path(self.env.get("WAYLINE_DATA_DIR", "var"))
        twilio = self.url("TWILIO_API_BASE", self.default_twilio(mode, base))
        numbers = self.pairs("TWILIO_NUMBERS")
        found = Settings(
            mode=mode,
            host=self.env.get("WAYLINE_HOST", "127.0.0.1"),
            port=port,
            internal_port=self.number("INTERNAL_PORT", 8081),
            data_dir=data_dir,
            database_url=self.database_url(data_dir),
            rasa_urls=self.rasa_urls(),
            public_base_url=base,
            default_area=self.env.get("DEFAULT_AREA", "camden"),
            widget_origins=self.items("WIDGET_ORIGINS"),
            exit_url=self.checked_url("EXIT_URL", self.env.get("EXIT_URL", "") or Settings.exit_url),
            trusted_proxies=self.items("TRUSTED_PROXIES") or Settings.trusted_proxies,
            twilio_account_sid=self.secret("TWILIO_ACCOUNT_SID"),
            twilio_auth_tokens=tuple(filter(None, self.secret("TWILIO_AUTH_TOKEN").split(","))),
            twilio_number=self.twilio_number(mode, twilio, numbers),
            twilio_numbers=numbers,
            twilio_api_base=twilio,
            smtp_url=self.mail_server(mode),
            mail_from=self.mail_from(mode),
            keys=tuple(filter(None, self.secret("WAYLINE_KEYS").split(","))),
            index_key=self.secret("WAYLINE_INDEX_KEY"),
            rasa_token=self.secret("RASA_TOKEN"),
            internal_token=self.secret("INTERNAL_TOKEN"),
            demo_password=self.env.get("WAYLINE_DEMO_PASSWORD", "") if mode == "demo" else "",
            now=self.instant("WAYLINE_NOW", mode),
            check_links=self.switch("WAYLINE_CHECK_LINKS"),
            limits=self.limits(mode),
        )
        if self.faults:
            raise BadSettings(self.faults)
        return found

    @staticmethod
    def default_twilio(mode: str, base: str) -> str:
        return f"{base}/phone/twilio" if mode == "demo" else TWILIO

    def twilio_number(self, mode: str, twilio: str, numbers: Mapping[str, str]) -> str:
        """Where texts of no area's own number come from: in production the first of these, if not given.

        Twilio itself sends nothing from a number for drama: there it is a fault, and so is none at all.
        """
        given = self.env.get("TWILIO_NUMBER", "").strip()
        number = given or (Settings.twilio_number if mode == "demo" else next(iter(numbers), ""))
        if mode == "production" and twilio == TWILIO:
            if not number:
                self.faults.append("TWILIO_NUMBER is not set")
            for name, drama in [("TWILIO_NUMBER", given), *(("TWILIO_NUMBERS", one) for one in numbers)]:
                if is_drama(drama):
                    self.faults.append(
                        f"{name}: {drama} is a number for drama; set one of your Twilio account"
                    )
        return number or Settings.twilio_number

    def url(self, name: str, usual: str) -> str:
        """A web address without a slash at its end; the usual one for a bad one, so that it is one fault."""
        before = len(self.faults)
        given = self.checked_url(name, (self.env.get(name, "").strip() or usual).rstrip("/"))
        return given if len(self.faults) == before else usual

    def rasa_urls(self) -> tuple[str, ...]:
        """Where each Rasa answers."""
        usual = f"http://127.0.0.1:{self.number('RASA_PORT', 5005)}"
        return tuple(self.checked_url("RASA_URLS", url) for url in self.items("RASA_URLS") or (usual,))

    def checked_url(self, name: str, url: str) -> str:
        if not _WEB_ADDRESS.fullmatch(url):
            self.faults.append(f"{name} must be a web address such as https://www.example.org, not {url!r}")
        return url

    def mail_server(self, mode: str) -> str:
        """Where alerts are mailed from; production cannot do without, as alerts go out on two channels."""
        url = self.env.get("SMTP_URL", "").strip()
        if url and not _MAIL_SERVER.fullmatch(url):
            self.faults.append("SMTP_URL must look like smtp://user:password@mail.example.org:587")
        elif not url and mode == "production":
            self.faults.append("SMTP_URL is not set")
        return url

    def mail_from(self, mode: str) -> str:
        address = self.env.get("MAIL_FROM", "").strip()
        if address and not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
            self.faults.append("MAIL_FROM must be an e-mail address")
        elif not address and mode == "production":
            self.faults.append("MAIL_FROM is not set")
        return address or Settings.mail_from

    def database_url(self, data_dir: Path) -> str:
        url = self.env.get("DATABASE_URL", "") or f"sqlite:///{data_dir.absolute() / 'wayline.db'}"
        for given, driver in (
            ("postgresql://", "postgresql+asyncpg://"),
            ("postgres://", "postgresql+asyncpg://"),
            ("sqlite://", "sqlite+aiosqlite://"),
        ):
            if url.startswith(given):
                return driver + url[len(given) :]
        return url

    def limits(self, mode: str) -> Limits:
        usual = Limits() if mode == "demo" else Limits(20, 10, 2, 5)
        return Limits(
            self.number("LIMIT_CHATS_PER_ADDRESS_MINUTE", usual.chats_per_address_minute),
            self.number("LIMIT_CHAT_MESSAGES_PER_SECOND", usual.chat_messages_per_second),
            self.number("LIMIT_SIGN_INS_PER_ADDRESS_SECOND", usual.sign_ins_per_address_second),
            self.number("LIMIT_TEXTS_PER_NUMBER_SECOND", usual.texts_per_number_second),
        )

    def secret(self, name: str) -> str:
        value = self.env.get(name, "").strip()
        if not value:
            self.faults.append(f"{name} is not set")
        elif self.env.get("WAYLINE_MODE") == "production" and is_demo(value):
            self.faults.append(f"{name} is a demo secret; set one of your own")
        return value

    def number(self, name: str, usual: int) -> int:
        value = self.env.get(name, "") or str(usual)
        if not value.isdigit():
            self.faults.append(f"{name} must be a whole number, not {value!r}")
            return usual
        return int(value)

    def switch(self, name: str) -> bool:
        value = self.env.get(name, "").strip().lower() or "off"
        if value not in (*_ON, *_OFF):
            self.faults.append(f"{name} must be on or off, not {value!r}")
        return value in _ON

    def items(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.env.get(name, "").split(",") if part.strip())

    def pairs(self, name: str) -> dict[str, str]:
        found = {}
        for item in self.items(name):
            key, equals, value = item.partition("=")
            if not (key and equals and value):
                self.faults.append(f"{name}: {item!r} is not number=area")
            found[key.strip()] = value.strip()
        return found

    def instant(self, name: str, mode: str) -> datetime | None:
        value = self.env.get(name, "")
        if not value or mode != "demo":
            return None
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.faults.append(f"{name} must be an ISO 8601 time such as 2026-11-22T09:00:00Z")
            return None
        return at if at.tzinfo else at.replace(tzinfo=UTC)
