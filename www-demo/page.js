// What the parts of the page share: the shelf, both orders as they stand, and what a shopper can do.

import { byId } from "./dom.js";
import { money } from "./money.js";
import { speaking, t } from "./text/index.js";

export const SLOT = "home";
export const PLACES = 12;

/** `clock.ahead`: milliseconds by which the page's clock, which is also the shelf's, goes ahead of the device's. */
export function makePage(shelf, shop, clock, say) {
  const listeners = [];
  let due = null;
  let labels = new Map();
  let names = new Map();

  const page = {
    shelf,
    shop,
    /** The personal and the neutral list, newest answers of `recommend`. */
    mine: null,
    everyone: null,
    /** Places of the personal list that changed with the last answer. */
    moved: 0,
    /** How long the last personal `recommend` took, in milliseconds. */
    took: null,
    /** Name of the ready-made shopper being played. */
    playing: null,
    /** A ready-made shopper waiting for consent. */
    pending: null,

    now: () => Date.now() + clock.ahead,
    /** Puts the page's clock on by a week: some things happen once a week. */
    skipWeek: () => { clock.ahead += 7 * 86_400_000; },

    onDraw: (fn) => listeners.push(fn),

    /** Asks the shelf anew and draws; several calls in one frame are one. `what`: "all" after a change of view. */
    refresh(what = "order") {
      if (due) {
        if (what === "all") due.what = what;
        return due.done;
      }
      due = { what };
      due.done = new Promise((resolve) => requestAnimationFrame(resolve)).then(() => {
        const { what } = due;
        due = null;
        ask(what);
        for (const listener of listeners) listener(what);
      });
      return due.done;
    },

    allowed: () => shelf.consent().personalize === true,
    shopName: () => shop.name && (typeof shop.name === "string" ? shop.name : shop.name[shelf.language] ?? shop.name[speaking()] ?? Object.values(shop.name)[0]),
    money: (minor, { whole = false } = {}) => money(minor, { currency: shelf.currency, exponent: shelf.exponent, language: speaking(), whole }),

    /** Title of a product in the language of the view. */
    titleOf(id) {
      if (!names.has(id)) names.set(id, shelf.product(id)?.title ?? id);
      return names.get(id);
    },

    /** A category's own name: the last part of its path. */
    labelOf: (path) => labels.get(path) ?? lastPart(path),

    /** The reason of an item in words. */
    because: (item) => say(shelf, item.because, speaking()),

    /** "until Dec 24": the last day of what ends at a time. */
    day: (end) => t("until", { day: new Intl.DateTimeFormat(speaking(), { day: "numeric", month: "short" }).format(end - 1) }),

    /** What an insight's code says to the shopper: "stage.new", "need.price". */
    word: (code) => say(shelf, code, speaking()),

    /** Place of a product on a list, from 1; 0 when it is not there. */
    placeOf: (list, id) => (list ? list.items.findIndex((item) => item.id === id) + 1 : 0),

    /** One thing a shopper does to one product. Says what came of it. */
    async act(name, product, variant) {
      const { accepted } = shelf.track(name, { items: [gaItem(product, variant)] });
      if (name === "add_to_cart") page.addToCart(product, variant);
      await page.refresh();
      const what = t(`done.${name}`);
      if (accepted > 0) page.say(`${what}. ${movedText()}`);
      else page.say(`${page.allowed() || shelf.status !== "ready" ? t("dropped") : t("notLearned")}`);
    },

    forget() {
      page.playing = null;
      shelf.forget();
      return page.refresh().then(() => page.say(`${t("done.forget")}. ${movedText()}`));
    },

    movedText,

    say(text) {
      const place = byId("say");
      place.textContent = text;
      place.classList.remove("on");
      void place.offsetWidth;
      place.classList.add("on");
    },
  };

  function ask(what) {
    if (what === "all") {
      names = new Map();
      labels = new Map(shelf.categories().map(({ path, label }) => [path, lastPart(label)]));
    }
    const before = page.mine?.items.map((item) => item.id) ?? [];
    const started = performance.now();
    page.mine = shelf.recommend({ slot: SLOT, limit: PLACES });
    page.took = performance.now() - started;
    page.everyone = shelf.recommend({ slot: SLOT, limit: PLACES, mode: "neutral" });
    page.moved = page.mine.items.filter((item, i) => item.id !== before[i]).length;
  }

  function movedText() {
    if (page.moved === 0) return t("moved.none");
    return page.moved === 1 ? t("moved.one") : t("moved.some", { n: page.moved });
  }

  /** A GA4 item: prices in it are in major units. */
  function gaItem(product, variant) {
    const chosen = product.variants?.find((v) => v.id === variant);
    const minor = chosen?.price ?? product.price;
    return { item_id: variant ?? product.variant ?? product.id, quantity: 1, ...(minor === null ? {} : { price: minor / 10 ** shelf.exponent }) };
  }

  return page;
}

const lastPart = (path) => path.split(" > ").at(-1);
