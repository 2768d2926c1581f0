// Follows the chat: server-sent events read with fetch (EventSource cannot carry the bearer).
// It reconnects from the last seq it was given, so nothing is lost or doubled.

const QUIET_SECONDS = 40; // the server says something every 15
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

export class Stream {
  /** handlers: message(data), state(data), up(), down(), over() */
  constructor(session, handlers) {
    this.session = session;
    this.handlers = handlers;
    this.stopped = true;
  }

  /** Follow a chat from its beginning: after a stop it is another one. */
  start() {
    if (!this.stopped) return;
    this.stopped = false;
    this.last = 0;
    this.pause = FIRST_PAUSE;
    this.run();
  }

  stop() {
    this.stopped = true;
    this.abort?.abort();
    this.wake?.();
  }

  /** Try at once (the network is back, the tab is looked at again). */
  hurry() {
    this.pause = FIRST_PAUSE;
    this.wake?.();
  }

  async run() {
    while (!this.stopped) {
      try {
        await this.once();
      } catch (error) {
        if (error.over) return this.handlers.over();
      }
      if (this.stopped) return;
      this.handlers.down();
      await new Promise((wake) => {
        this.wake = wake;
        setTimeout(wake, this.pause * (0.75 + Math.random() / 2));
      });
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    }
  }

  async once() {
    this.abort = new AbortController();
    this.watch();
    const response = await fetch(`/api/chat/events?after=${this.last}`, {
      headers: { ...this.session.headers(), Accept: "text/event-stream" },
      signal: this.abort.signal, cache: "no-store", credentials: "omit",
    });
    if (response.status === 401) throw Object.assign(new Error("over"), { over: true });
    if (!response.ok) throw new Error(`stream ${response.status}`);
    this.pause = FIRST_PAUSE;
    this.handlers.up();
    await this.read(response.body.getReader());
  }

  async read(reader) {
    const decoder = new TextDecoder();
    let waiting = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done || this.stopped) return;
      this.watch();
      waiting += decoder.decode(value, { stream: true });
      const events = waiting.split("\n\n");
      waiting = events.pop();
      for (const text of events) this.take(text);
    }
  }

  take(text) {
    const fields = {};
    for (const line of text.split("\n")) {
      const colon = line.indexOf(": ");
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
    }
    if (!fields.data) return;
    const data = JSON.parse(fields.data);
    if (fields.event === "message") this.handlers.message(data);
    if (fields.event === "state") this.handlers.state(data);
    if (fields.id) this.last = Number(fields.id);
  }

  /** A connection that says nothing for too long is dead, whatever the browser thinks. */
  watch() {
    clearTimeout(this.watchdog);
    const abort = this.abort;
    this.watchdog = setTimeout(() => abort.abort(), QUIET_SECONDS * 1000);
  }
}
