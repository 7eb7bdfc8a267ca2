// Adapters to consent platforms, against stand-ins that behave as the platforms document it.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { fromCallback } from "../../pkg-template/src/consent/callback.js";
import { fromGoogleConsentMode } from "../../pkg-template/src/consent/google.js";
import { consentRecord } from "../../pkg-template/src/consent/record.js";
import { fromShopify } from "../../pkg-template/src/consent/shopify.js";
import { fromTcf } from "../../pkg-template/src/consent/tcf.js";
import { fromWechat } from "../../pkg-template/src/consent/wechat.js";
import { storageOver, turn, view, visit } from "./support/memory.mjs";

const none = { store: null, personalize: null, report: null, sensitive: null };
const start = (more) => visit(storageOver(new Map()), { consent: {}, ...more });
/** Nothing of what is thrown may reach the page. */
const loose = [];
process.on("unhandledRejection", (thrown) => loose.push(thrown));

afterEach(async () => {
  for (const name of ["dataLayer", "Shopify", "__tcfapi", "document"]) delete globalThis[name];
  await turn();
  assert.deepEqual(loose, []);
});

// ---- Google Consent Mode ----

const gtag = (layer) => function gtag() {
  layer.push(arguments);
};

test("Google: a default is no answer, an update is one for what it names, and a withdrawal acts on the next list", async () => {
  const v = await start();
  const layer = (globalThis.dataLayer = []);
  const say = gtag(layer);
  say("consent", "default", { personalization_storage: "denied", analytics_storage: "granted", ad_storage: "denied", wait_for_update: 500 });
  const source = fromGoogleConsentMode(v.shelf);
  assert.deepEqual(v.shelf.consent(), none);
  say("event", "view_item", {});
  say("consent", "update", { personalization_storage: "granted" });
  assert.deepEqual(v.shelf.consent(), { ...none, store: true, personalize: true });
  say("consent", "update", { analytics_storage: "granted", ad_storage: "granted" });
  assert.deepEqual(v.shelf.consent(), { ...none, store: true, personalize: true, report: true });
  v.shelf.track(...view("lamp"));
  say("consent", "update", { personalization_storage: "denied" });
  assert.deepEqual(v.shelf.consent(), { ...none, store: false, personalize: false, report: true });
  assert.deepEqual(v.core.known, []);
  assert.deepEqual(source.state(), { store: false, personalize: false, report: true });
  assert.deepEqual(v.shelf.consentReceipts().map((r) => r.by), ["google-consent-mode", "google-consent-mode", "google-consent-mode"]);
});

test("Google: what lies in the layer already counts, in its order; a granted default counts if the shop says so; a region's never", async () => {
  for (const [defaults, expected] of [[undefined, none], [true, { ...none, store: true, personalize: true }]]) {
    const v = await start();
    const layer = [];
    const say = gtag(layer);
    say("consent", "default", { personalization_storage: "granted", analytics_storage: "denied" });
    say("consent", "default", { personalization_storage: "granted", analytics_storage: "granted", region: ["US-CA"] });
    fromGoogleConsentMode(v.shelf, { layer, defaults });
    assert.deepEqual(v.shelf.consent(), expected);
  }
  const v = await start();
  const layer = [];
  gtag(layer)("consent", "update", { functionality_storage: "granted", analytics_storage: "denied" });
  fromGoogleConsentMode(v.shelf, { layer, mapping: { store: ["functionality_storage"], personalize: ["functionality_storage", "analytics_storage"] }, by: "our banner" });
  assert.deepEqual(v.shelf.consent(), { ...none, store: true, personalize: false });
  assert.equal(v.shelf.consentReceipts()[0].by, "our banner");
});

