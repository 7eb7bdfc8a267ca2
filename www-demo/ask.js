// The card that asks whether the page may learn; it stays until there is an answer.

import { byId, h } from "./dom.js";
import { t } from "./text/index.js";

export function mountAsk(page) {
  const place = byId("ask");
  const decide = (personalize) => {
    page.shelf.setConsent({ personalize });
    const { pending } = page;
    page.pending = null;
    if (personalize && pending) page.play(pending);
    return page.refresh();
  };
  let drawn = null;

  /** Asks for consent on behalf of a ready-made shopper, and brings the question into view. */
  page.askFor = (person) => {
    page.pending = person;
    drawn = null;
    part.draw("order");
    byId("allow")?.focus();
  };

  const part = {
    draw(what) {
      const { personalize } = page.shelf.consent();
      const state = page.shelf.status !== "ready" ? "hidden" : personalize === true ? "hidden" : personalize === false && !page.pending ? "off" : "ask";
      if (state === drawn && what !== "all") return;
      const hadFocus = place.contains(document.activeElement);
      drawn = state;
      if (state === "hidden") place.replaceChildren();
      else if (state === "off") {
        place.replaceChildren(h("p", { class: "ask-off" }, t("off"), " ",
          h("button", { type: "button", class: "link", id: "allow", onclick: () => decide(true) }, t("allow"))));
      } else {
        place.replaceChildren(h("section", { class: "ask", "aria-labelledby": "ask-title" },
          h("div", {},
            h("h2", { id: "ask-title" }, t("ask")),
            h("p", {}, page.pending ? t("askPending", { who: page.pending.name }) : t("askText"))),
          h("div", { class: "answers" },
            h("button", { type: "button", class: "primary", id: "allow", onclick: () => decide(true) }, page.pending ? t("allowAndPlay") : t("allow")),
            h("button", { type: "button", class: "quiet", onclick: () => decide(false) }, t("deny")))));
      }
      if (hadFocus) (byId("allow") ?? byId("shelf")).focus({ preventScroll: true });
    },
  };
  return part;
}
