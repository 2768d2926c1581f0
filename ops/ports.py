"""Looks, before anything starts, whether the ports we need are free and different from each other."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from ops.console import Trouble
from ops.settings import Settings


def ports_of(settings: Settings) -> list[tuple[str, int]]:
    """Each port we will listen on, with the setting that chooses it."""
    named = [(name, settings.port(name)) for name in ("WAYLINE_PORT", "INTERNAL_PORT", "ACTIONS_PORT")]
    rasa = "RASA_URLS" if settings.values.get("RASA_URLS") else "RASA_PORT"
    return named + [(rasa, port) for port in settings.local_rasa_ports]


def require_free(ports: Iterable[tuple[str, int]]) -> None:
    """Raise Trouble naming the first port that is taken, and the setting to change."""
    taken: dict[int, str] = {}
    for name, port in ports:
        if port in taken:
            raise Trouble(f"{taken[port]} and {name} both say port {port}; give one of them another.")
        taken[port] = name
        if not _is_free(port):
            raise Trouble(f"Port {port} is already in use: stop what uses it, or set {name} to a free port.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do, so that a port whose last connections are only closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))  # noqa: S104
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Trouble(f"This user may not listen on port {port}; choose one above 1023.") from error
            return False
    return True
