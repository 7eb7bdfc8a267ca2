// What a shop wants to know, from the shares: `src/report/summary.rs` in JavaScript, term by term (src/manual/reports.md).

/** Standard errors to either side of an interval of 95 %. */
export const Z = 1.959963984540054;

/**
 * Shares of one metric, ready to be weighed. Weights go by symbol, `none` first.
 * @typedef {import("./decode.js").Metric} Metric
 * @typedef {import("./decode.js").Meaning} Meaning
 * @typedef {import("./decode.js").Figure} Figure
 * @typedef {{ metric: Metric, reports: number, shares: number[] }} Shares
 */

/**
 * @param {Metric[]} metrics those that were reported
 * @param {import("./decode.js").Series[]} series of each
 * @param {number} exponent digits after the currency's point
 * @param {Map<string, number>} active reports by week
 * @param {import("./decode.js").Costs | null} costs
 * @returns {Figure[]}
 */
export function figures(metrics, series, exponent, active, costs) {
  /** @type {Figure[]} */
  const out = [];
  const reported = series.reduce((sum, s) => sum + s.all.reports, 0);
  metrics.forEach((metric, i) => {
    const s = sharesOf(metric, series[i].all);
    ofMetric(s, exponent, out);
    if (metric.code === "order_value" && costs) returns(s, exponent, costs, reported, out);
  });
  const days = metrics.findIndex((m) => m.code === "active_days");
  if (days >= 0) out.push(retention(metrics[days], series[days].epochs, active));
  return out;
}

/** @param {Metric} metric @param {import("./decode.js").Estimates} all @returns {Shares} */
const sharesOf = (metric, all) => ({ metric, reports: all.reports, shares: all.estimates.map((e) => e.share) });

/** @param {Shares} s @param {(m: Meaning) => number} of */
const weigh = (s, of) => [0, ...s.metric.meanings.map(of)];

/** @param {Shares} s @param {number[]} w */
const sum = (s, w) => w.reduce((all, weight, i) => all + weight * s.shares[i], 0);

/** Standard error of a weighed sum: the variance of what one report tells of it, by each true symbol. @param {Shares} s @param {number[]} w */
function errorOf({ metric: { p, q, mechanism }, reports, shares }, w) {
  const held = shares.map((f) => Math.min(1, Math.max(0, f)));
  const total = held.reduce((a, f) => a + f, 0);
  const w1 = w.reduce((a, v) => a + v, 0);
  const w2 = w.reduce((a, v) => a + v * v, 0);
  let variance = 0;
  held.forEach((f, i) => {
    const mean = q * w1 + (p - q) * w[i];
    const mine = mechanism === "k_rr" ? q * w2 + (p - q) * (w[i] * w[i]) - mean * mean
      : q * (1 - q) * w2 + (p * (1 - p) - q * (1 - q)) * (w[i] * w[i]);
    variance += (f / total) * mine;
  });
  return Math.sqrt(Math.max(0, variance) / reports) / (p - q);
}

/** @param {string} name @param {string} group @returns {Figure} */
const nothing = (name, group) => ({ name, group, value: null, standard_error: null, low: null, high: null });

/** @param {Figure} figure @param {number} value @param {number} error @param {boolean} signed it may well be 0 @returns {Figure} */
function tell(figure, value, error, signed) {
  return { ...figure, value: signed || value > Z * error ? value : null, standard_error: error, low: value - Z * error, high: value + Z * error };
}

/** @param {Shares} s @param {string} name @param {string} group @param {number[]} a @param {number[]} b @param {number} scale @param {boolean} signed */
function ratio(s, name, group, a, b, scale, signed) {
  const below = sum(s, b);
  const figure = nothing(name, group);
  if (below <= Z * errorOf(s, b)) return figure;
  const found = sum(s, a) / below;
  const w = a.map((v, i) => (v - found * b[i]) / below);
  return tell(figure, scale * found, scale * errorOf(s, w), signed);
}

/** @param {Shares} s @param {string} name @param {string} group @param {number[]} a @param {number} scale @param {number} fixed */
function plain(s, name, group, a, scale, fixed) {
  const [found, error] = [scale * sum(s, a), scale * errorOf(s, a)];
  const figure = tell(nothing(name, group), found + fixed, error, true);
  return found > Z * error ? figure : { ...figure, value: null };
}

/** @param {Meaning} m @param {string[]} codes */
const has = (m, ...codes) => (codes.some((code) => code === m.code) ? 1 : 0);

