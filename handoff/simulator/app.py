"""The simulator as a program of its own, so that the phone network stays up while the service restarts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from handoff import keys, pages, sse
from handoff.errors import errors_middleware
from handoff.security import default_deny, headers_signal
from handoff.settings import Settings
from handoff.simulator.api import NETWORK
from handoff.simulator.network import Account, open_network
from handoff.simulator.routes import add_routes


def make_simulator_app(account: Account) -> web.Application:
    """The same page and REST API as inside the service, on a listener of its own."""

    async def network(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as http, open_network(account, http) as opened:
            app[NETWORK] = opened
            yield

    app = web.Application(middlewares=[errors_middleware, default_deny])
    app[keys.TEMPLATES] = pages.make_templates()
    app.on_response_prepare.append(headers_signal(Settings(public_base_url=account.public_base)))
    sse.setup(app)
    add_routes(app)
    pages.setup(app)
    app.cleanup_ctx.append(network)
    return app
