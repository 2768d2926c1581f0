"""/api/openapi.json describes every address under /api, and what comes back is as described."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp.test_utils import TestClient

from handoff.app import Parts, make_public_app
from handoff.openapi import whole


def described() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in whole()["paths"].items() for method in methods}


async def test_every_address_under_api_is_described(parts: Parts) -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in make_public_app(parts).router.routes()
        if route.resource and route.resource.canonical.startswith("/api/") and route.method != "HEAD"
    }
    assert routes == await asyncio.to_thread(described)


def test_every_reference_leads_somewhere() -> None:
    document = whole()
    schemas = document["components"]["schemas"]

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if "$ref" in node else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    assert {one.rpartition("/")[2] for one in references(document)} <= set(schemas)


async def test_the_document_is_served(client: TestClient) -> None:
    response = await client.get("/api/openapi.json")
    assert (response.status, (await response.json())["openapi"]) == (200, "3.1.0")
