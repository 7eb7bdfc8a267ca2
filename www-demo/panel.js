// The panel of one product: what it is, what a shopper can do with it, where it stands and why.

import { byId, h } from "./dom.js";
import { leafOf, price, thumb } from "./goods.js";
import { PLACES, SLOT } from "./page.js";
import { t } from "./text/index.js";
import { reasonTree } from "./tree.js";

/** Products shown beside one. */
const BESIDE = 3;
const actions = [["add_to_cart", "addToCart", "primary"], ["purchase", "buy", "quiet"], ["add_to_wishlist", "favourite", "quiet"], ["not_interested", "notInterested", "link"]];

export function mountPanel(page) {
  const dialog = byId("panel");
  const wide = matchMedia("(min-width: 1100px)");
  let open = null;

  /**
   * Opens the panel. `from` gets the focus back; `why` puts the reasons first; `look: false` opens it without
   * counting as a look at the product.
   */
  page.open = (id, { from = null, why = false, look = !why } = {}) => {
    const product = page.shelf.product(id);
    if (!product) return;
    open = { id, from, why, variant: bestVariant(page, product) };
    draw();
    // Beside the shelves where there is room, so that one sees them move; over them where there is not.
    if (!dialog.open) wide.matches ? dialog.show() : dialog.showModal();
    dialog.scrollTop = 0;
    byId("panel-title").focus({ preventScroll: true });
    if (look) page.act("view_item", product, open.variant);
  };

  const close = () => dialog.close();
  dialog.addEventListener("close", () => {
    const { from, id } = open ?? {};
    open = null;
    const back = from?.isConnected ? from : document.querySelector(`[data-id="${CSS.escape(id ?? "")}"] .open, .tile[data-id="${CSS.escape(id ?? "")}"]`);
    (back ?? byId("shelf")).focus({ preventScroll: true });
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && !wide.matches) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && dialog.open) {
      event.preventDefault();
      close();
    }
  });

  return { draw: () => open && draw() };

  function draw() {
    const { id, why } = open;
    const product = page.shelf.product(id);
    if (!product) return close();
    const focused = dialog.contains(document.activeElement) ? document.activeElement.dataset.part : null;
    const parts = [about(product), said(product), why ? null : doing(product), standing(product), why ? doing(product) : beside(product)].filter(Boolean);
    dialog.classList.toggle("by-why", why);
    dialog.replaceChildren(
      h("button", { type: "button", class: "round close", "aria-label": t("close"), data: { part: "close" }, onclick: close }, "✕"),
      ...parts);
    if (focused) dialog.querySelector(`[data-part="${focused}"]`)?.focus({ preventScroll: true });
  }

  function about(product) {
    const chosen = product.variants.find((variant) => variant.id === open.variant);
    return h("div", { class: "about-product" },
      h("div", { class: "picture" }, thumb(product, { wide: !open.why })),
      h("div", { class: "words" },
        h("p", { class: "crumbs" }, [product.brand, product.category && leafOf(product)].filter(Boolean).join(" · ")),
        h("h2", { id: "panel-title", tabindex: "-1", data: { part: "title" } }, product.title),
        h("p", { class: "facts" }, product.availability === "not_sold" ? null : price(page, chosen ?? product), " ", stock((chosen ?? product).availability)),
        product.tags.length > 0 && h("ul", { class: "tags" }, product.tags.map((tag) => h("li", {}, tag)))));
  }

  /** What the shop says of it, what speaks to this shopper first. */
  function said(product) {
    const points = page.shelf.sellingPoints(product.id, { limit: 3, scene: { hour: new Date(page.now()).getHours(), page: "product" } });
    return points.length > 0 && h("ul", { class: "points", "aria-label": t("saidOfIt") }, points.map(({ id, kind, text, because }) => h("li", { class: kind, data: { point: id, because: because.code } },
      text, because.code !== "given" && h("small", {}, t(because.code === "scene" ? "saidNow" : "saidToYou")))));
  }

  function stock(state) {
    return h("span", { class: `stock ${state}` }, t(`stock.${state}`) ?? state);
  }

  function doing(product) {
    const off = product.availability === "not_sold";
    const gone = product.variants.find((variant) => variant.id === open.variant)?.availability === "out_of_stock";
    return h("div", { class: "doing" },
      product.variants.length > 1 && h("fieldset", { class: "variants" },
        h("legend", {}, t("variants")),
        h("div", {}, product.variants.map((variant) => h("button", {
          type: "button", class: variant.availability === "out_of_stock" || variant.availability === "not_sold" ? "gone" : null,
          "aria-pressed": String(variant.id === open.variant), data: { part: `variant-${variant.id}` },
          title: t(`stock.${variant.availability}`),
          onclick: () => { open.variant = variant.id; draw(); },
        }, variant.title || variant.id)))),
      h("div", { class: "actions" }, actions.map(([event, word, look]) => h("button", {
        type: "button", class: look, data: { part: event },
        disabled: (off || gone) && (event === "add_to_cart" || event === "purchase"),
        onclick: () => page.act(event, product, open.variant),
      }, t(word)))));
  }

  /** Its place on the personal shelf and the tree behind it, or the stage that keeps it off. */
  function standing(product) {
    const place = page.placeOf(page.mine, product.id);
    const item = place > 0 ? page.mine.items[place - 1] : null;
    const root = item && page.mine.servedId !== 0 ? page.shelf.why(page.mine.servedId, product.id) : null;
    return h("section", { class: "standing", "aria-labelledby": "standing-title" },
      h("h3", { id: "standing-title" }, item ? t("onShelf", { n: place }) : t("offShelf")),
      item ? h("p", { class: "because", data: { code: item.because.code } }, page.because(item)) : whyNot(product),
      item && (root ? [h("h4", {}, t("tree")), reasonTree(page, root)] : h("p", { class: "hint" }, t("treeNone"))));
  }

  /** A shelf about this product: the same for everyone until the page may learn. */
  function beside(product) {
    const { items, source } = page.shelf.recommend({ slot: "product", context: [product.id], limit: BESIDE });
    return source !== "fallback" && items.length > 0 && h("section", { class: "beside-product", "aria-labelledby": "beside-title" },
      h("h3", { id: "beside-title" }, t("goesWith")),
      h("ul", { class: "rows" }, items.map((item) => h("li", { data: { beside: item.id } },
        h("button", { class: "open", type: "button", data: { part: `beside-${item.id}` }, onclick: () => page.open(item.id, { from: open.from }) },
          h("span", { class: "place" }), thumb(item),
          h("span", { class: "words" }, h("span", { class: "title" }, item.title), h("span", { class: "because-text" }, page.because(item))))))));
  }

  function whyNot(product) {
    if (page.shelf.status !== "ready") return null;
    const { stage, detail } = page.shelf.whyNot(product.id, { slot: SLOT, limit: PLACES });
    return h("p", { data: { stage } }, t(`stage.${stage}`) ?? stage, detail && h("small", { class: "detail" }, ` ${detail}`));
  }
}

/** The variant the shelf would show, else the first in stock. */
function bestVariant(page, product) {
  const item = page.mine?.items.find(({ id }) => id === product.id);
  return item?.variant ?? product.variants.find((variant) => variant.availability === "in_stock")?.id ?? product.variants[0]?.id;
}
