// The demo page's texts: both languages say the same things, and say all that the page asks for.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import en from "../../www-demo/text/en.js";
import zh from "../../www-demo/text/zh-CN.js";
import { page } from "./bench.mjs";

/** Keys of the texts, joined by dots, with each text. */
const flat = (texts, before = "") => Object.entries(texts).flatMap(([key, text]) =>
  typeof text === "string" ? [[before + key, text]] : key === "people" ? [] : flat(text, `${before}${key}.`));
const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("each key is there in both languages, with the same names to fill in", () => {
  const other = new Map(flat(zh));
  assert.deepEqual(flat(en).map(([key]) => key).sort(), [...other.keys()].sort());
  for (const [key, text] of flat(en)) assert.deepEqual(names(other.get(key)), names(text), key);
});

test("no key is written twice, which would hide the first", () => {
  for (const file of ["en.js", "zh-CN.js"]) {
    const keys = readFileSync(join(page, "text", file), "utf8").split("\n").map((line) => /^  (\w+):/.exec(line)?.[1]).filter(Boolean);
    assert.deepEqual(keys.filter((key, i) => keys.indexOf(key) !== i), [], file);
  }
});

test("every text that the page asks for by its name is there", () => {
  const known = new Set(flat(en).map(([key]) => key));
  const asked = readdirSync(page).filter((file) => file.endsWith(".js")).flatMap((file) =>
    [...readFileSync(join(page, file), "utf8").matchAll(/\bt\("([\w.]+)"/g)].map(([, key]) => [file, key]));
  const marked = [...readFileSync(join(page, "index.html"), "utf8").matchAll(/data-t(?:-label)?="(\w+)"/g)].map(([, key]) => ["index.html", key]);
  assert.ok(asked.length > 100 && marked.length > 8);
  for (const [file, key] of [...asked, ...marked]) assert.ok(known.has(key), `${file}: ${key}`);
});

test("every kind of event has its words", () => {
  const source = readFileSync(join(page, "../src/event/mod.rs"), "utf8");
  const kinds = [...source.matchAll(/EventKind::\w+ => "(\w+)"/g)].map(([, name]) => name);
  assert.equal(kinds.length, 34);
  for (const texts of [en, zh]) assert.deepEqual(Object.keys(texts.kind).sort(), [...kinds].sort());
});
