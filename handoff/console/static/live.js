// One live line to the server for the page that is open: counts for the header and title, and a call on every change.

const title = document.title;
const quiet = document.querySelector("[data-quiet-news]");
const loud = document.querySelector("[data-loud-news]");
const connection = document.querySelector("[data-connection]");

export const csrf = document.querySelector("meta[name=csrf]").content;

/** Say something to a screen reader; `urgently` interrupts. */
export function announce(words, urgently = false) {
  (urgently ? loud : quiet).textContent = words;
}

/** Fetch a part of a page as a document; null when it cannot be had now. */
export async function part(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (response.status === 401) location.assign(`/staff?next=${encodeURIComponent(location.pathname)}`);
    if (response.status === 404 && address.startsWith("/staff/cases/")) location.assign("/staff/queue"); // no longer theirs
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** Make `list` show what `fresh` shows, touching only the items that differ; returns the new ones. */
export function merge(list, fresh) {
  const known = new Map([...list.children].map((item) => [item.dataset.key, item]));
  const added = [];
  const focused = document.activeElement?.id;
  [...fresh.children].forEach((item, place) => {
    const old = known.get(item.dataset.key);
    known.delete(item.dataset.key);
    if (!old && item.dataset.key) added.push(item);
    const shown = old && old.outerHTML === item.outerHTML ? old : item;
    if (shown !== old) old?.remove();
    if (list.children[place] !== shown) list.insertBefore(shown, list.children[place] ?? null);
  });
  known.forEach((item) => item.remove());
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  return added;
}

/** Where the assistant is switched off stands below the header of every page. */
async function showSwitches(off) {
  const banner = document.getElementById("switched-off");
  if (banner.dataset.off === off.join(" ")) return;
  const fresh = await part("/staff/switches/banner");
  if (fresh) banner.replaceWith(fresh.getElementById("switched-off"));
}

function showCounts(counts) {
  document.querySelectorAll("[data-count]").forEach((badge) => {
    const number = counts[badge.dataset.count] ?? 0;
    badge.textContent = String(number);
    badge.hidden = number === 0;
  });
  const mark = counts.urgent ? `(${counts.waiting}!) ` : counts.waiting ? `(${counts.waiting}) ` : "";
  document.title = mark + title;
}

/** Whether the page has its line open; every change of the queue is also an event of the document. */
export let listening = false;

/** Listen: `onQueue` on every change of the queue, `onCase` on every change of the case given. */
export function listen({ onQueue, onCase, id } = {}) {
  listening = true;
  const source = new EventSource(id ? `/api/staff/events?case=${id}` : "/api/staff/events");
  source.addEventListener("queue", (event) => {
    const counts = JSON.parse(event.data);
    showCounts(counts);
    showSwitches(counts.off);
    onQueue?.();
    document.dispatchEvent(new Event("queue"));
  });
  source.addEventListener("case", () => onCase?.());
  source.addEventListener("open", () => (connection.hidden = true));
  source.addEventListener("error", () => {
    connection.hidden = false;
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    setTimeout(() => listen({ onQueue, onCase, id }), 5000);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

/** Run `work` now and at every call, never twice at once; a call meanwhile runs it once more. */
export function oneAtATime(work) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      await work();
    } while (again);
    running = false;
  };
}
