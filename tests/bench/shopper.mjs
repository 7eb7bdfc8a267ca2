// A busy shopper's events, and how long it takes to tell them one by one: the same in Node and in a page.

export const PRODUCTS = 2_000;
const ONES = 40_000;
/** Events that are timed together: clocks of browsers are coarse. */
const GROUP = 20;
const KINDS = ["view_item", "view_item", "view_item", "select_item", "add_to_cart", "search", "like", "dwell", "share", "view_item_list"];
const START = Date.UTC(2026, 0, 5);

/** The n-th event: 50 a visit, 3 seconds apart, 10 visits a day. */
export function event(n, ids) {
  const visit = Math.floor(n / 50);
  const product = (n * 7919 + visit * 31) % PRODUCTS;
  const name = n % 50 ? KINDS[(n * 13) % KINDS.length] : "session_start";
  const params = { timestamp: START + visit * 8_640_000 + (n % 50) * 3_000 };
  if (name !== "session_start" && name !== "search") params.items = [{ item_id: `sku-${100000 + product}`, price: 12.5 + (product % 90), quantity: 1 }];
  if (name === "share") params.method = "wechat";
  if (ids) params.event_id = `e-${n}`;
  return { name, params };
}

/** What a shelf for these events is made with. */
export const options = { consent: { store: null, personalize: true, report: null }, utcOffset: 480, now: () => START + 4e10 };

/** Microseconds of one `track`, as means of 20 calls: of the first 20,000 events, while the engine is still compiling, and of the next 20,000. */
export function oneByOne(shelf, ids) {
  const times = [];
  for (let n = 0; n < ONES; n += GROUP) {
    const events = Array.from({ length: GROUP }, (_, i) => event(n + i, ids));
    const begin = performance.now();
    for (const { name, params } of events) shelf.track(name, params);
    times.push(((performance.now() - begin) / GROUP) * 1000);
  }
  if (shelf.portrait().events !== ONES) throw new Error(`not all were taken in: ${JSON.stringify(shelf.diagnostics())}`);
  const half = times.length / 2;
  return { first: times.slice(0, half), then: times.slice(half) };
}
