// The tree of reasons behind one score, as nested lists of bars and numbers that add up.

import { h, seen, spoken } from "./dom.js";
import { digitsFor, leafSum, rounded } from "./sums.js";
import { number, t } from "./text/index.js";

/** The whole tree of `why`, with its sum written under it. */
export function reasonTree(page, root) {
  const digits = digitsFor(root.value);
  const tree = rounded(root, digits);
  const most = widest(tree) || 1;
  const write = (shown) => number(shown / 10 ** digits, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return h("div", { class: "tree" },
    h("ul", {}, node(page, tree, most, write, 0)),
    h("p", { class: "sum", data: { sum: leafSum(root), score: root.value } }, t("addsUp", { sum: sum(tree, write) })));
}

function node(page, whole, most, write, depth, parent = "") {
  const reason = folded(whole);
  const part = Math.abs(reason.shown) / most;
  return h("li", { data: { value: reason.value, leaf: String(reason.children.length === 0) } },
    h("div", { class: `reason depth-${Math.min(depth, 3)}` },
      h("span", { class: "reason-name" }, depth === 0 ? t("score") : name(page, reason, parent)),
      seen("", { class: `bar ${reason.shown < 0 ? "minus" : ""}`, style: { "--part": part.toFixed(4) } }),
      h("span", { class: "reason-value" }, depth > 0 && reason.shown > 0 ? seen("+") : null, write(reason.shown))),
    reason.children.length > 0 && h("ul", {}, reason.children.map((child) => node(page, child, most, write, depth + 1, reason.code))));
}

/** A reason with one thing behind it takes that thing's name: two lines would say the same number twice. */
function folded(reason) {
  const [only, ...more] = reason.children;
  if (!only || more.length > 0 || only.code !== "because" || only.children.length > 0) return reason;
  return { ...reason, subject: only.subject || reason.subject, children: [] };
}

/** What a node stands for: its code in words, then the product, category or brand it points to. */
function name(page, { code, subject }, parent) {
  const kind = code === "because" ? parent : code;
  const about = !subject ? "" : kind === "category" ? page.labelOf(subject) : kind === "brand" ? subject : page.titleOf(subject);
  if (code === "because") return about || t("reason.rest");
  const word = t(`reason.${code}`) ?? code.replaceAll("_", " ");
  return about ? [h("span", { class: "code" }, word), spoken(": "), h("span", { class: "subject" }, about)] : word;
}

/** The largest number printed anywhere in the tree: the bar of full width. */
function widest(tree) {
  return Math.max(Math.abs(tree.shown), ...tree.children.map(widest));
}

/** "1.20 + 0.34 = 1.54", over the first floor of the tree. */
function sum(tree, write) {
  if (tree.children.length === 0) return write(tree.shown);
  return `${tree.children.map((child) => write(child.shown)).join(" + ").replaceAll("+ -", "− ")} = ${write(tree.shown)}`;
}
