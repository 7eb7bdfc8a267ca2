// ISO weeks, as reports count them.

/**
 * The ISO week of an epoch, counted from the one of 1970-01-01; `Date` ends before the epochs do.
 * @param {number} epoch
 */
export function week(epoch) {
  const thursday = epoch * 7;
  // 400 years have 146,097 days; the guess is off by at most one.
  let year = 1970 + Math.floor((thursday * 400) / 146097);
  if (thursday < firstDay(year)) year--;
  else if (thursday >= firstDay(year + 1)) year++;
  const number = Math.floor((thursday - firstDay(year)) / 7) + 1;
  const digits = String(Math.abs(year)).padStart(year < 0 ? 3 : 4, "0");
  return `${year < 0 ? "-" : ""}${digits}-W${String(number).padStart(2, "0")}`;
}

/** 1 January of a year, in days since 1970-01-01. @param {number} year */
function firstDay(year) {
  const y = year - 1;
  return 365 * (year - 1970) + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) - 477;
}
