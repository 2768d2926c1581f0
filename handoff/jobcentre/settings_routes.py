"""The page on which managers and administrators set how an area tells its Jobcentre. It shows no secret."""

from __future__ import annotations

from aiohttp import web

from handoff import keys
from handoff.bodies import form_fields
from handoff.content.areas import Area, clock_words
from handoff.errors import NotFound, Refusal
from handoff.jobcentre import desk
from handoff.jobcentre.access import area_of, areas_of
from handoff.jobcentre.links import AREA_LASTS
from handoff.jobcentre.options import SHORTEST_SECRET, Files, Mail, Web
from handoff.jobcentre.wording import CHANNELS
from handoff.pages import page
from handoff.security import access
from handoff.staff import service as staff_service
from handoff.staff.auth import signed_in, staff_page

RIGHT = "jobcentre.settings"
SAID = {
    "saved": "Saved. Send a test to see that it arrives.",
    "test": "The test is on its way. Reload in a moment to see what became of it.",
}
Form = dict[str, str]


@access(staff_page(RIGHT))
async def settings_page(request: web.Request) -> web.Response:
    """GET /staff/jobcentre/settings?area=camden"""
    return await _page(request, request.query.get("area", ""))


@access(staff_page(RIGHT))
async def save(request: web.Request) -> web.Response:
    """Keep what was typed; after a no it is all still there, but for secrets."""
    form = await form_fields(request)
    area, now = _area(request, form.get("area", "")), request.app[keys.CLOCK].now()
    try:
        async with request.app[keys.DB].transaction() as session:
            demo = request.app[keys.SETTINGS].demo
            await desk.set_channel(session, now, signed_in(request), area, form, demo=demo)
    except Refusal as refusal:
        return await _page(request, area.slug, refusal=refusal, typed=form)
    raise web.HTTPSeeOther(f"/staff/jobcentre/settings?area={area.slug}&said=saved")


@access(staff_page(RIGHT))
async def make_link(request: web.Request) -> web.Response:
    """A new link for Jobcentre staff, shown this once."""
    area, now = _area(request, (await form_fields(request)).get("area", "")), request.app[keys.CLOCK].now()
    async with request.app[keys.DB].transaction() as session:
        token = await desk.new_link(session, now, signed_in(request), area)
    base = request.app[keys.SETTINGS].public_base_url
    return await _page(request, area.slug, link=f"{base}/jobcentre/claimants/{token}")


@access(staff_page(RIGHT))
async def send_test(request: web.Request) -> web.Response:
    """A notice about nobody, the same way as every other."""
    area, now = _area(request, (await form_fields(request)).get("area", "")), request.app[keys.CLOCK].now()
    try:
        async with request.app[keys.DB].transaction() as session:
            await desk.send_test(session, now, signed_in(request), area)
    except Refusal as refusal:
        return await _page(request, area.slug, refusal=refusal)
    raise web.HTTPSeeOther(f"/staff/jobcentre/settings?area={area.slug}&said=test")


@access(staff_page(RIGHT))
async def back(request: web.Request) -> web.Response:
    """A form's own address, loaded anew, leads to the page."""
    raise web.HTTPSeeOther("/staff/jobcentre/settings")


async def _page(
    request: web.Request,
    slug: str,
    *,
    refusal: Refusal | None = None,
    typed: Form | None = None,
    link: str = "",
) -> web.Response:
    who, rules = signed_in(request), request.app[keys.RULES]
    area = _area(request, slug)
    async with request.app[keys.DB].reading() as session:
        setting = await desk.setting(session, area)
        tests = await desk.tests_of(session, area)
        names = await staff_service.names(session, [setting.updated_by_id])
    form = _form(setting) | {name: value for name, value in (typed or {}).items() if name != "secret"}
    options = setting.options
    return page(
        request, "jobcentre/settings.html", status=refusal.status if refusal else 200, area=area,
        areas=areas_of(rules, who), setting=setting, form=form, refusal=refusal, channels=CHANNELS, link=link,
        public_key=options.public_key if isinstance(options, Files) else "",
        has_secret=isinstance(options, Web), tests=tests, lasts=AREA_LASTS.days, shortest=SHORTEST_SECRET,
        field=refusal.extra.get("field") if refusal else None, said=SAID.get(request.query.get("said", "")),
        by=next(iter(names.values()), ""), when=_when(area, setting),
    )  # fmt: skip


def _form(setting: desk.Setting) -> Form:
    """What is set, by the names of the page's fields; secrets have no field that is filled."""
    form = {"kind": setting.kind, "chase_days": str(setting.chase_days), "port": "22", "acks": "acknowledged"}
    match setting.options:
        case Files() as files:
            shown = ("host", "username", "folder", "acks", "host_key", "certificate")
            form |= {name: getattr(files, name) for name in shown} | {"port": str(files.port)}
        case Mail() as mail:
            form |= {"address": mail.address, "mail_certificate": mail.certificate}
        case Web() as webhook:
            form |= {"url": webhook.url}
    return form


def _when(area: Area, setting: desk.Setting) -> str:
    if setting.updated_at is None:
        return ""
    local = setting.updated_at.astimezone(area.timezone)
    return f"{local.day} {local:%B %Y} at {clock_words(local.time())}"


def _area(request: web.Request, slug: str) -> Area:
    try:
        return area_of(request.app[keys.RULES], signed_in(request), slug)
    except NotFound:
        if slug:
            raise
        raise NotFound("You have no areas yet, so there is nothing to set.") from None


def setup(app: web.Application) -> None:
    app.router.add_get("/staff/jobcentre/settings", settings_page)
    app.router.add_post("/staff/jobcentre/settings", save)
    for name, handler in (("link", make_link), ("test", send_test)):
        app.router.add_post(f"/staff/jobcentre/settings/{name}", handler)
        app.router.add_get(f"/staff/jobcentre/settings/{name}", back)