test("Google: nobody else's push is disturbed, wild entries are nothing, and stop leaves the layer as it was", async () => {
  const v = await start();
  const layer = [null, 7, "consent", { consent: 1 }, ["consent", "update"], ["consent", "update", 5], ["consent", "update", { personalization_storage: 9 }]];
  const hostile = new Proxy([], { get: () => { throw new Error("no"); } });
  const source = fromGoogleConsentMode(v.shelf, { layer });
  assert.equal(layer.push(hostile, { event: "x" }), 9);
  assert.equal(layer.push(), 9);
  assert.deepEqual(v.shelf.consent(), none);
  source.stop();
  assert.ok(!Object.prototype.hasOwnProperty.call(layer, "push"));
  gtag(layer)("consent", "update", { personalization_storage: "granted" });
  assert.deepEqual(v.shelf.consent(), none);
  await turn();
  assert.deepEqual(v.told, ["consent_source"]);
});

// ---- Shopify ----

/** As documented: methods answer by region and consent; the event comes on `document` when a visitor has decided. */
function shopify({ region = true, loaded = true } = {}) {
  const listeners = new Set();
  globalThis.document = {
    addEventListener: (name, fn) => name === "visitorConsentCollected" && listeners.add(fn),
    removeEventListener: (name, fn) => listeners.delete(fn),
  };
  const said = { preferences: "", analytics: "", marketing: "", sale_of_data: "" };
  const allowed = (name) => () => (said[name] === "" ? !region : said[name] === "yes");
  const customerPrivacy = {
    currentVisitorConsent: () => ({ ...said }),
    preferencesProcessingAllowed: allowed("preferences"), analyticsProcessingAllowed: allowed("analytics"),
    marketingAllowed: allowed("marketing"), saleOfDataAllowed: allowed("sale_of_data"),
  };
  globalThis.Shopify = { loadFeatures: (features, done) => {
    assert.deepEqual(features, [{ name: "consent-tracking-api", version: "0.1" }]);
    setImmediate(() => {
      if (loaded) globalThis.Shopify.customerPrivacy = customerPrivacy;
      done(loaded ? undefined : new Error("offline"));
    });
  } };
  return { listeners, set: (change) => {
    Object.assign(said, change);
    [...listeners].forEach((fn) => fn({ detail: {} }));
  } };
}

test("Shopify: undecided where consent is required, allowed where it is not, and what the visitor says", async () => {
  const v = await start();
  const page = shopify();
  const source = fromShopify(v.shelf);
  await turn();
  await turn();
  assert.deepEqual(v.shelf.consent(), none, "required and not asked");
  page.set({ preferences: "yes", analytics: "no" });
  assert.deepEqual(v.shelf.consent(), { ...none, store: true, personalize: true, report: false });
  page.set({ preferences: "no" });
  assert.deepEqual(v.shelf.consent(), { ...none, store: false, personalize: false, report: false });
  source.stop();
  assert.equal(page.listeners.size, 0);
  page.set({ preferences: "yes" });
  assert.equal(v.shelf.consent().store, false);
  const free = await start();
  shopify({ region: false });
  fromShopify(free.shelf);
  await turn();
  await turn();
  assert.deepEqual(free.shelf.consent(), { ...none, store: true, personalize: true, report: true });
  const strict = await start();
  shopify({ region: false });
  fromShopify(strict.shelf, { explicit: true, mapping: { personalize: "preferences", sensitive: ["marketing", "sale_of_data"] } });
  await turn();
  await turn();
  assert.deepEqual(strict.shelf.consent(), none);
});

test("Shopify: an interface that does not load or is another one is a diagnostic, and undecided", async () => {
  const v = await start();
  shopify({ loaded: false });
  fromShopify(v.shelf);
  await turn();
  await turn();
  await turn();
  assert.deepEqual([v.shelf.consent(), v.told], [none, ["consent_source"]]);
  const other = await start();
  globalThis.Shopify = { customerPrivacy: {} };
  fromShopify(other.shelf);
  await turn();
  assert.deepEqual([other.shelf.consent(), other.told], [none, ["consent_source"]]);
});

// ---- IAB TCF ----

