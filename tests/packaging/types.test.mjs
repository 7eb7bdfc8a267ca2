// The types, as a strict TypeScript project sees them: right use compiles, wrong use does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin, project, root, run, scratch } from "./support/project.mjs";

const use = `
const kept = new Map<string, Uint8Array>();
const storage: ShelfStorage = {
  get: async (name) => kept.get(name),
  set: async (name, bytes) => kept.set(name, bytes),
  remove: async (name) => kept.delete(name),
  keys: async () => [...kept.keys()],
};
const options: ShelfOptions = { pack: "/shop.pack", market: "cn", language: "zh-CN", consent: { store: true, personalize: null, report: true }, storage, reports: (bytes) => bytes.length > 28 };

export async function page(): Promise<string[]> {
  const shelf: Shelf = await createShelf(options);
  const { reason, bytes, sent } = await shelf.report({ send: true });
  const reported: string = reason === null && sent ? String(bytes?.length) : reason ?? "";
  const tracked: TrackResult = shelf.track("view_item", { items: [{ item_id: 10080, price: "12.90", colour: "red" }], currency: "CNY" });
  shelf.trackMany([{ name: "purchase", params: { items: [{ item_id: "a", quantity: 2 }] } }, { name: "an_event_of_ours" }]);
  const home = shelf.recommend({ slot: "home", limit: 12, mode: "neutral", exclude: [1, "b"], category: "Pets > Cats" });
  const price: number | null = home.items[0]!.price;
  const tree = shelf.why(home.servedId, home.items[0]!.id);
  const sum = tree === null ? 0 : tree.children.reduce((total, child) => total + child.value, 0);
  const ranked = shelf.rank(["a", 2]);
  for (const item of ranked.items) if ("title" in item) item.title.trim();
  const cart = shelf.recommend({ slot: "basket", kind: "cart", context: ["a", 7], query: "tea" });
  const videos: string[] = shelf.recommend({ slot: "videos", kind: "content", kinds: ["short_video"], styles: ["warm"] }).items.map((card) => card.kind);
  const lift: number = shelf.recommend({ slot: "together", context: ["a"] }).items[0]?.together?.lift ?? 0;
  const inline = shelf.rank([{ id: "x", category: "Home", brand: "b", colour: "red" }, "y"]).items[0];
  const filters: { brand: string[]; mine: number } = shelf.filters({ brand: ["Paws"], mine: 3 });
  const typed: string[] = shelf.suggest("te", { limit: 5 }).map((s) => s.kind + s.id + s.text + s.products);
  typed.push(cart.item_list_id, cart.item_list_name, String(cart.items[0]?.index), String(lift), String(inline?.index));
  const stage: WhyNotStage = shelf.whyNot("a").stage;
  const cardStage: WhyNotCardStage = shelf.whyNot("a", { slot: "activity", attributes: { tier: "gold" } }).stage;
  typed.push(cardStage);
  const { stage: life, needs, alerts, absent, transitions } = shelf.insights({ since: 0, account: "7" });
  const last: number | null = alerts[0]?.last ?? null;
  typed.push(life?.value === "growing" ? "more" : absent.stage ?? "", String(needs[0]?.share), String(last), ...transitions.map((t) => t.from + t.to));
  const off: () => void = shelf.on("change", () => {});
  shelf.on("diagnostic", (d) => d.code.length + (d.fix ?? "").length);
  const share: number | undefined = shelf.portrait().brands[0]?.share;
  const consent: boolean | null = shelf.consent().report;
  const more = shelf.browse({ offset: 12 }).products.flatMap((p) => p.variants.map((v) => v.id));
  const audience: { matches(attributes?: object | null): boolean } = shelf.audience({ tier: { $in: ["gold"] }, $not: { id: { $inGroup: "staff" } } }, { groups: { staff: ["u1", 2] } });
  const care: CareList = shelf.care({ slot: "home", customer: { tier: "gold", birthday: "05-20" }, delivered: 5, limit: 1, mode: "personal" });
  typed.push(care.items[0]?.offer?.name ?? care.withheld[0]?.reason ?? "", care.items[0]?.because.code === "birthday" ? care.level?.strategy ?? "" : String(care.bestHour));
  void shelf.setOverlay({ grants: [{ id: "win-back", lambda_ppm: 400000, lambda_until: "2026-12-01T00:00:00+08:00" }] });
  const matched: boolean[] = shelf.matchesAll("{}", [{ tier: "gold" }]).concat(shelf.matches({ a: 1 }, { a: 1 }), audience.matches({ tier: "gold" }));
  typed.push(String(matched.length));
  const done: void = await shelf.identify(42);
  const synced: number = shelf.syncOrders([{ transaction_id: 7, items: [{ item_id: "a", price: 3 }], currency: "CNY" }]).added;
  await shelf.signOut();
  off();
  try { shelf.forget(); } catch (e) { if (e instanceof NearshelfError) return [e.code, e.fix, e.message]; }
  return [reported, String(tracked.accepted + sum + (price ?? 0) + (share ?? 0)), stage, String(consent), String(done), String(synced), ...more, ...typed];
}
`;

