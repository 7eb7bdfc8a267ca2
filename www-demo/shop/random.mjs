// Seeded random draws for the generator: the same seed gives the same sequence on every run.

/** Draws from one seed: Marsaglia's xorshift on 32 bits, its output multiplied to break up low bits. */
export function random(seed) {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  const unit = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (Math.imul(state, 0x2c1b3c6d) >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) unit();
  return {
    /** In [0, 1). */
    unit,
    /** A whole number in [0, n). */
    below: (n) => Math.floor(unit() * n),
    /** Mean 0, deviation 1: the sum of twelve units, which needs no logarithm. */
    normal: () => {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += unit();
      return sum;
    },
    /** Count of events with the given mean: units multiplied until they fall below its exponential. */
    poisson: (mean) => {
      const floor = Math.exp(-mean);
      let count = 0;
      for (let p = unit(); p > floor; p *= unit()) count++;
      return count;
    },
    /** One of `list`, as likely as `weight(element, index)`; `undefined` when all weights are 0. */
    weighted: (list, weight) => {
      const weights = list.map(weight);
      let at = unit() * weights.reduce((sum, w) => sum + w, 0);
      for (let i = 0; i < list.length; i++) {
        at -= weights[i];
        if (at < 0) return list[i];
      }
      return undefined;
    },
  };
}
