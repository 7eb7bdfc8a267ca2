// Opens the shelf and joins the parts of the page; every part draws itself from `page` when told to.

import { mountAsk } from "./ask.js";
import { mountCart } from "./cart.js";
import { mountCatalogue } from "./catalogue.js";
import { mountConsent } from "./consent.js";
import { mountDiagnostics } from "./diagnostics.js";
import { byId } from "./dom.js";
import { mountForward } from "./forward.js";
import { mountLeaves } from "./leaves.js";
import { mountMember } from "./member.js";
import { makePage } from "./page.js";
import { mountPanel } from "./panel.js";
import { mountPeople } from "./people.js";
import { mountPortrait } from "./portrait.js";
import { readJson } from "./read.js";
import { mountShelves } from "./shelves.js";
import { mountStatus } from "./status.js";
import { mountSwitches } from "./switches.js";
import { fit, speak, t } from "./text/index.js";
import { explainTrouble } from "./trouble.js";
import { mountUnderstood } from "./understood.js";

/** Version of what the panel says about each purpose. */
const NOTICE = "demo-1";

const shop = await readShop();
speak(navigator.languages.map(fit).find(Boolean) ?? "en");

const page = await open();
if (page) run(page);

/** What the server says about the shop: its name, markets, languages, and what else it has. All of it may be missing. */
async function readShop() {
  const none = { name: null, markets: [], languages: [], reports: false, wallet: false, loyalty: false };
  return { ...none, ...(await readJson("/shop.json")) };
}

async function open() {
  let createShelf, say;
  try {
    [{ createShelf }, { say }] = await Promise.all([import("/nearshelf/index.js"), import("/nearshelf/page.js")]);
  } catch (error) {
    console.warn(error);
    explainTrouble("noPackage");
    return null;
  }
  const language = shop.languages.find((tag) => fit(tag) === document.documentElement.lang) ?? shop.languages[0];
  const clock = { ahead: 0 };
  const shelf = await createShelf({
    pack: "/shop.pack", market: shop.markets[0], language, now: () => Date.now() + clock.ahead, reports: shop.reports ? "/reports" : undefined, notice: NOTICE,
  });
  return makePage(shelf, shop, clock, say);
}

function run(page) {
  const parts = [
    mountAsk, mountPeople, mountShelves, mountCart, mountMember, mountCatalogue, mountLeaves, mountConsent, mountPortrait, mountUnderstood, mountForward, mountDiagnostics,
    mountStatus, mountSwitches, mountPanel,
  ].map((mount) => mount(page));
  page.onDraw((what) => {
    byId("shop-name").textContent = page.shopName() || t("aShop");
    for (const part of parts) part.draw(what);
  });
  const { shelf } = page;
  let before = shelf.status;
  shelf.on("change", () => {
    // An engine that comes late brings categories and names with it.
    page.refresh(shelf.status === before ? "order" : "all");
    before = shelf.status;
  });
  shelf.on("diagnostic", () => {
    page.refresh();
    watch();
  });

  /** Says once what is wrong, if anything is; being slow is not. */
  let told = false;
  async function watch() {
    const slow = Object.keys(shelf.diagnostics()).every((code) => code === "slow_start") && "slow_start" in shelf.diagnostics();
    if (told || shelf.status === "ready" || slow) return;
    told = true;
    explainTrouble(await missingPack() ? "noPack" : "noEngine", page);
    page.refresh();
  }

  page.refresh("all");
  watch();

  // For the console: `nearshelfDemo.shelf` is the shelf that the page shows.
  globalThis.nearshelfDemo = { shelf: page.shelf, page };
}

async function missingPack() {
  try {
    return !(await fetch("/shop.pack")).ok;
  } catch {
    return true;
  }
}