const misuse = `
export async function wrong() {
  // @ts-expect-error a shelf needs a pack
  await createShelf({});
  // @ts-expect-error a misspelt option
  const shelf = await createShelf({ pack: "/p", langauge: "en" });
  // @ts-expect-error an item needs an id
  shelf.track("view_item", { items: [{ price: 1 }] });
  // @ts-expect-error attributes are an object
  shelf.matches({ a: 1 }, "a");
  // @ts-expect-error not a kind
  shelf.recommend({ kind: "basket" });
  // @ts-expect-error a description needs an id
  shelf.rank([{ category: "Home" }]);
  // @ts-expect-error not a mode
  shelf.recommend({ mode: "private" });
  // @ts-expect-error a price may be missing
  shelf.recommend().items[0]!.price.toFixed(2);
  // @ts-expect-error the tree may be gone
  shelf.why(1, "a").value;
  // @ts-expect-error an item that is not in the pack has no title
  shelf.rank(["a"]).items[0]!.title;
  // @ts-expect-error a storage answers later
  await createShelf({ pack: "/p", storage: { get: () => null, set: () => {}, remove: () => {}, keys: () => [] } });
  // @ts-expect-error an account has a key
  await shelf.identify();
  // @ts-expect-error an order has an id
  shelf.syncOrders([{ items: [] }]);
  // @ts-expect-error a report may be missing
  (await shelf.report()).bytes.length;
  // @ts-expect-error reports go to an address or a function
  await createShelf({ pack: "/p", reports: 7 });
  // @ts-expect-error consent is true, false or null
  shelf.setConsent({ store: "yes" });
  // @ts-expect-error not an event of a shelf
  shelf.on("changed", () => {});
  // @ts-expect-error the status is the shelf's own
  shelf.status = "ready";
}
`;

const names = "createShelf, NearshelfError, type Shelf, type CareList, type ShelfOptions, type ShelfStorage, type TrackResult, type WhyNotCardStage, type WhyNotStage";
const options = { strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false, types: [] };

const collector = `
export function collect(schema: object, bodies: ArrayBuffer[]): number {
  const lines: string[] = bodies.map((body) => reportLine(new Uint8Array(body)));
  try { reportLine(bodies[0]!); } catch (e) { if (e instanceof NearshelfError) return e.fix.length; }
  const decoded: Decoded = decodeReports(schema, lines);
  const one: Estimate | undefined = decoded.metrics[0]?.epochs[0]?.estimates[0];
  // @ts-expect-error the line is made of bytes
  reportLine("01");
  // @ts-expect-error the schema comes first
  decodeReports(lines);
  const again = decodeReports({}, [], { costs: { margin: 0.3, costs: { spring: 100 } } });
  const held: boolean = again.figures.some((f) => f.value === null && f.high !== null) && again.active.length > 0 && one?.clear === true;
  // @ts-expect-error a margin is a number
  decodeReports({}, [], { costs: { margin: "0.3", costs: {} } });
  // @ts-expect-error a metric may have no report
  return decoded.metrics[0].all.reports + (one?.share ?? 0) + decoded.counts.copies + Number(held);
}
`;

async function compile(name, files, compilerOptions) {
  const folder = project(name, { ...files, "tsconfig.json": JSON.stringify({ compilerOptions: { ...options, ...compilerOptions }, files: Object.keys(files) }) });
  const { code, out } = await run(folder, bin("tsc"), "-p", ".");
  return { code, out };
}

