// Sends what was written, in order, each under an id of its own: a retry after a lost answer is the same message.

import { Refused } from "./session.js";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

export class Outbox {
  /** handlers: opened(), sent(message, seq), waiting(message), refused(message, error), over() */
  constructor(session, handlers) {
    this.session = session;
    this.handlers = handlers;
    this.busy = false;
    this.pause = FIRST_PAUSE;
  }

  get queue() {
    return this.session.unsent;
  }

  add(text) {
    const message = { id: newId(), text };
    this.queue.push(message);
    this.session.keep();
    this.work();
    return message;
  }

  /** Try at once, not after the pause. */
  hurry() {
    this.pause = FIRST_PAUSE;
    this.wake?.();
    this.work();
  }

  async work() {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.queue.length && (await this.first())) this.pause = FIRST_PAUSE;
    } finally {
      this.busy = false;
    }
  }

  /** Send the first of the queue; false when the chat is over. */
  async first() {
    const message = this.queue[0];
    while (this.queue[0] === message) {
      try {
        await this.session.open();
        this.handlers.opened();
        const answer = await this.session.call("/api/chat/messages", { method: "POST", body: message });
        if (this.queue[0] === message) this.drop();
        this.handlers.sent(message, answer.seq);
        return true;
      } catch (error) {
        if (this.queue[0] !== message) break; // the chat was over meanwhile, or left
        if (error instanceof Refused && error.status < 500 && error.status !== 429) return this.refused(message, error);
        this.handlers.waiting(message);
        await this.rest();
      }
    }
    return true;
  }

  refused(message, error) {
    if (error.status === 401) {
      this.handlers.over();
      return false;
    }
    this.drop();
    this.handlers.refused(message, error);
    return true;
  }

  drop() {
    this.queue.shift();
    this.session.keep();
  }

  async rest() {
    await new Promise((wake) => {
      this.wake = wake;
      setTimeout(wake, this.pause);
    });
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }
}

/** A random UUID; crypto.randomUUID is missing on plain http addresses other than localhost. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
