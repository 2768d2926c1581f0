"""/api/openapi.json, expanded from every feature's openapi.yml (schemas and paths in a short notation).

A field `name?` may be missing. A type is a name (`uuid`), `Name[]`, `a|null`, a list of the values it may
have, or an object of fields. `gives` maps a status to what comes back; `refuses` lists the error statuses.
"""

from __future__ import annotations

import asyncio
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

from handoff.security import access, anyone

HERE = Path(__file__).parent
Json = dict[str, Any]
_PLAIN: dict[str, Json] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "object": {"type": "object"},
    "null": {"type": "null"},
    "uuid": {"type": "string", "format": "uuid"},
    "time": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
}
_WHO: dict[str, list[Json]] = {"anyone": [], "bearer": [{"chat": []}], "staff": [{"staff": []}]}
_SECURITY = {
    "chat": {"type": "http", "scheme": "bearer", "description": "The token that opening a chat gave."},
    "staff": {
        "type": "apiKey", "in": "cookie", "name": "wayline_staff",
        "description": "The cookie of a staff session; every write also carries its csrf as X-CSRF-Token.",
    },
}  # fmt: skip
_ERROR: Json = {"error": {"code": "string", "message": "string", "field?": "string"}}


@access(anyone)
async def document(request: web.Request) -> web.Response:
    return web.json_response(await asyncio.to_thread(whole))


@cache
def whole() -> Json:
    """The OpenAPI 3.1 document."""
    features = sorted(HERE.glob("*/openapi.yml"))
    parts = [yaml.safe_load(path.read_text("utf-8")) for path in (HERE / "openapi.yml", *features)]
    schemas: Json = {"Error": type_of(_ERROR)}
    paths: dict[str, Json] = {}
    for part in parts:
        schemas |= {name: type_of(short) for name, short in part.get("schemas", {}).items()}
        for where, short in part["paths"].items():
            method, _, path = where.partition(" ")
            paths.setdefault(path, {})[method] = operation(path, short)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Wayline", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": _SECURITY},
    }


def operation(path: str, short: Json) -> Json:
    """One method of one address."""
    responses = {str(status): _response(given) for status, given in short["gives"].items()}
    responses |= {str(status): _response("Error") for status in short.get("refuses", ())}
    found: Json = {"summary": short["says"], "security": _WHO[short["who"]], "responses": responses}
    if parameters := [*_path_parameters(path), *_query_parameters(short.get("query", {}))]:
        found["parameters"] = parameters
    if "takes" in short:
        found["requestBody"] = {"required": True, "content": _content(short["takes"])}
    return found


def type_of(short: Any) -> Json:
    """A JSON schema from the short notation."""
    if isinstance(short, list):
        return {"enum": short}
    if isinstance(short, dict):
        needed = [name for name in short if not name.endswith("?")]
        fields = {name.removesuffix("?"): type_of(kind) for name, kind in short.items()}
        return {"type": "object", "properties": fields} | ({"required": needed} if needed else {})
    if short.endswith("|null"):
        return {"anyOf": [type_of(short.removesuffix("|null")), _PLAIN["null"]]}
    if short.endswith("[]"):
        return {"type": "array", "items": type_of(short.removesuffix("[]"))}
    return _PLAIN.get(short) or {"$ref": f"#/components/schemas/{short}"}


def _response(given: Any) -> Json:
    if given == "nothing":
        return {"description": "Done; nothing comes back."}
    if given == "text/event-stream":
        return {"description": "A stream of events.", "content": {given: {"schema": _PLAIN["string"]}}}
    return {"description": "Refused." if given == "Error" else "Done.", "content": _content(given)}


def _content(short: Any) -> Json:
    return {"application/json": {"schema": type_of(short)}}


def _path_parameters(path: str) -> list[Json]:
    names = re.findall(r"{(\w+)}", path)
    return [{"name": name, "in": "path", "required": True, "schema": _PLAIN["string"]} for name in names]


def _query_parameters(query: Json) -> list[Json]:
    return [
        {
            "name": name.removesuffix("?"),
            "in": "query",
            "required": not name.endswith("?"),
            "schema": type_of(kind),
        }
        for name, kind in query.items()
    ]


def setup(app: web.Application) -> None:
    app.router.add_get("/api/openapi.json", document)
