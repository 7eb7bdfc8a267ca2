// Runs the golden file of membership over whatever makes a member.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const golden = JSON.parse(readFileSync(new URL("membership.json", import.meta.url), "utf8"));

/** A day of the shop as the golden file writes it. */
const date = (ms) => (ms === null ? null : new Date(ms + golden.zone * 60000).toISOString().slice(0, 10));
const lots = (list, day, amount) => list.map((lot) => [date(lot[day]), lot[amount]]);
const byId = (list, of) => Object.fromEntries(list.map((x) => [x.id, of(x)]));

function told(s) {
  return {
    day: date(s.day), level: s.level.id, since: date(s.level.since), review: date(s.level.review), to_keep: s.level.toKeep, growth: s.growth,
    growth_claim: s.growthClaim, to_next: s.next && s.next.missing, points: s.points, points_claim: s.pointsClaim, undelivered: s.undelivered,
    pending: lots(s.pending, "from", "points"), expiries: lots(s.expiries, "until", "points"), fades: lots(s.fades, "until", "growth"),
    tasks: byId(s.tasks, (t) => t.left), redeem: byId(s.redeem, (r) => [r.left, r.lacks]), benefits: s.benefits.length, birthday: s.birthday,
    birthday_had: date(s.birthdayHad), closed: date(s.closed), entries: s.entries,
  };
}

/** What is expected has to be there; an object may have more. */
function holds(seen, expected, name) {
  if (expected && typeof expected === "object" && !Array.isArray(expected)) {
    Object.entries(expected).forEach(([key, value]) => holds(seen[key], value, `${name}.${key}`));
  } else assert.deepEqual(seen, expected, name);
}

/** @param {(now: () => number) => Promise<any>} start a new member whose clock is this */
export async function runGolden(start) {
  for (const { name, steps, state, next = [] } of golden.cases) {
    let now = 0;
    const member = await start(() => now);
    for (const step of steps) {
      now = Date.parse(step.now);
      if (step.entries) assert.deepEqual(member.apply(step.entries).map((o) => o.why || o.status), step.outcomes, name);
      if (!step.statement) continue;
      const done = member.reconcile(step.statement);
      assert.equal(done.why, step.stale ? "stale" : undefined, name);
      assert.equal(done.agreed, !step.stale && !step.differences.length, name);
      assert.equal(done.differences.length, (step.differences || []).length, `${name}: ${JSON.stringify(done.differences)}`);
      done.differences.forEach((d, i) => holds(d, step.differences[i], name));
    }
    holds(told(member.state()), state, name);
    for (const ask of next) {
      const n = member.nextPurchase(ask.paid);
      holds({ paid: ask.paid, growth: n.growth, points: n.points, level: n.level.id, from: date(n.from), until: date(n.until) }, ask, name);
    }
  }
}
