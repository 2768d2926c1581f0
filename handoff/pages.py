"""Server-rendered pages: one Jinja environment over every feature's templates and static files."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from handoff.errors import NotFound, Refusal
from handoff.security import access, anyone

HERE = Path(__file__).parent
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
}


def make_templates() -> Environment:
    """Templates as "<feature>/x.html", shared ones as "x.html"; everything autoescaped, nothing undefined."""
    features = {folder.parent.name: FileSystemLoader(folder) for folder in HERE.glob("*/templates")}
    environment = Environment(
        loader=ChoiceLoader([PrefixLoader(features), FileSystemLoader(HERE / "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static_url"] = static_url
    return environment


def page(request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
    from handoff import keys  # keys names features' types; features import pages

    body = request.app[keys.TEMPLATES].get_template(template).render(request=request, **context)
    return web.Response(text=body, status=status, content_type="text/html")


def error_page(request: web.Request, refusal: Refusal) -> web.Response:
    return page(request, "error.html", status=refusal.status, refusal=refusal)


@cache
def static_url(name: str) -> str:
    """The address of a static file, with its hash so that it may be cached for ever."""
    return f"/static/{name}?v={hashlib.sha256(static_path(name).read_bytes()).hexdigest()[:12]}"


def static_path(name: str) -> Path:
    """ "webchat/chat.js" -> handoff/webchat/static/chat.js, "base.css" -> handoff/static/base.css."""
    if "\0" in name:  # no path has one, and asking for it is an error
        raise NotFound()
    feature, slash, rest = name.partition("/")
    folder = HERE / feature / "static" if slash else HERE / "static"
    path = (folder / (rest or feature)).resolve()
    if not path.is_relative_to(folder) or path.suffix not in _TYPES or not path.is_file():
        raise NotFound()
    return path


@access(anyone)
async def static(request: web.Request) -> web.Response:
    path = static_path(request.match_info["name"])
    caching = "public, max-age=31536000, immutable" if "v" in request.query else "no-cache"
    return web.Response(
        body=path.read_bytes(),
        content_type=_TYPES[path.suffix],
        charset="utf-8" if path.suffix != ".png" else None,
        headers={"Cache-Control": caching},
    )


def setup(app: web.Application) -> None:
    app.router.add_get("/static/{name:.+}", static)
