// The visitor's own report: asked for, shown byte by byte, explained, and sent.

import { hex, meaning, parts, suspicion, weekName } from "./bytes.js";
import { h, redraw, seen } from "./dom.js";
import { number, speaking, t } from "./text/index.js";

const percent = (value, digits = 1) => number(value, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });

export function mountReport(page, place) {
  const { shelf } = page;
  const sent = [];
  let topic = null;
  /** The newest answer of `shelf.report`, and when the page saw it sent. */
  let report = null;
  let sentAt = null;
  /** What this device has spent for good. */
  let budget = null;
  /** The first answer is on its way: until it is there, nothing on the card changes. */
  let asking = false;

  const allowed = () => shelf.consent().report === true && shelf.consent().store === true;

  // It is sent by itself when the page is hidden, which shows when the page is seen again.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && report?.bytes) ask();
  });

  return {
    /** Called with `{ bytes, truth }` once the report has gone. */
    onSent: (fn) => sent.push(fn),
    show(what) {
      topic = what;
      draw();
    },
    draw() {
      if (!allowed()) report = sentAt = null;
      draw();
      // Forgetting takes the answer away, so what is shown is asked for anew.
      if (report) ask();
    },
  };

  async function spentSoFar() {
    try {
      const { reportBudget } = await import("/nearshelf/consent.js");
      return await reportBudget(shelf);
    } catch {
      return null;
    }
  }

  function knows(said) {
    return topic.knows && said.metric === topic.metric.code;
  }

  async function ask(options) {
    const before = report;
    asking = !report;
    const answer = await shelf.report(options);
    asking = false;
    if (!allowed()) return draw();
    if (answer.sent && !(before?.sent && same(before, answer))) {
      sentAt = before && same(before, answer) ? page.now() : null;
      // The crowd answers the first metric; an answer to another one does not go with it.
      if (knows(meaning(answer.bytes))) for (const fn of sent) fn({ bytes: answer.bytes, truth: topic.truth() });
    }
    report = answer;
    budget = await spentSoFar();
    if (!before || before.reason !== answer.reason || before.sent !== answer.sent || !same(before, answer)) draw();
    const failed = options?.send && !answer.reason && !answer.sent;
    if (options?.send) page.say(t(answer.sent ? "ownSentShort" : failed ? "ownUnsent" : `ownReason.${answer.reason}`));
  }

  function draw() {
    if (!topic || asking) return;
    const state = !allowed() ? "consent" : report ? report.reason ?? "made" : "make";
    // A button that did its work may be gone; what it did stands under the title.
    if (redraw(place, [head(state), ...body(state)])) place.querySelector("h3").focus({ preventScroll: true });
  }

  function head(state) {
    const badge = state === "made" ? (report.sent ? "ownIsSent" : "ownNotSent") : "ownNothing";
    return h("div", { class: "sheet-head" }, h("h3", { id: "report-title", tabindex: "-1" }, t("own")), h("span", { class: "badge", data: { source: report?.sent ? "personal" : "neutral" } }, t(badge)));
  }

  function body(state) {
    if (state === "consent") return explain(t("ownAllow"), allow);
    if (state === "make") return explain(t("ownMake"), () => ask());
    if (state !== "made") return [h("p", { class: "note", data: { reason: state } }, t(`ownReason.${state}`) ?? state), h("p", { class: "acts" }, ["epoch_spent", "clock_went_back"].includes(state) && later(), withdraw())];
    const said = meaning(report.bytes);
    return [dump(report.bytes), table(said), answer(said), promise(said), send()];
  }

  function allow() {
    shelf.setConsent({ report: true, store: true });
    page.refresh();
    return ask();
  }

  function explain(word, onclick) {
    const consent = !allowed();
    return [
      h("ul", { class: "terms" }, ["ownAsks", "ownNoise", "ownBare"].map((key) => h("li", {}, t(key, { k: topic.metric.k })))),
      shelf.portrait().events === 0 && h("p", { class: "note" }, t("ownEmpty")),
      h("div", { class: "acts" },
        h("button", { type: "button", class: "primary", data: { part: "go" }, onclick }, word),
        consent ? h("span", { class: "hint" }, t("ownNeeds")) : withdraw()),
    ];
  }

  function dump(bytes) {
    return h("figure", { class: "dump" },
      h("figcaption", {}, t("ownBytes", { n: bytes.length })),
      h("p", { class: "hex", id: "report-bytes", dir: "ltr" }, parts(bytes).flatMap(({ name, bytes }) => [h("span", { data: { field: name } }, hex(bytes)), " "])));
  }

  function table(said) {
    const metric = topic.of(said.metric);
    const words = {
      layout: number(said.layout), metric: t(`metric.${said.metric}`), mechanism: t(`field.${said.mechanism}`), k: t("field.symbols", { k: said.k, n: said.k - 1 }),
      schema: t("field.version", { version: String(said.schema) }), week: t("field.weekName", { week: weekName(said.week) }),
      id: t("field.random"), rest: t("field.even"), answer: said.mechanism === "k_rr" ? topic.nameOf(metric, said.named[0]) : t("field.bits", { n: said.named.length, k: metric.k }),
    };
    return h("table", { class: "fields" },
      h("caption", { class: "spoken" }, t("fields")),
      h("thead", { class: "spoken" }, h("tr", {}, ["fieldName", "fieldBytes", "fieldMeans"].map((key) => h("th", { scope: "col" }, t(key))))),
      h("tbody", {}, parts(report.bytes).filter(({ bytes }) => bytes.length > 0).map(({ name, bytes }) => h("tr", { data: { field: name } },
        h("th", { scope: "row" }, t(`field.${name}`)), h("td", { class: "hex", dir: "ltr" }, hex(bytes)), h("td", {}, words[name])))));
  }

  /** What is true, beside what the bytes say. */
  function answer(said) {
    const metric = topic.of(said.metric);
    // The page knows the truth of the first metric only; that of another one the core keeps to itself.
    const truth = knows(said) ? topic.truth() : null;
    const right = said.named.includes(truth);
    const names = said.named.map((symbol) => h("li", { class: symbol === truth ? "true" : null }, topic.nameOf(metric, symbol)));
    return [
      h("div", { class: "both" },
        h("div", { class: "stays" }, h("h4", {}, t("trueAnswer")), h("p", { class: "big", data: { truth: truth ?? "" } }, truth === null ? t("truthInside") : topic.nameOf(metric, truth)), h("p", { class: "hint" }, t("trueAnswerHint"))),
        h("div", { class: "goes" }, h("h4", {}, t("saidAnswer", { n: said.named.length })), names.length ? h("ul", { class: "names" }, names) : h("p", { class: "big" }, t("saidNothing")),
          truth !== null && h("p", { class: "hint" }, t(right ? "saidTrue" : "saidFalse")))),
      h("p", { class: "plain" }, metric.mechanism === "k_rr"
        ? t("chanceOne", { other: percent(1 - metric.p, 0) })
        : t("chanceBits", { out: percent(1 - metric.p, 0), each: percent(metric.q), n: metric.k - 1 }),
      " ", t("suspicion", { most: percent(suspicion(metric, said.named.length)), before: percent(1 / metric.k) })),
    ];
  }

  function promise(said) {
    const { epsilon } = topic.metric;
    const times = number(Math.exp(epsilon), { maximumFractionDigits: 1 });
    return h("ul", { class: "terms" },
      h("li", {}, t("budget", { epsilon: number(epsilon), times })),
      budget?.lifetime > 0 && h("li", { data: { part: "lifetime" } }, t("lifetime", { spent: number(budget.spent), most: number(budget.lifetime) })),
      h("li", {}, t("allWeek", { week: weekName(said.week) })),
      h("li", {}, t("notHidden")));
  }

  function send() {
    const time = sentAt && new Intl.DateTimeFormat(speaking(), { timeStyle: "medium" }).format(sentAt);
    return [
      report.sent && h("p", { class: "note", id: "report-sent", role: "status" }, seen("✓ "),
        sentAt ? t("ownSent", { n: report.bytes.length, time }) : t("ownSentBefore"), " ",
        h("a", { href: "/reports.ndjson", target: "_blank", data: { part: "kept" } }, t("ownKept"))),
      h("div", { class: "acts" },
        !report.sent && h("button", { type: "button", class: "primary", data: { part: "go" }, onclick: () => ask({ send: true }) }, t("ownSend")),
        !report.sent && h("span", { class: "hint" }, t("ownElse")),
        h("span", { class: "aside" }, later(), withdraw())),
    ];
  }

  function withdraw() {
    return h("button", { type: "button", class: "link", data: { part: "withdraw" }, onclick: () => {
      shelf.setConsent({ report: false });
      page.refresh();
    } }, t("ownWithdraw"));
  }

  /** A week later by the page's clock: the next report, without the wait. */
  function later() {
    return h("button", { type: "button", class: "link", data: { part: "later" }, title: t("laterHint"), onclick: () => {
      page.skipWeek();
      sentAt = null;
      report = null;
      page.refresh();
      return ask();
    } }, t("later"));
  }
}

function same(a, b) {
  return a.bytes === b.bytes || (a.bytes !== null && b.bytes !== null && a.bytes.every((byte, i) => byte === b.bytes[i]));
}
