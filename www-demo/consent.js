// The four consent switches, each in three states; all of them begin undecided.

import { byId, h } from "./dom.js";
import { t } from "./text/index.js";

const purposes = ["personalize", "store", "sensitive", "report"];
/** Purposes that are asked for, but that nothing in the package reads yet. */
const notYet = new Set(["sensitive"]);
const states = [["undecided", null], ["no", false], ["yes", true]];

export function mountConsent(page) {
  const place = byId("consent");
  const inputs = new Map();

  return {
    draw(what) {
      if (what === "all") build();
      const consent = page.shelf.consent();
      for (const purpose of purposes) {
        for (const [name, value] of states) inputs.get(`${purpose} ${name}`).checked = consent[purpose] === value;
      }
    },
  };

  function build() {
    const focused = place.contains(document.activeElement) ? document.activeElement.id : null;
    place.replaceChildren(
      h("h3", { id: "consent-title" }, t("consent")),
      ...purposes.map((purpose) => {
        const [name, text] = textOf(purpose);
        return h("fieldset", { class: "purpose", "aria-describedby": `consent-${purpose}-text` },
          h("legend", {}, name),
          h("div", { class: "three" }, states.map(([state, value]) => {
            const id = `consent-${purpose}-${state}`;
            const input = h("input", { type: "radio", name: `consent-${purpose}`, id, value: state, onchange: () => page.shelf.setConsent({ [purpose]: value }) });
            input.addEventListener("change", () => page.refresh());
            inputs.set(`${purpose} ${state}`, input);
            return [input, h("label", { for: id, class: state }, t(state))];
          })),
          h("p", { id: `consent-${purpose}-text` }, text, notYet.has(purpose) && [" ", h("em", {}, t("notYet"))]));
      }));
    if (focused) byId(focused)?.focus();
  }

  function textOf(purpose) {
    return [t(`purposes.${purpose}.0`), t(`purposes.${purpose}.1`)];
  }
}
