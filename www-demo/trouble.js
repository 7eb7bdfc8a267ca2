// What the page says when it cannot do its work, and what to do about it.

import { byId, h } from "./dom.js";
import { t } from "./text/index.js";

const commands = {
  noPackage: "make demo",
  noPack: "nearshelf demo --shop SHOP_DIR",
};

/** Shows one of "noPackage", "noPack", "noEngine"; with a page, it is drawn anew when the language changes and goes when the engine comes. */
export function explainTrouble(kind, page) {
  const place = byId("trouble");
  const draw = () => {
    const over = page?.shelf.status === "ready";
    document.body.dataset.trouble = over ? "" : kind;
    place.replaceChildren(...(over ? [] : [h("section", { class: "trouble", role: "alert", "aria-labelledby": "trouble-title" },
      h("h2", { id: "trouble-title" }, t(kind)),
      h("p", {}, t(`${kind}Text`)),
      commands[kind] && h("pre", {}, h("code", {}, commands[kind])))]));
  };
  page?.onDraw(draw);
  draw();
}
