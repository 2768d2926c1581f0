// This tab's chat: its bearer, kept in sessionStorage so that a reload goes on with it, and calls to the API.

const KEY = "wayline-chat";
const CALL_SECONDS = 20;

/** sessionStorage, or nothing at all where a browser forbids it (some embeds): the chat then lives in memory. */
const storage = {
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  },
  write(value) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(value));
    } catch {
      /* memory only */
    }
  },
  clear() {
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      /* memory only */
    }
  },
};

/** What the API said no to. `status` is its HTTP status, `body` the contract's error. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.error?.message ?? "That did not work.");
    this.status = status;
    this.code = body?.error?.code;
    this.body = body ?? {};
  }
}

export class Session {
  /** `goOn`: take up what this tab had before (a reload); otherwise the chat is a new one. */
  constructor(area, goOn) {
    this.area = area;
    if (!goOn) storage.clear();
    const kept = storage.read();
    this.token = kept.token ?? null;
    this.unsent = kept.unsent ?? [];
  }

  keep() {
    storage.write({ token: this.token, unsent: this.unsent });
  }

  async open() {
    if (this.token) return;
    const opened = await this.call("/api/chat", { method: "POST", body: this.area ? { area: this.area } : {} });
    this.token = opened.token;
    this.keep();
  }

  /** One call to the API. Throws Refused for an answer that says no, TypeError or AbortError for no answer. */
  async call(path, { method = "GET", body, keepalive = false } = {}) {
    const headers = this.headers();
    if (body) headers["Content-Type"] = "application/json";
    const signal = AbortSignal.timeout?.(CALL_SECONDS * 1000); // missing in older browsers
    const response = await fetch(path, {
      method, headers, keepalive, signal, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit",
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new Refused(response.status, answer);
    return answer;
  }

  headers() {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }

  /** Leave for good: nothing stays in the tab, and the server is told even as the page goes. */
  leave() {
    const left = this.token && this.call("/api/chat/leave", { method: "POST", keepalive: true }).catch(() => {});
    this.forget();
    return left;
  }

  forget() {
    storage.clear();
    this.token = null;
    this.unsent = [];
  }
}