/** @param {Shares} s @param {number} exponent @param {Figure[]} out */
function ofMetric(s, exponent, out) {
  const any = weigh(s, () => 1);
  const from = (/** @type {number} */ least) => weigh(s, (m) => (m.from !== undefined && m.from >= least ? 1 : 0));
  const starts = weigh(s, (m) => m.from || 0);
  switch (s.metric.code) {
    case "funnel_stage":
      out.push(ratio(s, "conversion", "", weigh(s, (m) => has(m, "purchase")), any, 1, false),
        ratio(s, "to_cart", "", weigh(s, (m) => has(m, "cart", "checkout", "purchase")), any, 1, false));
      break;
    case "active_days":
      out.push(plain(s, "back_after_a_week", "", from(0), 1, 0),
        plain(s, "back_within_four_weeks", "", weigh(s, (m) => has(m, "from", "weeks_ago")), 1, 0),
        ratio(s, "days_a_week", "", starts, from(0), 1, false));
      break;
    case "nps_band":
      out.push(ratio(s, "nps", "", weigh(s, (m) => has(m, "promoter") - has(m, "detractor")), any, 100, true));
      break;
    case "satisfaction_band":
      out.push(ratio(s, "satisfaction", "", weigh(s, (m) => has(m, "satisfied")), any, 1, false));
      break;
    case "recommendation_click":
      out.push(ratio(s, "click_rate", "", weigh(s, (m) => has(m, "from")), any, 1, false));
      break;
    case "repeat_purchase":
      out.push(ratio(s, "repeat_rate", "", from(2), any, 1, false));
      break;
    case "coupon_outcome":
      eachGroup(s, "coupon_conversion", ["used"], out);
      break;
    case "campaign":
      eachGroup(s, "participation", ["chosen", "used"], out);
      break;
    case "order_value":
      out.push(ratio(s, "order_value", "", starts, any, 1 / ten(exponent), false));
  }
}

/** A rate over all groups, and of each. @param {Shares} s @param {string} name @param {string[]} codes @param {Figure[]} out */
function eachGroup(s, name, codes, out) {
  for (const group of new Set(["", ...s.metric.meanings.map((m) => m.group)])) {
    const mine = (/** @type {(m: Meaning) => number} */ of) => weigh(s, (m) => (group === "" || m.group === group ? of(m) : 0));
    out.push(ratio(s, name, group, mine((m) => has(m, ...codes)), mine(() => 1), 1, false));
  }
}

/**
 * The return on each campaign's cost: (margin · worth of its orders − cost) / cost.
 * @param {Shares} s
 * @param {number} exponent
 * @param {import("./decode.js").Costs} costs
 * @param {number} reported
 * @param {Figure[]} out
 */
function returns(s, exponent, { shoppers, margin, costs }, reported, out) {
  for (const campaign of Object.keys(costs).sort(byBytes)) {
    const cost = costs[campaign];
    if (cost > 0 && s.metric.meanings.some((m) => m.group === campaign)) {
      const scale = ((shoppers === undefined || shoppers === null ? reported : shoppers) * margin) / ten(exponent) / cost;
      out.push(plain(s, "return_on_cost", campaign, weigh(s, (m) => (m.group === campaign ? m.from || 0 : 0)), scale, -1));
    }
  }
}

/** The order of UTF-8, which Rust sorts by. @param {string} a @param {string} b */
const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * Of those who reported in a week, how many do so in the next: of pairs of weeks that follow each other, all together.
 * @param {Metric} metric
 * @param {(import("./decode.js").Estimates & { epoch: string })[]} epochs
 * @param {Map<string, number>} active
 */
function retention(metric, epochs, active) {
  let [before, back, variance] = [0, 0, 0];
  const weeks = new Map([...active].map(([epoch, reports]) => [monday(epoch), reports]));
  for (const e of epochs) {
    const last = weeks.get(monday(e.epoch) - 7 * 864e5);
    if (last === undefined) continue;
    const s = sharesOf(metric, e);
    const here = weigh(s, (m) => has(m, "from"));
    const now = active.get(e.epoch);
    const error = now * errorOf(s, here);
    before += last;
    back += now * sum(s, here);
    variance += error * error;
  }
  const figure = nothing("retention", "");
  return before > 0 ? tell(figure, back / before, Math.sqrt(variance) / before, false) : figure;
}

/** The Monday of an ISO week: the first one lies around 4 January. @param {string} week */
function monday(week) {
  const fourth = new Date(0);
  fourth.setUTCFullYear(Number(week.slice(0, 4)), 0, 4);
  return fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 864e5 + (Number(week.slice(6)) - 1) * 7 * 864e5;
}

/** @param {number} exponent */
function ten(exponent) {
  let ten = 1;
  for (let i = 0; i < Math.min(exponent, 6); i++) ten *= 10;
  return ten;
}
