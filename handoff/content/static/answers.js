// Previews that follow the writing. Without this script, saving the draft shows them.
// The server makes the HTML (sanitised, no tag but the answer's own few) and names every problem.

const PAUSE = 250;
const writer = document.querySelector("[data-writer]");

const examples = document.querySelector("[data-examples]");

for (const host of document.querySelectorAll("[data-chat]")) chatFrame(host);
if (writer) follow(writer);
if (examples) lookOver(examples);

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

function ask(form) {
  return post(form.dataset.writer, Object.fromEntries(new FormData(form)));
}

async function post(path, fields) {
  const csrf = document.querySelector("meta[name=csrf]").content;
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(fields),
    });
    return response.ok ? await response.json() : null;
  } catch {
    return null; // offline: what was shown last stays, the words are in the boxes
  }
}

// What stands out in the example questions: asked for when somebody comes to them, then as they write.
// While the other answers' questions are still being read, it is asked for again.
function lookOver(box) {
  const AGAIN = 5000;
  let timer;
  let asked = 0;
  const look = async () => {
    const mine = ++asked;
    const looked = await post(box.dataset.examples, { examples: box.value });
    if (!looked || mine !== asked) return;
    showLooked(looked);
    if (!looked.whole && document.activeElement === box) timer = setTimeout(look, AGAIN);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE * 2);
  };
  box.addEventListener("focus", soon);
  box.addEventListener("input", soon);
}

function showLooked(looked) {
  document.querySelector("[data-examples-count]").textContent = looked.count;
  const lines = looked.warnings.filter((one) => one.line);
  const parts = [];
  if (lines.length) {
    const list = document.createElement("ul");
    list.append(...lines.map((one) => withText("li", `Line ${one.line} ${one.says}.`)));
    parts.push(withText("p", "Worth a look", "looked-head"), list);
  }
  if (!looked.whole) parts.push(withText("p", "Still reading the other answers' questions.", "soft"));
  document.querySelector("[data-looked]").replaceChildren(...parts);
}

function withText(tag, words, look = "") {
  const made = document.createElement(tag);
  made.className = look;
  made.textContent = words;
  return made;
}

function show(form, shown) {
  const chat = chatFrame(form.querySelector("[data-chat]"));
  const part = (name) => [form, chat].map((from) => from.querySelector(`[data-preview=${name}]`)).find(Boolean);
  part("web").innerHTML = shown.html;
  part("sms").textContent = shown.sms;
  part("next").replaceChildren(...nextSteps(form));
  const parts = `${shown.parts} ${shown.parts === 1 ? "part" : "parts"}`;
  const places = shown.places === null ? ": some signs cannot go in a cheap text" : `, ${shown.places} of 459 places`;
  part("parts").textContent = parts + places;
  for (const box of form.querySelectorAll("[data-plainer]")) plainer(box, shown.reading[box.dataset.plainer]);
  for (const list of form.querySelectorAll("[data-sums]")) {
    const hints = shown.sums[list.dataset.sums] ?? [];
    list.replaceChildren(...hints.map((hint) => withText("li", `${hint}.`)));
  }
  for (const box of form.querySelectorAll("[data-errors]")) {
    errors(form, box, shown.problems[box.dataset.errors] ?? []);
  }
}

// The chat's frame has style sheets of its own; a browser that did not read it from the page gets it here.
function chatFrame(host) {
  if (!host.shadowRoot) host.attachShadow({ mode: "open" }).append(host.querySelector("template").content);
  return host.shadowRoot;
}

function nextSteps(form) {
  const chosen = [...form.querySelectorAll("select[name^=next_]")].filter((box) => box.value);
  return [...new Set(chosen.map((box) => box.selectedOptions[0].textContent))].map((title) => withText("span", title, "choice"));
}

// Quietly: a hint that is read aloud at every pause in the writing would stop nobody but the writer.
function plainer(box, reading) {
  const aim = reading.age > 11 ? ": aim for 9 to 11" : "";
  const more = reading.age === 18 ? " or more" : "";
  box.querySelector("p").textContent = reading.age ? `Reading age ${reading.age}${more}${aim}.` : "";
  box.querySelector("ul").replaceChildren(...reading.hints.map((hint) => withText("li", hint)));
}

function errors(form, box, sentences) {
  const before = box.textContent;
  box.replaceChildren(...sentences.map(sentence));
  form.elements[box.dataset.errors]?.toggleAttribute?.("aria-invalid", false);
  if (sentences.length) form.elements[box.dataset.errors]?.setAttribute?.("aria-invalid", "true");
  if (box.textContent !== before) form.querySelector("[data-preview-news]").textContent = sentences.join(". ");
}

function sentence(words) {
  return withText("p", `${words[0].toUpperCase()}${words.slice(1)}.`, "field-error");
}
