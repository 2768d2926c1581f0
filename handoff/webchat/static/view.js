// Draws the chat. Words go in as text; only an answer's `html`, which the server has sanitised, goes in as markup.
// templates/message.html draws the same parts for the page without JavaScript.

const WHO = { person: "You", bot: "Assistant", adviser: "Adviser", system: "Wayline" };
const AT_THE_END = 120; // px from the bottom that still counts as reading the newest
const MARGIN = 12;
// Numbers and confirmations to press. Form.linked in pages_routes.py finds the same.
const LINKED = /\bhttps?:\/\/[^\s<>"]+\/r\/[\w-]{22}(?![\w-])|\b(?:SHOUT to 85258|999|111|116 ?\d{3}|0800 1111|0\d{2,4} ?\d{3,4} ?\d{3,4})\b/g;

export class View {
  constructor(onChoice) {
    this.head = document.querySelector(".chat-head");
    this.log = document.getElementById("log");
    this.latest = document.getElementById("latest");
    this.typing = document.getElementById("typing");
    this.status = document.getElementById("status");
    this.offline = document.getElementById("offline");
    this.onChoice = onChoice;
    this.shown = new Map(); // seq -> element
    this.pending = new Map(); // id -> element
    this.newest = 0;
    this.left = 0; // where following last put the page
    this.latest.addEventListener("submit", (event) => this.choose(event));
  }

  /** Nothing of the chat before: its seqs are not those of the next. */
  clear() {
    this.log.replaceChildren();
    this.shown.clear();
    this.pending.clear();
    this.newest = 0;
    this.left = 0;
  }

  /** A message with its seq, once however often it comes. */
  show(message) {
    if (this.shown.has(message.seq)) return;
    const waiting = message.author === "person" && this.pendingWith(message.text);
    const follow = this.following();
    if (waiting) this.settle(waiting, message.seq);
    else this.place(bubble(message), message.seq);
    if (message.seq > this.newest) {
      this.newest = message.seq;
      this.offer(message.choices);
    }
    if (follow) this.follow();
  }

  /** What was just written, before the server has it. */
  showPending({ id, text }) {
    const element = bubble({ author: "person", kind: "talk", text, at: new Date().toISOString() });
    element.append(make("p", "message__status", "Sending…"));
    this.pending.set(id, element);
    this.log.append(element);
    this.offer([]);
    this.follow();
  }

  sent({ id }, seq) {
    const element = this.pending.get(id);
    if (!element) return;
    if (this.shown.has(seq)) {
      this.dropPending(id);
      return;
    }
    this.settle(id, seq);
    this.newest = Math.max(this.newest, seq);
  }

  notSentYet({ id }) {
    const element = this.pending.get(id);
    if (!element) return;
    element.classList.add("message--unsent");
    element.querySelector(".message__status").textContent = "Not sent yet. It goes as soon as you are back online.";
  }

  dropPending(id) {
    this.pending.get(id)?.remove();
    this.pending.delete(id);
  }

  setState({ state, typing, adviser, off }) {
    const words = {
      adviser: adviser ? `You’re talking to ${adviser}, an adviser` : "You’re talking to an adviser",
      waiting: "Waiting for an adviser to join",
    };
    const isOff = off && state !== "adviser";
    this.say(this.status, isOff ? "The computer assistant is off just now. An adviser will answer you" : (words[state] ?? ""));
    const follow = this.following();
    this.typing.hidden = !typing;
    if (follow && typing) this.follow();
  }

  setOffline(words) {
    this.say(this.offline, words);
  }

  /** Change a live region only when its words change, or it is read out again. */
  say(element, words) {
    if (element.textContent.trim() !== words) element.textContent = words;
  }

  offer(choices) {
    const held = this.latest.contains(document.activeElement);
    this.latest.replaceChildren();
    if (held) document.getElementById("main").focus({ preventScroll: true });
    if (!choices.length) return;
    const form = make("form", "choices");
    form.append(...choices.map(({ text }) => Object.assign(make("button", "choice", text), { value: text })));
    this.latest.append(form);
  }

  choose(event) {
    event.preventDefault();
    this.onChoice(event.submitter.value);
  }

  pendingWith(text) {
    const said = text.normalize("NFC").trim();
    for (const [id, element] of this.pending) {
      if (element.querySelector(".message__text").textContent.normalize("NFC").trim() === said) return id;
    }
    return null;
  }

  settle(id, seq) {
    const element = this.pending.get(id);
    this.pending.delete(id);
    element.classList.remove("message--unsent");
    element.querySelector(".message__status").remove();
    this.place(element, seq);
  }

  /** Put it where its seq belongs: what is not sent yet stays last. */
  place(element, seq) {
    element.dataset.seq = seq;
    this.shown.set(seq, element);
    const after = [...this.log.children].find(
      (other) => other !== element && (!other.dataset.seq || Number(other.dataset.seq) > seq),
    );
    if (element.parentNode !== this.log || element.nextElementSibling !== (after ?? null)) {
      this.log.insertBefore(element, after ?? null);
    }
  }

  /** Whether the reader is where we last put them, or at the end: someone reading further up is left alone. */
  following() {
    const page = document.documentElement;
    const atTheEnd = page.scrollHeight - page.clientHeight - page.scrollTop < AT_THE_END;
    return atTheEnd || this.settled();
  }

  /** Whether the reader is where we last put them. */
  settled() {
    return Math.abs(document.documentElement.scrollTop - this.left) < 2;
  }

  /** Show the end, but never so far that the start of what is new leaves the top: a long answer is read from its
      start, below what it answers. Who has read on past that is not taken back up to it. */
  follow() {
    const page = document.documentElement;
    const messages = [...this.log.querySelectorAll(".message")];
    const own = messages.filter((message) => message.matches(".message--person")).at(-1);
    const readOn = own && page.scrollTop > this.topOf(own) + 2;
    const top = own ? this.topOf(readOn ? messages.at(-1) : own) : Infinity;
    page.scrollTo({ top: Math.min(top, page.scrollHeight) });
    this.left = page.scrollTop;
  }

  /** Where the page stands when this message is at its top. */
  topOf(message) {
    return message.offsetTop - this.head.offsetHeight - MARGIN;
  }
}

function bubble(message) {
  const element = make("div", `message message--${message.author} message--kind-${message.kind}`);
  const who = make("p", "message__who", `${WHO[message.author]} `);
  const at = new Date(message.at);
  const time = make("time", "", at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = message.at;
  who.append(time);
  element.append(who, body(message));
  if (message.source) element.append(source(message.source));
  return element;
}

function body(message) {
  const element = make("div", "message__body");
  if (!message.html) {
    const text = make("p", "message__text");
    text.dir = "auto";
    text.append(...(message.author === "person" ? [message.text] : linked(message.text)));
    element.append(text);
    return element;
  }
  const parsed = document.createElement("template");
  parsed.innerHTML = message.html;
  for (const link of parsed.content.querySelectorAll("a[href^='http']")) opensApart(link);
  element.append(parsed.content);
  return element;
}

function source({ name, url, checked }) {
  const element = make("p", "message__source", "Source: ");
  const link = make("a", "", name);
  link.href = url;
  opensApart(link);
  const day = new Date(`${checked}T12:00:00`).toLocaleDateString("en-GB", {
    day: "numeric", month: "long", year: "numeric",
  });
  element.append(link, `, checked ${day}`);
  return element;
}

/** The text in pieces, its helplines and the way to a confirmation as links. */
function linked(text) {
  const pieces = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINKED)) {
    const link = make("a", "", found);
    link.href = address(found);
    if (found.startsWith("http")) opensApart(link);
    pieces.push(text.slice(end, index), link);
    end = index + found.length;
  }
  return [...pieces, text.slice(end)];
}

function address(found) {
  if (found.startsWith("http")) return found;
  return found.startsWith("SHOUT") ? "sms:85258?body=SHOUT" : `tel:${found.replaceAll(" ", "")}`;
}

function opensApart(link) {
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.append(make("span", "visually-hidden", " (opens in a new tab)"));
}

export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
