"""Runs the real supervisor over stand-in children: `python stand_ins.py PORT ACTIONS_PORT NAME=KIND...`.
The stand-in for handoff answers /readyz ("late": a text waits too long); every child says its pid."""

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from ops import children as supervised  # noqa: E402
from ops import settings, supervise  # noqa: E402
from ops.children import Child  # noqa: E402
from ops.console import one_sentence  # noqa: E402

SLEEPS = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS
BROKEN = "import sys; sys.exit('no configuration')"
ANSWERS = """
import http.server, os, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        late = sys.argv[3] == 'late'
        self.send_response(503 if late else 200); self.end_headers()
        if late:
            self.wfile.write(b'{"checks": {"database": true, "rasa": true, "outbox": false}}')
    def log_message(self, *parts): pass
print('pid', os.getpid(), flush=True)
http.server.HTTPServer((os.environ.get('WAYLINE_HOST', '127.0.0.1'), int(sys.argv[1])), Ready).serve_forever()
"""
LISTENS = """
import os, socket, sys, threading
print('pid', os.getpid(), flush=True)
listening = socket.create_server(('127.0.0.1', int(sys.argv[2])))
threading.Event().wait()
"""
CODE = {
    **{"listens": LISTENS, "sleeps": SLEEPS, "stubborn": STUBBORN, "broken": BROKEN},
    **{"answers": ANSWERS, "late": ANSWERS},
}


def main() -> None:
    """Supervise `handoff` and the children named `name=kind` on the command line."""
    port, actions_port, *named = sys.argv[1:]
    supervised.GRACE_SECONDS = 1.0
    with one_sentence():
        chosen = settings.load(
            {**os.environ, "WAYLINE_PORT": port, "ACTIONS_PORT": actions_port}, Path("absent")
        )
        children = []
        for name, kind in (item.split("=") for item in named):
            children.append(
                Child(name, [sys.executable, "-c", CODE[kind], port, actions_port, kind], dict(os.environ))
            )
        asyncio.run(supervise.supervise(chosen, children))


if __name__ == "__main__":
    main()
