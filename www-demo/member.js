// Membership: the level and the way to the next, growth and points, what they come from and what they buy. The ledger is the shelf's; the page plays the shop's server.

import { byId, h, head, redraw, seen } from "./dom.js";
import { number, speaking, t } from "./text/index.js";

/** What playing the shop writes into orders and ids; each is used once. */
const MADE_UP = "demo";

export function mountMember(page) {
  const place = byId("member");
  const body = h("div", { class: "member" });
  /** The members' calls; `null` until they come, and where the shop has no programme. */
  let member = null;
  let made = 0;
  load();

  return {
    draw(what) {
      const state = member?.state() ?? null;
      place.hidden = state === null;
      byId("to-member").hidden = place.hidden;
      if (place.hidden) return;
      if (what === "all") head(place, [h("h2", { id: "member-title" }, t("member")), h("p", { class: "hint" }, t("memberHint"))], body);
      redraw(body, [standing(state), h("div", {}, points(state), redeeming(state)), doing(state), benefits(state)]);
    },
  };

  async function load() {
    if (!page.shop.loyalty) return;
    try {
      const { membership } = await import("/nearshelf/membership.js");
      member = await membership(page.shelf);
    } catch (error) {
      console.warn(error);
    }
    page.member = member;
    page.refresh("all");
  }

  function day(time) {
    return new Intl.DateTimeFormat(speaking(), { dateStyle: "medium", timeZone: "Asia/Shanghai" }).format(time);
  }

  function apply(entry, done) {
    const { status, text } = member.apply(entry);
    page.refresh().then(() => page.say(status === "accepted" ? done : text ?? t("memberKnown")));
  }

  function id() {
    made += 1;
    return `${MADE_UP}-${page.now()}-${made}`;
  }

  /** The level, and how far it is to the next one. */
  function standing({ level, next, growth, growthClaim }) {
    const levels = member.program().levels;
    const here = levels.findIndex((one) => one.id === level.id);
    const [from, to] = [levels[here].growth, levels[here + 1]?.growth];
    const part = next ? Math.min(1, Math.max(0, (growth - from) / (to - from))) : 1;
    return h("section", { class: "member-level", data: { level: level.id } },
      h("ol", { class: "levels" }, levels.map((one, i) => h("li", { class: i < here ? "past" : null, "aria-current": i === here ? "step" : null }, h("b", {}, one.name), h("small", {}, number(one.growth))))),
      seen("", { class: "rail", style: { "--part": part.toFixed(3) } }),
      h("p", {}, next ? t("toLevel", { level: next.name, n: number(next.missing) }) : t("topLevel"), " ", h("b", { data: { growth } }, t("growthNow", { n: number(growth) }))),
      growthClaim > 0 && h("p", { class: "hint" }, t("growthOwed", { n: number(growthClaim) })),
      level.review !== null && h("p", { class: "hint" }, t(level.toKeep > 0 ? "keepLevel" : "keptLevel", { day: day(level.review), n: number(level.toKeep) })));
  }

  function points({ points, pointsClaim, pending, undelivered, expiries }) {
    const rows = [
      pending.map(({ from, points }) => [t("pointsFrom", { day: day(from) }), points]),
      undelivered > 0 && [[t("pointsUndelivered"), undelivered]],
      expiries.slice(0, 2).map(({ until, points }) => [t("pointsUntil", { day: day(until) }), points]),
      pointsClaim > 0 && [[t("pointsOwed"), -pointsClaim]],
    ].filter(Boolean).flat();
    const paid = page.toPay ?? 0;
    const next = paid > 0 ? member.nextPurchase({ paid, currency: page.shelf.currency }) : null;
    return h("section", {}, h("h3", {}, t("points")),
      h("p", { class: "big", data: { points } }, number(points)),
      h("span", { class: "facts" }, rows.map(([name, n]) => h("span", {}, h("span", {}, name), h("b", {}, number(n))))),
      next && h("p", { class: "hint", data: { part: "next-purchase" } }, t("nextPurchase", { growth: number(next.growth), points: number(next.points), level: next.level.name })));
  }

  /** What brings growth: orders, tasks, the birthday. */
  function doing({ tasks, birthdayHad }) {
    const today = new Date(page.now() + 8 * 3_600_000).toISOString().slice(5, 10);
    const paid = page.toPay ?? 0;
    const order = () => apply({ type: "delivered", order: id(), paid, currency: page.shelf.currency }, t("memberOrdered", { amount: page.money(paid) }));
    return h("section", {}, h("h3", {}, t("memberDoes")), h("p", { class: "hint" }, t("memberDoesHint")),
      h("ul", { class: "deeds" },
        deed("order", t("memberOrder", { amount: page.money(paid) }), null, paid === 0, order),
        tasks.map((task) => deed(`task-${task.id}`, task.name, `+${number(task.growth)}`, task.lacks !== null,
          () => apply({ type: "task", task: task.id, id: id(), subject: id() }, t("memberDone", { name: task.name, n: number(task.growth) })), left(task))),
        deed("birthday", t("birthdayToday"), null, birthdayHad !== null, () => apply({ type: "birthday", birthday: today }, t("birthdayWished")))));
  }

  function redeeming({ redeem }) {
    return h("section", {}, h("h3", {}, t("redeem")),
      h("ul", { class: "deeds" }, redeem.map((one) => deed(`redeem-${one.id}`, one.name, cost(one), one.lacks !== null,
        () => apply({ type: "redeem", redeem: one.id, id: id() }, t("redeemed", { name: one.name })), one.lacks ? t(`lacks.${one.lacks}`) : left(one)))));
  }

  function cost({ kind, growth, points }) {
    if (kind === "points") return t("growthForPoints", { growth: number(growth), points: number(points) });
    return growth > 0 ? t("costsGrowth", { n: number(growth) }) : t("costsPoints", { n: number(points) });
  }

  function left({ left }) {
    return left === null ? null : t("timesLeft", { n: number(left) });
  }

  function deed(part, name, worth, disabled, onclick, note = null) {
    return h("li", {}, h("button", { type: "button", class: "deed", disabled, data: { part: `member-${part}` }, onclick },
      h("span", {}, name), worth && h("b", {}, worth), note && h("small", {}, note)));
  }

  function benefits({ benefits }) {
    return h("section", { class: "benefits" }, h("h3", {}, t("benefits")),
      h("ul", {}, benefits.map((one) => h("li", { data: { benefit: one.id } }, one.name, one.service !== "" && h("small", {}, t("byService"))))));
  }
}
