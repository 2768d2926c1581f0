"""The whole of Wayline, started as `make run` starts it, on free ports and an empty data folder."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.processes import family, free_port, name_of, own_memory, running
from ops.console import ROOT, Trouble
from ops.settings import SYSTEM

START_SECONDS = 300
MODELS = ROOT / "var/bench/models"
EDITOR, PASSWORD = "editor.one@demo.test", "the-password-of-the-bench"
OUTPUT = "output.log"
TWILIO_SID, TWILIO_TOKEN, OUR_NUMBER = "AC" + "0" * 32, "token-of-the-bench", "+447700900000"
# One address stands for everybody here, and a person of the bench does not stop to read.
UNLIMITED = "100000"


@dataclass(frozen=True)
class System:
    """A running Wayline: where people and metrics find it, its data folder and its first process."""

    url: str
    internal: str
    folder: Path
    pid: int

    async def counters(self) -> dict[str, float]:
        """Every figure of /metrics by its name (with its labels)."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.internal}/metrics") as response:
            lines = (await response.text()).splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    async def at_rest(self) -> None:
        """Return once it has read every question for its meaning, as it does once after a start: half a
        minute of a processor that belongs to no message. An editor's search begins it."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.url, cookie_jar=jar, raise_for_status=True) as http:
            body = {"email": EDITOR, "password": PASSWORD}
            await (await http.post("/api/staff/session", json=body)).read()
            await (await http.get("/staff/answers?q=college")).read()
        async with asyncio.timeout(START_SECONDS):
            while "meanings release=" not in (self.folder / OUTPUT).read_text(errors="replace"):
                await asyncio.sleep(0.1)

    def memory(self) -> dict[str, int]:
        """Bytes by process, shared memory counted in part."""
        found: dict[str, int] = {}
        for pid in family(self.pid):
            name = name_of(pid)
            found[name] = found.get(name, 0) + own_memory(pid)
        return found

    def processor_seconds(self) -> dict[str, float]:
        """Processor time used so far, by process."""
        found: dict[str, float] = {}
        for pid in family(self.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            name = name_of(pid)
            spent = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            found[name] = found.get(name, 0.0) + spent
        return found


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The settings of a system in this folder: ports of its own, the bench's password and Twilio account."""
    MODELS.mkdir(parents=True, exist_ok=True)
    models = folder / "models"
    if not models.exists():
        models.symlink_to(MODELS)
    ports = {name: str(free_port()) for name in ("WAYLINE_PORT", "INTERNAL_PORT", "ACTIONS_PORT")}
    rasa = [str(free_port()) for _ in range(int(os.environ.get("WAYLINE_RASA_PROCESSES") or 1))]
    return {
        **{name: os.environ[name] for name in SYSTEM if name in os.environ},
        **ports,
        "RASA_URLS": ",".join(f"http://127.0.0.1:{port}" for port in rasa),
        "WAYLINE_DATA_DIR": str(folder),
        "WAYLINE_DEMO_PASSWORD": PASSWORD,
        "TWILIO_ACCOUNT_SID": TWILIO_SID,
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
        "TWILIO_NUMBER": OUR_NUMBER,
        "LIMIT_CHATS_PER_ADDRESS_MINUTE": UNLIMITED,
        "LIMIT_CHAT_MESSAGES_PER_SECOND": UNLIMITED,
        **more,
    }


@asynccontextmanager
async def wayline(**more: str) -> AsyncIterator[System]:
    """Wayline in a folder of its own for as long as the block lasts; `more` settings win."""
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as made:
        folder = Path(made)
        env = environment(folder, **more)
        async with started([".venv/bin/python", "-m", "ops.supervise"], env, folder / OUTPUT) as system:
            yield system


@asynccontextmanager
async def started(command: list[str], env: dict[str, str], log: Path) -> AsyncIterator[System]:
    """Run the command until the block ends; the block begins when it has said `ready:`."""
    async with running(command, env, log) as process:
        await _ready(process, log)
        url, internal = (f"http://127.0.0.1:{env[name]}" for name in ("WAYLINE_PORT", "INTERNAL_PORT"))
        yield System(url, internal, Path(env["WAYLINE_DATA_DIR"]), process.pid)


async def _ready(process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(START_SECONDS):
        while not re.search(r"^ready: ", log.read_text(errors="replace"), re.MULTILINE):
            if process.returncode is not None:
                raise Trouble(f"Wayline did not start:\n{log.read_text(errors='replace')[-2000:]}")
            await asyncio.sleep(0.05)
