// The two shelves side by side: the personal one as cards, everyone's as a list, and what moved between them.

import { byId, h, head, seen, spoken, still } from "./dom.js";
import { price, thumb } from "./goods.js";
import { t } from "./text/index.js";

export function mountShelves(page) {
  const mine = byId("mine");
  const everyone = byId("everyone");
  const cards = h("ol", { class: "cards", data: { shelf: "personal" } });
  const rows = h("ol", { class: "rows", data: { shelf: "neutral" } });
  const kept = { cards: new Map(), rows: new Map() };

  return {
    draw(what) {
      if (what === "all") {
        head(mine, [h("div", { class: "shelf-head" }, h("h2", { id: "mine-title" }, t("forYou")), h("span", { class: "badge" })), h("p", { class: "hint" })], cards);
        head(everyone, [h("div", { class: "shelf-head" }, h("h2", { id: "everyone-title" }, t("everyone"))), h("p", { class: "hint" }, t("everyoneHint"))], rows);
      }
      const personal = page.mine.source === "personal";
      badge(mine, personal ? "personal" : page.mine.source, personal ? t("personal") : page.mine.source === "fallback" ? t("fallback") : t("equal"));
      mine.querySelector(".hint").textContent = page.mine.partial ? t("partial") : personal ? t("marks") : page.shelf.status === "ready" ? whyEqual(page) : "";
      // Redrawn parts move to their new places instead of jumping there.
      glide(cards, () => fill(cards, kept.cards, page.mine, (item, i) => card(page, item, i)));
      glide(rows, () => fill(rows, kept.rows, page.everyone, (item, i) => row(page, item, i)));
    },
  };
}

function badge(section, source, text) {
  const element = section.querySelector(".badge");
  element.textContent = text;
  element.dataset.source = source;
  element.hidden = text === "";
}

/** Why the personal shelf equals everyone's. */
function whyEqual(page) {
  const allowed = page.shelf.consent().personalize;
  return t(`equalWhy.${allowed === true ? "empty" : allowed === false ? "off" : "undecided"}`);
}

/** Puts the items of a list into an `ol`, keeping the elements of those that were there: focus and motion live on them. */
function fill(list, kept, shelf, make) {
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const order = shelf.items.map((item, i) => {
    const element = kept.get(item.id) ?? h("li", { data: { id: item.id } });
    const part = focused && element.contains(focused) ? focused.dataset.part : null;
    element.replaceChildren(...make(item, i));
    if (part) queueMicrotask(() => element.querySelector(`[data-part="${part}"]`)?.focus({ preventScroll: true }));
    return [item.id, element];
  });
  kept.clear();
  for (const [id, element] of order) kept.set(id, element);
  list.replaceChildren(...(order.length ? order.map(([, element]) => element) : [h("li", { class: "nothing" }, t("nothing"))]));
}

function card(page, item, i) {
  const open = (event) => page.open(item.id, { from: event.currentTarget });
  return [
    h("button", { class: "open", type: "button", onclick: open, data: { part: "open" } },
      h("span", { class: "picture" }, thumb(item)),
      h("span", { class: "place" }, spoken(`${t("place", { n: i + 1 })}. `), seen(i + 1)),
      item.brand && h("span", { class: "brand" }, item.brand),
      h("span", { class: "title" }, item.title)),
    mark(page, item, i),
    h("p", { class: "facts" }, price(page, item)),
    h("p", { class: "because", data: { code: item.because.code } }, seen("", { class: "dot" }), h("span", { class: "because-text" }, page.because(item))),
    page.mine.servedId !== 0 && h("button", {
      class: "why", type: "button", "aria-label": t("whyOf", { title: item.title }), data: { part: "why" },
      onclick: (event) => page.open(item.id, { from: event.currentTarget, why: true }),
    }, t("why")),
  ].filter(Boolean);
}

function row(page, item, i) {
  return [
    h("button", { class: "open", type: "button", data: { part: "open" }, onclick: (event) => page.open(item.id, { from: event.currentTarget }) },
      h("span", { class: "place" }, spoken(`${t("place", { n: i + 1 })}. `), seen(i + 1)),
      thumb(item),
      h("span", { class: "words" }, h("span", { class: "title" }, item.title), price(page, item))),
  ];
}

/** How far the item stands from its place on everyone's shelf. */
function mark(page, item, i) {
  if (page.mine.source !== "personal") return null;
  const there = page.placeOf(page.everyone, item.id);
  if (there === 0) return h("span", { class: "mark-move new" }, seen(t("fresh")), spoken(t("freshLong")));
  const by = there - (i + 1);
  if (by === 0) return h("span", { class: "mark-move same" }, seen("="), spoken(t("same")));
  return h("span", { class: `mark-move ${by > 0 ? "up" : "down"}` },
    seen(`${by > 0 ? "▲" : "▼"}${Math.abs(by)}`), spoken(t(by > 0 ? "up" : "down", { n: Math.abs(by) })));
}

/** Runs a change of a list and lets its elements glide from their old places; not where less motion is asked for. */
function glide(list, change) {
  const before = new Map([...list.children].map((child) => [child.dataset.id, child.getBoundingClientRect()]));
  change();
  if (still() || before.size === 0 || document.hidden) return;
  for (const child of list.children) {
    const from = before.get(child.dataset.id);
    const to = child.getBoundingClientRect();
    if (!from) {
      child.animate([{ opacity: 0, transform: "translateY(10px)" }, { opacity: 1, transform: "none" }], { duration: 380, easing: "ease-out" });
    } else if (from.left !== to.left || from.top !== to.top) {
      child.animate([{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)` }, { transform: "none" }],
        { duration: 480, easing: "cubic-bezier(.2, .7, .2, 1)" });
    }
  }
}
