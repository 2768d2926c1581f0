// Asks what the assistant would say, without leaving the page. Without this script the button is a form's.

const box = document.querySelector("[data-try]");

if (box) {
  const button = document.querySelector("[data-try-button]");
  button.type = "button"; // it sends no form, so that nothing waits for a save
  button.addEventListener("click", ask);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // else Enter would send the whole draft
    ask();
  });
}

async function ask() {
  const place = document.querySelector("[data-tried]");
  if (!box.value.trim()) return box.focus();
  place.textContent = "Asking…";
  const tried = await post(box.dataset.try, Object.fromEntries(new FormData(box.form)));
  if (tried) place.replaceChildren(side("Live now", tried.live), side("With this draft", tried.draft));
  else place.textContent = "No answer came. Try again.";
}

async function post(path, fields) {
  const csrf = document.querySelector("meta[name=csrf]").content;
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  try {
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(fields) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function side(name, said) {
  const made = element("div", "", "tried-side");
  made.append(element("h4", name), ...words(said));
  if (said.judged) made.append(element("p", "Likely, by meaning: the assistant has not learnt these questions yet.", "soft"));
  return made;
}

const OTHERWISE = {
  worry: "Screening hears a worry: a person gets it, and people get the safety message.",
  away: "Nobody knows just now: the assistant does not answer. Try again in a minute.",
  talk: "None of the answers: small talk, or “I did not get that”.",
};

function words(said) {
  if (said.kind === "offers") return [element("p", `It asks back: ${said.offers.join(", or ")}?`)];
  if (said.kind !== "answer") return [element("p", OTHERWISE[said.kind])];
  const bubble = element("div", "", "bubble");
  bubble.innerHTML = said.html; // made and sanitised by the server, as in the previews
  return [element("p", said.title, "tried-title"), bubble];
}

function element(tag, text, look = "") {
  const made = document.createElement(tag);
  made.className = look;
  made.textContent = text;
  return made;
}
