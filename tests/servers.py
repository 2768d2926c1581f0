"""Real PostgreSQL and Redis servers for tests, from the system's own programs, in a temporary folder.
Nothing here imports an environment's packages, so both environments' tests may use it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 30.0
KEPT_PORTS = 50
DEBIAN = Path("/usr/lib/postgresql")
_kept: deque[int] = deque()


class Absent(Exception):
    """The programs a server needs are not on this machine; the text is the reason to show."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of our own; yields `postgresql://postgres@127.0.0.1:<port>/postgres`. Raises Absent."""
    programs = postgres_programs()
    with _own_folder() as (folder, as_user):
        data, port = folder / "data", free_port()
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--no-sync"]
        subprocess.run(
            [*as_user, *initdb, "-E", "UTF8"], cwd=folder, check=True, capture_output=True, timeout=60
        )
        options = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "port": str(port)}
        options["max_wal_size"] = "128MB"  # as the folder may be in memory
        options |= {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder)}
        command = [str(programs / "postgres"), "-D", str(data)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        ready = [*as_user, str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        with _running([*as_user, *command], folder, ready):
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis of our own that keeps nothing; yields `redis://127.0.0.1:<port>/0`. Raises Absent."""
    program = shutil.which("redis-server")
    if program is None:
        raise Absent("Redis is not installed")
    with _own_folder() as (folder, as_user):
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with _running([*as_user, *command], folder, None, port=port):
            yield f"redis://127.0.0.1:{port}/0"


def postgres_programs() -> Path:
    """The folder with `initdb` and `postgres`; Debian keeps it off PATH. Raises Absent."""
    on_path = shutil.which("initdb")
    debian = sorted(DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name))
    for folder in [*([Path(on_path).resolve().parent] if on_path else []), *reversed(debian)]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Absent("PostgreSQL is not installed")


def free_port(in_a_row: int = 1) -> int:
    """A port nobody has, the first of `in_a_row`; kept from other processes until a server of ours has it."""
    while True:
        first = _keep(0)
        if all(_keep(first + n) for n in range(1, in_a_row)):
            return first


def _keep(port: int) -> int:
    """Bind and share: a server may listen there, and Linux gives the port to nobody else. 0 when taken."""
    with socket.socket() as keeper:
        try:
            keeper.bind(("127.0.0.1", port))
        except OSError:
            return 0
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken: int = keeper.getsockname()[1]
        if len(_kept) == KEPT_PORTS:
            os.close(_kept.popleft())
        _kept.append(keeper.detach())
        return taken


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _own_folder() -> Iterator[tuple[Path, Sequence[str]]]:
    """A short-named folder, and the command prefix for a user that is not root (PostgreSQL refuses root)."""
    with tempfile.TemporaryDirectory(prefix="wl-", ignore_cleanup_errors=True) as name:
        folder, as_user = Path(name), []
        if os.geteuid() == 0:
            user = _ordinary_user()
            os.chown(folder, user.pw_uid, user.pw_gid)
            as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        yield folder, as_user


def _ordinary_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@contextmanager
def _running(
    command: Sequence[str], folder: Path, ready: Sequence[str] | None, port: int = 0
) -> Iterator[None]:
    with (folder / "server.log").open("w+") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_until_ready(process, ready, port, log.name)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(
    process: subprocess.Popen[bytes], ready: Sequence[str] | None, port: int, log: str
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if answers(port) if ready is None else _succeeds(ready):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{Path(log).read_text()}")


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, check=False, timeout=10).returncode == 0