/** A platform as its API describes it: it tells each listener at once, and whenever the answer changes. */
function tcf() {
  const listeners = new Map();
  let data = { tcfPolicyVersion: 4, cmpStatus: "loaded", eventStatus: "cmpuishown", gdprApplies: true, purposeOneTreatment: false,
    purpose: { consents: {}, legitimateInterests: { 8: true, 9: true } }, vendor: { consents: {} }, publisher: { consents: {} } };
  const tell = (id) => listeners.get(id)({ ...data, listenerId: id }, true);
  globalThis.__tcfapi = (command, version, callback, parameter) => {
    assert.equal(version, 2);
    if (command === "addEventListener") {
      const id = listeners.size + 1;
      listeners.set(id, callback);
      tell(id);
    } else if (command === "removeEventListener") callback(listeners.delete(parameter));
  };
  return { listeners, set: (change) => {
    data = { ...data, ...change };
    [...listeners.keys()].forEach(tell);
  } };
}
const purposes = (...list) => ({ consents: Object.fromEntries(list.map((n) => [n, true])), legitimateInterests: { 8: true, 9: true } });

test("TCF: undecided until the dialogue is answered; purposes decide; a legitimate interest is no consent", async () => {
  const v = await start();
  const page = tcf();
  const source = fromTcf(v.shelf);
  assert.deepEqual(v.shelf.consent(), none);
  page.set({ eventStatus: "useractioncomplete", purpose: purposes(1, 5, 6) });
  assert.deepEqual(v.shelf.consent(), { ...none, store: true, personalize: true, report: false });
  page.set({ eventStatus: "cmpuishown" });
  assert.equal(v.shelf.consent().personalize, true, "the last answer stands while the dialogue is open again");
  page.set({ eventStatus: "useractioncomplete", purpose: purposes(1, 5, 8, 9) });
  assert.deepEqual(v.shelf.consent(), { ...none, store: true, personalize: false, report: true });
  page.set({ purpose: purposes() });
  assert.deepEqual(v.shelf.consent(), { ...none, store: false, personalize: false, report: false });
  source.stop();
  assert.equal(page.listeners.size, 0);
  assert.deepEqual(v.told, []);
});

test("TCF: a stored answer counts at once; vendor, publisher, purpose one and other countries as the shop says", async () => {
  const over = async (options, change) => {
    const v = await start();
    const page = tcf();
    page.set({ eventStatus: "tcloaded", purpose: purposes(1, 5, 6, 8, 9, 10), ...change });
    fromTcf(v.shelf, options);
    return v.shelf.consent();
  };
  const yes = { ...none, store: true, personalize: true, report: true };
  assert.deepEqual(await over({}), yes);
  assert.deepEqual(await over({ vendor: 755 }), { ...none, store: false, personalize: false, report: false });
  assert.deepEqual(await over({ vendor: 755 }, { vendor: { consents: { 755: true } } }), yes);
  assert.deepEqual(await over({ publisher: true }, { publisher: { consents: { 1: true } } }), { ...none, store: true, personalize: false, report: false });
  assert.deepEqual(await over({}, { purposeOneTreatment: true }), { ...yes, store: null });
  assert.deepEqual(await over({ mapping: { report: 10 } }), { ...none, report: true });
  assert.deepEqual(await over({}, { gdprApplies: false }), none);
  assert.deepEqual(await over({ outside: { personalize: true } }, { gdprApplies: false }), { ...none, personalize: true });
});

test("TCF: a platform that comes late is found, one that never does is told once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const v = await start();
  const source = fromTcf(v.shelf);
  t.mock.timers.tick(9000);
  await turn();
  assert.deepEqual(v.told, []);
  t.mock.timers.tick(2000);
  await turn();
  await turn();
  assert.deepEqual([v.told, v.shelf.consent()], [["consent_source"], none]);
  const page = tcf();
  page.set({ eventStatus: "tcloaded", purpose: purposes(1, 5, 6) });
  t.mock.timers.tick(300);
  assert.equal(v.shelf.consent().personalize, true);
  source.stop();
  const gone = await start();
  delete globalThis.__tcfapi;
  fromTcf(gone.shelf).stop();
  t.mock.timers.tick(60000);
  await turn();
  assert.deepEqual(gone.told, [], "who has stopped waits for nothing");
});

