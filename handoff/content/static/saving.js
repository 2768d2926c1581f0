// Saves the draft a few seconds after the last change, and says who else is writing.
// A save that cannot be made loses nothing: the words stay in the boxes and in this tab (typed.js).

const AFTER = 4000;
const AGAIN = 10000;
const NO_WORDS = ["csrf", "version", "slug", "area", "question"]; // on the form, and nothing of the answer
const form = document.querySelector("[data-writer]");
const line = document.querySelector("[data-saved]");
const others = document.querySelector("[data-others]");

if (form && line) {
  saveBySelf();
  sayWhoElse();
}

function saveBySelf() {
  let timer;
  let saving = null;
  let stopped = false;

  const later = (wait) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, wait);
  };
  const save = () => {
    saving ??= send().finally(() => (saving = null));
    return saving;
  };
  const send = async () => {
    const typed = JSON.stringify(words());
    const answer = await post(JSON.stringify({ ...words(), version: Number(form.elements.version.value) }));
    if (answer.ok) {
      const draft = (await answer.json()).draft;
      forms("version").forEach((box) => (box.value = draft.version));
      const all = typed === JSON.stringify(words());
      form.dispatchEvent(new CustomEvent("saved", { detail: { all } }));
      tell(`Saved at ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}.`);
      if (!all) later(AFTER);
    } else if (answer.status === 0 || answer.status >= 500) {
      tell("Not saved: no connection. Your words are kept in this tab, and saved when it is back.", true);
      later(AGAIN);
    } else {
      await refused(answer);
    }
  };
  const refused = async (answer) => {
    const error = (await answer.json().catch(() => null))?.error ?? {};
    stopped = answer.status === 409;
    const why = answer.status === 401 ? "You are signed out." : error.message ?? "The server said no.";
    const next = stopped ? " Press Save draft to see both wordings." : "";
    tell(`Not saved by itself. ${why}${next} Your words are kept in this tab.`, true);
  };

  form.addEventListener("input", (event) => {
    if (!NO_WORDS.includes(event.target.name)) later(AFTER);
  });
  addEventListener("online", () => later(0));
  // A form must not go out beside a save: its version would be the old one.
  document.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!saving) return;
    event.preventDefault();
    saving.finally(() => event.target.requestSubmit(event.submitter));
  });

  function words() {
    return Object.fromEntries([...new FormData(form)].filter(([name]) => !NO_WORDS.includes(name)));
  }
}

function forms(name) {
  return document.querySelectorAll(`main input[name=${name}]`);
}

async function post(body) {
  const csrf = document.querySelector("meta[name=csrf]").content;
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  const path = form.getAttribute("action").replace("/staff/", "/api/staff/");
  try {
    return await fetch(path, { method: "POST", headers, body });
  } catch {
    return { ok: false, status: 0 };
  }
}

function tell(words, loud = false) {
  if (loud) line.setAttribute("role", "alert");
  else line.removeAttribute("role");
  line.classList.toggle("saved--not", loud);
  line.textContent = words;
}

function sayWhoElse() {
  const source = new EventSource(others.dataset.others);
  source.addEventListener("editors", (event) => {
    const { names } = JSON.parse(event.data);
    others.textContent = names.length ? `${listed(names)} editing this too.` : "";
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(sayWhoElse, AGAIN);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

function listed(names) {
  if (names.length === 1) return `${names[0]} is`;
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} are`;
}
