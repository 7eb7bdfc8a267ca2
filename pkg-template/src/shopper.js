// The shopper as an attribute of conditions: what is known and understood, by plain names (src/manual/conditions.md).

/** Names of each kind that conditions see. */
const MOST = 16;

/** True where a condition, as JSON, asks about the shopper. @param {string} condition */
export function asksForShopper(condition) {
  return /"shopper[".]/.test(condition);
}

/**
 * The attribute `shopper`; what is not known is not there.
 * @param {any} portrait
 * @param {any} insights
 * @param {string[]} products in the cart
 */
export function shopperOf(portrait, insights, products) {
  const names = (/** @type {any[]} */ traits) => traits.slice(0, MOST).map((trait) => trait.key).filter(Boolean);
  /** @type {Record<string, any>} */
  const declared = {};
  portrait.declared.forEach((/** @type {any} */ answer) => (declared[answer.field] = answer.value));
  const value = (/** @type {any} */ insight, field = "value") => (insight ? insight[field] : undefined);
  const { stage, orders, visits } = insights;
  return {
    events: portrait.events,
    sessions: portrait.sessions,
    categories: withAncestors(names(portrait.categories)),
    brands: names(portrait.brands),
    tags: names(portrait.tags),
    channels: names(portrait.channels),
    topics: names(portrait.topics),
    cluster: portrait.cluster ? portrait.cluster.id : undefined,
    declared,
    stage: value(stage),
    silenceDays: value(stage, "silenceDays"),
    layer: value(insights.layer),
    intent: value(insights.intent),
    orders: value(orders, "count"),
    orderSum: value(orders, "sum"),
    orderMean: value(orders, "mean"),
    visits: value(visits, "count"),
    recency: value(insights.recency, "score"),
    frequency: value(insights.frequency, "score"),
    monetary: value(insights.monetary, "score"),
    alive: value(insights.alive),
    churn: value(insights.churn),
    loyalty: value(insights.loyalty),
    satisfaction: value(insights.satisfaction),
    advocacy: value(insights.advocacy),
    nps: value(insights.nps),
    priceSensitivity: value(insights.priceSensitivity),
    needs: insights.needs.map((/** @type {any} */ need) => need.need),
    cart: products,
    promotionsPaused: insights.paused !== undefined,
  };
}

/** Paths, then what lies above them, each once. @param {string[]} paths */
function withAncestors(paths) {
  const all = paths.slice();
  for (const path of paths) {
    for (let end = path.lastIndexOf(" > "); end > 0; end = path.lastIndexOf(" > ", end - 1)) {
      const above = path.slice(0, end);
      if (all.indexOf(above) < 0) all.push(above);
    }
  }
  return all;
}