const cases = {
  "a bundler's project": ["bundler.ts", `import { ${names} } from "nearshelf";`, { module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom"] }],
  "an ES module of Node": ["node.mts", `import { ${names} } from "nearshelf";`, { module: "nodenext", lib: ["es2022", "dom"] }],
  "a CommonJS module of Node": ["node.cts", `import { ${names} } from "nearshelf";`, { module: "nodenext", lib: ["es2022", "dom"] }],
  "a mini-program": ["mini.ts", `import { ${names} } from "nearshelf/mini-program";`, { module: "esnext", moduleResolution: "bundler", lib: ["es2020"] }],
};

for (const [name, [file, head, compilerOptions]] of Object.entries(cases)) {
  test(`${name} compiles, and its mistakes do not`, async () => {
    const { code, out } = await compile("types", { [file]: head + use + misuse }, compilerOptions);
    assert.equal(code, 0, out);
  });
}

for (const file of ["collector.mts", "collector.cts"]) {
  test(`a ${file.slice(-3)} collector compiles, and its mistakes do not`, async () => {
    const head = `import { decodeReports, NearshelfError, reportLine, type Decoded, type Estimate } from "nearshelf/reports";`;
    const { code, out } = await compile("types", { [file]: head + collector }, { module: "nodenext", lib: ["es2022"] });
    assert.equal(code, 0, out);
  });
}

for (const [file, from] of [["page.mts", "nearshelf"], ["page.cts", "nearshelf"], ["page.ts", "nearshelf/mini-program"]]) {
  test(`the helpers of a page beside ${from} compile in ${file}, and their mistakes do not`, async () => {
    const text = `import type { Shelf } from "${from}"; import { ga4, say, type Ga4List } from "${from}/page";
      export function words(shelf: Shelf): string {
        const list = shelf.rank(["a"]);
        const sent: Ga4List = ga4(shelf, list, 7);
        const tree = shelf.why(list.servedId, "a");
        // @ts-expect-error a reason is no text
        say(shelf, "next");
        return sent.items.map((item) => item.item_category5 ?? item.item_id).join() + say(shelf, list.items[0]!.because) + (tree ? say(shelf, tree, "zh") : "");
      }`;
    const settings = file === "page.ts" ? { module: "esnext", moduleResolution: "bundler", lib: ["es2020"] } : { module: "nodenext", lib: ["es2022", "dom"] };
    const { code, out } = await compile("types", { [file]: text }, settings);
    assert.equal(code, 0, out);
  });
}

for (const [file, from] of [["member.mts", "nearshelf"], ["member.cts", "nearshelf"], ["member.ts", "nearshelf/mini-program"]]) {
  test(`membership beside ${from} compiles in ${file}, and its mistakes do not`, async () => {
    const text = `import type { Shelf } from "${from}"; import { membership, type MembershipEntry, type MembershipStatement } from "${from}/membership";
      export async function member(shelf: Shelf, program: Uint8Array): Promise<string> {
        const mine = await membership(shelf), own = await membership({ program, language: "zh-CN", now: () => 0 });
        const done: MembershipEntry[] = [{ type: "delivered", order: "A", paid: 1200, shipping: 100 }, { type: "active" }, { type: "redeem", id: "1", redeem: "mug", at: 7 }];
        // @ts-expect-error an order has an id
        const wrong: MembershipEntry = { type: "paid", paid: 7 };
        const why: string = own.apply(done)[0]!.why ?? own.apply({ type: "birthday", birthday: "05-20" }).status;
        const said: MembershipStatement = { at: "2026-01-01T00:00:00Z", entries: done, sums: { level: "gold" } };
        const levels = own.reconcile(said)?.differences.map((d) => (d.what === "sum" && d.sum === "level" ? d.here + d.there : d.what));
        const { tier } = own.customer();
        // @ts-expect-error there may be no membership
        mine.state();
        return [why, wrong.type, levels?.join(), tier, String(own.state()?.next?.missing), String(own.nextPurchase(100)?.until), mine?.program()?.redeem[0]?.kind].join();
      }`;
    const settings = file === "member.ts" ? { module: "esnext", moduleResolution: "bundler", lib: ["es2020"] } : { module: "nodenext", lib: ["es2022", "dom"] };
    const { code, out } = await compile("types", { [file]: text }, settings);
    assert.equal(code, 0, out);
  });
}

for (const [file, from] of [["consent.mts", "nearshelf"], ["consent.cts", "nearshelf"], ["consent.ts", "nearshelf/mini-program"]]) {
  test(`consent beside ${from} compiles in ${file}, and its mistakes do not`, async () => {
    const text = `import { createShelf, type ConsentReceipt, type Shelf } from "${from}"; import { consentRecord, exportData, fromCallback, fromGoogleConsentMode, fromShopify, fromTcf, fromWechat, importData, reportBudget, sentReports, type ConsentSource } from "${from}/consent";
      export async function ask(shelf: Shelf): Promise<string> {
        const sources: ConsentSource[] = [
          fromGoogleConsentMode(shelf, { layer: [], mapping: { store: "functionality_storage" }, defaults: true }), fromShopify(shelf, { explicit: true, mapping: { report: ["analytics", "marketing"] } }),
          fromTcf(shelf, { vendor: 7, publisher: true, outside: { store: null }, mapping: { report: [8, 9] }, waitMs: 5 }), fromWechat(shelf, { purposes: ["store"], dialog: async () => "agree-btn" }),
          fromCallback(shelf, (say) => say({ store: true, minor: true, notice: "2" }), { by: "banner" }), fromCallback(shelf, Promise.resolve({ report: false })),
        ];
        // @ts-expect-error not a signal of Shopify's
        fromShopify(shelf, { mapping: { report: "cookies" } });
        // @ts-expect-error a purpose has three states
        fromCallback(shelf, (say) => say({ store: "yes" }));
        // @ts-expect-error events wait for the session or not at all
        await createShelf({ pack: "/p", preConsent: "forever" });
        await createShelf({ pack: "/p", preConsent: "session", notice: "2", respectSignals: false, consent: { store: true, notice: "1" } });
        shelf.on("consent", (receipt: ConsentReceipt) => receipt.inForce.report === true);
        const all = await exportData(shelf), { taken, reason } = await importData(shelf, all), [week] = await sentReports(shelf), { left } = await reportBudget(shelf);
        return [...sources.map((s) => String(s.state()?.store)), all.snapshot, String(taken), reason, week?.epoch, left.toFixed(1), JSON.stringify(consentRecord(shelf.consentReceipts()[0]!, { controller: "x" }))].join();
      }`;
    const settings = file === "consent.ts" ? { module: "esnext", moduleResolution: "bundler", lib: ["es2020"] } : { module: "nodenext", lib: ["es2022", "dom"] };
    const { code, out } = await compile("types", { [file]: text }, settings);
    assert.equal(code, 0, out);
  });
}

for (const [file, from] of [["draw.mts", "nearshelf"], ["draw.cts", "nearshelf"], ["draw.ts", "nearshelf/mini-program"]]) {
  test(`draws beside ${from} compile in ${file}, and their mistakes do not`, async () => {
    const text = `import type { Shelf } from "${from}"; import { draws, type DrawVerdict } from "${from}/draws";
      export async function check(shelf: Shelf, file: Uint8Array): Promise<string> {
        const desk = await draws({ keys: ["00"], language: "zh-CN", now: () => 0 });
        // @ts-expect-error there may be no wasm
        desk.open(file);
        const one = desk!.open(file);
        const verdict: DrawVerdict = one.check({ result: file, ticket: "t", receipt: { at: 0, person: "", choice: 0, path: [] }, told: null });
        // @ts-expect-error a ticket is a text
        one.check({ ticket: 7 });
        return [one.answer(shelf, { option: "x" }), verdict.prize?.id, verdict.why === "drawn", one.odds?.[0]?.millionths].join();
      }`;
    const settings = file === "draw.ts" ? { module: "esnext", moduleResolution: "bundler", lib: ["es2020"] } : { module: "nodenext", lib: ["es2022", "dom"] };
    const { code, out } = await compile("types", { [file]: text }, settings);
    assert.equal(code, 0, out);
  });
}

for (const [file, from] of [["invites.mts", "nearshelf"], ["invites.cts", "nearshelf"], ["invites.ts", "nearshelf/mini-program"]]) {
  test(`invitations beside ${from} compile in ${file}, and their mistakes do not`, async () => {
    const server = file === "invites.ts" ? "" : `
      import { tokens } from "nearshelf/invites";
      const desk = tokens({ invites: "{}", shop: "s", key: "k" });
      const done = desk.settle({ claims: [{ token: desk.issue({ programme: "p", about: { group: "g" } }).token, friend: "f", landed: 1, at: "2026-01-01T00:00:00Z", event: "order" }] });
      export const first: string | null = done.decisions[0]?.status === "earned" ? done.decisions[0].inviter.why : String(desk.check("t").why);
      // @ts-expect-error a claim has an event
      desk.settle({ claims: [{ token: "t", friend: "f", landed: 1, at: 2 }], history: done.history });`;
    const text = `import type { Shelf } from "${from}"; import { invites } from "${from}/invites"; import { membership } from "${from}/membership";
      export async function friends(shelf: Shelf): Promise<string> {
        const mine = await invites(shelf, { member: await membership(shelf) });
        // @ts-expect-error there may be no programmes
        mine.landings();
        if (!mine) return "";
        const landing = await mine.land({ invite: "t" }, { newCustomer: false });
        // @ts-expect-error what is refused has no programme
        landing.programme;
        const said: string = landing.status === "refused" ? landing.why + landing.text : landing.programme.name + (landing.group?.id ?? "");
        const claims = await mine.delivered(7);
        const entry = claims[0]?.friend.entry?.type;
        return [said, entry, String(await mine.own("t")), mine.programmes()[0]?.limits[0]?.per].join();
      }${server}`;
    const settings = file === "invites.ts" ? { module: "esnext", moduleResolution: "bundler", lib: ["es2020"] } : { module: "nodenext", lib: ["es2022", "dom"] };
    const { code, out } = await compile("types", { [file]: text }, settings);
    assert.equal(code, 0, out);
  });
}

test("a mistake that the test does not expect fails it", async () => {
  const { code, out } = await compile("types", { "a.mts": `import { createShelf } from "nearshelf";\nawait createShelf({ pakc: "p" });\n` }, { module: "nodenext", lib: ["es2022", "dom"] });
  assert.notEqual(code, 0);
  assert.match(out, /pakc/);
});

test("what the source returns is what the types promise", async () => {
  const folder = scratch("conformance");
  for (const part of ["src", "types"]) cpSync(join(root, "pkg-template", part), join(folder, part), { recursive: true });
  const conform = (promise) => `
    import { shelfMaker } from "./src/create.js";
    import { NearshelfError as Thrown } from "./src/error.js";
    import type { NearshelfError, Shelf, ShelfOptions } from "./types/index.js";
    declare const NEARSHELF_DEV: boolean; declare const NEARSHELF_TEXTS: boolean;
    export const create: (options: ShelfOptions) => Promise<${promise}> = shelfMaker({ address: () => "", pack: () => new Uint8Array(0), core: async () => async () => ({ call: () => new Uint8Array(0) }) });
    export const thrown: NearshelfError = new Thrown("code", "message");`;
  const compile = async (promise) => {
    writeFileSync(join(folder, "conform.ts"), conform(promise));
    writeFileSync(join(folder, "dev.d.ts"), "declare const NEARSHELF_DEV: boolean; declare const NEARSHELF_TEXTS: boolean; declare function setTimeout(f: () => void, ms: number): number; declare function clearTimeout(t: number): void;");
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...options, exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false, noImplicitAny: false, allowJs: true, checkJs: true, target: "es2020", module: "esnext", moduleResolution: "bundler", lib: ["es2020", "dom"] }, files: ["conform.ts", "dev.d.ts"] }));
    return run(folder, bin("tsc"), "-p", ".", "--pretty", "false");
  };
  const right = await compile("Shelf");
  assert.equal(right.out, "");
  const wrong = await compile("Shelf & { quote(): number }");
  assert.match(wrong.out, /conform\.ts.*quote/s, "a promise that is not kept is noticed");
});

for (const file of ["server.mts", "server.cts"]) {
  test(`a ${file.slice(-3)} server quotes, a page reconciles, and their mistakes do not compile`, async () => {
    const text = `import { createShelf, quote, type Cart, type Quote, type Reconciliation } from "nearshelf";
      export async function both(cart: Cart): Promise<Reconciliation> {
        const server: Quote = await quote(cart, { pack: "shop.pack", overlay: new Uint8Array(3), market: "cn", now: 1 });
        const shelf = await createShelf({ pack: "/shop.pack", keys: ["3d"], switches: "/shop.switch" });
        const open = shelf.offers().filter((offer) => offer.state === "running" && (offer.countdown ?? 0) < 9);
        // @ts-expect-error no such state
        open.some((offer) => offer.state === "paused");
        // @ts-expect-error the pack is missing
        await quote(cart, { now: 1 });
        // @ts-expect-error a key is text
        await createShelf({ pack: "/shop.pack", keys: [7] });
        return shelf.quote(cart) ? shelf.reconcile(server) : shelf.reconcile(server);
      }`;
    const { code, out } = await compile("types", { [file]: text }, { module: "nodenext", lib: ["es2022", "dom"] });
    assert.equal(code, 0, out);
  });
}
