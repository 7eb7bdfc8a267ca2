// Consent in a mini-program: the platform's storage in each state, and the module in a realm that has only what the platform has.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { build, miniProgram, root } from "./support/host.mjs";

const pack = new Uint8Array(readFileSync(join(root, "tests", "compat", "pack-v1.pack")));
const STORAGE = ["getStorage", "setStorage", "removeStorage", "getStorageInfo", "getRandomValues", "getUserCryptoManager", "onAppHide"];

const TABLE = [
  [{}, []],
  [{ personalize: true, report: true, sensitive: true }, []],
  [{ store: false, personalize: true }, []],
  [{ store: true }, ["receipts"]],
  [{ store: true, personalize: true }, ["anonymous", "key", "receipts"]],
  [{ store: true, personalize: true, minor: true }, ["receipts"]],
];

for (const [consent, expected] of TABLE) {
  test(`the platform's storage with ${JSON.stringify(consent)}`, async () => {
    const storage = new Map([["cart", '"theirs"']]);
    const program = miniProgram({ storage });
    await program.run(`
      return nearshelf.createShelf({ pack: bytes, consent: JSON.parse(consent), notice: "1", preConsent: "session" }).then(function (shelf) {
        shelf.track("view_item", { items: [{ item_id: "10001" }] });
        shelf.recommend();
        shelf.dispose();
        return new Promise(function (resolve) { setTimeout(resolve, 80); });
      });`, { consent: JSON.stringify(consent), bytes: pack });
    const names = [...storage.keys()].filter((name) => name !== "cart").map((name) => name.replace(/\/[01]$/, "").replace(/^.*\//, ""));
    assert.deepEqual(names.sort(), expected);
    if (consent.store !== true) for (const name of STORAGE) assert.ok(!program.used.includes(name), name);
  });
}

test("the module is one file without requires and globals of the web, and takes WeChat's answer", async () => {
  const script = readFileSync(join(build, "consent.js"), "utf8");
  assert.doesNotMatch(script, /\brequire\(|\bimport\(|\bfetch\b|\bURL\b|TextDecoder|TextEncoder|\batob\b|crypto|localStorage/);
  const wx = { getPrivacySetting: ({ success }) => success({ needAuthorization: false, privacyContractName: "x" }) };
  const module = { exports: {} };
  vm.runInNewContext(`(function (module, exports) {${script}\n})`, { wx, setTimeout, clearTimeout })(module, module.exports);
  assert.deepEqual(Object.keys(module.exports).sort(),
    ["consentRecord", "exportData", "fromCallback", "fromGoogleConsentMode", "fromShopify", "fromTcf", "fromWechat", "importData", "reportBudget", "sentReports"]);
  const said = [];
  const shelf = { setConsent: (change) => said.push({ ...change }), rights: (message) => said.push(message) };
  module.exports.fromWechat(shelf).stop();
  assert.deepEqual(said, [{ by: "wechat", store: true, personalize: true }]);
});
