// Moves the bars of what the assistant learns; without this script "Look again" does. When a release is live, or
// did not go live, the page is loaded anew to say so.

const PAUSE = 1000;
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
  if (over) location.replace(location.pathname);
  else setTimeout(look, PAUSE);
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
