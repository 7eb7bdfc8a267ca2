// Beside the bill: the coupons held, a code to type, and the facts about a customer that offers ask for.

import { h } from "./dom.js";
import { readJson } from "./read.js";
import { number, speaking, t } from "./text/index.js";

/** Share of the portrait's tastes from which a coupon is said to fit; one for the whole shop has all of them, and fits nobody more. */
const FITS = 0.2;
/** Enough friends for every group purchase. */
const FRIENDS = 99;
const CHINA = 8 * 3_600_000;
/** Stands for the level that the membership has come to, in place of a level's id. */
const MEMBER = "*";

export function makeWallet(page) {
  /** Codes of the coupons in use. */
  const codes = new Set();
  const facts = { tier: "", first: false, birthday: false, points: false, group: false };
  let held = null;
  let levels = [];
  let typed = "";
  let answer = null;
  load();

  return { facts: customer, held: mineOf, draw, empty };

  function empty() {
    codes.clear();
    answer = null;
  }

  /** What the shop's server would know: the coupons held, the level, the points. All of it may be missing. */
  async function load() {
    const [wallet, loyalty] = await Promise.all([page.shop.wallet && readJson("/wallet.json"), page.shop.loyalty && readJson("/loyalty.json")]);
    if (wallet) held = { coupons: wallet.coupons ?? [], points: wallet.customer?.points ?? 0 };
    if (loyalty) levels = loyalty.levels ?? [];
    facts.tier = wallet?.customer?.tier ?? levels[0]?.id ?? "";
    facts.first = wallet?.customer?.new_customer === true;
    if (page.mine) page.refresh();
  }

  function customer(offers) {
    const today = new Date(page.now() + CHINA).toISOString().slice(5, 10);
    const member = facts.tier === MEMBER ? page.member?.customer() : undefined;
    return {
      codes: [...codes],
      groups: facts.group ? Object.fromEntries(offers.map(({ id }) => [id, FRIENDS])) : {},
      customer: { tier: (member?.tier ?? facts.tier) || undefined, new_customer: facts.first, birthday: facts.birthday ? today : undefined, points: facts.points ? spendable(member) : 0 },
    };
  }

  /** Points that can be paid with: the membership's, where its level is the one at the till. */
  function spendable(member) {
    return member?.points ?? held?.points ?? 0;
  }

  /** The coupons held that are not over, and those whose code was typed; without a wallet, all there are. */
  function mineOf(offers) {
    const waiting = offers.filter((offer) => offer.coupon);
    return held ? waiting.filter(({ id, code }) => codes.has(code) || held.coupons.some((one) => one.offer === id && !over(one))) : waiting;
  }

  function draw(offers, cart, quote) {
    const waiting = offers.filter((offer) => offer.coupon);
    const gone = held ? held.coupons.filter((one) => over(one)).map((one) => waiting.find(({ id }) => id === one.offer)).filter((offer) => offer && !codes.has(offer.code)) : [];
    const views = page.shelf.coupons({ cart: { ...cart, codes: [] }, held: mineOf(offers).map(({ id }) => id) });
    const used = new Set(quote?.applied.map(({ id }) => id));
    const best = views.filter(({ inBest }) => inBest).map(({ code }) => code);
    const least = quote && page.shelf.quote({ ...cart, codes: best })?.payable;
    const isBest = quote !== null && quote.payable <= least;
    return [
      views.length + gone.length > 0 && h("section", { class: "wallet", "aria-labelledby": "wallet-title" },
        h("div", { class: "sheet-head" }, h("h3", { id: "wallet-title" }, t("wallet")),
          quote && best.length > 0 && (codes.size > 0 || !isBest) && h("button", { type: "button", class: "link", disabled: isBest, data: { part: "best" }, onclick: () => use(best, cart, least) }, t(isBest ? "bestUsed" : "useBest"))),
        h("ul", {}, views.map((view) => ticket(view, quote, used)), gone.map((offer) => h("li", {}, h("div", { class: "coupon gone" }, h("b", {}, offer.name), h("span", {}, t("refusal.expired"))))))),
      waiting.length > 0 && code(waiting),
      h("section", { class: "who", "aria-labelledby": "who-title" }, h("h3", { id: "who-title" }, t("who")), h("p", { class: "hint" }, t("whoHint")), who()),
    ];
  }

  function ticket(view, quote, used) {
    const on = codes.has(view.code);
    const end = expiry(view);
    return h("li", { class: view.inBest && quote ? "best" : null, data: { coupon: view.id } },
      h("button", {
        type: "button", class: "coupon", "aria-pressed": String(on), data: { part: `coupon-${view.id}` },
        onclick: () => {
          if (!codes.delete(view.code)) codes.add(view.code);
          page.refresh();
        },
      }, h("b", {}, view.name), h("span", {}, [...(quote ? worth(view, on, used.has(view.id)) : []), end && t("until", { day: end })].filter(Boolean).join(" · "))));
  }

  function worth(view, on, inUse) {
    const { reason, gap, saving, inBest, interest } = view;
    const first = on && inUse ? t("inUse")
      : reason === "saves" ? t(saving > 0 ? "saves" : "noSaving", { amount: page.money(saving) })
        : gap ? t("gap", { gap: gap.amount === undefined ? t("units", { n: gap.units }) : page.money(gap.amount) }) : t(`refusal.${reason}`);
    return [first, on && !inUse && reason === "saves" && t("notUsed"), inBest && !on && t("inBest"), interest >= FITS && interest < 1 && t("yourTaste")];
  }

  function code(waiting) {
    const field = h("input", { type: "text", id: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", data: { part: "code" }, placeholder: t("codeExample", { code: waiting[0].code }) });
    field.value = typed;
    field.addEventListener("input", () => { typed = field.value; });
    return h("form", { class: "code-form", onsubmit: (event) => { event.preventDefault(); enter(waiting); } },
      h("label", { for: "code" }, t("codeLabel")),
      h("div", {}, field, h("button", { type: "submit", class: "quiet", data: { part: "enter" } }, t("codeEnter"))),
      h("p", { class: "hint", id: "code-answer" }, answer && t(answer.key, answer.names)));
  }

  function enter(waiting) {
    const wanted = typed.trim().toLowerCase();
    if (wanted === "") return;
    const offer = waiting.find((one) => one.code.toLowerCase() === wanted);
    const kept = offer && held?.coupons.filter((one) => one.offer === offer.id);
    const expired = kept?.length > 0 && kept.every(over);
    answer = !offer ? { key: "codeUnknown", names: { code: typed.trim() } } : expired ? { key: "codeExpired", names: { name: offer.name } } : { key: "codeTaken", names: { name: offer.name } };
    if (offer && !expired) {
      codes.add(offer.code);
      typed = "";
    }
    page.refresh().then(() => page.say(t(answer.key, answer.names)));
  }

  function who() {
    const box = (name, word) => h("label", { class: "fact" }, (() => {
      const input = h("input", { type: "checkbox", data: { part: `fact-${name}` }, onchange: () => { facts[name] = input.checked; page.refresh(); } });
      input.checked = facts[name];
      return input;
    })(), h("span", {}, word));
    const points = spendable(facts.tier === MEMBER ? page.member?.customer() : undefined);
    const level = h("select", { id: "tier", data: { part: "tier" }, onchange: () => { facts.tier = level.value; page.refresh(); } },
      page.member && h("option", { value: MEMBER }, t("levelOfMember", { level: page.member.state()?.level.name ?? "" })),
      levels.map(({ id, name, name_zh }) => h("option", { value: id }, speaking() === "zh-CN" ? name_zh ?? name : name)));
    if (levels.length > 0) level.value = facts.tier;
    return h("div", { class: "facts-list" },
      levels.length > 0 && h("div", { class: "fact" }, h("label", { for: "tier" }, t("level")), level),
      points > 0 && box("points", t("spendPoints", { n: number(points) })),
      box("first", t("firstOrder")), box("birthday", t("birthdayToday")), box("group", t("groupFull")));
  }

  /** Uses the best coupons, without those that save nothing beside the others: they keep for another time. */
  function use(best, cart, least) {
    const needed = best.reduce((kept, code) => {
      const without = kept.filter((other) => other !== code);
      return page.shelf.quote({ ...cart, codes: without })?.payable === least ? without : kept;
    }, best);
    codes.clear();
    for (const code of needed) codes.add(code);
    page.refresh();
  }

  function over({ expires }) {
    return expires !== undefined && Date.parse(expires) <= page.now();
  }

  /** The last day of a coupon: its own where the wallet says so, else its offer's. */
  function expiry({ id, expires }) {
    const kept = held?.coupons.find((one) => one.offer === id && !over(one));
    const end = kept?.expires ? Date.parse(kept.expires) : expires;
    return end === null || end === undefined ? null : new Intl.DateTimeFormat(speaking(), { day: "numeric", month: "short" }).format(end - 1);
  }
}
