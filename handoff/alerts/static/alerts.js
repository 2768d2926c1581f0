// The bell on every page: what rings appears, changes and goes by itself; a new alert is announced.

import { listen, listening, oneAtATime, part } from "../console/live.js";

const CLOCK_MS = 30_000; // how often the times are drawn afresh
const holder = document.querySelector("[data-bell]");
const news = document.querySelector("[data-bell-news]");
const rings = () => [...holder.querySelectorAll("[data-ring]")];

const refresh = oneAtATime(async () => {
  const fresh = (await part(holder.dataset.bell))?.getElementById("bell");
  if (!fresh) return;
  const before = new Set(rings().map((ring) => ring.dataset.ring));
  const focused = holder.contains(document.activeElement) ? document.activeElement.textContent : null;
  holder.replaceChildren(fresh);
  const same = [...holder.querySelectorAll("a, button")].find((one) => one.textContent === focused);
  if (focused !== null) (same ?? document.getElementById("main")).focus();
  const added = rings().filter((ring) => !before.has(ring.dataset.ring));
  if (added.length) news.textContent = added.map((ring) => ring.dataset.news).join(". ");
});

if (holder) {
  document.addEventListener("queue", refresh);
  setInterval(() => rings().length && refresh(), CLOCK_MS);
}
if (!listening) listen();
