// Previews that follow the writing. Without this script, saving the draft shows them.
// The server makes the HTML (sanitised, no tag but the answer's own few) and names every problem.

const PAUSE = 250;
const writer = document.querySelector("[data-writer]");

if (writer) {
  follow(writer);
  keepWords(writer);
}

function follow(form) {
  let timer;
  let asked = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++asked;
      const shown = await ask(form);
      if (shown && mine === asked) show(form, shown);
    }, PAUSE);
  });
}

async function ask(form) {
  const csrf = document.querySelector("meta[name=csrf]").content;
  const fields = Object.fromEntries(new FormData(form));
  try {
    const response = await fetch(form.dataset.writer, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(fields),
    });
    return response.ok ? await response.json() : null;
  } catch {
    return null; // offline: the last previews stay, the words are in the boxes
  }
}

function show(form, shown) {
  const part = (name) => form.querySelector(`[data-preview=${name}]`);
  part("web").innerHTML = shown.html;
  part("sms").textContent = shown.sms;
  const parts = `${shown.parts} ${shown.parts === 1 ? "part" : "parts"}`;
  const places = shown.places === null ? ": some signs cannot go in a cheap text" : `, ${shown.places} of 459 places`;
  part("parts").textContent = parts + places;
  for (const box of form.querySelectorAll("[data-errors]")) {
    errors(form, box, shown.problems[box.dataset.errors] ?? []);
  }
}

function errors(form, box, sentences) {
  const before = box.textContent;
  box.replaceChildren(...sentences.map(sentence));
  form.elements[box.dataset.errors]?.toggleAttribute?.("aria-invalid", false);
  if (sentences.length) form.elements[box.dataset.errors]?.setAttribute?.("aria-invalid", "true");
  if (box.textContent !== before) form.querySelector("[data-preview-news]").textContent = sentences.join(". ");
}

function sentence(words) {
  const line = document.createElement("p");
  line.className = "field-error";
  line.textContent = `${words[0].toUpperCase()}${words.slice(1)}.`;
  return line;
}

// Words that were not saved come back in this tab, whatever went wrong (a signed-out session, a closed lid);
// they are kept for the draft's version, so what is saved once is never brought back over newer words.
function keepWords(form) {
  const key = `words ${form.getAttribute("action")} ${form.elements.version.value}`;
  const kept = sessionStorage.getItem(key);
  if (kept && kept !== words(form)) bringBack(form, kept);
  form.addEventListener("input", () => sessionStorage.setItem(key, words(form)));
}

function words(form) {
  const fields = [...new FormData(form)].filter(([name]) => !["csrf", "version", "area"].includes(name));
  return JSON.stringify(fields.map(([name, value]) => [name, value.replaceAll("\r\n", "\n")]));
}

function bringBack(form, kept) {
  for (const [name, value] of JSON.parse(kept)) form.elements[name].value = value;
  document.querySelector("[data-brought-back]").hidden = false;
  form.dispatchEvent(new Event("input"));
}
