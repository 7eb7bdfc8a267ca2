// Writes catalog.csv, interactions.csv, orders.csv and shares.csv of the sample shop: the same bytes on every run.
//
//   node www-demo/shop/generate.mjs [--shoppers N] [--visits N] [--seed N] [--out DIR] [--people FILE]

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BEGIN, DAY, DAYS, END } from "./calendar.mjs";
import { catalogue, readGoods } from "./goods.mjs";
import { random } from "./random.mjs";
import { befriend, shopper, visitsOf } from "./shopper.mjs";
import { visit, world } from "./visit.mjs";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const folder = option("out", fileURLToPath(new URL(".", import.meta.url)));
const draw = random(Number(option("seed", 20260930)));
const products = readGoods();
const people = Array.from({ length: Number(option("shoppers", 2400)) }, (_, i) => shopper(draw, i, products));
befriend(draw, people);
const { steps, shares, visits } = play(Number(option("visits", 9000)));

const write = (name, head, rows) => writeFileSync(join(folder, name), `${head}\n${rows.map((row) => `${row.join(",")}\n`).join("")}`);
writeFileSync(join(folder, "catalog.csv"), catalogue(products));
write("interactions.csv", "session_id,item_id,timestamp,event,user_id", steps);
write("shares.csv", "session_id,item_id,timestamp,event,user_id,to_user_id,opened", shares);
write("orders.csv", "customer_id,date,cents", orders());
if (option("people")) {
  const fields = Object.keys(people[0].declared);
  writeFileSync(option("people"), `user_id,${fields.join(",")},lifecycle,tastes\n` +
    people.map((p) => `${[p.name, ...fields.map((f) => p.declared[f].value), p.lifecycle.name, p.tastes.map((t) => t.name).join("|")].join(",")}\n`).join(""));
}
console.log(`${products.length} products, ${products.reduce((n, p) => n + p.variants.length, 0)} variants; ` +
  `${steps.length} events of ${people.length} shoppers in ${visits} visits, ${shares.length} shares`);

/** What each visit with a purchase came to, in the Chinese market, at the price that stood on the shelf: customer, the shop's day, fen. */
function orders() {
  const price = new Map(products.flatMap((p) => p.variants.map((v) => [v.id, v.price.cn && Math.round((v.price.cn.sale ?? v.price.cn.list) * 100)])));
  const inChina = new Set(people.filter((p) => p.market === "cn").map((p) => p.name));
  const found = new Map();
  for (const [session, item, at, event, name] of steps) {
    if (event !== "purchase" || !inChina.has(name)) continue;
    const order = found.get(session) ?? [name, new Date((at + 8 * 3600) * 1000).toISOString().slice(0, 10), 0];
    order[2] += price.get(item) ?? 0;
    found.set(session, order);
  }
  return [...found.values()];
}

/** Plays about `wanted` visits in the order of time; those that follow from a friend's share come on top. */
function play(wanted) {
  const shop = world(products);
  // Everybody comes at least once; the rest is spread by how active they are, and how long they are there.
  const weight = people.map((p) => p.activity * Math.max(0.05, p.to - p.from) / DAYS);
  const scale = Math.max(0, wanted - people.length) / weight.reduce((sum, w) => sum + w, 0);
  const calendar = Array.from({ length: DAYS }, () => []);
  const plan = (person, at, shown, told) => calendar[Math.floor((at - BEGIN) / DAY)]?.push({ person, at, shown, told });
  people.forEach((person, i) => {
    for (const at of visitsOf(draw, person, 1 + draw.poisson(weight[i] * scale))) plan(person, at);
  });

  const steps = [];
  const shares = [];
  let visits = 0;
  for (const today of calendar) {
    today.sort((a, b) => a.at - b.at || a.person.id - b.person.id);
    for (const { person, at, shown, told } of today) {
      const session = (++visits).toString(36);
      if (told) told[6] = 1;
      for (const step of visit(draw, shop, person, at, shown)) {
        const row = [session, step.item, step.at, step.event, person.name];
        if (step.event !== "share") {
          steps.push(row);
          continue;
        }
        const share = [...row, step.friend.name, 0];
        shares.push(share);
        // Some friends look at it the next day, in their own market.
        const later = step.at + DAY - (step.at - BEGIN) % DAY + (7 + draw.below(15)) * 3600 + draw.below(3600);
        if (later < END && step.product.sold[step.friend.market] && draw.unit() < 0.4) plan(step.friend, later, step.product, share);
      }
    }
  }
  // In the order of time; of one second, in the order they were played.
  const order = new Map(steps.map((row, i) => [row, i]));
  steps.sort((a, b) => a[2] - b[2] || order.get(a) - order.get(b));
  return { steps, shares, visits };
}
