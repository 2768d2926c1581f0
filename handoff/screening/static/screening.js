// Trying a message and the preview without leaving the page; a dry run shows how far it is. Without this script
// the same buttons load the page anew.

const LOOK_MS = 1_000;
const PAUSE_MS = 400;
const parse = async (response) => new DOMParser().parseFromString(await response.text(), "text/html");

for (const form of document.querySelectorAll("[data-try], [data-part]")) {
  form.addEventListener("submit", (event) => {
    const looks = form.matches("[data-try]") || event.submitter?.name === "look";
    if (!looks) return;
    event.preventDefault();
    look(form);
  });
}

const messages = document.querySelector("[data-part=messages]");
if (messages) {
  let timer;
  messages.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => look(messages), PAUSE_MS);
  });
}

let asked = 0;
/** Ask the server what the form would show, and show that part of it; say so while it works, and when it cannot. */
async function look(form) {
  const mine = ++asked;
  const body = new URLSearchParams(new FormData(form));
  if (form.matches("[data-part]")) body.set("look", "1");
  const tried = form.querySelector("[data-tried]");
  if (tried) tried.textContent = "Listening…";
  const response = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { Accept: "text/html" } }).catch(() => null);
  if (mine !== asked) return;
  if (!response?.ok) {
    if (tried) tried.textContent = "This could not be tried. Your words are still here: try again.";
    return;
  }
  const fresh = await parse(response);
  for (const mark of ["[data-tried]", "[data-preview]"]) swap(form.querySelector(mark), fresh.querySelector(`form ${mark}`));
  for (const box of form.querySelectorAll("[id$=-errors]")) swap(box, fresh.getElementById(box.id));
}

function swap(old, fresh) {
  if (old && fresh && old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
}

follow();
/** While a dry run is under way, show how far it is. */
async function follow() {
  const trial = document.querySelector("[data-trial]");
  if (trial?.dataset.state !== "running") return;
  await new Promise((done) => setTimeout(done, LOOK_MS));
  const response = await fetch(trial.dataset.trial, { headers: { Accept: "text/html" } }).catch(() => null);
  const fresh = response?.ok ? (await parse(response)).querySelector("[data-trial]") : null;
  if (fresh?.dataset.state === "done" && document.querySelector("[data-waits]")) return location.reload();
  if (fresh) trial.replaceWith(fresh);
  follow();
}
