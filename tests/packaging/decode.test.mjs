// The collector's estimates in JavaScript: the numbers of `nearshelf reports decode`, from the same golden file.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeReports } from "../../pkg-template/src/decode.js";
import { reportLine } from "../../pkg-template/src/report-line.js";

const golden = JSON.parse(readFileSync(new URL("../golden/reports.json", import.meta.url), "utf8"));

/** Equal but for the last digits of a number. */
function same(ours, theirs, at) {
  if (typeof theirs === "number") {
    assert.ok(Math.abs(ours - theirs) <= 1e-12 * Math.max(1, Math.abs(theirs)), `${at}: ${ours} against ${theirs}`);
  } else if (theirs !== null && typeof theirs === "object") {
    assert.equal(Array.isArray(ours), Array.isArray(theirs), at);
    assert.deepEqual(Object.keys(ours), Object.keys(theirs), at);
    for (const name of Object.keys(theirs)) same(ours[name], theirs[name], `${at}.${name}`);
  } else {
    assert.equal(ours, theirs, at);
  }
}

test("every golden case gives the file's estimates", () => {
  assert.equal(golden.spec_version, 1);
  assert.ok(golden.cases.length >= 3);
  const mechanisms = new Set(golden.cases.flatMap((c) => c.schema.metrics.map((m) => m.mechanism)));
  assert.deepEqual([...mechanisms].sort(), ["k_rr", "oue"]);
  for (const { name, schema, lines, costs, expect } of golden.cases) {
    same(decodeReports(schema, lines, { costs }), expect, name);
    same(decodeReports(JSON.stringify(schema), lines.join("\n"), { costs }), expect, name);
    assert.ok(expect.counts.unreadable > 3 && expect.counts.impossible > 3 && expect.counts.copies > 0, name);
  }
});

test("what arrives becomes the core's own line, or is refused with a way out", () => {
  const { arrivals } = golden;
  const good = arrivals.filter(({ line }) => line !== null);
  assert.ok(good.length >= 30 && arrivals.length - good.length >= 30);
  assert.ok(["2026-W53", "k_rr", "oue"].every((word) => good.some(({ line }) => line.includes(word))));
  const refused = (given) => assert.throws(() => reportLine(given), (e) => e.name === "NearshelfError" && e.code === "bad_report" && e.fix !== "", String(given));
  for (const { bytes: hex, line } of arrivals) {
    const bytes = Buffer.from(hex, "hex");
    // A body lies anywhere in the buffer it came in.
    const within = new Uint8Array([7, ...bytes, 7]).subarray(1, -1);
    for (const given of [bytes, within, new Uint8Array(bytes).buffer]) {
      if (line === null) refused(given);
      else assert.equal(reportLine(given), line, hex);
    }
  }
  for (const given of [undefined, null, "", 29, {}, good[0].bytes, [...Buffer.from(good[0].bytes, "hex")]]) refused(given);
});

test("every changed byte of a report is another line or none, but for the number of symbols, which the line does not tell", () => {
  for (const { bytes, line } of golden.arrivals.filter(({ line }) => line !== null)) {
    for (let i = 0; i < bytes.length / 2; i++) {
      if (i === 3) continue;
      const changed = Buffer.from(bytes, "hex");
      changed[i] ^= 1;
      let other = null;
      try {
        other = reportLine(changed);
      } catch (e) {
        assert.equal(e.code, "bad_report");
      }
      assert.notEqual(other, line);
    }
  }
});

test("the order of the lines changes nothing but the numbers of the bad ones", () => {
  for (const { name, schema, lines, expect } of golden.cases) {
    const turned = decodeReports(schema, [...lines].reverse());
    same({ counts: turned.counts, metrics: turned.metrics }, { counts: expect.counts, metrics: expect.metrics }, name);
  }
});

test("weeks are those of ISO 8601", () => {
  const { schema, lines } = golden.cases[0];
  const counted = (epoch) => decodeReports(schema, lines[0].replace(/\d{4}-W\d\d/, epoch)).counts.counted;
  for (const week of ["2026-W01", "2026-W53", "2004-W53", "2009-W53", "2015-W53", "2020-W53", "2025-W52", "0001-W01"]) assert.equal(counted(week), 1, week);
  for (const week of ["2025-W53", "2021-W53", "2027-W53", "2026-W00", "2026-W54", "2026-W5", "26-W05", "2026W05"]) assert.equal(counted(week), 0, week);
});

test("a schema that is none is refused with a way out", () => {
  const { schema } = golden.cases[0];
  const metric = schema.metrics[0];
  const bad = [
    null, "{", {}, { ...schema, format: "x" }, { ...schema, version: -1 }, { ...schema, epsilon_millionths: 2000001 }, { ...schema, metrics: [] },
    ...[{ metric: "income" }, { mechanism: "sue" }, { other: 0 }, { other: 2 ** 31 }, { other: "9" }, { domain: [] },
      { domain: [...metric.domain].reverse() }, { domain: [{ key: "12" }] }].map((edit) => ({ ...schema, metrics: [{ ...metric, ...edit }] })),
  ];
  for (const given of bad) {
    assert.throws(() => decodeReports(given, ""), (e) => e.name === "NearshelfError" && e.code === "bad_schema" && e.fix !== "", JSON.stringify(given));
  }
  assert.deepEqual(decodeReports(schema, "").metrics, []);
});

test("the two mechanisms undo their own noise: a crowd that is certain comes out whole", () => {
  for (const { schema } of golden.cases) {
    const { mechanism, other, domain } = schema.metrics[0];
    const q = other / 2 ** 32;
    const p = mechanism === "k_rr" ? 1 - domain.length * q : 0.5;
    // As many supports as a crowd of one mind gives on average, in one line each.
    const n = 2000;
    const answers = (symbol) => Math.round(n * (symbol === 1 ? p : q));
    const lines = [];
    const id = (i) => i.toString(16).padStart(32, "0");
    const line = (answer) => lines.push(JSON.stringify({ v: 1, schema: schema.version, epoch: "2026-W47", metric: "category_interest", mechanism, answer, id: id(lines.length) }));
    if (mechanism === "k_rr") {
      for (let s = 0; s <= domain.length; s++) for (let i = answers(s); i > 0; i--) line(s);
    } else {
      for (let i = 0; i < n; i++) {
        const bytes = new Uint8Array(Math.ceil((domain.length + 1) / 8));
        for (let s = 0; s <= domain.length; s++) if (i < answers(s)) bytes[s >> 3] |= 1 << (s & 7);
        line(Buffer.from(bytes).toString("hex"));
      }
    }
    const { all } = decodeReports(schema, lines).metrics[0];
    all.estimates.forEach((e, s) => assert.ok(Math.abs(e.share - (s === 1 ? 1 : 0)) < 0.005, `${mechanism} ${s}: ${e.share}`));
  }
});
