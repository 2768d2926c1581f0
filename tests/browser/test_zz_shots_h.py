from tests.browser.test_editor import *
from tests.browser.test_editor import signed_in as si
import os
OUT="/tmp/shots-H"; os.makedirs(OUT, exist_ok=True)
for n in list(globals()):
    if n.startswith("test_"): del globals()[n]
@pytest.mark.parametrize("look,tag", [({"viewport": WIDE},"wide"),({},"phone"),({"viewport": WIDE,"color_scheme":"dark"},"dark")])
async def test_shots(new_page, site, parts, update, look, tag):
    await seed_once(parts.db, parts.clock.now(), update)
    jo = await si(await new_page(**look), site, JO, "/staff/answers")
    await jo.screenshot(path=f"{OUT}/{tag}-1-list.png")
    await jo.goto(site+"/staff/answers/ema"); await jo.screenshot(path=f"{OUT}/{tag}-2-shipped.png", full_page=True)
    await jo.goto(site+BURSARY); await jo.screenshot(path=f"{OUT}/{tag}-3-live.png", full_page=True)
    await press(jo, "Change the words")
    await write(jo, Text_message="The 16 to 19 Bursary Fund helps with travel. "+"Ring {area.fax}")
    await expect(jo.locator("#sms-errors")).to_contain_text("placeholder")
    await jo.screenshot(path=f"{OUT}/{tag}-4-draft.png", full_page=True)
    await write(jo, Text_message="The 16 to 19 Bursary Fund helps with travel, books and meals. Ask student services for the form, or ring us on {area.phone}.")
    await press(jo, "Send for approval"); await expect(jo.get_by_role("button", name="Take it back")).to_be_visible()
    await jo.screenshot(path=f"{OUT}/{tag}-5-sent.png", full_page=True)
    kit = await si(await new_page(**look), site, KIT)
    await kit.screenshot(path=f"{OUT}/{tag}-6-review.png", full_page=True)
    await press(kit, "Approve and publish"); await kit.goto(site+"/staff/releases")
    await kit.screenshot(path=f"{OUT}/{tag}-7-releases.png", full_page=True)
