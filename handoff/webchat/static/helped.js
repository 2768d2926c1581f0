// "Did this help?": asked quietly below the last answer; earlier ones keep what was said of them.
// templates/message.html draws the same for the page without JavaScript.

import { Refused } from "./session.js";
import { make } from "./view.js";

const WORDS = { yes: "Yes", no: "No" };
const THANKS = "Thanks!";
const NOT_THROUGH = "That did not get through. Press again.";

export class Helped {
  /** handlers: said(messages) for what the service answers, over() */
  constructor(log, session, handlers) {
    this.log = log;
    this.session = session;
    this.handlers = handlers;
    this.said = {}; // seq -> true, false, or null: the answers that may be asked about
    this.busy = false;
    log.addEventListener("submit", (event) => this.vote(event));
  }

  /** What the service says may be asked of now; nothing new: the last answer may have changed. */
  show(said = this.said) {
    this.said = said;
    const answers = [...this.log.querySelectorAll(".message--kind-answer[data-seq]")];
    for (const answer of answers) this.draw(answer, answer === answers.at(-1));
  }

  draw(answer, isLast) {
    const { seq } = answer.dataset;
    const said = this.said[seq];
    const old = answer.querySelector(".helped");
    if (isLast && old?.matches("form") && said !== undefined) return mark(old, said);
    const held = old?.contains(document.activeElement);
    old?.remove();
    if (held) document.getElementById("main").focus({ preventScroll: true });
    if (said === undefined) return;
    if (isLast) answer.append(question(seq, said));
    else if (said !== null) {
      answer.append(make("p", "helped helped--said", `You said this ${said ? "helped" : "didn’t help"}.`));
    }
  }

  async vote(event) {
    event.preventDefault();
    const form = event.target;
    const { seq } = form.closest(".message").dataset;
    const helped = event.submitter.value === "yes";
    if (this.busy) return;
    this.busy = true;
    try {
      const path = `/api/chat/messages/${seq}/helped`;
      const { replies } = await this.session.call(path, { method: "POST", body: { helped } });
      this.said = { ...this.said, [seq]: helped };
      this.show();
      thank(form, helped ? THANKS : "");
      this.handlers.said(replies);
    } catch (error) {
      this.failed(form, seq, error);
    } finally {
      this.busy = false;
    }
  }

  failed(form, seq, error) {
    if (error instanceof Refused && error.status === 401) this.handlers.over();
    else if (error instanceof Refused && [404, 409].includes(error.status)) {
      delete this.said[seq]; // it may not be asked any more
      this.show();
    } else thank(form, NOT_THROUGH);
  }
}

function question(seq, said) {
  const form = make("form", "helped");
  form.setAttribute("aria-live", "off"); // the log reads out answers, not this
  const ask = make("div", "helped__ask");
  ask.setAttribute("role", "group");
  ask.setAttribute("aria-labelledby", `helped-${seq}`);
  const words = make("p", "helped__question", "Did this help?");
  words.id = `helped-${seq}`;
  const thanks = make("p", "helped__thanks");
  thanks.setAttribute("role", "status");
  ask.append(words, ...Object.keys(WORDS).map(choice));
  form.append(ask, thanks);
  mark(form, said);
  thanks.textContent = said ? THANKS : "";
  return form;
}

function choice(value) {
  const button = make("button", "helped__choice");
  button.value = value;
  button.append(make("span", "", WORDS[value]));
  return button;
}

function mark(form, said) {
  for (const button of form.querySelectorAll("button")) {
    const pressed = said !== null && said === (button.value === "yes");
    button.setAttribute("aria-pressed", String(pressed));
  }
}

function thank(form, words) {
  form.querySelector(".helped__thanks").textContent = words;
}