test("TCF: failures and wild answers are a diagnostic, and undecided", async () => {
  for (const api of [
    () => { throw new Error("stub"); },
    (command, version, callback) => callback(null, false),
    (command, version, callback) => callback({ cmpStatus: "error", eventStatus: "tcloaded" }, true),
    (command, version, callback) => callback({ get gdprApplies() { throw new Error("no"); } }, true),
  ]) {
    const v = await start();
    globalThis.__tcfapi = api;
    fromTcf(v.shelf);
    await turn();
    assert.deepEqual([v.shelf.consent(), v.told], [none, ["consent_source"]]);
  }
});

// ---- WeChat ----

/** As documented: a setting that says whether there is something to agree to, and interfaces that make the shopper decide. */
function wechat({ need = true } = {}) {
  const shown = new Set();
  const wx = {
    need,
    getPrivacySetting: ({ success }) => setImmediate(() => success({ needAuthorization: wx.need, privacyContractName: "《隐私保护指引》" })),
    requirePrivacyAuthorize: ({ success, fail }) => (wx.listener
      ? wx.listener((answer) => {
        wx.answers.push(answer);
        if (answer.event === "agree") wx.need = false;
        if (answer.event !== "exposureAuthorization") setImmediate(() => (answer.event === "agree" ? success({}) : fail({ errMsg: "requirePrivacyAuthorize:fail privacy permission is not authorized" })));
      }, { referrer: "requirePrivacyAuthorize" })
      : setImmediate(() => { if (wx.agrees) { wx.need = false; success({}); } else fail({ errMsg: "fail" }); })),
    onNeedPrivacyAuthorization: (fn) => { wx.listener = fn; },
    onAppShow: (fn) => shown.add(fn),
    offAppShow: (fn) => shown.delete(fn),
    show: () => [...shown].forEach((fn) => fn()),
    answers: [], shown,
  };
  return wx;
}
const settle = async () => { for (let i = 0; i < 6; i++) await turn(); };

test("WeChat: undecided, agreed, refused, and taken back in the settings", async () => {
  const v = await start();
  const wx = wechat();
  const source = fromWechat(v.shelf, { wx });
  await settle();
  assert.deepEqual(v.shelf.consent(), none);
  assert.equal(wx.listener, undefined, "WeChat's own dialogue stays in place");
  wx.agrees = false;
  assert.equal(await source.ask(), false);
  assert.deepEqual(v.shelf.consent(), { ...none, store: false, personalize: false });
  wx.show();
  await settle();
  assert.equal(v.shelf.consent().store, false, "a no is not forgotten by looking again");
  wx.agrees = true;
  assert.equal(await source.ask(), true);
  assert.deepEqual(v.shelf.consent(), { ...none, store: true, personalize: true });
  wx.show();
  await settle();
  assert.equal(v.shelf.consent().store, true);
  wx.need = true;
  wx.show();
  await settle();
  assert.deepEqual(v.shelf.consent(), none);
  source.stop();
  assert.equal(wx.shown.size, 0);
  assert.deepEqual(v.told, []);
});

test("WeChat: a dialogue of the program's own answers with the button that was pressed", async () => {
  for (const [dialog, agreed, answers] of [
    [async () => "agree-btn", true, [{ event: "agree", buttonId: "agree-btn" }]],
    [() => false, false, [{ event: "disagree" }]],
    [() => { throw new Error("no page"); }, false, [{ event: "disagree" }]],
  ]) {
    const v = await start();
    const wx = wechat();
    const source = fromWechat(v.shelf, { wx, dialog, purposes: ["store", "personalize", "report"] });
    await settle();
    assert.equal(await source.ask(), agreed);
    await settle();
    assert.deepEqual(wx.answers, answers);
    assert.deepEqual(v.shelf.consent(), { ...none, store: agreed, personalize: agreed, report: agreed });
  }
});

