// Who the made-up shoppers are: what they would declare, their tastes, habits, friends, and when they come.

import { readFileSync } from "node:fs";
import { BEGIN, DAY, DAYS, traffic } from "./calendar.mjs";
import { lifecycles, tastes, together } from "./tastes.mjs";

const prior = JSON.parse(readFileSync(new URL("prior.json", import.meta.url), "utf8"));

/** Purses by income, 0: the cheapest will do, 1: the best will do. */
const PURSE = { "under-5000": 0.25, "5000-10000": 0.45, "10000-15000": 0.62, "over-15000": 0.8 };

/** Interest in no one category, in basis points: those who look for a present. */
const ELSEWHERE = 300;

/** Draws one shopper. */
export function shopper(draw, id, products) {
  const declared = {};
  for (const { field, answers } of prior.fields) declared[field] = draw.weighted(answers, (a) => share(a, answers, declared.age_band));
  const chosen = [draw.weighted(tastes, (t) => likely(declared, t))];
  while (chosen.length < 4 && draw.unit() < 0.5) {
    chosen.push(draw.weighted(tastes, (t) => (chosen.includes(t) ? 0 : likely(declared, t) * beside(chosen, t))));
  }
  const brands = new Map();
  for (const { top, brand } of products) {
    const key = `${top}\n${brand}`;
    if (!brands.has(key)) brands.set(key, Math.exp(draw.normal() * 0.6));
  }
  const lifecycle = draw.weighted(lifecycles, (l) => l.share);
  const between = ([low, high]) => low + draw.unit() * (high - low);
  const purse = PURSE[declared.income_band.value];
  return {
    id, declared, lifecycle, brands, tastes: chosen,
    name: `u${id.toString(36)}`,
    from: between(lifecycle.from) * DAYS,
    to: between(lifecycle.to) * DAYS,
    market: draw.unit() < 0.8 ? "cn" : "us",
    purse: clamp(purse + draw.normal() * 0.15),
    /** 0: does not look at prices; 1: buys when it is reduced. */
    thrift: clamp(1 - purse + draw.normal() * 0.2),
    // Sizes, colours and packs are habits: one number picks the same variant every time.
    habit: draw.unit(),
    activity: Math.exp(draw.normal() * 0.75),
    /** How readily a liked product is shown to a friend: most never do. */
    shares: draw.unit() < 0.15 ? 0.1 + draw.unit() * 0.25 : 0,
    friends: [],
    bought: new Map(),
    seen: new Set(),
  };
}

/** Gives everyone a few friends, rather among those who share the first taste. */
export function befriend(draw, people) {
  for (const person of people) {
    const alike = people.filter((p) => p !== person && p.tastes[0] === person.tastes[0] && p.market === person.market);
    for (let n = draw.poisson(1.6); n > 0; n--) {
      const friend = alike.length > 0 && draw.unit() < 0.7 ? alike[draw.below(alike.length)] : people[draw.below(people.length)];
      if (friend !== person && !person.friends.includes(friend)) person.friends.push(friend), friend.friends.push(person);
    }
  }
}

/** The seconds at which a shopper's visits begin: `count` of them, at hours the taste likes, on days the shop is busy. */
export function visitsOf(draw, person, count) {
  const open = [];
  for (let day = Math.floor(person.from); day < Math.min(DAYS, Math.ceil(person.to) + 1); day++) {
    const part = day / DAYS;
    const { pause } = person.lifecycle;
    if (!pause || part < pause[0] || part > pause[1]) open.push(day);
  }
  const { hours } = person.tastes[0];
  return Array.from({ length: count }, () => {
    const day = draw.weighted(open, (d) => traffic(d)) ?? Math.min(DAYS - 1, Math.floor(person.from));
    const hour = draw.unit() < 0.75 ? hours[draw.below(hours.length)] : draw.below(24);
    return BEGIN + day * DAY + hour * 3600 + draw.below(3600);
  });
}

/** The top category a taste pulls most, and how common tastes for it are in all. */
const topOf = new Map(tastes.map((taste) => [taste, Object.entries(taste.paths).sort((a, b) => b[1] - a[1])[0][0].split(" > ")[0]]));
const inAll = new Map();
for (const taste of tastes) inAll.set(topOf.get(taste), (inAll.get(topOf.get(taste)) ?? 0) + taste.share);

/** How common a taste is among those who declare this: the prior's interest in its top category, shared among the tastes for it. */
function likely(declared, taste) {
  const top = topOf.get(taste);
  const base = (prior.base_bp[top] ?? ELSEWHERE) * (taste.share / inAll.get(top));
  const fits = Object.entries(taste.fits ?? {}).every(([field, values]) => values.includes(declared[field].value));
  return Object.values(declared).reduce((times, answer) => (times * (answer.lift_pct[top] ?? 100)) / 100, fits ? base : base * 0.05);
}

/** How likely one more taste is beside those there are. */
function beside(chosen, taste) {
  return together.reduce((times, [a, b, factor]) =>
    chosen.some((c) => (c.name === a && taste.name === b) || (c.name === b && taste.name === a)) ? times * factor : times, 1);
}

/** How common an answer is at an age: those kept to some ages take their whole share there, the others the rest. */
function share(answer, answers, age) {
  const bands = prior.fields.find(({ field }) => field === "age_band").answers;
  const kept = (a) => {
    if (!a.ages.includes(age.value)) return 0;
    return (a.share_bp * 10_000) / bands.filter((band) => a.ages.includes(band.value)).reduce((sum, band) => sum + band.share_bp, 0);
  };
  if (answer.ages) return kept(answer);
  const [free, taken] = [answers.filter((a) => !a.ages), answers.filter((a) => a.ages)];
  const left = 10_000 - taken.reduce((sum, a) => sum + kept(a), 0);
  return (answer.share_bp * left) / free.reduce((sum, a) => sum + a.share_bp, 0);
}

const clamp = (value) => Math.min(1, Math.max(0, value));
