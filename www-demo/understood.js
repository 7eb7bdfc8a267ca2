// What is understood of the shopper: stage of life, what the visit is for, scores, loyalty, needs and what is to be expected, each with how sure it is and the events behind it.

import { byId, h, redraw, seen, spoken } from "./dom.js";
import { ago, number, speaking, t } from "./text/index.js";

const STAGES = ["new", "growing", "active", "mature", "declining", "lost"];
const INTENTS = [["browsing", "browsing"], ["comparing", "comparing"], ["about_to_buy", "aboutToBuy"]];
const CLASSES = ["basic", "expected", "interest"];
const NEEDS = 4;
/** Steps of a score. */
const STEPS = [1, 2, 3, 4, 5];

export function mountUnderstood(page) {
  const place = byId("understood");
  return {
    draw() {
      const insights = page.allowed() ? page.shelf.insights() : null;
      const known = insights && page.shelf.portrait().events > 0 ? cards(page, insights) : [];
      place.hidden = known.length === 0;
      const open = new Set([...place.querySelectorAll("details[open]")].map((one) => one.dataset.part));
      redraw(place, [h("h3", { id: "understood-title" }, t("understood")), h("p", { class: "hint" }, t("understoodHint")), known]);
      for (const one of known) one.open = open.has(one.dataset.part);
    },
  };
}

function cards(page, insights) {
  return [stage(page, insights), intent(page, insights), outlook(page, insights), scores(page, insights), loyalty(page, insights), needs(page, insights), pause(page, insights)].filter(Boolean);
}

/** One thing understood: a name, what it is, and on opening what it rests on. */
function card(page, part, name, insight, ...body) {
  return h("details", { class: "understood", data: { part: `card-${part}` } },
    h("summary", { data: { part } }, h("span", { class: "what" }, name), sure(insight), h("span", { class: "body" }, body)),
    h("ul", { class: "evidence" }, insight.evidence.map(({ kind, count, last }) => h("li", {},
      h("span", {}, t(`kind.${kind}`)), h("span", {}, `× ${number(count)}`), h("span", {}, ago(last, page.now())))),
      insight.evidence.length === 0 && h("li", {}, t("noEvidence"))));
}

/** How sure it is: four marks for the eye, a number for the ear. */
function sure({ confidence }) {
  const percent = number(confidence, { style: "percent", maximumFractionDigits: 0 });
  const full = Math.round(confidence * 4);
  return h("span", { class: "sure", title: t("sure", { percent }) }, seen([0, 1, 2, 3].map((i) => (i < full ? "●" : "○")).join("")), spoken(t("sure", { percent })));
}

function stage(page, { stage }) {
  if (!stage) return null;
  const days = (n) => number(n, { style: "unit", unit: "day", unitDisplay: "long", maximumFractionDigits: 0 });
  return card(page, "stage", t("stageOfLife"), stage,
    h("span", { class: "stages", role: "list" }, STAGES.map((one) => h("span", { role: "listitem", "aria-current": one === stage.value && "step" }, t(`lifecycle.${one}`)))),
    h("span", { class: "says" }, page.word(`stage.${stage.value}`), " · ", t("rhythm", { gap: days(stage.gapDays), silence: days(stage.silenceDays) })));
}

function intent(page, { intent }) {
  if (!intent) return null;
  return card(page, "intent", t("intentOfVisit"), intent, bars(INTENTS.map(([code, field]) => [page.word(`intent.${code}`), intent[field], code === intent.value])));
}

function outlook(page, { alive, expected, expectedValue, nextPurchase, silence }) {
  const trait = alive ?? silence;
  if (!trait) return null;
  const percent = (value) => number(value, { style: "percent", maximumFractionDigits: 0 });
  const when = nextPurchase?.at && new Intl.DateTimeFormat(speaking(), { dateStyle: "medium" }).format(nextPurchase.at);
  const rows = [
    alive && [t("stillThere"), percent(alive.value)],
    expected && [t("purchasesIn", { weeks: number(expected.weeks) }), number(expected.value, { maximumFractionDigits: 1 })],
    expectedValue && [t("worthThen"), page.money(Math.round(expectedValue.value), { whole: true })],
    nextPurchase && [t("nextBy"), when || t("notSoon")],
    silence && [t("silence"), percent(silence.value)],
  ].filter(Boolean);
  return card(page, "outlook", t("outlook"), trait, h("span", { class: "facts" }, rows.map(([name, value]) => h("span", {}, h("span", {}, name), h("b", {}, value)))));
}

function scores(page, { recency, frequency, monetary, layer }) {
  const known = [["recency", recency], ["frequency", frequency], ["monetary", monetary]].filter(([, trait]) => trait);
  if (known.length === 0) return null;
  return card(page, "scores", t("scores"), layer ?? known[0][1],
    layer && h("span", { class: "says" }, page.word(`layer.${layer.value}`)),
    h("span", { class: "facts" }, known.map(([name, { score }]) => h("span", {}, h("span", {}, t(name)),
      h("span", { class: "pips" }, seen(STEPS.map((step) => h("i", { class: step <= score ? "on" : "" }))), spoken(t("ofFive", { n: number(score) })))))));
}

function loyalty(page, { loyalty, loyaltyParts }) {
  if (!loyalty) return null;
  return card(page, "loyalty", t("loyaltyScore"), loyalty,
    h("span", { class: "gauge", style: { "--part": (loyalty.value / 100).toFixed(3) } }, h("b", {}, number(loyalty.value, { maximumFractionDigits: 0 })), h("small", {}, t("ofHundred"))),
    bars(loyaltyParts.map(({ part, value }) => [t(`loyaltyPart.${part}`), value / 100, false, number(value, { maximumFractionDigits: 0 })])));
}

function needs(page, { needs, needClasses }) {
  if (needs.length === 0 || needClasses.length === 0) return null;
  const inOrder = CLASSES.map((name) => needClasses.find((one) => one.class === name)).filter(Boolean);
  return card(page, "needs", t("needsOf"), needClasses[0],
    h("span", { class: "stack" }, inOrder.map((one) => h("span", { class: one.class, style: { "--part": one.share.toFixed(3) } }, h("span", {}, t(`needClass.${one.class}`))))),
    bars(needs.slice(0, NEEDS).map(({ need, share }) => [page.word(`need.${need}`), share, false])));
}

function pause(page, { paused }) {
  return paused && card(page, "paused", t("paused"), paused, h("span", { class: "says" }, t("pausedUntil", { day: new Intl.DateTimeFormat(speaking(), { dateStyle: "medium" }).format(paused.until) })));
}

/** Rows of a name, a share from 0 to 1 as a bar and as a number, in per cent unless given in words; the one that holds stands out. */
function bars(rows) {
  return h("span", { class: "meter-list" }, rows.map(([name, share, holds, words]) => h("span", { class: holds ? "meter holds" : "meter" },
    h("span", { class: "name" }, name), seen("", { class: "rail", style: { "--part": share.toFixed(3) } }), h("span", { class: "share" }, words ?? number(share, { style: "percent", maximumFractionDigits: 0 })))));
}
