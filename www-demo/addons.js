// What is worth adding to the cart: products of the shelf with which the whole costs less than it would cost to buy them alone. Looked for once for each cart,
// after the bill is drawn, since it takes as long as many bills.

import { h } from "./dom.js";
import { t } from "./text/index.js";

/** Products that are tried, and that are shown. */
const TRIED = 24;
const SHOWN = 3;

export function makeAddons(page) {
  let asked = "";
  let found = [];
  return {
    /** What is known for this cart; asks for the rest. */
    draw(cart) {
      const inCart = new Set(cart.lines.map(({ item_id }) => item_id));
      const shelf = [...page.mine.items, ...page.everyone.items].map((item) => item.variant ?? item.id);
      const candidates = [...new Set(shelf)].filter((id) => !inCart.has(id)).slice(0, TRIED);
      const key = JSON.stringify([cart, candidates, page.shelf.market, page.shelf.packVersion]);
      if (key !== asked) {
        asked = key;
        found = [];
        setTimeout(() => {
          if (key !== asked) return;
          // Only what brings an offer nearer: the rest would be an advertisement.
          found = (page.shelf.addons({ cart, candidates })?.singles ?? []).filter(({ delta, price }) => delta < price).slice(0, SHOWN);
          if (found.length > 0) page.refresh();
        });
      }
      return found.length > 0 && h("div", { class: "near addons" }, h("h3", {}, t("addons")), h("ul", {}, found.map(row)));
    },
  };

  function row({ items: [id], price, delta }) {
    const product = page.shelf.product(id);
    const cheaper = delta < 0;
    return h("li", { data: { addon: id, delta } },
      h("span", {}, product?.title ?? id, h("small", {}, ` ${page.money(price)}`)),
      h("button", { type: "button", class: "link", data: { part: `addon-${id}` }, onclick: () => page.addToCart(product ?? { id }, id) },
        t(cheaper ? "addonCheaper" : "addonAdds", { amount: page.money(Math.abs(delta)) })));
  }
}
