// Reasons in words, in Chinese and in English.

import { WORDS } from "./insight-words.js";

/** What an item of a list gives as its reason; `{}` stands for what the reason points to. */
const ENGLISH = {
  sponsored: "Sponsored",
  popular: "Popular here",
  next: "Often seen after {}",
  together: "Often chosen with {}",
  again: "You just looked at it",
  history: "From your earlier visits",
  history_together: "Goes with {}, from an earlier visit",
  category: "You like {}",
  brand: "More from {}",
  given: "As the shop placed it",
  similar: "Similar to {}",
  declared: "For what you told us: {}",
  scene: "Fits the moment",
  price: "In the price range you look at",
  cluster: "Shoppers like you look at {}",
  bought: "For what you buy",
  type: "For the kind of goods you buy",
  broad: "Good for many products",
  taste: "Close to what you look at",
  due: "About time to buy it again",
  saves: "It saves on this cart",
  everyone: "For everybody",
  audience: "For shoppers like you",
  birthday: "For your birthday",
  holiday: "For the holiday",
  after_purchase: "How do you like it?",
  after_complaint: "To make up for it",
  silence: "Good to see you again",
  new: "For your first order",
  member_day: "For members",
};
const CHINESE = {
  sponsored: "广告",
  popular: "店里的人气商品",
  next: "因为你看过{}",
  together: "常与{}一起选购",
  again: "你刚刚看过",
  history: "你之前来时看过",
  history_together: "与你之前看的{}很搭",
  category: "你喜欢{}",
  brand: "{} 的更多好物",
  given: "店家排定的位置",
  similar: "与{}相似",
  declared: "按你填写的信息推荐：{}",
  scene: "正合此时此景",
  price: "符合你常看的价位",
  cluster: "与你相似的人常看{}",
  bought: "适用于你常买的商品",
  type: "适用于你常买的品类",
  broad: "适用商品多",
  taste: "与你看的商品相近",
  due: "差不多该再买了",
  saves: "这一单可省钱",
  everyone: "人人可享",
  audience: "专为你这样的顾客",
  birthday: "生日祝福",
  holiday: "节日问候",
  after_purchase: "用得还好吗？",
  after_complaint: "一点心意，请收下",
  silence: "久别重逢",
  new: "首单礼遇",
  member_day: "会员专享",
};
/** What the tree has beside them; nothing here points to anything. */
const ENGLISH_TREE = {
  score: "Score",
  because: "In general",
  next: "Often comes after what you saw",
  next_visit: "Often comes later in a visit",
  together: "Often chosen with what you saw",
  together_visit: "Often chosen with what this visit saw",
  history_together: "Goes with what you saw before",
  category: "A category you like",
  brand: "A brand you like",
  return: "Often looked at again",
  similar: "Similar to what you saw",
  linear: "Expected after a visit like this one",
  recent: "Popular of late",
  embedding: "Close to what this visit saw",
  disliked: "Close to what you do not want to see",
  arrival: "New here",
  season: "The time of year: {}",
  everyone: "What many here like: {}",
};
const CHINESE_TREE = {
  score: "得分",
  because: "总体而言",
  next: "看过的人接着常看",
  next_visit: "同次访问中稍后常看",
  together: "常与你看过的一起选购",
  together_visit: "常与本次看过的一起选购",
  history_together: "与你之前看的很搭",
  category: "你喜欢的类目",
  brand: "你喜欢的品牌",
  return: "常被再次查看",
  similar: "与你看过的相似",
  linear: "本次访问之后常看",
  recent: "近来人气商品",
  embedding: "与本次看过的相近",
  disliked: "与你不想看的相近",
  arrival: "新品",
  season: "时令：{}",
  everyone: "许多顾客喜欢：{}",
};

/**
 * The categories of a shelf in its present view: naming one should not count them all each time.
 * @type {WeakMap<object, { view: string, names: Map<string, string> }>}
 */
const named = new WeakMap();

/**
 * A reason in a short text; an unknown code is its own.
 * @param {any} shelf
 * @param {{ code: string, subject: string } | string} reason a text names a word of the insights: `stage.growing`
 * @param {string=} language
 */
export function say(shelf, reason, language) {
  const chinese = /^zh/i.test(language || shelf.language);
  if (typeof reason === "string") return (Object.prototype.hasOwnProperty.call(WORDS, reason) && WORDS[reason][chinese ? 1 : 0]) || reason;
  const { code, subject } = reason;
  // What is understood of the shopper, by its word alone.
  const word = code === "shopper" && Object.keys(WORDS).filter((key) => key.slice(key.indexOf(".") + 1) === subject)[0];
  if (word) return WORDS[word][chinese ? 1 : 0];
  const mark = (/** @type {string} */ title) => (chinese ? "《" + title + "》" : title);
  if (code === "because" && subject) return nameOf(shelf, subject, mark);
  const texts = /** @type {Record<string, string>} */ (chinese ? CHINESE : ENGLISH);
  const tree = /** @type {Record<string, string>} */ (chinese ? CHINESE_TREE : ENGLISH_TREE);
  if (!subject) return tree[code] || texts[code] || code;
  const name = code === "brand" ? subject : code === "category" || code === "declared" ? categoryOf(shelf, subject) : nameOf(shelf, subject, mark);
  return (texts[code] || tree[code] || code).replace("{}", () => name);
}

/**
 * A product's title, else a category's name, else the text itself.
 * @param {any} shelf
 * @param {string} subject
 * @param {(title: string) => string} mark
 */
function nameOf(shelf, subject, mark) {
  const product = shelf.product(subject);
  return product ? mark(product.title) : categoryOf(shelf, subject);
}

/**
 * @param {any} shelf
 * @param {string} path
 */
function categoryOf(shelf, path) {
  const view = [shelf.packVersion, shelf.status, shelf.language].join(" ");
  let known = named.get(shelf);
  if (!known || known.view !== view) {
    known = { view, names: new Map(shelf.categories().map((/** @type {any} */ c) => [c.path, c.label])) };
    named.set(shelf, known);
  }
  const label = known.names.get(path) || path;
  return label.slice(label.lastIndexOf(">") + 1).trim();
}
