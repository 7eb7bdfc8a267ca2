// The whole catalogue: by category, by words, a page at a time, so that any product can be reached.

import { byId, h, head, redraw } from "./dom.js";
import { price, thumb } from "./goods.js";
import { number, t } from "./text/index.js";

const STEP = 24;
/** A search reads at most this many products. */
const READ = 20_000;

export function mountCatalogue(page) {
  const place = byId("catalogue");
  const { shelf } = page;
  let chosen = "";
  let term = "";
  let shown = STEP;
  let all = null;
  const field = h("input", { type: "search", id: "search", autocomplete: "off", enterkeyhint: "search", oninput: () => look(field.value) });
  const form = h("form", { role: "search", onsubmit: (event) => { event.preventDefault(); searched(); } }, field);
  const above = h("div", { class: "catalogue-head" });
  const chips = h("div", { class: "chips" });
  const count = h("p", { class: "hint", role: "status" });
  const grid = h("ul", { class: "grid" });
  const more = h("button", { type: "button", class: "quiet more", onclick: () => {
    const from = shown;
    shown += STEP;
    list();
    grid.children[from]?.querySelector("button")?.focus();
  } });
  place.replaceChildren(above, chips, count, grid, more);

  return {
    draw(what) {
      if (what !== "all") return;
      all = null;
      build();
      list();
    },
  };

  function build() {
    field.setAttribute("aria-label", t("search"));
    field.setAttribute("placeholder", t("search"));
    head(above, [h("div", {}, h("h2", { id: "catalogue-title" }, t("catalogue")), h("p", { class: "hint" }, t("catalogueHint")))], form);
    drawChips();
  }

  /** Two rows: the top categories, and what is below the chosen one. */
  function drawChips() {
    const categories = shelf.categories();
    const focused = chips.contains(document.activeElement) ? document.activeElement.dataset.path : null;
    const top = chosen.split(" > ")[0];
    const chip = (path, label) => h("button", {
      type: "button", "aria-pressed": String(path === chosen || (path !== "" && path === top && chosen !== "")), data: { path },
      onclick: () => { chosen = path; shown = STEP; drawChips(); list(); },
    }, label);
    const under = categories.filter((category) => category.parent === top && top !== "");
    chips.replaceChildren(...(categories.length === 0 ? [] : [
      h("div", { class: "chip-row", role: "group", "aria-label": t("categories") }, chip("", t("all")), categories.filter((c) => c.parent === null).map((c) => chip(c.path, page.labelOf(c.path)))),
      under.length > 0 && h("div", { class: "chip-row sub", role: "group", "aria-label": page.labelOf(top) }, under.map((c) => chip(c.path, page.labelOf(c.path)))),
    ].filter(Boolean)));
    if (focused !== null) [...chips.querySelectorAll("button")].find((button) => button.dataset.path === focused)?.focus();
  }

  function look(text) {
    term = text.trim();
    shown = STEP;
    list();
  }

  /** Enter makes it a search of the shopper's, which the portrait may count. */
  function searched() {
    if (term === "") return;
    shelf.track("search", { search_term: term });
    page.refresh();
  }

  function list() {
    const { total, products } = term === "" ? shelf.browse({ limit: shown, category: chosen || undefined }) : matching();
    count.textContent = term === "" ? t("found", { n: number(total) }) : total === 0 ? t("none") : t("foundFor", { n: number(total), term });
    redraw(grid, products.slice(0, shown).map((product) => h("li", {}, tile(product))));
    const left = Math.min(STEP, total - shown);
    more.hidden = left <= 0;
    more.textContent = t("more", { n: left });
  }

  /** Products whose title or brand has every word of the search. */
  function matching() {
    all ??= shelf.browse({ limit: READ }).products.map((product) => ({ product, text: `${product.title} ${product.brand} ${product.category} ${product.id}`.toLowerCase() }));
    const words = term.toLowerCase().split(/\s+/);
    const category = chosen && page.labelOf(chosen);
    const found = all.filter(({ product, text }) => words.every((word) => text.includes(word)) && (!category || product.category.split(" > ").includes(category)));
    return { total: found.length, products: found.map(({ product }) => product) };
  }

  function tile(product) {
    const state = product.availability;
    return h("button", { type: "button", class: "tile", data: { id: product.id, part: `tile-${product.id}` }, onclick: (event) => page.open(product.id, { from: event.currentTarget }) },
      h("span", { class: `picture ${state === "in_stock" ? "" : "faint"}` }, thumb(product),
        state !== "in_stock" && h("span", { class: "flag" }, t(`stock.${state}`))),
      h("span", { class: "title" }, product.title),
      state === "not_sold" ? null : price(page, product));
  }
}
