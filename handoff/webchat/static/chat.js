// The live chat page: joins what is written, what comes in and what is shown. Without this file the form works alone.

import { exitOn } from "./exit.js";
import { Helped } from "./helped.js";
import { Outbox } from "./outbox.js";
import { Session } from "./session.js";
import { Stream } from "./stream.js";
import { View } from "./view.js";

const LONGEST = 5000;
const NEARLY = 4500;
const OFFLINE = "You’re offline. You can keep writing: it is sent as soon as you are back.";
const OVER = "This chat has ended. What you send now starts a new one.";
const OFFLINE_AFTER = 1500;

const chat = document.getElementById("chat");
const box = document.getElementById("text");
const problem = document.getElementById("problem");
const count = document.getElementById("count");
const embedded = "embed" in chat.dataset;

// /chat is always a new chat; a reload, or Back from a page that was looked at, goes on with this tab's.
// An embed goes on too, as its reader walks from page to page of the site around it.
const arrived = performance.getEntriesByType("navigation")[0]?.type;
const session = new Session(chat.dataset.area, embedded || arrived === "reload" || arrived === "back_forward");
const view = new View(send);
const helped = new Helped(document.getElementById("log"), session, {
  said: (messages) => messages.forEach(show),
  over: () => over(),
});
const working = { stream: true, sending: true };
const { title } = document;
let offlineTimer = null;
let ended = false;

const stream = new Stream(session, {
  message: (message) => {
    show(message);
    if (document.hidden && message.author !== "person") document.title = `New message – ${title}`;
  },
  state: (state) => {
    view.setState(state);
    ask(state.helped ?? {});
  },
  up: () => works("stream", true),
  down: () => works("stream", false),
  over: () => over(),
});
const outbox = new Outbox(session, {
  opened: () => stream.start(),
  sent: (message, seq) => {
    view.sent(message, seq);
    works("sending", true);
  },
  waiting: () => {
    for (const message of outbox.queue) view.notSentYet(message);
    works("sending", false);
  },
  refused: (message, error) => refused(message, error),
  over: () => over(),
});

function show(message) {
  view.show(message);
  if (message.kind === "answer") ask();
}

/** Below the answers: the page keeps up, unless its reader has moved it. */
function ask(about) {
  const settled = view.settled();
  helped.show(about);
  if (settled) view.follow();
}

function send(text) {
  if (ended) view.clear(); // it opens another chat, whose messages are counted afresh
  ended = false;
  const message = outbox.add(text);
  view.showPending(message);
  if (!working.sending) view.notSentYet(message);
}

function sendBox() {
  complain("");
  if (!box.value.trim()) return box.focus();
  const text = box.value;
  box.value = "";
  measure();
  send(text);
}

/** Words come back to the box with the reason; a safety message that came with the refusal is shown. */
function refused(message, error) {
  view.dropPending(message.id);
  box.value = box.value ? `${message.text}\n${box.value}` : message.text;
  measure();
  complain(error.message);
  for (const reply of error.body.replies ?? []) view.show(reply);
  box.focus();
}

function complain(words) {
  problem.textContent = words;
  problem.hidden = !words;
  if (words) box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
}

function measure() {
  const left = LONGEST - [...box.value].length;
  count.hidden = left > LONGEST - NEARLY;
  count.classList.toggle("composer__count--over", left < 0);
  count.textContent = left < 0 ? `${-left} characters too many for one message` : `${left} characters left`;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

/** A short break is nobody's business; a longer one is said, until reading and sending work again. */
function works(part, well) {
  const back = well && !working[part];
  working[part] = well;
  if (back && part === "stream") outbox.hurry();
  if (working.stream && working.sending) {
    clearTimeout(offlineTimer);
    offlineTimer = null;
    view.setOffline("");
  } else {
    offlineTimer ??= setTimeout(() => view.setOffline(OFFLINE), navigator.onLine ? OFFLINE_AFTER : 0);
  }
}

function over() {
  ended = true;
  stream.stop();
  const unsent = outbox.queue.map(({ id, text }) => {
    view.dropPending(id);
    return text;
  });
  session.forget();
  if (unsent.length) box.value = [...unsent, box.value].join("\n").trim();
  measure();
  view.setState({ state: "closed", typing: false });
  helped.show({});
  complain(OVER);
}

document.getElementById("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  sendBox();
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  sendBox();
});
box.addEventListener("input", measure);
box.addEventListener("focus", measure); // dictation and form restore change the value without an event
for (const name of ["online", "focus"]) {
  window.addEventListener(name, () => {
    stream.hurry();
    outbox.hurry();
  });
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = title;
});
exitOn(document.querySelector("form[data-exit]"), () => {
  stream.stop();
  session.leave();
});

if (session.token) stream.start();
for (const message of outbox.queue) view.showPending(message);
outbox.work();
measure();
chat.dataset.ready = "";
