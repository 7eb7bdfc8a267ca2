// Rounds a tree of numbers for display so that what is printed under a node still adds up to it.

/** Digits after the point that give a number this large three that say something. */
export function digitsFor(value) {
  const size = Math.abs(value);
  if (size === 0) return 2;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

/**
 * A copy of the tree `{ value, children }` with `shown`, an integer of 10^-digits: each node's is exactly the sum of
 * its children's. What rounding leaves over goes to the children that lost the most by it.
 */
export function rounded(node, digits, shown = Math.round(node.value * 10 ** digits)) {
  const exact = node.children.map((child) => child.value * 10 ** digits);
  const parts = exact.map(Math.floor);
  let left = shown - parts.reduce((sum, part) => sum + part, 0);
  const byLoss = exact.map((value, i) => [value - parts[i], i]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (let n = 0; left !== 0 && byLoss.length > 0; n++) {
    const [, i] = left > 0 ? byLoss[n % byLoss.length] : byLoss[byLoss.length - 1 - (n % byLoss.length)];
    parts[i] += Math.sign(left);
    left -= Math.sign(left);
  }
  return { ...node, shown, children: node.children.map((child, i) => rounded(child, digits, parts[i])) };
}

/** Sum of the leaves as they came, without rounding. */
export function leafSum(node) {
  return node.children.length === 0 ? node.value : node.children.reduce((sum, child) => sum + leafSum(child), 0);
}
