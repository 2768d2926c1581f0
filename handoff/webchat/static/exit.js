// "Exit this page": the screen goes blank at once, nothing stays in the tab, history forgets the page.

const PRESSES = 3;
const WITHIN = 2000;

/** The button, or Escape three times running. `leave` forgets the chat; it is told while the page goes. */
export function exitOn(form, leave) {
  const go = () => {
    document.documentElement.classList.add("blank");
    document.body.classList.add("blank");
    document.title = "Loading";
    leave();
    away(form.dataset.exit);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  let presses = [];
  document.addEventListener("keydown", (event) => {
    presses = event.key === "Escape" ? [...presses.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp] : [];
    if (presses.length >= PRESSES) go();
  });
  // A browser may keep the page as it was; coming back to it must show nothing.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && document.body.classList.contains("blank")) away(form.dataset.exit);
  });
}

function away(url) {
  if (window.top === window) {
    location.replace(url);
    return;
  }
  // In an embed the whole page must go: widget.js does it; without it, the browser lets a click take us there.
  window.parent.postMessage({ type: "wayline-exit", url }, "*");
  setTimeout(() => window.top.location.replace(url), 300);
}
