// The four consent switches, each in three states; all of them begin undecided. Below them what the browser says, the receipts, and the data to take along.

import { byId, h, redraw } from "./dom.js";
import { number, speaking, t } from "./text/index.js";

const purposes = ["personalize", "store", "sensitive", "report"];
const states = [["undecided", null], ["no", false], ["yes", true]];
/** The word of a state. */
const wordOf = new Map(states.map(([name, value]) => [value, name]));

export function mountConsent(page) {
  const place = byId("consent");
  const inputs = new Map();
  const signals = h("p", { class: "hint", id: "consent-signals" });
  const receipts = h("ol", { class: "receipts", reversed: "" });
  const said = h("p", { class: "hint", id: "consent-said", role: "status" });
  let count = h("span");

  return {
    draw(what) {
      if (what === "all") build();
      drawReceipts();
      const consent = page.shelf.consent();
      for (const purpose of purposes) {
        for (const [name, value] of states) inputs.get(`${purpose} ${name}`).checked = consent[purpose] === value;
      }
    },
  };

  function build() {
    const focused = place.contains(document.activeElement) ? document.activeElement.id : null;
    place.replaceChildren(
      h("h3", { id: "consent-title" }, t("consent")),
      ...purposes.map((purpose) => {
        const [name, text] = textOf(purpose);
        return h("fieldset", { class: "purpose", "aria-describedby": `consent-${purpose}-text` },
          h("legend", {}, name),
          h("div", { class: "three" }, states.map(([state, value]) => {
            const id = `consent-${purpose}-${state}`;
            const input = h("input", { type: "radio", name: `consent-${purpose}`, id, value: state, onchange: () => page.shelf.setConsent({ [purpose]: value, by: "demo" }) });
            input.addEventListener("change", () => page.refresh());
            inputs.set(`${purpose} ${state}`, input);
            return [input, h("label", { for: id, class: state }, t(state))];
          })),
          h("p", { id: `consent-${purpose}-text` }, text));
      }),
      signals,
      h("details", { open: place.querySelector("details")?.open }, h("summary", { id: "consent-receipts" }, t("receipts"), " ", count = h("span", { class: "count" })), h("p", { class: "hint" }, t("receiptsHint")), receipts),
      h("p", { class: "along" },
        h("button", { type: "button", class: "quiet", id: "export", onclick: takeOut }, t("takeOut")),
        h("input", { type: "file", id: "import", class: "spoken", accept: "application/json", onchange: (event) => takeIn(event.currentTarget) }),
        h("label", { class: "quiet", for: "import" }, t("takeIn"))),
      said);
    if (focused) byId(focused)?.focus({ preventScroll: true });
  }

  function drawReceipts() {
    const gpc = navigator.globalPrivacyControl === true, dnt = navigator.doNotTrack === "1";
    signals.textContent = t(gpc || dnt ? "signalsSay" : "signalsNone", { signals: [gpc && "Global Privacy Control", dnt && "Do Not Track"].filter(Boolean).join(", ") });
    const list = page.shelf.consentReceipts();
    count.textContent = number(list.length);
    const time = new Intl.DateTimeFormat(speaking(), { dateStyle: "short", timeStyle: "medium" });
    redraw(receipts, list.slice().reverse().map((receipt) => h("li", {},
      h("b", {}, time.format(receipt.time)), ` · ${receipt.by} · ${receipt.notice} · `,
      purposes.map((purpose) => `${textOf(purpose)[0]}: ${t(wordOf.get(receipt.inForce[purpose]))}`).join(", "),
      receipt.signals.length > 0 && ` · ${receipt.signals.join(", ")}`)));
  }

  async function takeOut() {
    const { exportData } = await import("/nearshelf/consent.js");
    const json = JSON.stringify(await exportData(page.shelf), null, 2);
    const address = URL.createObjectURL(new Blob([json], { type: "application/json" }));
    h("a", { href: address, download: "nearshelf-export.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
    said.textContent = t("takenOut", { bytes: number(new Blob([json]).size) });
  }

  async function takeIn(input) {
    const [file] = input.files;
    if (!file) return;
    const { importData } = await import("/nearshelf/consent.js");
    const { taken, reason } = await importData(page.shelf, await file.text());
    input.value = "";
    said.textContent = t(taken ? "takenIn" : `notTakenIn.${reason}`);
    page.refresh();
  }

  function textOf(purpose) {
    return [t(`purposes.${purpose}.0`), t(`purposes.${purpose}.1`)];
  }
}
