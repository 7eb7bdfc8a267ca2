// One line about the machinery: engine, pack, how long the last ranking took, and bytes on the wire.

import { byId, h } from "./dom.js";
import { number, t } from "./text/index.js";

export function mountStatus(page) {
  const place = byId("status");

  return {
    draw() {
      const { shelf } = page;
      const ready = shelf.status === "ready";
      const wire = bytes();
      place.replaceChildren(h("ul", { class: "status", "aria-label": t("status") },
        h("li", { class: ready ? "ready" : "not-ready", id: "engine" }, t(ready ? "ready" : document.body.dataset.trouble ? "neutral" : "opening")),
        shelf.packVersion && h("li", {}, t("pack", { version: shelf.packVersion })),
        h("li", {}, t("products", { n: number(shelf.browse({ limit: 1 }).total) })),
        ready && h("li", {}, t("took", { ms: number(page.took, { maximumSignificantDigits: 2 }) })),
        wire && h("li", { title: t("wireParts", wire) }, t("wire", wire)),
      ));
    },
  };
}

/** Kilobytes of the package and the pack as the server sent them, from the browser's own record. */
function bytes() {
  const sum = { wasm: 0, js: 0, pack: 0 };
  for (const { name, encodedBodySize } of performance.getEntriesByType("resource")) {
    const { pathname } = new URL(name);
    if (pathname === "/shop.pack") sum.pack = encodedBodySize;
    else if (pathname.startsWith("/nearshelf/")) sum[pathname.endsWith(".wasm") ? "wasm" : "js"] += encodedBodySize;
  }
  const all = sum.wasm + sum.js + sum.pack;
  if (all === 0) return null;
  const kilo = (n) => number(n / 1000, { maximumFractionDigits: n < 10000 ? 1 : 0 });
  return { kb: kilo(all), wasm: kilo(sum.wasm), js: kilo(sum.js), pack: kilo(sum.pack) };
}
