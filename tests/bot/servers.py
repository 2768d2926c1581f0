"""Real processes for tests of Rasa's side: a trained small assistant, `rasa run`, the action server."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SMALL = Path(__file__).resolve().parent / "small"
TOKEN = "token-of-the-tests"
PATIENCE = 60


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition: Any, what: str) -> Any:
    """Ask again until the condition holds; fails after PATIENCE seconds."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)
    return found


def listens(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def train(target: Path, project: Path, content: Path) -> Path:
    """Train the assistant of a folder in its own process, as everybody does; returns the model."""
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", target.name]
    command += ["--out", str(target.parent), "--config", str(project / "config.yml")]
    command += ["--domain", str(project / "domain.yml"), "--data", str(project / "data")]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "WAYLINE_RELEASE_DIR": str(content)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return target.with_suffix(".tar.gz")


@dataclass
class Process:
    """A child whose output goes to a file; stopping it waits for its end."""

    log: Path
    child: subprocess.Popen[bytes] | None = None

    def spawn(self, command: list[str], environment: dict[str, str]) -> None:
        """Start it at the project's root with the environment added to ours."""
        settings = {
            **os.environ,
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            **environment,
        }
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log)

    def stop(self, how: int = signal.SIGKILL) -> None:
        """End it, if it runs."""
        if self.child and self.child.poll() is None:
            self.child.send_signal(how)
            self.child.wait(PATIENCE)


@dataclass
class ActionServer(Process):
    """`python -m rasa_sdk` with the small assistant's actions."""

    port: int = field(default_factory=free_port)

    @property
    def gate(self) -> Path:
        """The file that lets a waiting action go on; beside it, `.reached` says that one waits."""
        return self.log.with_suffix(".gate")

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = [
            sys.executable,
            "-m",
            "rasa_sdk",
            "--actions",
            "tests.bot.small.actions",
            "-p",
            str(self.port),
        ]
        self.spawn(command, {"SANIC_HOST": "127.0.0.1", "SMALL_GATE": str(self.gate)})
        wait_until(lambda: listens(self.port), "the action server")


@dataclass
class RasaServer(Process):
    """`rasa run` with the project's own endpoints.yml and credentials.yml."""

    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def launch(self, model: Path | None) -> None:
        """Start it without waiting."""
        command = [sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(self.port)]
        command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
        # Debug: at no level may the log hold what people say.
        command += ["--enable-api", "--auth-token", TOKEN, "--debug", "--model", str(model or "/nowhere")]
        self.spawn(command, {"RASA_TOKEN": TOKEN, **self.environment})

    def start(self, model: Path | None) -> None:
        """Start it, with a model or without, and wait until it listens."""
        self.launch(model)
        wait_until(lambda: listens(self.port), "rasa")

    def ask(self, method: str, path: str, body: Any = None, token: str | None = TOKEN) -> tuple[int, Any]:
        """One request; a `bytes` body goes as it is. Returns the status and the parsed or raw answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content) if content[:1] in b"{[" and content else content

    def turn(self, body: Any, token: str | None = TOKEN) -> tuple[int, Any]:
        """POST a turn."""
        return self.ask("POST", "/webhooks/wayline/turns", body, token)

    def events(self, conversation: str) -> list[dict[str, Any]]:
        """What Rasa's own API says the tracker holds."""
        status, tracker = self.ask(
            "GET", f"/conversations/{conversation}/tracker?token={TOKEN}&include_events=ALL"
        )
        assert status == 200
        return tracker["events"]


@dataclass
class Conversation:
    """One person's conversation with a RasaServer."""

    rasa: RasaServer
    id: str = field(default_factory=lambda: f"{uuid.uuid4()}:0")

    def body(self, text: str, message_id: str | None = None, **context: Any) -> dict[str, Any]:
        """A turn as handoff sends it."""
        context = {"channel": "webchat", "area": None, "facts": {}, "findings": [], "draft": None, **context}
        message_id = message_id or str(uuid.uuid4())
        return {"conversation": self.id, "message_id": message_id, "text": text, "context": context}

    def say(self, text: str, message_id: str | None = None, **context: Any) -> tuple[int, Any]:
        """Send a message; the status and the answer."""
        return self.rasa.turn(self.body(text, message_id, **context))

    def hear(self, text: str, **context: Any) -> list[dict[str, Any]]:
        """Send a message that must succeed; its replies."""
        status, answer = self.say(text, **context)
        assert status == 200, answer
        return answer["replies"]

    def texts(self) -> list[str]:
        """What the person said, as the tracker holds it."""
        return [event["text"] for event in self.rasa.events(self.id) if event["event"] == "user"]
