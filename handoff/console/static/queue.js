// The queue page: rows come, go and move by themselves; an urgent newcomer is announced.

import { announce, listen, oneAtATime, part } from "./live.js";

const CLOCKS_MS = 20_000; // how often the waiting times are drawn afresh
const UNDER_WAY_S = 60; // a case may wait since then when it is first seen: the message was being taken in meanwhile
const holder = document.querySelector("[data-queue]");
const keys = () => new Set([...holder.querySelectorAll("[data-key]")].map((row) => row.dataset.key));
const drawnAt = () => Number(holder.querySelector("[data-at]")?.dataset.at ?? 0);

/** Announce what came since; a row that moved here from another page after a longer wait is nothing new. */
function tell(before, since) {
  const fresh = [...holder.querySelectorAll("[data-key]")].filter(
    (row) => !before.has(row.dataset.key) && row.dataset.state === "waiting" && !(Number(row.dataset.since) < since - UNDER_WAY_S),
  );
  const urgent = fresh.filter((row) => ["urgent", "emergency"].includes(row.dataset.level));
  fresh.forEach((row) => row.classList.add("row--new"));
  if (urgent.length) announce(`New case. ${urgent.map((row) => row.dataset.news).join(". ")}`, true);
  else if (fresh.length) announce(`New case. ${fresh.map((row) => row.dataset.news).join(". ")}`);
}

const refresh = oneAtATime(async () => {
  const fresh = (await part(holder.dataset.queue))?.getElementById("queue");
  if (!fresh) return;
  const [before, since] = [keys(), drawnAt()];
  const focused = document.activeElement?.id;
  const open = holder.querySelector("details.incident")?.open;
  holder.replaceChildren(fresh);
  if (open) fresh.querySelector("details.incident")?.setAttribute("open", "");
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  tell(before, since);
});

listen({ onQueue: refresh });
setInterval(refresh, CLOCKS_MS);
