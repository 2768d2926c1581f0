"""Starts everything under one supervisor, says when it is ready, and stops it all on Ctrl-C.
Runs in the service environment; `make run` calls it after the environments are made."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from ops import bootstrap, ports, settings, train
from ops.children import Child, Supervisor, Tell
from ops.console import FIRST_SIGN, HEARTBEAT, Trouble, one_sentence, run_logged, said_last, say, shown_path
from ops.phone import is_simulated

OURS = "wayline"
NEEDED = ("database", "rasa")  # a text that waits too long is no reason to hold `ready:` back
COLOURS = {OURS: 1, "handoff": 36, "rasa": 35, "actions": 33}
# As handoff/staff/demo.py makes them (a test compares): importing that here would cost 30 MB at rest.
DEMO_PEOPLE = tuple(
    f"{name}@demo.test"
    for name in ("pa.camden", "pa.lambeth", "lead", "editor.one", "editor.two", "manager", "admin")
)


def children_of(chosen: settings.Settings, model: Path) -> list[Child]:
    """The processes to keep running: handoff, the action server, and each Rasa on this machine."""
    service = str(bootstrap.SERVICE.python)
    actions = [*_bot("rasa_sdk"), "--actions", "actions", "-p", chosen.values["ACTIONS_PORT"]]
    children = [
        Child("handoff", [service, "-m", "handoff", "serve"], chosen.for_handoff()),
        Child("actions", [*actions, "--logging-config_file", "ops/logging.yml"], chosen.for_actions()),
    ]
    for number, port in enumerate(chosen.local_rasa_ports, start=1):
        name = "rasa" if number == 1 else f"rasa{number}"
        children.append(Child(name, _rasa_command(port, model), chosen.for_rasa(port)))
    return children


def _bot(module: str) -> list[str]:
    """Gives way to handoff when the processor is short: taking a message in comes before answering one."""
    return ["nice", "-n", "5", str(bootstrap.BOT.python), "-m", "ops.serve_bot", module]


def _rasa_command(port: int, model: Path) -> list[str]:
    command = [
        *_bot("rasa"),
        "run",
        "--interface",
        "127.0.0.1",
        "--port",
        str(port),
        "--model",
        str(model.with_name(train.LIVE)),
    ]
    command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    return [*command, "--logging-config-file", "ops/logging.yml"]


def prefixed(name: str, line: str, *, colour: bool) -> str:
    """One output line with the name of the process in front; coloured for a terminal only."""
    label = f"{name:<7} |"
    code = COLOURS.get(name.rstrip("0123456789"), 0)
    return f"\x1b[{code}m{label}\x1b[0m {line}" if colour else f"{label} {line}"


def tell(name: str, line: str) -> None:
    """Show a line of a child's output."""
    say(prefixed(name, line, colour=sys.stdout.isatty()))


def migrate(chosen: settings.Settings) -> None:
    """Bring the database's schema up to date; raises Trouble."""
    command = [str(bootstrap.SERVICE.python), "-m", "handoff", "migrate"]
    log = chosen.data_dir / "logs/migrate.log"
    code, output = run_logged(command, "preparing the database", log, env=chosen.for_handoff())
    if code != 0:
        reason = said_last(output) or f"exit code {code}"
        raise Trouble(f"The database could not be prepared: {reason} (details: {shown_path(log)})")


async def supervise(chosen: settings.Settings, children: list[Child], show: Tell = tell) -> None:
    """Run the children until SIGINT or SIGTERM; announce `ready:` when handoff says so."""
    supervisor = Supervisor(children, show)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # started with nohup
            loop.add_signal_handler(number, supervisor.stop)
    announcer = asyncio.create_task(_announce(chosen, supervisor))
    try:
        await supervisor.run()
    finally:
        announcer.cancel()
    say("Everything has stopped.")


async def _announce(chosen: settings.Settings, supervisor: Supervisor) -> None:
    started = time.monotonic()
    next_sign = started + FIRST_SIGN
    while waiting_for := await asyncio.to_thread(not_ready, chosen):
        if (now := time.monotonic()) >= next_sign:
            next_sign = now + HEARTBEAT
            supervisor.tell(OURS, f"starting: waiting for {waiting_for}, {now - started:.0f} s")
        await asyncio.sleep(0.2)
    supervisor.ready = True
    say(f"ready: {address(chosen)}")
    if chosen.demo:
        say(sign_ins(chosen))


def not_ready(chosen: settings.Settings) -> str:
    """What is still waited for, in a word or two; empty when everything is ready."""
    try:
        with urllib.request.urlopen(f"{address(chosen)}/readyz", timeout=5):  # noqa: S310  # http, by `address`
            missing: list[str] = []
    except urllib.error.HTTPError as answer:
        with answer:
            missing = _missing(answer)
    except (OSError, http.client.HTTPException):
        missing = ["handoff"]
    if missing:
        return ", ".join(missing)
    with socket.socket() as probe:
        probe.settimeout(1)
        answered = probe.connect_ex(("127.0.0.1", chosen.port("ACTIONS_PORT"))) == 0
    return "" if answered else "actions"


def address(chosen: settings.Settings) -> str:
    """Where this machine reaches handoff: its own host, or loopback when it listens everywhere."""
    host = chosen.values.get("WAYLINE_HOST", "127.0.0.1")
    if host in ("0.0.0.0", "::"):  # noqa: S104  # compared, not listened on
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{chosen.port('WAYLINE_PORT')}"


def _missing(answer: urllib.error.HTTPError) -> list[str]:
    """The needed checks that handoff answers false to; handoff itself when it does not say."""
    try:
        checks = json.loads(answer.read())["checks"]
        return [name for name in NEEDED if not checks[name]]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return ["handoff"]


def sign_ins(chosen: settings.Settings) -> str:
    """The demonstration's staff and their password."""
    people = "\n".join(f"  {email}" for email in DEMO_PEOPLE)
    where = address(chosen)
    phone = f"a phone at {where}/phone, " if has_phone(chosen) else ""
    return (
        f"Chat at {where}/chat, {phone}staff at {where}/staff\n"
        f"Sign in with the password {chosen.values['WAYLINE_DEMO_PASSWORD']} as\n{people}\n"
        "Ctrl-C stops everything."
    )


def has_phone(chosen: settings.Settings) -> bool:
    """Whether the demonstration's texts go to its own simulator, as they do unless another is named."""
    twilio, port = chosen.values.get("TWILIO_API_BASE", "").strip(), chosen.port("WAYLINE_PORT")
    return not twilio or is_simulated(twilio, chosen.values.get("PUBLIC_BASE_URL", "").strip(), port)


def main() -> None:
    """Prepare what has changed, then run everything until told to stop."""
    with one_sentence():
        chosen = settings.load()
        ports.require_free(ports.ports_of(chosen))
        migrate(chosen)
        model = train.model_for(chosen)
        train.point(model.with_name(train.LIVE), model)
        asyncio.run(supervise(chosen, children_of(chosen, model)))


if __name__ == "__main__":
    main()
