// A file being worked off: shows how far it is, and the page anew once it is done.
const waits = document.querySelector("[data-waits]");
const EVERY_MS = 1000;

async function look() {
  try {
    const response = await fetch(waits.dataset.waits, { headers: { Accept: "application/json" } });
    if (response.ok) {
      const { state, done, rows } = await response.json();
      if (state !== waits.dataset.state) {
        window.location.reload();
        return;
      }
      waits.querySelector("progress").value = done;
      waits.querySelector("[data-done]").textContent =
        `${done.toLocaleString("en-GB")} of ${rows.toLocaleString("en-GB")} rows`;
    }
  } catch {
    // the network is gone for a moment: look again
  }
  window.setTimeout(look, EVERY_MS);
}

window.setTimeout(look, EVERY_MS);
