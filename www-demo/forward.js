// What the shop has to say to this shopper now, and the offers that are put forward: why each is, what of the portrait speaks for it, and what is held back. What
// offers cost is the cart's.

import { byId, h, redraw, seen, spoken } from "./dom.js";
import { number, t } from "./text/index.js";

const SHOWN = 5;
const percent = (share) => number(share, { style: "percent", maximumFractionDigits: 1 });
const NEEDS = ["quality", "price", "delivery", "after_sales", "experience", "personalisation", "brand", "care", "fun", "social", "points", "privileges"];
const CLASSES = ["basic", "expected", "interest"];
const STAGES = ["new", "growing", "active", "mature", "declining", "lost"];
const INTENTS = ["browsing", "comparing", "about_to_buy"];
const LAYERS = ["high_value", "potential", "general", "churn_risk"];

export function mountForward(page) {
  const place = byId("forward");
  return {
    draw() {
      const { shelf } = page;
      const { items, withheld, paused } = shelf.promotions({ slot: "home", limit: SHOWN });
      const care = shelf.care({ slot: "home", customer: page.member?.customer() });
      place.hidden = items.length + withheld.length + care.items.length === 0 && !paused;
      if (place.hidden) return;
      const most = Math.max(1, ...items.map(({ weight }) => weight ?? 0));
      const names = new Map(shelf.offers().map(({ id, name }) => [id, name]));
      redraw(place, [
        h("h3", { id: "forward-title" }, t("forward")), h("p", { class: "hint" }, t(paused ? "forwardPaused" : "forwardHint")),
        care.items.length > 0 && h("ul", { class: "forward care" }, care.items.map((one) => h("li", { data: { care: one.id } },
          h("b", {}, one.text || page.because(one)), h("span", { class: "says" }, [page.because(one), one.offer?.name, page.day(one.until)].filter((text, i) => text && (i > 0 || one.text)).join(" · "))))),
        h("ul", { class: "forward" }, items.map((offer) => h("li", { data: { forward: offer.id } },
          h("b", {}, offer.name), h("span", { class: "says" }, because(offer.because)),
          offer.weight !== undefined && seen("", { class: "rail", style: { "--part": Math.max(0, offer.weight / most).toFixed(3) } }),
          offer.weight !== undefined && spoken(t("forwardWeight", { n: number(offer.weight) })),
          offer.rate !== undefined && h("span", { class: "learnt" }, [
            t("forwardRate", { share: percent(offer.rate) }), offer.propensity && t("forwardPropensity", { share: percent(offer.propensity / 1e6) }),
            offer.creative && t("forwardCreative", { name: t(`creative.${offer.creative}`) })].filter(Boolean).join(" · ")),
          offer.rate !== undefined && h("span", { class: "answers" },
            h("button", { type: "button", class: "link", data: { part: `take-${offer.id}` }, onclick: () => answer(offer, true) }, t("forwardTake")),
            h("button", { type: "button", class: "link", data: { part: `pass-${offer.id}` }, onclick: () => answer(offer, false) }, t("forwardPass")))))),
        withheld.length > 0 && h("details", {}, h("summary", { data: { part: "withheld" } }, t("withheld", { n: number(withheld.length) })),
          h("ul", { class: "evidence" }, withheld.map(({ id, reason }) => h("li", { data: { withheld: id } }, h("span", {}, names.get(id) ?? id), h("span", {}, t(`withheldWhy.${reason}`)))))),
      ]);
    },
  };

  /** It was shown, and chosen or not: what the shelf learns from. */
  function answer({ id, creative }, chosen) {
    const told = { promotion_id: id, creative_name: creative };
    page.shelf.track("view_promotion", told);
    if (chosen) page.shelf.track("select_promotion", told);
    page.refresh();
  }

  function because({ code, subject }) {
    return code === "shopper" ? t("forwardShopper", { trait: trait(subject) }) : t(code === "audience" ? "forwardAudience" : "forwardEveryone");
  }

  function trait(subject) {
    if (NEEDS.includes(subject)) return page.word(`need.${subject}`);
    if (CLASSES.includes(subject)) return t(`needClass.${subject}`);
    if (STAGES.includes(subject)) return page.word(`stage.${subject}`);
    if (INTENTS.includes(subject)) return page.word(`intent.${subject}`);
    if (LAYERS.includes(subject)) return page.word(`layer.${subject}`);
    return t(`forwardTrait.${subject}`);
  }
}
