// The case page: messages, notes and delivery marks appear as they happen; a reply goes out without leaving the page.

import { announce, csrf, listen, merge, oneAtATime, part } from "./live.js";

const CLOCKS_MS = 20_000;
const PARTS_PAUSE_MS = 300;
const id = document.querySelector("[data-case]").dataset.case;
const scroll = document.querySelector("[data-scroll]");
const form = document.querySelector("[data-reply]");
const box = form?.elements.text;
const keptWords = `reply ${id}`;
const byId = (name) => document.getElementById(name);

function toTheEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

/** Another person or process changed what can be done here: draw the page again, keeping what is being written. */
function drawAgain() {
  if (box?.value) sessionStorage.setItem(keptWords, box.value);
  location.replace(location.pathname);
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
  if (!box.value.trim() || button.disabled) return;
  button.disabled = true;
  wrong.hidden = true;
  try {
    const response = await fetch(form.dataset.reply, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify({ id: form.elements.id.value, text: box.value }),
    });
    if (!response.ok) throw new Error((await response.json()).error.message);
    box.value = "";
    form.elements.id.value = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    showParts();
    announce("Sent");
    await refresh();
    toTheEnd();
  } catch (error) {
    wrong.textContent =
      error instanceof TypeError ? "This could not be sent: no connection. It is still here; send it again." : error.message;
    wrong.hidden = false;
  } finally {
    button.disabled = false;
    box.focus();
  }
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

if (form) {
  box.value = sessionStorage.getItem(keptWords) ?? box.value;
  sessionStorage.removeItem(keptWords);
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
