// The one-line embed:  <script src="https://.../widget.js" data-area="camden" defer></script>
// A button that opens the chat in a frame. Sets no cookie, reads nothing of the page, loads nothing until it is pressed.
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const STYLE = `
    :host { all: initial; }
    button { font: 600 16px/1.25 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; cursor: pointer; }
    .open { position: fixed; inset: auto 16px 16px auto; z-index: 2147483000; min-height: 52px; padding: 0 22px;
      border: 2px solid #fff; border-radius: 999px; background: #0e5f5b; color: #fff; box-shadow: 0 4px 16px rgb(0 0 0 / 25%); }
    .open:hover { background: #094744; }
    .panel { position: fixed; inset: auto 16px 16px auto; z-index: 2147483000; display: flex; flex-direction: column;
      width: min(400px, calc(100vw - 32px)); height: min(680px, calc(100vh - 32px)); overflow: hidden;
      border: 1px solid #857b6b; border-radius: 14px; background: #fffdfa; box-shadow: 0 8px 32px rgb(0 0 0 / 28%); }
    .bar { display: flex; align-items: center; justify-content: space-between; padding: 4px 4px 4px 16px; background: #0e5f5b;
      color: #fff; font: 600 16px/1.25 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
    .close { min-width: 44px; min-height: 44px; padding: 0 14px; border: 0; border-radius: 999px; background: transparent; color: #fff; }
    .close:hover { background: #094744; }
    iframe { flex: 1; width: 100%; border: 0; }
    :focus-visible { outline: 3px solid #b4470a; outline-offset: 2px; box-shadow: 0 0 0 2px #fff; }
    .close:focus-visible { outline-color: #f3b94d; outline-offset: -4px; box-shadow: none; }
    [hidden] { display: none; }
    @media (max-width: 480px) { .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; } }
  `;

  function make(tag, properties) {
    return Object.assign(document.createElement(tag), properties);
  }

  const host = make("div", { id: "wayline-widget" });
  const root = host.attachShadow({ mode: "open" });
  try {
    const sheet = new CSSStyleSheet(); // a constructed sheet needs no allowance from the page's own policy
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make("style", { textContent: STYLE })); // older browsers
  }

  const open = make("button", { type: "button", className: "open", textContent: "Chat with us" });
  const panel = make("section", { className: "panel", hidden: true });
  const bar = make("div", { className: "bar", textContent: "Chat" });
  const close = make("button", { type: "button", className: "close", textContent: "Close" });
  open.setAttribute("aria-expanded", "false");
  panel.setAttribute("aria-label", "Chat with Wayline");
  bar.append(close);
  panel.append(bar);
  root.append(open, panel);
  let frame = null;

  function show() {
    if (!frame) {
      const address = new URL("/chat?embed=1", home);
      if (script.dataset.area) address.searchParams.set("area", script.dataset.area);
      frame = make("iframe", { src: address.href, title: "Chat with Wayline", referrerPolicy: "no-referrer" });
      panel.append(frame);
    }
    set(true);
    frame.focus();
  }

  function set(shown) {
    panel.hidden = !shown;
    open.hidden = shown;
    open.setAttribute("aria-expanded", String(shown));
  }

  function hide() {
    set(false);
    open.focus();
  }

  open.addEventListener("click", show);
  close.addEventListener("click", hide);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  // "Exit this page" inside the frame: only our own frame may ask, and only for a web address.
  window.addEventListener("message", (event) => {
    if (event.origin !== home || event.source !== frame?.contentWindow || event.data?.type !== "wayline-exit") return;
    const url = String(event.data.url);
    host.remove();
    if (/^https?:\/\//.test(url)) window.location.replace(url);
  });

  if (document.body) document.body.append(host);
  else document.addEventListener("DOMContentLoaded", () => document.body.append(host));
})();
