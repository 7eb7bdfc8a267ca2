// The marks every part uses for a product: its picture and its price.

import { h, seen, spoken } from "./dom.js";
import { picture } from "./picture/index.js";
import { t } from "./text/index.js";

/** The picture: the shop's own, or a drawn one where there is none or it does not load. */
export function thumb(product, { wide = false } = {}) {
  const drawn = picture(product, wide);
  const image = h("img", { alt: "", width: wide ? 300 : 200, height: 200, decoding: "async", loading: product.image ? "lazy" : null, src: product.image || drawn });
  if (product.image) image.addEventListener("error", () => { image.src = drawn; }, { once: true });
  return image;
}

/** What it costs; before it, struck through, what it cost. */
export function price(page, product) {
  if (product.price === null) return h("span", { class: "price none" }, t("noPrice"));
  const now = page.money(product.price);
  if (product.listPrice === null || product.listPrice <= product.price) return h("span", { class: "price" }, now);
  const off = Math.round((1 - product.price / product.listPrice) * 100);
  return h("span", { class: "price reduced" },
    spoken(`${t("now")} `), h("span", { class: "amount" }, now),
    " ", h("s", {}, spoken(`${t("was")} `), page.money(product.listPrice)),
    off >= 1 && seen(` −${off}%`, { class: "off" }));
}

/** A product's category as one name: the last part of its path. */
export const leafOf = (product) => product.category.split(" > ").at(-1);
