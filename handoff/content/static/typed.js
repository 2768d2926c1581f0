// Words that are not saved stay in this tab, whatever went wrong (a signed-out session, a closed lid, a colleague
// who saved or sent the draft meanwhile). They are kept for the draft's version: in the same version they come
// back into the boxes, in a later one they are shown beside them, so that they never replace newer words.

const NO_WORDS = ["csrf", "version", "slug", "area", "question"];
const place = document.querySelector("[data-typed]");
const form = document.querySelector("[data-writer]");

if (place) {
  const all = `words ${place.dataset.typed} `;
  const sent = `sent ${place.dataset.typed}`;
  forgetSaved(all, sent);
  if (form) keepWords(all, sent);
  if (!place.hasAttribute("data-typed-shown")) offer(all);
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

// Kept words that the boxes do not hold: to copy.
function offer(all) {
  const left = copies(all).filter((key) => !form || key !== keyOf(all));
  for (const key of left) {
    const words = JSON.parse(sessionStorage.getItem(key)).filter(isNew);
    if (!words.length) sessionStorage.removeItem(key);
    place.querySelector("[data-typed-words]").append(...words.filter(([, value]) => value).map(shown));
  }
  place.hidden = !place.querySelector("textarea");
  place.querySelector("[data-typed-drop]").addEventListener("click", () => {
    left.forEach((key) => sessionStorage.removeItem(key));
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
