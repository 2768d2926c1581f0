// The case page: messages, notes and delivery marks appear as they happen; a reply goes out without leaving the page.

import { announce, csrf, listen, merge, oneAtATime, part } from "./live.js";
import { keep, restore } from "./typed.js";

const CLOCKS_MS = 20_000;
const PARTS_PAUSE_MS = 300;
const id = document.querySelector("[data-case]").dataset.case;
const scroll = document.querySelector("[data-scroll]");
const form = document.querySelector("[data-reply]");
const box = form?.elements.text;
const key = `written ${id}`;
const byId = (name) => document.getElementById(name);
const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
let sending = false; // a reply is on its way: whether it stays in the box is known when the answer is there
let sent = null; // the form that is on its way: it draws the page again by itself
let drawing = false;

function toTheEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

/** Another person or process changed what can be done here: draw the page again, keeping what is being written. */
function drawAgain() {
  if (sending || sent) return;
  drawing = true;
  location.replace(location.pathname);
}

addEventListener("pagehide", () => {
  if (drawing || sent) keep(key, sent);
});
addEventListener("pageshow", () => (sent = null)); // came back to
document.querySelector("[data-case]").addEventListener("submit", (event) => {
  if (!event.defaultPrevented) sent = event.target;
});

/** Show what was being written where there is no form for it any more. */
function showUnsent(words) {
  byId("unsent").append(...words.map((one) => Object.assign(document.createElement("p"), { className: "unsent", textContent: one })));
  byId("unsent").hidden = words.length === 0;
}

const refresh = oneAtATime(async () => {
  const fresh = await part(`/staff/cases/${id}/live`);
  if (!fresh) return;
  if (fresh.getElementById("case-head").dataset.stamp !== byId("case-head").dataset.stamp) return drawAgain();
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  for (const name of ["case-head", "banners", "record", "situation"]) {
    if (byId(name).outerHTML !== fresh.getElementById(name).outerHTML) byId(name).replaceWith(fresh.getElementById(name));
  }
  merge(byId("transcript"), fresh.getElementById("transcript"));
  merge(byId("notes"), fresh.getElementById("notes"));
  if (atEnd) toTheEnd();
});

async function send(event) {
  event.preventDefault();
  const wrong = form.querySelector("[data-reply-error]");
  const button = form.querySelector("button[type=submit]");
  if (!box.value.trim() || button.disabled || drawing) return; // drawn again, the words are in the box to be sent then
  const words = box.value;
  if ((form.dataset.tried ?? words) !== words) form.elements.id.value = newId(); // other words are another message
  form.dataset.tried = words;
  sending = button.disabled = true;
  wrong.hidden = true;
  try {
    const response = await fetch(form.dataset.reply, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify({ id: form.elements.id.value, text: words }),
    });
    if (!response.ok) throw new Error((await response.json()).error.message);
    if (box.value === words) box.value = "";
    form.elements.id.value = newId();
    delete form.dataset.tried;
    showParts();
    announce("Sent");
  } catch (error) {
    wrong.textContent =
      error instanceof TypeError ? "This could not be sent: no connection. It is still here; send it again." : error.message;
    wrong.hidden = false;
  } finally {
    sending = button.disabled = false;
    box.focus();
  }
  await refresh();
  if (!box.value) toTheEnd();
}

let pause;
/** On SMS: how many texts the words would be, as the server counts them. */
function showParts() {
  if (form.dataset.channel !== "sms") return;
  clearTimeout(pause);
  pause = setTimeout(async () => {
    const response = await fetch("/api/staff/text-parts", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify({ text: box.value }),
    }).catch(() => null);
    if (!response?.ok) return;
    const { parts, characters } = await response.json();
    form.querySelector("[data-parts]").textContent = characters
      ? `${characters} characters, ${parts} ${parts === 1 ? "text" : "texts"}`
      : "";
  }, PARTS_PAUSE_MS);
}

showUnsent(restore(key));
if (form) {
  form.addEventListener("submit", send);
  box.addEventListener("input", showParts);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  if (box.value) showParts();
}
byId("refusal")?.scrollIntoView({ block: "nearest" });
toTheEnd();
listen({ onCase: refresh, id });
setInterval(refresh, CLOCKS_MS);
