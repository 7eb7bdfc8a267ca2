// Seasons and kinds of shoppers: what the face makes of them, with and without the engine.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { say } from "../../pkg-template/src/say.js";
import { golden, replay } from "../golden/replay.mjs";
import { fakeHost } from "./support/fake-core.mjs";
import { pkg } from "./support/project.mjs";

const NOW = 1_790_000_000_000;
const { cases, pack } = golden("seasons.json");
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const real = (language = "en") => createShelf({ pack, market: "cn", language, now: () => NOW, consent: { personalize: true } });

test("the packed build gives what the golden file says", async () => {
  for (const one of cases) {
    const answers = await replay(createShelf, one, pack);
    one.steps.forEach((step, i) => assert.deepEqual(answers[i], step.expect, `${one.name}, step ${i}`));
  }
});

test("a portrait has the nearest kind of shoppers, and none before anything is known, after it is forgotten or without the engine", async () => {
  const shelf = await real();
  assert.equal(shelf.portrait().cluster, null);
  shelf.track("view_item", { items: [{ item_id: "80001" }] });
  assert.deepEqual({ ...shelf.portrait().cluster }, { id: "Pets > Cats", share: 0.31, confidence: 1, last: NOW });
  shelf.forget();
  assert.equal(shelf.portrait().cluster, null);
  const noCore = async () => {
    throw new NearshelfError("wasm_unavailable", "none", "none");
  };
  const without = await shelfMaker(fakeHost({ pack, core: noCore }))({ pack: "p", language: "zh-CN", now: () => NOW });
  assert.equal(without.portrait().cluster, null);
});

test("seasons and kinds are said in both languages", async () => {
  const [english, chinese] = [await real(), await real("zh-CN")];
  const cluster = { code: "cluster", subject: "Pets > Cats" };
  const season = { code: "season", subject: "Home > Bedding" };
  assert.deepEqual([say(english, cluster), say(english, season)], ["Shoppers like you look at Cats", "The time of year: Bedding"]);
  const names = Object.fromEntries(chinese.categories().map(({ path, label }) => [path, label.split(" > ").pop()]));
  assert.deepEqual([say(chinese, cluster), say(chinese, season)], [`与你相似的人常看${names["Pets > Cats"]}`, `时令：${names["Home > Bedding"]}`]);
});
