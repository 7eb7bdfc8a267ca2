// The boundary's primitives: bounded, and UTF-8 exactly as the platform's own coders have it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Reader, Writer } from "../../pkg-template/src/codec.js";
import { lendNativeText } from "../../pkg-template/src/text.js";
import { decodeUtf8, encodeUtf8, lendText } from "../../pkg-template/src/utf8.js";

/** A generator with a seed, so that a failure comes again. */
function random(seed) {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

function encode(text) {
  const into = new Uint8Array(3 * text.length);
  return into.subarray(0, encodeUtf8(text, into, 0));
}

function randomText(next) {
  const kinds = [
    () => next(0x80), () => 0x80 + next(0x780), () => 0x800 + next(0xd000), () => 0xe000 + next(0x2000),
    () => 0xd800 + next(0x400), () => 0xdc00 + next(0x400),
  ];
  let text = "";
  for (let i = next(120); i > 0; i--) text += String.fromCharCode(kinds[next(kinds.length)]());
  return text;
}

test("UTF-8 is written as TextEncoder writes it, lone surrogates included", () => {
  const next = random(1);
  const platform = new TextEncoder();
  const fixed = ["", "\ud800", "\udc00", "a\ud800", "\udc00\ud800", "\ud83d\ude00", "\ud83d\ud83d\ude00", "猫砂 💡\0\u07ff\uffff"];
  const texts = fixed.concat(Array.from({ length: 4000 }, () => randomText(next)));
  for (const text of texts) assert.deepEqual(encode(text), platform.encode(text), JSON.stringify(text));
});

test("UTF-8 is read as TextDecoder reads it, broken bytes included", () => {
  const next = random(2);
  const platform = new TextDecoder("utf-8", { ignoreBOM: true });
  const leads = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff];
  for (let i = 0; i < 30000; i++) {
    const bytes = Uint8Array.from({ length: next(12) }, () => (i % 2 ? next(256) : leads[next(leads.length)]));
    assert.equal(decodeUtf8(bytes, 0, bytes.length), platform.decode(bytes), Buffer.from(bytes).toString("hex"));
  }
  // Long ones are put together in pieces, and a pair of surrogates may stand at each end of one.
  for (let n = 1015; n < 1035; n++) {
    const text = "a".repeat(n) + "💡".repeat(700) + "猫".repeat(n);
    const bytes = new TextEncoder().encode(text);
    assert.equal(decodeUtf8(bytes, 0, bytes.length), text, String(n));
    assert.equal(decodeUtf8(bytes, n, n + 4), "💡", "a short one after a long one");
  }
  const mark = Uint8Array.from([0xef, 0xbb, 0xbf, 0x41]);
  assert.equal(decodeUtf8(mark, 0, 4), "\ufeffA");
});

test("what is written is read, and nothing is left", () => {
  const w = new Writer(1);
  w.u8(7);
  w.u32(0xfffffffe);
  w.f64(0.1);
  [null, undefined, false, true].forEach((v) => w.tri(v));
  w.str("猫 💡");
  w.bytes(Uint8Array.from([1, 2, 3]));
  w.list(["a", ""], (t) => w.str(t));
  w.f64(NaN);
  const r = new Reader(w.written().slice());
  assert.deepEqual([r.u8(), r.u32(), r.f64()], [7, 0xfffffffe, 0.1]);
  assert.deepEqual([r.u8(), r.u8(), r.u8(), r.u8()], [0, 0, 1, 2]);
  assert.equal(r.str(), "猫 💡");
  assert.deepEqual(Array.from(r.bytes()), [1, 2, 3]);
  assert.deepEqual(r.list((r) => r.str()), ["a", ""]);
  assert.equal(r.money(), null);
  assert.equal(r.left(), 0);
});

test("the bytes begin little-endian", () => {
  const w = new Writer();
  w.u32(0x01020304);
  w.f64(1);
  assert.deepEqual(Array.from(w.written()), [4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
});

test("a cut response is refused wherever it is cut", () => {
  const w = new Writer();
  w.str("hello");
  w.list(["a", "b"], (t) => w.str(t));
  const whole = w.written().slice();
  const read = (bytes) => {
    const r = new Reader(bytes);
    return [r.str(), r.list((r) => r.str())];
  };
  assert.deepEqual(read(whole), ["hello", ["a", "b"]]);
  for (let cut = 0; cut < whole.length; cut++) assert.throws(() => read(whole.subarray(0, cut)), RangeError, "cut at " + cut);
});

test("a length that lies is refused before memory is taken", () => {
  const lie = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]);
  assert.throws(() => new Reader(lie).str(), RangeError);
  assert.throws(() => new Reader(lie).bytes(), RangeError);
  assert.throws(() => new Reader(lie).list((r) => r.u32()), RangeError);
});

test("a reader stays inside a view on a larger buffer", () => {
  const outer = Uint8Array.from([9, 9, 1, 0, 0, 0, 65, 9, 9]);
  const r = new Reader(outer.subarray(2, 7));
  assert.equal(r.str(), "A");
  assert.throws(() => r.u8(), RangeError);
});

test("a writer grows up to its bound and no further", () => {
  const w = new Writer(1, 100);
  for (let i = 0; i < 25; i++) w.u32(i);
  assert.equal(w.length, 100);
  assert.throws(() => w.u8(1), { code: "call_too_large" });
  assert.throws(() => new Writer().str("x".repeat(6e6)), { code: "call_too_large" });
});

test("with the platform's coders lent, long texts come out the same", () => {
  const next = random(3);
  const texts = Array.from({ length: 500 }, () => "\ufeff" + randomText(next).repeat(2));
  const own = texts.map((t) => encode(t).slice());
  const ownBack = own.map((b) => decodeUtf8(b, 0, b.length));
  try {
    lendNativeText();
    assert.deepEqual(texts.map((t) => encode(t).slice()), own);
    assert.deepEqual(own.map((b) => decodeUtf8(b, 0, b.length)), ownBack);
  } finally {
    lendText(null, null);
  }
});
