// The cart: what it costs under the shop's offers, why other offers do not apply, and which coupons matter.

import { byId, h } from "./dom.js";
import { thumb } from "./goods.js";
import { t } from "./text/index.js";

const REFUSED_SHOWN = 6;

export function mountCart(page) {
  const place = byId("cart");
  /** Variant id → units. */
  const lines = new Map();
  /** Codes of the coupons in use. */
  const codes = new Set();

  page.addToCart = (product, variant) => {
    const id = variant ?? product.variant ?? product.id;
    lines.set(id, (lines.get(id) ?? 0) + 1);
    page.refresh();
  };

  return {
    draw(what) {
      if (what === "all") codes.clear();
      const offers = page.shelf.status === "ready" ? page.shelf.offers() : [];
      place.hidden = offers.length === 0;
      if (place.hidden) return;
      const cart = { lines: [...lines].map(([item_id, quantity]) => ({ item_id, quantity })), codes: [...codes] };
      const quote = lines.size > 0 ? page.shelf.quote(cart) : null;
      const held = offers.filter((offer) => offer.coupon).map((offer) => offer.id);
      const coupons = page.shelf.coupons({ cart: { ...cart, codes: [] }, held });
      const focused = place.contains(document.activeElement) ? document.activeElement.dataset.part : null;
      place.replaceChildren(
        h("h2", { id: "cart-title" }, t("cart")),
        h("p", { class: "hint" }, t("cartHint")),
        h("div", { class: "till" }, quote ? bill(quote) : h("p", { class: "empty" }, t("cartEmpty")), wallet(coupons)));
      if (focused) place.querySelector(`[data-part="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    },
  };

  function bill(quote) {
    const ids = [...lines.keys()];
    return h("div", { class: "bill" },
      h("ul", { class: "lines" }, quote.lines.map((line, i) => row(ids[i], line))),
      h("dl", { class: "sums" },
        sum(t("subtotal"), quote.subtotal),
        quote.applied.map((offer) => sum(offer.name, -offer.amount, offer.times > 1 ? ` ×${offer.times}` : "", offer.next)),
        quote.gifts.map((gift) => h("div", {}, h("dt", {}, t("gift")), h("dd", {}, `${page.titleOf(gift.item_id)} ×${gift.quantity}`))),
        h("div", { class: "payable" }, h("dt", {}, t("payable")), h("dd", { data: { payable: String(quote.payable) } }, page.money(quote.payable)))),
      h("p", { class: "hint" }, t(quote.optimal ? "proven" : "bestFound")),
      refused(quote.refused));
  }

  function row(id, line) {
    const product = page.shelf.product(id);
    const units = lines.get(id);
    const change = (by) => () => {
      if (units + by > 0) lines.set(id, units + by);
      else lines.delete(id);
      page.refresh();
    };
    const title = product?.title ?? id;
    const step = (by, sign, word) => h("button", { type: "button", class: "step", data: { part: `${word}-${id}` }, "aria-label": `${t(word)}: ${title}`, onclick: change(by) }, sign);
    return h("li", {},
      product && thumb(product),
      h("span", { class: "name" }, title),
      h("span", { class: "units" }, step(-1, "−", "fewer"), ` ${units} `, step(1, "+", "more")),
      h("span", { class: "amount" }, line.payable < line.subtotal && h("s", {}, page.money(line.subtotal)), " ", page.money(line.payable)));
  }

  function sum(word, amount, note = "", next = null) {
    return h("div", {}, h("dt", {}, word, note, next && h("small", {}, ` ${missing(next, "nextStep")}`)), h("dd", {}, amount < 0 ? `−${page.money(-amount)}` : page.money(amount)));
  }

  function missing(gap, word) {
    return t(word, { gap: "amount" in gap ? page.money(gap.amount) : t("units", { n: gap.units }) });
  }

  /** Offers that do not apply, those within reach first. */
  function refused(list) {
    const worth = list.filter((offer) => offer.reason !== "code_missing" && offer.reason !== "no_matching_items");
    const near = [...worth.filter((offer) => offer.gap), ...worth.filter((offer) => !offer.gap)].slice(0, REFUSED_SHOWN);
    if (near.length === 0) return null;
    return h("details", {},
      h("summary", {}, t("refused", { n: list.length })),
      h("ul", { class: "refused" }, near.map((offer) => h("li", { data: { reason: offer.reason } },
        h("b", {}, offer.name), " ", offer.gap ? missing(offer.gap, "gap") : t(`refusal.${offer.reason}`) ?? offer.reason))));
  }

  function wallet(coupons) {
    return h("div", { class: "wallet" },
      h("h3", {}, t("wallet")),
      h("ul", {}, coupons.map((coupon) => h("li", { class: coupon.inBest ? "best" : null, data: { coupon: coupon.id } },
        h("button", {
          type: "button", class: "coupon", "aria-pressed": String(codes.has(coupon.code)), data: { part: `coupon-${coupon.id}` },
          onclick: () => {
            if (!codes.delete(coupon.code)) codes.add(coupon.code);
            page.refresh();
          },
        }, h("b", {}, coupon.name), h("span", {}, worth(coupon)))))));
  }

  function worth(coupon) {
    const parts = [];
    if (coupon.reason === "saves") parts.push(coupon.saving > 0 ? t("saves", { amount: page.money(coupon.saving) }) : t("noSaving"));
    else parts.push(coupon.gap ? missing(coupon.gap, "gap") : t(`refusal.${coupon.reason}`) ?? coupon.reason);
    if (coupon.inBest) parts.push(t("inBest"));
    if (coupon.interest >= 0.2) parts.push(t("yourTaste"));
    return parts.join(" · ");
  }
}
