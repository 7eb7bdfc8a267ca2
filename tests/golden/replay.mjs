// Runs the golden replays through the public face, so that a packed build answers as the file says.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { insights } from "./insights.mjs";
import { withSection } from "../packaging/support/small-pack.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** What the engine may refuse an overlay with. */
const REFUSALS = ["bad_overlay", "overlay_misfit", "unknown_market"];

/** What a step asks of a shelf as a whole; one that asks any says what was not kept. */
const LIMITS = ["pin", "quota", "price", "diversity", "arrivals"];

const read = (name) => new Uint8Array(readFileSync(join(here, name)));

/** A file's cases, and the bytes of the pack they are over, with the sections that the file adds. */
export function golden(name = "replay.json") {
  const file = JSON.parse(readFileSync(join(here, name), "utf8"));
  if (file.spec_version !== 1) throw new Error("This reader knows spec_version 1, the file has " + file.spec_version + ".");
  const sections = Object.entries(file.sections ?? {});
  return { cases: file.cases, pack: sections.reduce((pack, [tag, from]) => withSection(pack, tag, from.entries ?? 64, read(from.file ?? from), from.key), read(file.pack)) };
}

/**
 * What a shelf answers to each step of a case, in the form of its `expect`.
 * @param {(options: object) => Promise<object>} createShelf
 */
export async function replay(createShelf, { market, language, consent, utcOffset = 0, seed, steps }, pack, more = {}) {
  let now = steps[0].now;
  const shelf = await createShelf({ pack, market, language, consent, utcOffset, now: () => now, ...(seed !== undefined && { seed }), ...more });
  if (shelf.status !== "ready") throw new Error("The shelf is not ready: " + JSON.stringify(shelf.diagnostics()));
  const told = {};
  shelf.on("diagnostic", (d) => (told[d.code] = (told[d.code] || 0) + 1));
  let served = 0;
  const answers = [];
  for (const step of steps) {
    now = step.now ?? now;
    answers.push(await run(step));
  }
  shelf.dispose();
  return answers;

  async function run(step) {
    const { call, limit, mode, exclude, category, slot, context, scene, attributes } = step;
    const wanted = LIMITS.filter((key) => step[key] !== undefined).map((key) => [key, step[key]]);
    const given = Object.fromEntries(Object.entries({ limit, mode, exclude, category, slot, context, scene, attributes }).filter(([, v]) => v !== undefined).concat(wanted));
    switch (call) {
      case "track":
        return { ...shelf.trackMany(step.events) };
      case "declare": {
        const { source, confidence, merge } = step;
        const { accepted } = shelf.declare(step.answers, JSON.parse(JSON.stringify({ source, confidence, merge })));
        return { accepted, declared: declared(shelf) };
      }
      case "cards": {
        const cards = shelf.recommend({ ...given, slot: "content" });
        return { ...list(cards, {}), why: tree(shelf.why(cards.servedId, cards.items[0].id)) };
      }
      case "recommend":
        return list(shelf.recommend(given), step, wanted.length > 0);
      case "rank":
        return list(shelf.rank(step.ids.map((id, i) => described(id, step.described?.find(({ place }) => place === i))), mode === undefined ? {} : { mode }), {});
      case "why":
        return tree(shelf.why(served, step.id));
      case "whyNot":
        return shelf.whyNot(step.id, given).stage;
      case "consent":
        return shelf.setConsent(step.consent) ?? null;
      case "setView":
        return shelf.setView({ market: step.market, language: step.language }) ?? null;
      case "overlay": {
        const before = shelf.diagnostics();
        await shelf.setOverlay(step.data || (step.hex ? Uint8Array.from(step.hex.match(/../g), (b) => parseInt(b, 16)) : null));
        const after = shelf.diagnostics();
        const refused = REFUSALS.find((code) => after[code] !== before[code]) || null;
        return { overlayVersion: shelf.overlayVersion, refused };
      }
      case "quote": {
        const quote = shelf.quote({ lines: step.lines });
        return { payable: quote.payable, overlayVersion: quote.overlayVersion, expires: quote.expires };
      }
      case "coupons":
        return Array.from(shelf.coupons({ cart: step.lines && { lines: step.lines }, held: step.held, mode }),
          (c) => [c.id, c.saving, c.score * 65536, c.reason, c.because.code, c.endsSoon]);
      case "promotions": {
        const { items, withheld, rows } = shelf.promotions({ slot, limit: limit ?? 200 });
        const drawn = (p) => (slot === undefined ? [] : [p.rate * 65536, p.propensity, p.creative ?? "", p.creativePropensity ?? 0]);
        return {
          items: Array.from(items, (p) => [p.id, p.weight, p.because.subject, ...drawn(p)]), withheld: Array.from(withheld, (p) => [p.id, p.reason]),
          ...(slot !== undefined && rows.length > 0 && { events: Number(rows[0].served.split("-")[1]) }),
        };
      }
      case "care": {
        const { tier, birthday, delivered } = step;
        const options = JSON.parse(JSON.stringify({ slot, mode, limit, birthday, delivered, customer: tier && { tier } }));
        const { items, withheld, paused, level, bestHour } = shelf.care(options);
        return {
          items: Array.from(items, (m) => [m.id, m.offer && m.offer.id, m.since, m.until, m.card, m.text]),
          withheld: Array.from(withheld, (m) => [m.id, m.reason]), paused, level: level && [level.id, level.strategy, level.limit], bestHour,
        };
      }
      case "sellingPoints":
        return Array.from(shelf.sellingPoints(step.id, { limit, mode, scene }), (p) => [p.id, p.kind, p.text, p.parts.shopper, p.parts.scene, p.because.code, p.because.subject]);
      case "grants":
        if (step.decline) shelf.declineGrant(step.decline);
        if (step.accept) shelf.declineGrant(step.accept, false);
        return Array.from(shelf.grants({ attributes }), (g) => [g.campaign, g.state, g.coupon]);
      case "forget":
        return shelf.forget() ?? null;
      case "portrait":
        return portrait(shelf.portrait());
      case "paths":
        return Array.from(shelf.portrait().categoryPaths, (p) => [p.key, p.level, Math.round(p.share * 1e6), p.events, p.last]);
      case "traits":
        return traits(shelf.portrait());
      case "insights":
        return insights(shelf.insights({ since: step.since, account: step.account }));
      case "diagnostics": {
        // The file has the core's own counts; refused calls are counted by the JavaScript above it.
        await new Promise((resolve) => setTimeout(resolve));
        return Object.fromEntries(Object.entries({ ...shelf.diagnostics() }).filter(([code]) => !told[code] && code !== "clock_back"));
      }
      default:
        throw new Error("unknown call " + call);
    }
  }

  function list({ source, servedId, items, relaxed, scenes, rules }, { slot, arrivals }, limited) {
    served = servedId;
    const together = items.filter((item) => item.together).map(({ together: t }) => [...[t.support, t.confidence, t.lift].map((x) => Math.round(x * 1e9)), t.count]);
    return { source, items: Array.from(items, item), ...(limited && { relaxed: Array.from(relaxed) }), ...(slot === "together" && { together }), ...(arrivals && { arrivals: items.map((item) => item.arrival === true) }), ...(scenes && { scenes: Array.from(scenes) }), ...(rules && { rules: Array.from(rules) }) };
  }

  function described(id, about) {
    return about ? { id, category: about.category, brand: about.brand, price: about.price } : id;
  }

  // A ranked list names an item as the host did, the file by its product.
  function item({ id, variant, price, score, because }) {
    if (variant === undefined) return [id, null, null, units(score), because.code, because.subject];
    return [shelf.product(id).id, variant, price, units(score), because.code, because.subject];
  }
}

