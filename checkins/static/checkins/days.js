// @ts-check
// Which day an answer belongs to, by the clock of the person's own zone: a day lasts until four in the morning.

const ROLLS_AT = 4;

/**
 * @param {Date} moment
 * @param {string} zone an IANA name; the browser's own where it is empty or unknown here
 * @returns {string} as 2026-11-21
 */
export function dayOf(moment, zone) {
  const { year, month, day, hour } = wallClock(moment, zone);
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return Number(hour) < ROLLS_AT ? dayBefore(iso(date)) : iso(date);
}

/** @param {string} day */
export function dayBefore(day) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return iso(date);
}

/** @param {Date} date */
function iso(date) {
  return date.toISOString().slice(0, 10);
}

/**
 * @param {Date} moment
 * @param {string} zone
 * @returns {Record<string, string>}
 */
function wallClock(moment, zone) {
  /** @type {Intl.DateTimeFormatOptions} */
  const wanted = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", hourCycle: "h23" };
  let format;
  try {
    format = new Intl.DateTimeFormat("en-GB", { ...wanted, timeZone: zone || undefined });
  } catch {
    format = new Intl.DateTimeFormat("en-GB", wanted);
  }
  return Object.fromEntries(format.formatToParts(moment).map((part) => [part.type, part.value]));
}
