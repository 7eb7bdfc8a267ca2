// Consent from whoever asks for it, and the shopper's data as the shopper's own. Apart, so that nobody loads it unasked.

export { fromCallback } from "../src/consent/callback.js";
export { exportData, importData, reportBudget, sentReports } from "../src/consent/data.js";
export { fromGoogleConsentMode } from "../src/consent/google.js";
export { consentRecord } from "../src/consent/record.js";
export { fromShopify } from "../src/consent/shopify.js";
export { fromTcf } from "../src/consent/tcf.js";
export { fromWechat } from "../src/consent/wechat.js";
