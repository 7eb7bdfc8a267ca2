// The cart: what it costs under the shop's offers, and why other offers do not apply.

import { makeAddons } from "./addons.js";
import { byId, h, head, redraw, spoken } from "./dom.js";
import { thumb } from "./goods.js";
import { number, t } from "./text/index.js";
import { makeWallet } from "./wallet.js";

/** What the page charges for delivery where the market has offers on it, in minor units. Made up. */
const DELIVERY = { CNY: 1000, USD: 599 };
/** Offers within reach that are named without being asked for. */
const NEAR = 3;
/** Reasons that say little, in the order in which they come last. */
const LAST = ["code_missing", "tier", "expired", "not_started", "no_matching_items"];

export function mountCart(page) {
  const place = byId("cart");
  const till = h("div", { class: "till" });
  const told = h("p", { class: "spoken", role: "status" });
  /** Variant id → units. */
  const lines = new Map();
  const wallet = makeWallet(page);
  const addons = makeAddons(page);
  let market = null;
  /** Whether the list of reasons is open, which a new draw must not forget. */
  let openRefused = false;

  page.addToCart = (product, variant) => {
    const id = variant ?? product.variant ?? product.id;
    lines.set(id, (lines.get(id) ?? 0) + 1);
    page.refresh();
  };

  return {
    draw(what) {
      const { shelf } = page;
      const offers = shelf.status === "ready" ? shelf.offers() : [];
      place.hidden = offers.length === 0;
      drawCount();
      if (place.hidden) return;
      if (what === "all") head(place, [h("h2", { id: "cart-title" }, t("cart")), h("p", { class: "hint" }, t("cartHint"))], till, told);
      // Another market has other coupons; another language has not.
      if (market !== shelf.market) wallet.empty();
      market = shelf.market;

      const sold = [...lines].filter(([id]) => sells(id));
      const cart = { lines: sold.map(([item_id, quantity]) => ({ item_id, quantity })), ...wallet.facts(offers) };
      if (sold.length > 0 && offers.some(({ kind }) => kind === "shipping")) cart.shipping = DELIVERY[shelf.currency] ?? 0;
      const quote = sold.length > 0 ? shelf.quote(cart) : null;
      page.toPay = quote?.payable ?? 0;
      const lost = redraw(till, lines.size === 0 ? [empty(offers)] : [
        h("div", { class: "bill" }, list(sold, quote), quote && bill(quote, cart, offers), quote && addons.draw(cart)),
        h("div", { class: "beside" }, wallet.draw(offers, cart, quote)),
      ]);
      if (lost) (till.querySelector(".step, .bill button") ?? place).focus({ preventScroll: true });
      const sum = quote ? `${t("payable")}: ${page.money(quote.payable)}` : "";
      if (told.textContent !== sum) told.textContent = sum;
    },
  };

  function drawCount() {
    const units = [...lines.values()].reduce((sum, n) => sum + n, 0);
    const chip = byId("cart-count");
    chip.hidden = units === 0 || place.hidden;
    chip.replaceChildren(number(units), spoken(` ${t("inCart")}`));
    chip.closest("a").hidden = place.hidden;
  }

  function sells(id) {
    const product = page.shelf.product(id);
    const variant = product?.variants.find((one) => one.id === id);
    return product !== null && product.availability !== "not_sold" && (variant ?? product).price !== null;
  }

  function empty(offers) {
    const coupons = wallet.held(offers).length;
    const shelf = page.mine.items.filter((item) => item.price !== null).slice(0, 3);
    return h("div", { class: "bill nothing-yet" },
      h("p", {}, t("cartEmpty"), coupons > 0 && ` ${t("couponsWait", { n: number(coupons) })}`),
      shelf.length > 0 && h("button", { type: "button", class: "quiet", data: { part: "fill" }, onclick: () => shelf.forEach((item) => page.addToCart(item)) }, t("cartFill", { n: shelf.length })));
  }

  /** The lines, what is given for free among them, and what this market does not sell. */
  function list(sold, quote) {
    const places = new Map(sold.map(([id], i) => [id, quote?.lines[i]]));
    return h("ul", { class: "lines" },
      [...lines].map(([id, units]) => row(id, units, places.get(id))),
      quote?.gifts.map(({ item_id, quantity }) => {
        const product = page.shelf.product(item_id);
        return h("li", { class: "gift", data: { gift: item_id } }, product && thumb(product), h("span", { class: "name" }, product?.title ?? item_id),
          h("span", { class: "units" }, `× ${number(quantity)}`), h("span", { class: "amount" }, t("gift")));
      }));
  }

  function row(id, units, line) {
    const product = page.shelf.product(id);
    const variant = product?.variants.length > 1 ? product.variants.find((one) => one.id === id) : null;
    const title = product?.title ?? id;
    const step = (by, sign, word) => h("button", {
      type: "button", class: "step", data: { part: `${word}-${id}` }, "aria-label": `${t(word)}: ${title}`, disabled: by > 0 && !line,
      onclick: () => {
        if (units + by > 0) lines.set(id, units + by);
        else lines.delete(id);
        page.refresh();
      },
    }, sign);
    return h("li", { data: { line: id } },
      product && thumb(product),
      h("span", { class: "name" }, title, variant?.title && h("small", {}, variant.title)),
      h("span", { class: "units" }, step(-1, "−", "oneLess"), h("b", {}, number(units)), step(1, "+", "oneMore")),
      line
        ? h("span", { class: "amount" }, line.payable < line.subtotal && h("s", {}, spoken(`${t("was")} `), page.money(line.subtotal)), " ", page.money(line.payable))
        : h("span", { class: "amount none" }, t("stock.not_sold")));
  }

  function bill(quote, cart, offers) {
    const kinds = new Map(offers.map(({ id, kind }) => [id, kind]));
    return [
      h("dl", { class: "sums" },
        sum(t("subtotal"), page.money(quote.subtotal), { sum: quote.subtotal }),
        cart.shipping > 0 && sum(t("delivery"), page.money(cart.shipping), { sum: cart.shipping }),
        quote.applied.map((offer) => sum(
          [offer.name, offer.times > 1 && ` × ${number(offer.times)}`, offer.next && h("small", {}, missing(offer.next, "nextStep"))],
          offer.amount === 0 && kinds.get(offer.id) === "gift" ? t("gift") : `−${page.money(offer.amount)}`,
          { offer: offer.id, sum: -offer.amount }, "off")),
        h("div", { class: "payable", data: { payable: quote.payable } }, h("dt", {}, t("payable")), h("dd", {}, page.money(quote.payable))),
        quote.discount > 0 && h("div", { class: "saved" }, h("dt", {}, t("saved")), h("dd", {}, page.money(quote.discount)))),
      h("p", { class: "hint" }, t(quote.optimal ? "proven" : "bestFound")),
      refused(quote.refused),
    ];
  }

  function sum(word, amount, data, look = null) {
    return h("div", { class: look, data }, h("dt", {}, word), h("dd", {}, amount));
  }

  function missing(gap, word) {
    return t(word, { gap: "amount" in gap ? page.money(gap.amount) : t("units", { n: number(gap.units) }) });
  }

  /** Offers that do not apply: those within reach at once, all of them with their reason on demand. */
  function refused(list) {
    const near = list.filter(({ gap, reason }) => gap && (reason === "below_threshold" || reason === "min_qty"))
      .sort((a, b) => ("amount" in a.gap) - ("amount" in b.gap) || (a.gap.amount ?? a.gap.units) - (b.gap.amount ?? b.gap.units)).slice(0, NEAR);
    const reasons = [...new Set(list.map(({ reason }) => reason))].sort((a, b) => LAST.indexOf(a) - LAST.indexOf(b));
    const named = (offer) => h("li", { data: { refused: offer.id, reason: offer.reason } }, offer.name, offer.gap && h("span", { class: "reason-text" }, missing(offer.gap, "gap")));
    return [
      near.length > 0 && h("div", { class: "near" }, h("h3", {}, t("near")), h("ul", {}, near.map(named))),
      list.length > 0 && h("details", { open: openRefused, ontoggle: (event) => { openRefused = event.currentTarget.open; } },
        h("summary", { data: { part: "refused" } }, t("refused", { n: number(list.length) })),
        h("dl", { class: "refused" }, reasons.map((reason) => h("div", {},
          h("dt", {}, t(`refusal.${reason}`)), h("dd", {}, h("ul", {}, list.filter((offer) => offer.reason === reason).map(named))))))),
    ];
  }
}
