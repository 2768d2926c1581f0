"""`python -m handoff.simulator --port 8090`: the phone network alone.

Start the service with TWILIO_API_BASE=http://127.0.0.1:8090/phone/twilio and the same TWILIO_ settings.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from aiohttp import web

from handoff.settings import Settings
from handoff.simulator.app import make_simulator_app
from handoff.simulator.network import Account, numbers_of


def main() -> None:
    """Serve until Ctrl-C; the account comes from the environment."""
    parser = argparse.ArgumentParser(prog="python -m handoff.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--service", default="http://127.0.0.1:8080", help="where the service listens")
    parser.add_argument("--file", type=Path, default=Path("simulator.db"), help="where texts are kept")
    given = parser.parse_args()
    service = given.service.rstrip("/")
    account = Account(
        sid=os.environ["TWILIO_ACCOUNT_SID"],
        tokens=tuple(os.environ["TWILIO_AUTH_TOKEN"].split(",")),
        numbers=numbers_of(
            _numbers(os.environ.get("TWILIO_NUMBERS", "")),
            os.environ.get("TWILIO_NUMBER", "") or Settings.twilio_number,
            "wayline",
        ),
        public_base=os.environ.get("PUBLIC_BASE_URL", service).rstrip("/"),
        connect_base=service,
        file=given.file,
    )
    web.run_app(make_simulator_app(account), host="127.0.0.1", port=given.port, print=None)


def _numbers(value: str) -> dict[str, str]:
    pairs = (item.partition("=") for item in value.split(",") if "=" in item)
    return {number.strip(): area.strip() for number, _, area in pairs}


if __name__ == "__main__":
    main()
