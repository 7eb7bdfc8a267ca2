// Matomo's queue: e-commerce as `_paq.push([method, …])`, with the state that Matomo keeps of view and cart.

import { page, queueOf, Source } from "./source.js";

/**
 * @param {any} shelf
 * @param {{ queue?: any, mapEvent?: import("./source.js").MapEvent }} [options]
 */
export function fromMatomo(shelf, options) {
  const source = new Source(shelf, options, () => null);
  /** The product whose page is on its way. @type {any} */
  let view = null;
  /** Of the cart, by sku: price and quantity. @type {Map<string, { price: any, quantity: number }>} */
  let cart = new Map();
  /** The same at the last update. @type {Map<string, number>} */
  let told = new Map();

  /** @param {string} name @param {any} params */
  const track = (name, params) => {
    shelf.track(name, params);
    source._tracked++;
  };

  /** @type {Record<string, (a: any, b: any, c: any, d: any, e: any) => void>} */
  const METHODS = {
    setEcommerceView(sku, _name, _category, price) {
      view = sku ? { item_id: sku, price } : null;
    },
    trackPageView() {
      if (view) track("view_item", { items: [view] });
      view = null;
    },
    addEcommerceItem(sku, _name, _category, price, quantity) {
      const n = Number(quantity);
      if (sku) cart.set(String(sku), { price, quantity: n > 0 ? n : 1 });
    },
    removeEcommerceItem(sku) {
      cart.delete(String(sku));
    },
    clearEcommerceCart() {
      cart = new Map();
    },
    trackEcommerceCartUpdate() {
      /** @type {any[]} */
      const more = [];
      /** @type {any[]} */
      const less = [];
      cart.forEach(({ price, quantity }, item_id) => {
        const change = quantity - (told.get(item_id) || 0);
        if (change > 0) more.push({ item_id, price, quantity: change });
        if (change < 0) less.push({ item_id, price, quantity: -change });
      });
      told.forEach((quantity, item_id) => cart.has(item_id) || less.push({ item_id, quantity }));
      if (more.length > 0) track("add_to_cart", { items: more });
      if (less.length > 0) track("remove_from_cart", { items: less });
      told = new Map();
      cart.forEach(({ quantity }, item_id) => told.set(item_id, quantity));
    },
    trackEcommerceOrder(transaction_id) {
      /** @type {any[]} */
      const items = [];
      cart.forEach(({ price, quantity }, item_id) => items.push({ item_id, price, quantity }));
      cart = new Map();
      told = new Map();
      track("purchase", { transaction_id, items });
    },
    trackSiteSearch(search_term) {
      track("search", { search_term });
    },
  };

  /** @param {any} call */
  const take = (call) => {
    // A function runs in Matomo's own time.
    if (!Array.isArray(call)) return;
    const [method, a, b, c, d, e] = call;
    const mine = source._mapEvent ? source._mapEvent(method, call.slice(1)) : undefined;
    if (mine !== undefined) source._take(method, call.slice(1));
    else if (Object.prototype.hasOwnProperty.call(METHODS, method)) METHODS[method](a, b, c, d, e);
    else source._take(method, call.slice(1));
  };
  const takeAll = (/** @type {any[]} */ calls) => calls.forEach((call) => source._guard(() => take(call)));

  source._guard(() => {
    const { _queue, _name } = queueOf((options || {}).queue, "_paq");
    if (Array.isArray(_queue)) takeAll(_queue.slice());
    source._wrap(_queue, "push", takeAll);
    if (_name) follow(source, _name, takeAll);
  });
  return source._face();
}

/**
 * Matomo puts an object of its own in the queue's place when it has loaded.
 * @param {Source} source
 * @param {string} name
 * @param {(calls: any[]) => void} takeAll
 */
function follow(source, name, takeAll) {
  const owner = page();
  const own = Object.getOwnPropertyDescriptor(owner, name);
  // A name that the page declared with `var` cannot be watched: then it is looked at when everything has loaded.
  if (own && !own.configurable) {
    const queue = owner[name];
    const look = () => source._guard(() => owner[name] !== queue && source._wrap(owner[name], "push", takeAll));
    if (owner.addEventListener) owner.addEventListener("load", look);
    source._ends.push(() => owner.removeEventListener && owner.removeEventListener("load", look));
    return;
  }
  let value = owner[name];
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: true,
    get: () => value,
    set(next) {
      if (next && next !== value) source._guard(() => source._wrap(next, "push", takeAll));
      value = next;
    },
  });
  source._ends.push(() => Object.defineProperty(owner, name, { configurable: true, enumerable: true, writable: true, value }));
}
