// Reads goods/*.txt, the products as they were written by hand, and spells them out as the rows of catalog.csv.
//
// A heading names the category in English and Chinese: `# Fashion > Shoes | 服饰 > 鞋靴`. Below it, one product a line:
//
//   id | title | 中文 | brand | CNY, USD | tags | variants | stock
//
// A price is `199`, `199>159` with a sale price, or `-` where it is not sold. Variants are `suffix:Name/名称`, with
// `@CNY, USD` where the price is another; `SML` stands for the three sizes. Stock names what is not in stock:
// `L:cn` (sold out), `*:us=preorder`.

import { readdirSync, readFileSync } from "node:fs";

const SETS = { SML: "S:S/S码; M:M/M码; L:L/L码" };
const COLUMNS = ["id", "item_group_id", "title", "title_zh", "variant", "variant_zh", "brand", "product_type", "product_type_zh",
  "price", "sale_price", "price_us", "sale_price_us", "availability", "availability_us", "tags", "link", "image_link", "gtin"];

/** Every product, sorted by id: `{ id, title, zh, brand, leaf, top, tags, prices, reduced, dearness, variants }`. */
export function readGoods(folder = new URL("goods/", import.meta.url)) {
  const list = readdirSync(folder).filter((name) => name.endsWith(".txt")).sort()
    .flatMap((name) => readFile(readFileSync(new URL(name, folder), "utf8"), name));
  list.sort((a, b) => (a.id < b.id ? -1 : 1));
  list.forEach((product, i) => {
    if (product.id === list[i + 1]?.id) throw new Error(`goods: ${product.id} is there twice`);
    // Dearness is a rank within the leaf: 0 the cheapest, 1 the dearest.
    const price = (p) => p.variants[0].price.cn?.list ?? p.variants[0].price.us.list * 6.3;
    const same = list.filter((p) => p.leaf === product.leaf);
    product.dearness = same.filter((p) => price(p) < price(product)).length / Math.max(1, same.length - 1);
  });
  return list;
}

/** The text of catalog.csv. */
export function catalogue(products) {
  const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const amount = (value, currency) => (value === undefined ? "" : `${value.toFixed(2)} ${currency}`);
  const rows = products.flatMap((p) => p.variants.map((v, n) => {
    const { cn, us } = v.price;
    return [v.id, v.suffix ? p.id : "", p.title, p.zh, v.name, v.nameZh, p.brand, p.leaf, p.leafZh,
      amount(cn?.list, "CNY"), amount(cn?.sale, "CNY"), amount(us?.list, "USD"), amount(us?.sale, "USD"), cn ? v.stock.cn : "", us ? v.stock.us : "",
      p.tags.join("|"), `https://shop.example/p/${p.id}${v.suffix ? `?v=${v.suffix}` : ""}`, "", gtin(p.id, n)];
  }));
  return [COLUMNS, ...rows].map((row) => row.map(cell).join(",") + "\n").join("");
}

function readFile(text, name) {
  let leaf, leafZh;
  const products = [];
  text.split("\n").forEach((line, i) => {
    if (line === "") return;
    if (line.startsWith("# ")) return [leaf, leafZh] = line.slice(2).split(" | ");
    try {
      products.push({ ...readLine(line), leaf, leafZh, top: leaf.split(" > ")[0] });
    } catch (error) {
      throw new Error(`goods/${name}, line ${i + 1}: ${error.message}`);
    }
  });
  return products;
}

function readLine(line) {
  const [id, title, zh, brand, price, tags, variants = "", stock = ""] = line.split("|").map((field) => field.trim());
  if (!/^\d{5}$/.test(id) || !brand || !/\p{Script=Han}/u.test(zh)) throw new Error("expected id | title | 中文 | brand | price | tags");
  const common = readPrices(price);
  const product = { id, title, zh, brand, tags: tags.split(" ").filter(Boolean), reduced: price.includes(">") };
  const spelt = SETS[variants] ?? variants;
  product.variants = spelt === "" ? [{ id, suffix: "", name: "", nameZh: "", price: common }] : spelt.split("; ").map((text) => {
    const [, suffix, name, nameZh, own] = text.match(/^([\w.]+):(.+?)\/([^@]+)(?:@(.+))?$/) ?? fail(`"${text}" is no variant`);
    return { id: `${id}-${suffix}`, suffix, name, nameZh, price: own ? readPrices(own) : common };
  });
  product.sold = { cn: common.cn !== undefined, us: common.us !== undefined };
  for (const variant of product.variants) variant.stock = { cn: "in_stock", us: "in_stock" };
  for (const text of stock.split(" ").filter(Boolean)) {
    const [, suffix, market, state = "out_of_stock"] = text.match(/^(\*|[\w.]+):(cn|us)(?:=(preorder))?$/) ?? fail(`"${text}" is no stock`);
    const meant = product.variants.filter((v) => suffix === "*" || v.suffix === suffix);
    if (meant.length === 0) fail(`there is no variant ${suffix}`);
    for (const variant of meant) variant.stock[market] = state;
  }
  return product;
}

function readPrices(text) {
  const [cn, us] = text.split(",").map((one) => {
    if (one.trim() === "-") return undefined;
    const [list, sale] = one.split(">").map(Number);
    if (!(list > 0) || (sale !== undefined && !(sale > 0 && sale < list))) fail(`"${text}" is no price`);
    return { list, sale };
  });
  if (!cn && !us) fail("sold nowhere");
  return { cn, us };
}

/** 20, which is kept for numbers inside one shop, the product, the variant, and the check digit. */
function gtin(id, n) {
  const digits = `20${id}${String(n).padStart(2, "0")}000`;
  const sum = [...digits].reduce((all, digit, i) => all + Number(digit) * (i % 2 ? 3 : 1), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

function fail(what) {
  throw new Error(what);
}
