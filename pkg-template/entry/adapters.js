// What a shop tracks already, handed to a shelf. Apart, so that nobody loads it unasked.

export { fromDataLayer } from "../src/adapters/data-layer.js";
export { fromMatomo } from "../src/adapters/matomo.js";
export { fromSegment, segmentEvent } from "../src/adapters/segment.js";
