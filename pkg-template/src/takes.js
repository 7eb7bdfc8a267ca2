// What the calls of a shelf take: each option by the reader of its kind.

import { TEXTS } from "./fixes.js";
import { any, attributes, between, ids, kind, mode, parts, pins, text, texts, tri, whole } from "./options.js";

export const CONSENT = { store: tri, personalize: tri, report: tri, sensitive: tri, minor: tri, notice: text, by: text };
export const VIEW = { market: text, language: text };
/** The largest amount of money, in minor units. */
const MOST_MONEY = 0x20000000000000;
const quota = whole(1, 200);
const band = parts({ min: between(0, MOST_MONEY), max: between(0, MOST_MONEY) });
/** @type {Record<string, import("./options.js").Option>} */
export const RECOMMEND = {
  slot: text,
  limit: whole(1, 200),
  mode,
  exclude: ids,
  kinds: texts,
  styles: texts,
  category: text,
  pin: pins,
  quota: parts({ brand: quota, category: quota, store: quota }),
  arrivals: parts({ share: between(0, 1), count: quota, days: whole(1, 3650) }),
  price: (value, wrong) => {
    const clean = band(value, wrong);
    if (clean.min > clean.max) wrong(TEXTS ? "a band, min not above max" : "");
    return clean;
  },
  diversity: between(0, 1),
  sponsored: ids,
  kind,
  context: ids,
  query: text,
  scene: parts({ hour: whole(0, 23), weekday: whole(1, 7), holiday: text, page: text, device: text, weather: text }),
  attributes,
};
export const SELLING = { limit: whole(1, 200), mode, scene: RECOMMEND.scene };
export const FILTER = { mode };
export const SUGGEST = { limit: whole(1, 200), mode, attributes };
export const PROMOTIONS = { slot: text, limit: whole(1, 200), mode, attributes };
export const CARE = { slot: text, limit: whole(1, 200), mode, customer: any, birthday: text, delivered: between(-8.64e15, 8.64e15), attributes };
export const GRANTS = { mode, attributes };
export const RANK = { slot: text, mode, sponsored: ids, exclude: ids, limit: RECOMMEND.limit, quota: RECOMMEND.quota, diversity: RECOMMEND.diversity };
export const ADDONS = { cart: any, candidates: ids, attributes };
export const COUPONS = { cart: any, held: ids, attributes, mode };
export const REPORT = { send: tri };
export const INSIGHTS = { since: between(-8.64e15, 8.64e15), account: text };
export const BROWSE = { offset: whole(0, 0x7fffffff), limit: whole(1, 100000), category: text };
