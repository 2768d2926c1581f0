"""What an application carries, each under a typed key: `request.app[keys.DB]`."""

from __future__ import annotations

from aiohttp import ClientSession, web
from jinja2 import Environment

from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.content.live import LiveContent
from handoff.db import Database
from handoff.live import Hub
from handoff.rasa import Rasa
from handoff.settings import Settings
from handoff.turns import Turns

SETTINGS = web.AppKey("settings", Settings)
CLOCK = web.AppKey("clock", Clock)
DB = web.AppKey("db", Database)
HUB = web.AppKey("hub", Hub)
HTTP = web.AppKey("http", ClientSession)
RULES = web.AppKey("rules", CaseRules)  # the vocabulary, the areas and whose rota owns the rest
CONTENT = web.AppKey("content", LiveContent)
RASA = web.AppKey("rasa", Rasa)
TURNS = web.AppKey("turns", Turns)
TEMPLATES = web.AppKey("templates", Environment)
