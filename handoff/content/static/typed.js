// Words that are not saved stay in this tab, whatever went wrong (a signed-out session, a closed lid, a colleague
// who saved or sent the draft meanwhile). They are kept for the draft's version: in the same version they come
// back into the boxes, in a later one they are shown beside them, so that they never replace newer words.
// What is typed for a step (a note, a comment, a reason) is kept until that step is done.

const NO_WORDS = ["csrf", "version", "slug", "area", "question"];
const place = document.querySelector("[data-typed]");
const form = document.querySelector("[data-writer]");
const SENT = "sent step";

if (place) {
  const all = `words ${place.dataset.typed} `;
  const sent = `sent ${place.dataset.typed}`;
  forgetSaved(all, sent);
  if (form) keepWords(all, sent);
  const left = keepStepWords(`step ${place.dataset.typed} `);
  if (!place.hasAttribute("data-typed-shown")) offer(all, left);
}

// What the step before this page saved, or threw away.
function forgetSaved(all, sent) {
  const said = new URLSearchParams(location.search).get("said");
  const saved = ["save", "submit"].includes(said) ? JSON.parse(sessionStorage.getItem(sent) ?? "[]") : [];
  for (const key of said === "discard" ? copies(all) : saved) sessionStorage.removeItem(key);
  sessionStorage.removeItem(sent);
}

function keepWords(all, sent) {
  const refused = form.hasAttribute("data-unsaved");
  let saved = new Map(refused ? [] : fields());
  let key = keyOf(all);
  const keep = () => {
    const left = fields().filter(([name, value]) => value !== saved.get(name));
    if (left.length) sessionStorage.setItem(key, JSON.stringify(left));
    else sessionStorage.removeItem(key);
  };
  if (!refused) bringBack(JSON.parse(sessionStorage.getItem(key) ?? "[]").filter(isNew));
  form.addEventListener("input", keep);
  form.addEventListener("submit", () => {
    keep();
    sessionStorage.setItem(sent, JSON.stringify(refused ? copies(all) : [key]));
  });
  form.addEventListener("saved", (event) => {
    sessionStorage.removeItem(key);
    key = keyOf(all);
    if (event.detail.all) saved = new Map(fields());
    keep();
  });
}

// What was typed for a step comes back in its box; the keys of what has no box any more.
function keepStepWords(all) {
  const [key, step] = JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
  if (key && step === saidOnce()) sessionStorage.removeItem(key);
  sessionStorage.removeItem(SENT);
  const boxes = [...document.querySelectorAll("[data-step-words]")].map((box) => [`${all}${stepOf(box)} ${box.id}`, box]);
  for (const one of boxes) keepStepBox(...one);
  const here = boxes.map(([one]) => one);
  return copies(all).filter((one) => !here.includes(one));
}

// The step that was just done; the address forgets it, so that coming back to it says it of no later one.
function saidOnce() {
  const here = new URL(location.href);
  const said = here.searchParams.get("said");
  here.searchParams.delete("said");
  if (said !== null) history.replaceState(history.state, "", here);
  return said;
}

function keepStepBox(key, box) {
  const [[, words]] = JSON.parse(sessionStorage.getItem(key) ?? "[[]]");
  if (words && !box.value) {
    box.value = words;
    box.closest("details")?.setAttribute("open", "");
  }
  const keep = () => {
    if (box.value.trim()) sessionStorage.setItem(key, JSON.stringify([[box.name, box.value, box.labels[0].textContent]]));
    else sessionStorage.removeItem(key);
  };
  box.addEventListener("input", keep);
  box.form.addEventListener("submit", () => {
    keep();
    sessionStorage.setItem(SENT, JSON.stringify([key, stepOf(box)]));
  });
}

function stepOf(box) {
  return box.form.getAttribute("action").split("/").pop();
}

// Kept words that the boxes do not hold, and those typed for a step: to copy.
function offer(all, steps) {
  const words = place.querySelector("[data-typed-words]");
  const left = copies(all).filter((key) => !form || key !== keyOf(all));
  for (const key of left) {
    const fresh = JSON.parse(sessionStorage.getItem(key)).filter(isNew);
    if (!fresh.length) sessionStorage.removeItem(key);
    words.append(...fresh.filter(([, value]) => value).map(shown));
  }
  for (const key of steps) words.append(...JSON.parse(sessionStorage.getItem(key)).map(shown));
  place.hidden = !place.querySelector("textarea");
  place.querySelector("[data-typed-drop]").addEventListener("click", () => {
    [...left, ...steps].forEach((key) => sessionStorage.removeItem(key));
    place.hidden = true;
  });
}

function bringBack(words) {
  if (!words.length) return;
  for (const [name, value] of words) form.elements[name].value = value;
  document.querySelector("[data-brought-back]").hidden = false;
  form.dispatchEvent(new Event("input"));
}

function fields() {
  const words = [...new FormData(form)].filter(([name]) => !NO_WORDS.includes(name));
  return words.map(([name, value]) => [name, value.replaceAll("\r\n", "\n"), form.elements[name].labels[0].textContent]);
}

// Whether a box says something else, however its lines and spaces are kept.
function isNew([name, value]) {
  const box = form?.elements[name];
  return !form || Boolean(box && tidied(box.value) !== tidied(value));
}

function tidied(text) {
  return text.split(/\s+/).join(" ").trim();
}

function shown([name, value, label]) {
  const field = document.createElement("div");
  field.className = "field";
  const title = document.createElement("label");
  title.textContent = `${label ?? name}, as you typed it`;
  const box = document.createElement("textarea");
  Object.assign(box, { className: "input", rows: 5, readOnly: true, value });
  box.id = title.htmlFor = `in-tab-${place.querySelectorAll("textarea").length}-${name}`;
  field.append(title, box);
  return field;
}

function keyOf(all) {
  return `${all}${form.dataset.draft}.${form.elements.version.value}`;
}

function copies(all) {
  return Object.keys(sessionStorage).filter((key) => key.startsWith(all));
}
