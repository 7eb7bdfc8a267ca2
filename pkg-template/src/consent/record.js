// Receipts in the words of others: Kantara's Consent Receipt 1.1, whose fields ISO/IEC TS 27560 took over under other names.

import { PURPOSES } from "./watch.js";

/** @type {Record<string, string>} */
const TEXTS = {
  store: "Keep the portrait and what belongs to it on this device",
  personalize: "Learn from what happens in the shop, on this device, and order lists by it",
  report: "Send one noised answer a week, for sums over many shoppers",
  sensitive: "Take in what the shopper tells that is marked as sensitive",
};

/**
 * @param {any} receipt one of `consentReceipts()`
 * @param {any} about what the shop knows
 */
export function consentRecord(receipt, about) {
  const { controller = "", contact = "", policyUrl = "", jurisdiction = "", service = "Personalization on the device", subject = "", id = "" } = Object(about);
  const purposes = PURPOSES.filter((purpose) => receipt.decided[purpose] !== null).map((purpose) => ({
    purpose: TEXTS[purpose],
    purposeCategory: [purpose],
    consentType: "EXPLICIT",
    granted: receipt.decided[purpose],
    inForce: receipt.inForce[purpose] === true,
    primaryPurpose: purpose === "personalize",
    termination: "Withdrawal, or as the notice says",
    thirdPartyDisclosure: false,
  }));
  return {
    version: "KI-CR-v1.1.0",
    jurisdiction,
    consentTimestamp: Math.floor(receipt.time / 1000),
    collectionMethod: receipt.by,
    consentReceiptID: id,
    piiPrincipalId: subject,
    piiControllers: [{ piiController: controller, contact }],
    policyUrl,
    policyVersion: receipt.notice,
    services: [{ service, purposes }],
    sensitive: receipt.inForce.sensitive === true,
    signals: receipt.signals,
    signalsRespected: receipt.respectSignals,
    minor: receipt.minor,
  };
}
