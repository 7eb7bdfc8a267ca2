// A crowd of made-up shoppers: what each of them says, and what all of them tell together.

import { meaning } from "./bytes.js";
import { madeUpShares, totalVariation } from "./crowd.js";
import { h, still } from "./dom.js";
import { number, t } from "./text/index.js";

const SHOWN = 12;
const DEFAULT = 10_000;
/** Exponents of the smallest and the largest crowd. */
const [LEAST, MOST] = [2, 5];

const percent = (value) => number(value, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "negative" });
const round = (exponent) => Number((10 ** exponent).toPrecision(2));

export function mountCrowd(page, place) {
  let topic = null;
  /** The question that the crowd answers, and the one that was chosen. */
  let metric = null;
  let chosen;
  let shares = [];
  let order = [];
  let size = DEFAULT;
  let all = false;
  let own = null;
  let worker = null;
  /** The newest answer of the worker, and the shopper of its last that is shown. */
  let state = null;
  let shopper = 0;
  let rows = [];
  let parts = {};
  let due = 0;

  // A crowd is work for the machine: the first one waits until somebody looks.
  const watch = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) look();
  }, { rootMargin: "200px" });
  watch.observe(place);
  // Whoever is at its controls looks, even where the page has grown above them since.
  place.addEventListener("focusin", look);

  page.simulate = run;

  return {
    show(what) {
      const fresh = metric?.version !== what.metric.version;
      topic = what;
      if (fresh) chosen = undefined;
      ask(fresh);
      build();
      if (state) return;
      // Asks again whether it is in sight, now that it has a size.
      watch.unobserve(place);
      watch.observe(place);
    },
    /** The visitor's report that was sent: it may join. */
    join(report) {
      own = report;
      if (topic) joinBox();
    },
  };

  /** What the crowd is asked; `anew` when its answers are other ones. */
  function ask(anew) {
    metric = topic.of(chosen ?? topic.metric.code);
    if (!anew) return;
    // Of what the shop sells it is known how much there is; else the first answers are the most frequent.
    shares = madeUpShares(ofCategories() ? topic.sizes() : new Array(metric.k - 1).fill(1));
    order = shares.map((_, symbol) => symbol).sort((a, b) => shares[b] - shares[a]);
  }

  function look() {
    if (topic && !worker && !state) run();
  }

  function ofCategories() {
    return metric.code === "category_interest";
  }

  /** Makes a crowd and decodes it; with a seed, always the same one. Resolves to the last answer. */
  function run({ size: wanted = size, seed } = {}) {
    worker?.terminate();
    state = null;
    shopper = 0;
    const { schema } = topic;
    const joins = parts.joins?.checked && ofCategories() ? own : null;
    const started = performance.now();
    place.setAttribute("aria-busy", "true");
    return new Promise((resolve, reject) => {
      worker = new Worker("crowd-worker.js", { type: "module" });
      worker.addEventListener("message", ({ data }) => {
        if (data.failed) return stop(() => reject(new Error(data.failed)));
        // Only where one would begin to wonder.
        parts.progress.hidden = performance.now() - started < 1000;
        parts.progress.value = (data.made ?? data.done) / data.size;
        if (!data.estimates) return;
        state = data;
        if (data.done < data.size) draw();
        else stop(() => resolve(data));
      });
      worker.addEventListener("error", (event) => stop(() => reject(new Error(event.message || "the crowd did not start"))));
      worker.postMessage({ schema, metric, shares, size: wanted, week: topic.week(), seed, own: joins, pace: still() ? 0 : 110 });
    }).catch((error) => {
      console.warn(error);
      parts.verdict.textContent = t("crowdFailed");
    });
  }

  function stop(done) {
    worker.terminate();
    worker = null;
    place.removeAttribute("aria-busy");
    parts.progress.hidden = true;
    if (state) draw();
    done();
  }

  function build() {
    const had = place.contains(document.activeElement) ? document.activeElement.id : null;
    const slider = h("input", { type: "range", id: "crowd-size", min: LEAST, max: MOST, step: 0.05, "aria-valuetext": sized(), oninput: () => resize(slider) });
    slider.value = Math.log10(size);
    parts = {
      size: h("output", { for: "crowd-size" }, sized()),
      progress: h("progress", { max: 1, hidden: true, "aria-label": t("crowdBusy") }),
      joins: h("input", { type: "checkbox", id: "crowd-joins", onchange: () => run() }),
      join: h("p", { class: "join", hidden: true }),
      verdict: h("div", { class: "verdict", role: "status" }),
      one: h("div", { class: "one" }),
      more: h("button", { type: "button", class: "quiet more", id: "crowd-all", "aria-expanded": String(all), onclick: () => { all = !all; lengthen(); } }),
    };
    const questions = h("select", { id: "crowd-metric", onchange: () => {
      chosen = questions.value;
      state = null;
      ask(true);
      build();
      run();
    } }, topic.schema.metrics.map(({ metric: code }) => h("option", { value: code, selected: code === metric.code }, t(`metric.${code}`))));
    const body = h("tbody", {}, (rows = order.map(row)).map(({ line }) => line));
    place.replaceChildren(
      h("div", { class: "sheet-head" }, h("h3", { id: "crowd-title" }, t("crowd"))),
      h("p", { class: "hint" }, t("crowdHint")),
      ...(topic.schema.metrics.length > 1 ? [h("div", { class: "dial" }, h("label", { for: "crowd-metric" }, t("crowdAsked")), questions)] : []),
      h("div", { class: "dial" },
        h("label", { for: "crowd-size" }, t("crowdSize")), slider, parts.size,
        h("button", { type: "button", class: "quiet", id: "crowd-again", onclick: () => run() }, t("crowdAgain"))),
      parts.join, parts.progress, parts.verdict,
      h("p", { class: "key", "aria-hidden": "true" },
        h("span", { class: "truth-key" }, t("keyTruth")), h("span", { class: "guess-key" }, t("keyEstimate"))),
      h("table", { class: "shares", id: "crowd-table" },
        h("caption", { class: "spoken" }, t("crowdTable")),
        h("thead", {}, h("tr", {}, ["shareOf", "shareTrue", "shareEstimate", "shareError"].map((key) => h("th", { scope: "col" }, t(key))))), body),
      parts.more, parts.one,
      h("p", { class: "hint" }, t(ofCategories() ? "crowdMadeUp" : "crowdMadeUpElse"), " ", t("crowdBelow")));
    joinBox();
    lengthen();
    if (state) draw();
    // Last, when all is as high as it will be: giving the focus measures the page.
    if (had) document.getElementById(had)?.focus({ preventScroll: true });
  }

  function sized() {
    return t("shoppers", { n: number(size) });
  }

  function resize(slider) {
    size = round(Number(slider.value));
    parts.size.textContent = sized();
    slider.setAttribute("aria-valuetext", sized());
    clearTimeout(due);
    due = setTimeout(run, 250);
  }

  function joinBox() {
    parts.join.hidden = !own || !ofCategories();
    parts.join.replaceChildren(parts.joins, h("label", { for: "crowd-joins" }, t("crowdJoin")));
  }

  function lengthen() {
    rows.forEach((row, i) => { row.line.hidden = !all && i >= SHOWN; });
    parts.more.hidden = order.length <= SHOWN;
    parts.more.textContent = t(all ? "crowdFewer" : "crowdAll", { n: order.length, first: SHOWN });
    parts.more.setAttribute("aria-expanded", String(all));
  }

  /** One category: its truth as a bar, its estimate as a point with the error around it, and the three as numbers. */
  function row(symbol) {
    const plot = h("span", { class: "plot", "aria-hidden": "true" }, h("i", { class: "truth" }), h("i", { class: "range" }), h("i", { class: "guess" }));
    const cells = ["truth", "share", "error"].map((name) => h("td", { class: name }));
    return { symbol, plot, cells, line: h("tr", { data: { symbol } }, h("th", { scope: "row" }, h("span", { class: "name" }, topic.nameOf(metric, symbol)), plot), cells) };
  }

  function draw() {
    const { truth, estimates, reports } = state;
    const scale = scaleOf(state.size);
    for (const { line, plot, symbol, cells } of rows) {
      const { share, standard_error: error } = estimates[symbol];
      const inside = Math.abs(share - truth[symbol]) <= 2 * error;
      Object.assign(line.dataset, { truth: truth[symbol], share, error, inside });
      const places = { zero: 0, truth: truth[symbol], low: share - 2 * error, high: share + 2 * error, share };
      for (const [name, value] of Object.entries(places)) plot.style.setProperty(`--${name}`, scale(value).toFixed(4));
      [truth[symbol], share, 2 * error].forEach((value, i) => { cells[i].textContent = (i === 2 ? "± " : "") + percent(value); });
    }
    const inside = rows.filter(({ line }) => line.dataset.inside === "true").length;
    const clear = estimates.filter(({ share, standard_error: error }) => share > 2 * error).length;
    place.dataset.tv = totalVariation(truth, estimates);
    place.dataset.reports = reports;
    if (state.done < state.size) return;
    parts.verdict.replaceChildren(
      h("p", { class: "found" }, t("verdict", { inside, k: estimates.length })),
      h("p", {}, t("verdictCan", { clear, unclear: estimates.length - clear, off: number(100 * mean(truth, estimates), { maximumFractionDigits: 1, minimumFractionDigits: 1 }) })),
      h("p", {}, t("verdictCannot")));
    drawOne();
  }

  /** Where a share stands in a plot, 0–1. It is the finished crowd's scale, so that one sees the errors shrink. */
  function scaleOf(size) {
    const { p, q } = metric;
    const error = Math.sqrt((q * (1 - q)) / size) / (p - q);
    const low = -3 * error;
    const high = Math.max(...shares) + 4 * error;
    return (value) => Math.min(1, Math.max(0, (value - low) / (high - low)));
  }

  /** One of the crowd: what is true, and what the report says. */
  function drawOne() {
    const { truth, bytes } = state.shoppers[shopper % state.shoppers.length];
    const said = meaning(bytes).named;
    const focused = parts.one.contains(document.activeElement);
    parts.one.replaceChildren(
      h("div", { class: "one-head" }, h("h4", {}, t("one")), h("button", { type: "button", class: "link", id: "crowd-one", onclick: () => { shopper++; drawOne(); } }, t("oneOther"))),
      h("dl", {},
        h("div", {}, h("dt", {}, t("oneTrue")), h("dd", {}, topic.nameOf(metric, truth))),
        h("div", {}, h("dt", {}, t("oneSays")), h("dd", {}, said.length === 0 ? t("saidNothing") : h("ul", { class: "names" }, said.map((symbol) => h("li", { class: symbol === truth ? "true" : null }, topic.nameOf(metric, symbol))))))),
      h("p", { class: "hint" }, t(said.includes(truth) ? "oneRight" : "oneWrong")));
    if (focused) document.getElementById("crowd-one").focus({ preventScroll: true });
  }
}

/** How far an estimate is off on average. */
const mean = (truth, estimates) => (2 * totalVariation(truth, estimates)) / estimates.length;