/** [field, value, text, source, confidence in hundredths, time, until] of each answer. */
const declared = (shelf) => Array.from(shelf.portrait().declared, ({ field, value, text, source, confidence, time, until }) =>
  [field, Array.isArray(value) ? Array.from(value) : value, text, source, Math.round(confidence * 100), time, until]);

/** A value in 2^-20, as the integer it is. */
const units = (v) => v * 2 ** 20;

const tree = (node) => node && [node.code, node.subject, units(node.value), Array.from(node.children, tree)];

const DIMENSIONS = ["items", "categories", "brands", "priceBands", "tags", "hours", "weekdays", "channels", "contentKinds", "topics", "shareChannels"];

/** [key, share in millionths, events, their kinds, first, last] of each trait of each dimension. */
function traits(told) {
  return Object.fromEntries(DIMENSIONS.map((d) => [d, Array.from(told[d], (t) => [t.key, Math.round(t.share * 1e6), t.events, Array.from(t.kinds).join(" "), t.first, t.last])]));
}

function portrait({ events, sessions, updated, items, categories, brands, priceBands, session, cluster }) {
  const traits = (list) => Array.from(list, (t) => [t.key, t.label, Math.round(t.share * 1e6), t.events]);
  return {
    events, sessions, updated, items: traits(items), categories: traits(categories), brands: traits(brands), priceBands: traits(priceBands),
    session: Array.from(session), ...(cluster && { cluster: [cluster.id, Math.round(cluster.share * 1e4), cluster.confidence * 65536, cluster.last] }),
  };
}
