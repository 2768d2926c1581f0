"""The settings of the processes we start: environment, then .env, then demo secrets, then defaults.
What each process may see is decided here, so that Rasa never holds a key it has no use for."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ops import demo_secrets
from ops.console import ROOT, Trouble

DEFAULTS = {
    "WAYLINE_MODE": "demo",
    "WAYLINE_PORT": "8080",
    "WAYLINE_DATA_DIR": "var",
    "INTERNAL_PORT": "8081",
    "RASA_PORT": "5005",
    "ACTIONS_PORT": "5055",
    "WAYLINE_RASA_PROCESSES": "1",
}
SYSTEM = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
RASA_NEEDS = (
    *("RASA_TOKEN", "RASA_PORT", "ACTIONS_PORT", "WAYLINE_KEYS", "WAYLINE_DATA_DIR"),
    *("TRACKER_DB_URL", "REDIS_URL", "WAYLINE_RELEASE_DIR"),
)
ACTIONS_NEED = ("INTERNAL_TOKEN", "INTERNAL_PORT", "ACTIONS_PORT", "WAYLINE_DATA_DIR")
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_HOST": "127.0.0.1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONWARNINGS": "ignore",
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "ERROR",
}
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""For what answers: a message is too little to share out, and threads that wait for more take a processor."""


@dataclass(frozen=True, repr=False)
class Settings:
    """Every setting by its name, already checked. No repr: it holds secrets."""

    values: Mapping[str, str]

    @property
    def demo(self) -> bool:
        """Whether this is the demonstration, with made-up people and secrets."""
        return self.values["WAYLINE_MODE"] == "demo"

    @property
    def data_dir(self) -> Path:
        """Where the database, the models and the demo secrets are."""
        return ROOT / self.values["WAYLINE_DATA_DIR"]

    def port(self, name: str) -> int:
        """A port by the name of its setting; raises Trouble when it is not one."""
        try:
            port = int(self.values[name])
        except ValueError:
            port = 0
        if not 0 < port < 65536:
            raise Trouble(f"{name} is {self.values[name]!r}; it must be a port number from 1 to 65535.")
        return port

    @property
    def rasa_urls(self) -> list[str]:
        """Where handoff finds Rasa: as set, or as many local processes as asked for."""
        if given := self.values.get("RASA_URLS"):
            return [url.strip() for url in given.split(",") if url.strip()]
        first = self.port("RASA_PORT")
        return [f"http://127.0.0.1:{first + n}" for n in range(self._rasa_processes())]

    def _rasa_processes(self) -> int:
        count = self.values["WAYLINE_RASA_PROCESSES"]
        if not count.isdecimal() or not 1 <= int(count) <= 32:
            raise Trouble(f"WAYLINE_RASA_PROCESSES is {count!r}; it must be a number from 1 to 32.")
        return int(count)

    @property
    def local_rasa_ports(self) -> list[int]:
        """The Rasa processes that are ours to start: those on this machine's loopback."""
        parts = [urlsplit(url) for url in self.rasa_urls]
        return [part.port or 80 for part in parts if part.hostname in ("127.0.0.1", "localhost")]

    def for_rasa(self, port: int) -> dict[str, str]:
        """Rasa's environment: its token and its tracker's keys, nothing of Twilio's or of the records."""
        return self._only(RASA_NEEDS) | QUIET | ONE_THREAD | {"RASA_PORT": str(port)}

    def for_actions(self) -> dict[str, str]:
        """The action server's environment: how to reach handoff."""
        return self._only(ACTIONS_NEED) | QUIET

    def for_training(self) -> dict[str, str]:
        """What `rasa train` needs: no secret at all."""
        return self._only(("WAYLINE_DATA_DIR", "WAYLINE_RELEASE_DIR")) | QUIET

    def for_handoff(self) -> dict[str, str]:
        """The environment of handoff, which keeps the records and so has all but Rasa's own store."""
        kept = {name: value for name, value in self.values.items() if name != "TRACKER_DB_URL"}
        return {**kept, **ONE_THREAD, "RASA_URLS": ",".join(self.rasa_urls), "PYTHONUNBUFFERED": "1"}

    def _only(self, names: tuple[str, ...]) -> dict[str, str]:
        return {name: self.values[name] for name in (*SYSTEM, *names) if name in self.values}


def load(environ: Mapping[str, str] = os.environ, dotenv: Path = ROOT / ".env") -> Settings:
    """Read the settings; in demo mode make the missing secrets once. Raises Trouble for what is wrong."""
    chosen = {
        **DEFAULTS,
        **read_env_file(dotenv),
        **{name: value for name, value in environ.items() if value},
    }
    chosen["WAYLINE_DATA_DIR"] = str((ROOT / chosen["WAYLINE_DATA_DIR"]).resolve())
    settings = Settings(chosen)
    if chosen["WAYLINE_MODE"] not in ("demo", "production"):
        raise Trouble(f"WAYLINE_MODE is {chosen['WAYLINE_MODE']!r}; it must be demo or production.")
    if not settings.demo:
        _refuse_unfit_secrets(chosen)
    _require_folder(settings.data_dir)
    if not settings.demo:
        return settings
    return Settings({**demo_secrets.load_or_make(settings.data_dir / "secrets.env", chosen), **chosen})


def _require_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise Trouble(
            f"WAYLINE_DATA_DIR is {folder}; nothing can be written there: {error.strerror}."
        ) from None


def read_env_file(path: Path) -> dict[str, str]:
    """The KEY=value lines of a file; empty values count as not set. Raises Trouble for any other line."""
    values: dict[str, str] = {}
    if not path.is_file():
        return values
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise Trouble(f"{path.name}, line {number}, is not KEY=value.")
        if value := value.strip().strip("\"'"):
            values[name.strip()] = value
    return values


def _refuse_unfit_secrets(values: Mapping[str, str]) -> None:
    missing = [name for name in demo_secrets.REQUIRED if not values.get(name)]
    demo = [name for name in demo_secrets.NAMES if demo_secrets.is_demo(values.get(name, ""))]
    if values.get("WAYLINE_DEMO_PASSWORD"):
        demo.append("WAYLINE_DEMO_PASSWORD")
    faults = [f"missing: {', '.join(missing)}"] if missing else []
    faults += [f"demo values: {', '.join(dict.fromkeys(demo))}"] if demo else []
    if faults:
        raise Trouble(f"Production mode will not start on these secrets ({'; '.join(faults)}).")
