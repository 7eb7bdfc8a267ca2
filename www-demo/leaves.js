// What leaves the device: the visitor's own report before it goes, and what a crowd of them tells.

import { readMetric, weekOf } from "./bytes.js";
import { mountCrowd } from "./crowd-card.js";
import { byId, h, head } from "./dom.js";
import { readJson } from "./read.js";
import { mountReport } from "./report.js";
import { fit, speaking, t } from "./text/index.js";

export function mountLeaves(page) {
  const place = byId("leaves");
  const report = h("section", { class: "sheet", id: "report", "aria-labelledby": "report-title" });
  const crowd = h("section", { class: "sheet", id: "crowd", "aria-labelledby": "crowd-title" });
  const schemas = new Map();
  /** What both cards need to know of the schema; `null` until it is there. */
  let asked = null;
  const cards = { report: mountReport(page, report), crowd: mountCrowd(page, crowd) };
  cards.report.onSent((own) => cards.crowd.join(own));

  return {
    draw(what) {
      if (what === "all") {
        asked = null;
        head(place, [
          h("h2", { id: "leaves-title" }, t("leaves")),
          h("p", { class: "leaves-lead" }, t(page.shop.reports ? "leavesLead" : "leavesNothing")),
        ], ...(page.shop.reports ? [report, crowd] : []));
        load();
      }
      if (asked) cards.report.draw();
    },
  };

  /** The schema with names in the page's language, or the nearest that the pack has. */
  async function load() {
    const { shop } = page;
    if (!shop.reports) return;
    const language = shop.languages.find((tag) => fit(tag) === speaking()) ?? shop.languages[0];
    if (!schemas.has(language)) schemas.set(language, await readJson(`/reports-${language}.json`));
    const schema = schemas.get(language);
    const now = shop.languages.find((tag) => fit(tag) === speaking()) ?? shop.languages[0];
    if (!schema || now !== language) return;
    asked = topic(page, schema);
    cards.report.show(asked);
    cards.crowd.show(asked);
  }
}

/** The schema with what the page makes of it: names, and the true answer that only this device knows. */
function topic(page, schema) {
  const metric = readMetric(schema);
  const symbols = new Map(metric.labels.map((label, symbol) => [label, symbol]).filter(([label]) => label !== null));

  /** Symbol of a category: its own, or that of its nearest ancestor in the domain; 0 without one. */
  const symbolOf = (path, categories) => {
    for (let at = categories.get(path); at; at = categories.get(at.parent)) if (symbols.has(at.label)) return symbols.get(at.label);
    return 0;
  };

  const byPath = () => new Map(page.shelf.categories().map((category) => [category.path, category]));

  return {
    schema, metric,
    week: () => weekOf(page.now()),
    /** The page can tell the true answer only where categories are asked for. */
    knows: metric.code === "category_interest",
    /** Another metric of the schema, and a symbol of it in words: of a category those above it too, or "none". */
    of: (code) => readMetric(schema, code),
    nameOf: (metric, symbol) => metric.labels[symbol]?.split(" > ").join(" › ") ?? t(metric.code === "category_interest" ? "noneAnswer" : "noneElse"),
    /** Products by symbol, from 1: without those that count for a category below. */
    sizes() {
      const products = new Map(page.shelf.categories().map(({ label, products }) => [label, products]));
      const below = (label) => metric.labels.filter((other) => other?.startsWith(`${label} > `)).reduce((sum, other) => sum + (products.get(other) ?? 0), 0);
      return metric.labels.slice(1).map((label) => Math.max(0, (products.get(label) ?? 0) - below(label)));
    },
    /** The category that the portrait speaks for most, as the report takes it. */
    truth() {
      if (!page.allowed()) return 0;
      const categories = byPath();
      const sums = new Array(metric.k).fill(0);
      for (const { key, share } of page.shelf.portrait().categories) sums[symbolOf(key, categories)] += share;
      sums[0] = 0;
      return sums.indexOf(Math.max(...sums));
    },
  };
}
