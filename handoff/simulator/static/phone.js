// The phones: shows one thread at a time and looks again whenever the network says that something changed.

const byId = (id) => document.getElementById(id);
const thread = byId("thread");
const body = byId("body");
const service = byId("service");
const errorLine = byId("error");
const remembered = "wayline-phone";

let phone = sessionStorage.getItem(remembered) || "";
let shown = ""; // which thread the list holds now
let looking = false;
let lookAgain = false;

const serviceNames = new Map([...service.options].map((option) => [option.value, option.textContent]));

async function ask(path, content) {
  const response = await fetch(path, {
    method: content ? "POST" : "GET",
    headers: content ? { "Content-Type": "application/json" } : {},
    body: content ? JSON.stringify(content) : undefined,
  });
  const answer = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Error(answer.error?.message || "That did not work.");
  return answer;
}

async function look() {
  if (looking) {
    lookAgain = true;
    return;
  }
  looking = true;
  try {
    do {
      lookAgain = false;
      await show();
    } while (lookAgain);
  } catch {
    // The network is away; the event stream says when it is back.
    lookAgain = false;
  } finally {
    looking = false;
  }
}

async function show() {
  const [ours, theirs] = [phone, service.value];
  const state = await ask(`/phone/state?${new URLSearchParams({ phone: ours, service: theirs })}`);
  if (ours !== phone || theirs !== service.value) return; // another thread was chosen meanwhile
  if (!state.phones.some((one) => one.number === phone)) {
    choose(state.phones[0].number);
    return;
  }
  showPhones(state.phones);
  for (const option of service.options) {
    const waiting = state.unread[option.value];
    const name = serviceNames.get(option.value);
    option.textContent = waiting && option.value !== service.value ? `${name} (${waiting} new)` : name;
  }
  showThread(`${ours} ${theirs}`, state.messages, state.blocked);
  if (state.unread[theirs] && document.visibilityState === "visible") {
    await ask("/phone/read", { phone: ours, service: theirs, id: state.messages.at(-1).id });
  }
}

function showPhones(phones) {
  const list = byId("phones");
  const focused = document.activeElement?.dataset?.number;
  list.replaceChildren(...phones.map(phoneItem));
  if (focused) list.querySelector(`[data-number="${focused}"]`)?.focus();
  byId("own-number").textContent = `This phone: ${phones.find((one) => one.number === phone).name}`;
}

function phoneItem({ number, name, unread }) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sim-phones__item";
  button.dataset.number = number;
  button.setAttribute("aria-pressed", String(number === phone));
  button.append(name);
  if (unread) button.append(part("span", "sim-phones__unread", String(unread)), part("span", "visually-hidden", "new"));
  button.addEventListener("click", () => choose(number));
  item.append(button);
  return item;
}

function showThread(name, messages, blocked) {
  if (name !== shown) {
    thread.replaceChildren();
    shown = name;
  }
  const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
  byId("blocked").hidden = !blocked;
  for (const message of messages) {
    const known = thread.querySelector(`[data-id="${message.id}"]`);
    if (known) {
      about(known, message);
    } else {
      thread.append(bubble(message));
    }
  }
  byId("empty").hidden = messages.length > 0;
  if (atEnd) thread.scrollTop = thread.scrollHeight;
}

function bubble(message) {
  const item = part("div", message.mine ? "text text--mine" : "text");
  item.dataset.id = message.id;
  const words = part("p", "text__body");
  words.append(part("span", "visually-hidden", message.mine ? "You: " : "Wayline: "));
  words.append(message.picture ? ["[A picture]", message.body].filter(Boolean).join("\n") : message.body);
  item.append(words, part("p", "text__about"));
  about(item, message);
  return item;
}

function about(item, message) {
  const at = new Date(message.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const words = { handed: "✓ delivered", waiting: "not taken in yet", delivered: "", sent: "arriving", queued: "arriving" };
  const texts = message.parts > 1 ? `${message.parts} parts` : "";
  const line = [at, texts, words[message.status] ?? message.status].filter(Boolean).join(" · ");
  const place = item.querySelector(".text__about");
  if (place.textContent !== line) place.textContent = line;
  item.classList.toggle("text--waiting", message.status === "waiting");
}

function part(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function choose(number) {
  phone = number;
  sessionStorage.setItem(remembered, number);
  errorLine.textContent = "";
  look();
}

async function send(content) {
  errorLine.textContent = "";
  try {
    await ask("/phone/texts", { phone, service: service.value, ...content });
    return true;
  } catch (error) {
    errorLine.textContent = error.message;
    return false;
  }
}

function count() {
  byId("count").textContent = body.value.length > 100 ? `${body.value.length} of ${body.maxLength}` : "";
}

byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = body.value;
  if (!words.trim()) {
    errorLine.textContent = "Write a text first.";
    body.focus();
    return;
  }
  body.value = "";
  count();
  thread.scrollTop = thread.scrollHeight;
  if (!(await send({ body: words })) && !body.value) body.value = words;
  body.focus();
});

body.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("form").requestSubmit();
  }
});

body.addEventListener("input", count);
byId("picture").addEventListener("click", async () => {
  if (await send({ body: body.value, picture: true })) {
    body.value = "";
    count();
  }
});
byId("add-phone").addEventListener("click", async () => choose((await ask("/phone/phones", {})).number));
service.addEventListener("change", look);
document.addEventListener("visibilitychange", look);

const stream = new EventSource("/phone/events");
stream.addEventListener("change", look);
look();
