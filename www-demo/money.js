// Money from minor units: 5900 with two digits of CNY is "¥59.00", or "¥59" where whole amounts will do.

const formats = new Map();

/** `null` minor units give `null`. Unknown currencies are written with their code. */
export function money(minor, { currency, exponent, language, whole = false }) {
  if (minor === null || minor === undefined) return null;
  const amount = minor / 10 ** exponent;
  const places = whole ? 0 : exponent;
  const key = `${language} ${currency} ${places}`;
  if (!formats.has(key)) formats.set(key, format(language, currency, places));
  return formats.get(key)(amount);
}

function format(language, currency, places) {
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  try {
    const formatter = new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay: "narrowSymbol", ...digits });
    return (amount) => formatter.format(amount);
  } catch {
    const formatter = new Intl.NumberFormat(undefined, digits);
    return (amount) => `${currency} ${formatter.format(amount)}`.trim();
  }
}
