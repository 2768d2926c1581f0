"""Makes the pictures in docs/images: starts everything on a data folder of its own and uses it as people do.

.venv/bin/python -m docs.screenshots     (needs Debian's Chromium; takes about four minutes)
.venv/bin/python -m docs.screenshots answers leads     (only those; see SCENES)
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from playwright.async_api import async_playwright

from docs.pictures.answers import show_answers
from docs.pictures.casework import show_console, show_registration, show_settings
from docs.pictures.leads import show_leads
from docs.pictures.people import show_chat, show_phone
from docs.pictures.site import IMAGES, MONDAY, Site
from tests.stack import running_stack

LARGEST = 150 * 1024
SCENES: Mapping[str, Sequence[Callable[[Site], Awaitable[None]]]] = {
    "people": (show_chat, show_phone),
    "casework": (show_console, show_registration, show_settings),
    "leads": (show_leads,),
    "answers": (show_answers,),
}


async def main(wanted: Sequence[str]) -> None:
    """Take the pictures of these scenes, in their order; fails when one is larger than it should be."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("There is no Chromium here: sudo apt-get install chromium")
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="wayline-pictures-") as folder,
        running_stack(Path(folder), WAYLINE_NOW=MONDAY) as stack,
    ):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for scene in wanted:
                for show in SCENES[scene]:
                    await show(Site(browser, stack.url))
            await browser.close()
    for picture in sorted(IMAGES.glob("*.png")):
        size = picture.stat().st_size
        print(f"{picture.name:24} {size // 1024:4} kB")
        assert size <= LARGEST, f"{picture.name} is too large"


if __name__ == "__main__":
    if unknown := set(sys.argv[1:]) - set(SCENES):
        sys.exit(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}.")
    asyncio.run(main(sys.argv[1:] or tuple(SCENES)))