test("WeChat: an older base library and a call that fails are a diagnostic, and undecided", async () => {
  for (const wx of [{}, { getPrivacySetting: ({ fail }) => fail({ errMsg: "getPrivacySetting:fail" }) }, { getPrivacySetting: ({ success }) => success({}) }]) {
    const v = await start();
    const source = fromWechat(v.shelf, { wx });
    await settle();
    assert.equal(await source.ask(), false);
    assert.deepEqual([v.shelf.consent().personalize, v.told], [null, ["consent_source"]]);
  }
});

// ---- whatever asks ----

test("a callback, a promise and a subscription, all three states, and the end of each", async () => {
  let say, ended = 0;
  const v = await start();
  const source = fromCallback(v.shelf, (give) => {
    say = give;
    return () => ended++;
  }, { by: "banner" });
  assert.equal(source.state(), null);
  say({ store: true, personalize: true, report: false, notice: "7" });
  assert.deepEqual(v.shelf.consent(), { ...none, store: true, personalize: true, report: false });
  say({ personalize: null });
  assert.equal(v.shelf.consent().personalize, null);
  say({ minor: true });
  assert.deepEqual([v.shelf.consent().personalize, v.shelf.consentReceipts().at(-1).by], [false, "banner"]);
  source.stop();
  say({ personalize: true, minor: false });
  assert.deepEqual([v.shelf.consent().personalize, ended], [false, 1]);
  const later = await start();
  fromCallback(later.shelf, Promise.resolve({ personalize: true }));
  await turn();
  assert.equal(later.shelf.consent().personalize, true);
  const store = await start();
  let left = 0;
  const subscribed = fromCallback(store.shelf, { subscribe: (give) => (give({ store: true }), { unsubscribe: () => left++ }) });
  assert.equal(store.shelf.consent().store, true);
  subscribed.stop();
  assert.equal(left, 1);
  const direct = await start();
  fromCallback(direct.shelf, () => ({ report: false }));
  assert.equal(direct.shelf.consent().report, false);
});

test("whatever a source does, nothing reaches the page, and what it cannot mean is no consent", async () => {
  for (const source of [
    () => { throw new Error("no"); }, () => Promise.reject(new Error("no")), { make: () => Promise.reject(new Error("no")) },
    { subscribe: () => { throw new Error("no"); } }, (give) => give({ store: "yes", personalize: 1 }),
    (give) => give({ get store() { throw new Error("no"); } }),
  ]) {
    const v = await start();
    fromCallback(v.shelf, source.make ? source.make() : source);
    await turn();
    await turn();
    assert.deepEqual([v.shelf.consent(), v.told], [none, ["consent_source"]]);
  }
  for (const source of [null, undefined, 5, "yes", {}, []]) {
    const v = await start();
    const made = fromCallback(v.shelf, source);
    made.stop();
    made.stop();
    assert.deepEqual(v.shelf.consent(), none);
  }
  const gone = await start();
  let say;
  fromCallback(gone.shelf, (give) => { say = give; });
  gone.shelf.dispose();
  say({ store: true });
});

test("a receipt in the words of Kantara's specification", async () => {
  const v = await start({ now: () => 1_790_000_000_999, notice: "2026-11" });
  v.shelf.setConsent({ personalize: true, report: false, by: "banner" });
  const record = consentRecord(v.shelf.consentReceipts()[0], { controller: "Tea House", policyUrl: "https://tea.example/privacy", jurisdiction: "CN" });
  assert.deepEqual([record.version, record.consentTimestamp, record.collectionMethod, record.policyUrl, record.policyVersion, record.jurisdiction],
    ["KI-CR-v1.1.0", 1_790_000_000, "banner", "https://tea.example/privacy", "2026-11", "CN"]);
  assert.deepEqual(record.services[0].purposes.map((p) => [p.purposeCategory[0], p.granted, p.inForce]), [["personalize", true, true], ["report", false, false]]);
  assert.deepEqual(record.piiControllers, [{ piiController: "Tea House", contact: "" }]);
});
