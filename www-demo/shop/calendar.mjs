// The year of the log, and how seasons, feasts and sales move through it; see seasons.json.

import { readFileSync } from "node:fs";

export const DAY = 86_400;
/** The log covers this many days and ends at midnight, 1 October 2026, on the shop's clock. */
export const DAYS = 365;
export const END = Date.UTC(2026, 9, 1) / 1000 - 8 * 3600;
export const BEGIN = END - DAYS * DAY;

const { tags } = JSON.parse(readFileSync(new URL("seasons.json", import.meta.url), "utf8"));

/** "2026-02-03" of a day of the log. */
const dateOf = (day) => new Date((BEGIN + day * DAY + 8 * 3600) * 1000).toISOString().slice(0, 10);

function isIn([from, to], date) {
  const part = from.length === 5 ? date.slice(5) : date;
  return from < to ? from <= part && part < to : part >= from || part < to;
}

/** For each day: `factor` of each season tag, `visits` of the whole shop, and whether a sale is on. */
const days = Array.from({ length: DAYS }, (_, day) => {
  const date = dateOf(day);
  const open = Object.entries(tags).filter(([, season]) => season.windows.some((window) => isIn(window, date)));
  return {
    factor: new Map(Object.entries(tags).map(([tag, season]) => [tag, open.some(([name]) => name === tag) ? season.in : season.out])),
    visits: open.reduce((times, [, season]) => times * (season.visits ?? 1), 1),
    sale: open.some(([, season]) => season.sale),
  };
});

/** How much busier or quieter the shop is on a day than in the mean. */
export const traffic = (day) => days[day].visits;
/** Whether prices are what everybody looks at. */
export const saleOn = (day) => days[day].sale;

/** How much more or less a product is looked at on a day. Of several seasons the strongest counts. */
export function season(product, day) {
  const known = product.tags.map((tag) => days[day].factor.get(tag)).filter((factor) => factor !== undefined);
  return known.length === 0 ? 1 : Math.max(...known);
}
