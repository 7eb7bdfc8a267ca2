// What was dropped or degraded since the page opened, by code, with the way out where the package gives one.

import { byId, h } from "./dom.js";
import { number, t } from "./text/index.js";

export function mountDiagnostics(page) {
  const place = byId("diagnostics");
  const said = new Map();
  page.shelf.on("diagnostic", (diagnostic) => said.set(diagnostic.code, diagnostic));

  return {
    draw() {
      const counts = Object.entries(page.shelf.diagnostics());
      place.replaceChildren(h("h3", { id: "diagnostics-title" }, t("diagnostics")),
        counts.length === 0
          ? h("p", { class: "empty" }, t("diagnosticsNone"))
          : h("table", { class: "codes" },
            h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("code")), h("th", { scope: "col" }, t("times")))),
            h("tbody", {}, counts.map(([code, times]) => h("tr", {},
              h("th", { scope: "row" }, h("code", {}, code), note(said.get(code))),
              h("td", {}, number(times)))))));
    },
  };

  function note(diagnostic) {
    if (!diagnostic) return null;
    return h("small", {}, [diagnostic.message, diagnostic.fix].filter(Boolean).join(" "));
  }
}
