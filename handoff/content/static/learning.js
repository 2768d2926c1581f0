// Moves the bars of what the assistant learns; without this script "Look again" does. When a release is live, or
// did not go live, the page is loaded anew to say so, but never over words that somebody is typing into it.

const PAUSE = 1000;
const OVER = "Done. Look again to see what came of it; copy first what you are typing here.";
const bars = [...document.querySelectorAll("[data-learning]")];

if (bars.length) setTimeout(look, PAUSE);

async function look() {
  const found = await trainings();
  const states = new Map(found.map((one) => [String(one.number), one]));
  let over = false;
  for (const bar of bars) {
    const one = states.get(bar.dataset.learning);
    if (one?.finished_at) over = true;
    else if (one) show(bar, one);
  }
  if (!over) setTimeout(look, PAUSE);
  else if (isTyped()) bars.forEach((bar) => (bar.querySelector("[data-stage]").textContent = OVER));
  else location.replace(bars[0].dataset.page);
}

function isTyped() {
  const boxes = [...document.querySelectorAll("textarea, input:not([type=hidden])")];
  return boxes.some((box) => box.value !== box.defaultValue);
}

async function trainings() {
  try {
    const response = await fetch("/api/staff/trainings", { credentials: "same-origin" });
    return response.ok ? (await response.json()).trainings : [];
  } catch {
    return []; // offline: what was shown last stays
  }
}

function show(bar, one) {
  const label = bar.querySelector("[data-stage]");
  if (label.textContent !== one.stage) label.textContent = one.stage; // read aloud once a stage, not once a second
  bar.querySelector("progress").value = one.percent;
  bar.querySelector("[data-left]").textContent = left(one);
}

function left(one) {
  if (one.seconds_left === null) return "";
  return `${one.percent}%, about ${one.seconds_left} ${one.seconds_left === 1 ? "second" : "seconds"} left`;
}
