// The portrait in figures: affinities as bars, the trail of this visit, and the button that empties it.

import { byId, h, head, redraw, seen, spoken } from "./dom.js";
import { thumb } from "./goods.js";
import { ago, number, t } from "./text/index.js";

const SHOWN = 6;

export function mountPortrait(page) {
  const place = byId("portrait");
  const body = h("div", { class: "portrait-body" });
  const forget = h("button", { type: "button", class: "quiet danger", id: "forget", onclick: () => page.forget() });
  const line = h("div", { class: "line" });

  return {
    draw(what) {
      if (what === "all") {
        forget.textContent = t("forget");
        head(line, [h("h3", { id: "portrait-title" }, t("portrait"))], forget);
        head(place, [], line, body);
      }
      const portrait = page.shelf.portrait();
      const empty = !page.allowed() || portrait.events === 0;
      forget.disabled = portrait.events === 0;
      redraw(body, empty ? [h("p", { class: "empty" }, t(page.allowed() ? "portraitEmpty" : "portraitOff"))] : filled(page, portrait));
    },
  };
}

function filled(page, portrait) {
  const counts = [
    [portrait.events, t(portrait.events === 1 ? "event" : "events")],
    [portrait.sessions, t(portrait.sessions === 1 ? "visit" : "visits")],
  ];
  return [
    h("p", { class: "counts" },
      counts.map(([n, word]) => h("span", {}, h("b", {}, number(n)), ` ${word}`)),
      portrait.updated !== null && h("span", {}, t("newest", { time: ago(portrait.updated, page.now()) }))),
    rules(page),
    trail(page, portrait.session),
    bars(t("categories"), portrait.categories, (trait) => trait.key && (page.labelOf(trait.key) || trait.label)),
    bars(t("brands"), portrait.brands, (trait) => trait.label || trait.key),
    bars(t("priceBands"), portrait.priceBands, (trait) => band(page, trait.label)),
    bars(t("items"), portrait.items, (trait) => trait.label || trait.key),
  ].filter(Boolean);
}

/** What the shop calls this shopper, by its rules. */
function rules(page) {
  const tags = page.shelf.tags().filter((tag) => tag.kind === "rule");
  return tags.length > 0 && h("p", { class: "counts" }, h("span", {}, t("shopTags"), " "), tags.map((tag) => h("span", {}, h("b", {}, tag.label))));
}

/** The products of this visit in their order, as pictures one can go back to. */
function trail(page, ids) {
  if (ids.length === 0) return null;
  return h("div", { class: "trail" },
    h("h4", {}, t("thisVisit"), " ", h("small", {}, t("thisVisitHint"))),
    h("ol", {}, ids.filter((id, i) => id !== ids[i - 1]).slice(-8).map((id) => {
      const product = page.shelf.product(id);
      return product && h("li", {}, h("button", { type: "button", "aria-label": product.title, title: product.title, data: { part: `trail-${id}` }, onclick: (event) => page.open(id, { from: event.currentTarget, look: false }) }, thumb(product)));
    })));
}

/** "5700-8099", in minor units, as an amount of money to another. */
function band(page, label) {
  const [low, high] = label.split("-").map(Number);
  if (label === "" || !Number.isFinite(low) || !Number.isFinite(high)) return label;
  const whole = low >= 10 * 10 ** page.shelf.exponent;
  return t("band", { low: page.money(low, { whole }), high: page.money(high, { whole }) });
}

/** One list of traits: a row each with its share as a bar and a number. */
function bars(caption, traits, name) {
  if (traits.length === 0) return null;
  const most = Math.max(...traits.map((trait) => trait.share), 1e-9);
  return h("table", { class: "bars" },
    h("caption", {}, caption),
    h("colgroup", {}, h("col"), h("col", { class: "share" }), h("col", { class: "count" })),
    h("thead", {}, h("tr", {}, [t("trait"), t("share"), t("count")].map((word) => h("th", { scope: "col" }, spoken(word))))),
    h("tbody", {}, traits.slice(0, SHOWN).map((trait) => h("tr", {},
      h("th", { scope: "row" }, seen("", { class: "bar", style: { "--part": (trait.share / most).toFixed(4) } }), h("span", { class: "name" }, name(trait) || t("gone"))),
      h("td", {}, number(trait.share, { style: "percent", maximumFractionDigits: 0 })),
      h("td", {}, number(trait.events), spoken(` ${t("events")}`))))));
}
