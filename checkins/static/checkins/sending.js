// @ts-check
// Sends what waits on this phone, from a page or from the service worker. An answer leaves the phone's keeping only when the
// server has it, when the person let it go, or when it was deleted on another device since.

import { formToken } from "../web/asking.js";
import { drop, keep, waiting } from "../web/store.js";

/**
 * @typedef {object} Answers
 * @property {"full" | "quick"} kind
 * @property {number} [closeness_felt]
 * @property {number} [closeness_wanted]
 * @property {number} [space_wanted]
 * @property {number | null} [tension]
 * @property {string | null} [quick]
 * @property {string[]} feelings
 * @property {string | null} note
 * @property {string | null} shared_line
 */
/** @typedef {Answers & { date: string, version: number }} CheckIn */
/**
 * One write. `earlier` is what this phone itself kept for that day before; `trouble` waits for the person to decide.
 * @typedef {object} Write
 * @property {string} date
 * @property {string} client_id
 * @property {string} answered_at
 * @property {number} [version]
 * @property {Answers} answers
 * @property {Answers[]} earlier
 * @property {{ why: "twice", there: CheckIn } | { why: "late" | "locked" | "refused" }} [trouble]
 */
/** @typedef {import("../web/store.js").Waiting<Write>} Row */
/** @typedef {"sent" | "waiting" | "signed-out"} State */
/** @typedef {{ status: number, check_in: CheckIn | null, problem: { code: string, current?: CheckIn | null } | null }} Result */

const MOST_AT_ONCE = 50;
/** In bytes. The server reads bodies of 64 KiB, and a note of any length that it takes fits in this. */
const LARGEST = 48 * 1024;
/** One of these for a whole body says that something in it can never be taken. */
const REFUSALS = [400, 413, 422];
/** In seconds. A clock that is set back meanwhile makes no rest much longer than this. */
const LONGEST_REST = 3600;
/** How often in a row nothing may get done, since an answer that meets another one is sent again. */
const FRUITLESS = 2;
const PATIENCE = 20000;
const CHECK_INS = "/api/v1/check-ins/";

/** Told to every other open page when something that waited has been sent or has met something. They look, and send nothing. */
export const news = new BroadcastChannel("ebb-answers");

/** The moment until which the server asked to be left alone, in milliseconds. */
let restsUntil = 0;

/**
 * Sends everything of this person that nothing stands in the way of. Only one page or worker sends at a time.
 * @param {string} owner
 * @returns {Promise<State>}
 */
export function send(owner) {
  return navigator.locks.request("ebb-sending", () => sendAll(owner));
}

/**
 * @param {string} owner
 * @returns {Promise<State>}
 */
async function sendAll(owner) {
  /** @type {State} */
  let state = "sent";
  let rows = await ready(owner);
  if (rows.length && Date.now() < restsUntil) return "waiting";
  for (let fruitless = 0; rows.length && fruitless <= FRUITLESS && state === "sent"; ) {
    for (const some of slices(rows)) if (state === "sent") state = await sendSome(owner, some);
    if (state === "sent") news.postMessage(state);
    const left = await ready(owner);
    fruitless = left.length < rows.length ? 0 : fruitless + 1;
    rows = left;
  }
  return state === "sent" && rows.length ? "waiting" : state;
}

/**
 * @param {string} owner
 * @returns {Promise<Row[]>}
 */
async function ready(owner) {
  const rows = /** @type {Row[]} */ (await waiting(owner));
  return rows.filter((row) => !row.item.trouble);
}

/**
 * Cuts what waits into calls that the server reads.
 * @param {Row[]} rows
 */
function slices(rows) {
  /** @type {Row[][]} */
  const cut = [];
  let size = 0;
  for (const row of rows) {
    const more = new TextEncoder().encode(JSON.stringify(asked(row))).length + 1;
    const last = cut[cut.length - 1];
    const fits = last && last.length < MOST_AT_ONCE && size + more <= LARGEST;
    if (fits) last.push(row);
    else cut.push([row]);
    size = fits ? size + more : more;
  }
  return cut;
}

/** @param {Row} row */
function asked({ item: { date, client_id, answered_at, version, answers } }) {
  return { date, client_id, answered_at, version, ...answers };
}

/**
 * @param {string} owner
 * @param {Row[]} rows
 * @returns {Promise<State>}
 */
async function sendSome(owner, rows) {
  // Beside what this phone's clock says now, so that a clock that is set wrong does no harm.
  const came = await call(owner, "POST", "batch/", { items: rows.map(asked), sent_at: new Date().toISOString() });
  if (came && REFUSALS.includes(came.status)) return sendEach(owner, rows);
  if (came) heed(came);
  if (!came?.ok) return came?.status === 401 ? "signed-out" : "waiting";
  /** @type {{ results: Result[] } | null} */
  const said = await came.json().catch(() => null);
  if (said?.results?.length !== rows.length) return "waiting"; // not from our server
  for (const [at, row] of rows.entries()) await settle(owner, row, said.results[at]);
  return "sent";
}

/**
 * A server that asks for a rest gets it.
 * @param {Response} came
 */
function heed(came) {
  const seconds = Number(came.headers.get("Retry-After")) || 0;
  restsUntil = Date.now() + Math.min(seconds, LONGEST_REST) * 1000;
}

/**
 * Finds out which of them the server refused, so that the others are not kept from it.
 * @param {string} owner
 * @param {Row[]} rows
 * @returns {Promise<State>}
 */
async function sendEach(owner, rows) {
  if (rows.length === 1) {
    await keep(owner, { ...rows[0].item, trouble: { why: "refused" } }, rows[0].id);
    return "sent";
  }
  /** @type {State} */
  let state = "sent";
  for (const row of rows) if (state === "sent") state = await sendSome(owner, [row]);
  return state;
}

/**
 * @param {string} owner
 * @param {"GET" | "POST"} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<Response | undefined>} nothing where the server could not be asked
 */
async function call(owner, method, path, body) {
  const token = await formToken();
  if (token === undefined) return undefined;
  // The server refuses a call that names somebody other than who is signed in by now.
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token, "X-Person": owner };
  const patience = new AbortController(); // AbortSignal.timeout is younger than some phones
  setTimeout(() => patience.abort(), PATIENCE);
  return fetch(CHECK_INS + path, { method, headers, signal: patience.signal, body: body === undefined ? null : JSON.stringify(body), cache: "no-store" }).catch(() => undefined);
}

/**
 * @param {string} owner
 * @param {Row} row
 * @param {Result} result
 */
async function settle(owner, row, { status, problem }) {
  const code = problem?.code;
  if (status < 300 || status === 404) return drop(row.id);
  if (code === "stale-version" || code === "version-required") return meet(owner, row, problem?.current);
  if (code === "id-reused") return keep(owner, { ...row.item, client_id: crypto.randomUUID() }, row.id);
  if (status >= 400 && status < 500 && status !== 429) {
    return keep(owner, { ...row.item, trouble: { why: code === "too-old" ? "late" : "refused" } }, row.id);
  }
}

/**
 * The day was answered before, by another device or by this phone itself.
 * @param {string} owner
 * @param {Row} row
 * @param {CheckIn | null | undefined} there what stands, null where it is gone; read where the server did not say
 */
async function meet(owner, row, there) {
  if (there === undefined) {
    const came = await call(owner, "GET", `${row.item.date}/`);
    if (!came || (!came.ok && came.status !== 404)) return undefined;
    there = came.ok ? await came.json() : null;
  }
  if (!there) return keep(owner, { ...row.item, version: undefined }, row.id);
  if (alike(there, row.item.answers)) return drop(row.id);
  const standing = there;
  if (row.item.earlier.some((before) => alike(before, standing))) return keep(owner, { ...row.item, version: standing.version }, row.id);
  return keep(owner, { ...row.item, trouble: { why: "twice", there: standing } }, row.id);
}

/**
 * @param {Answers} one
 * @param {Answers} other
 */
function alike(one, other) {
  return plain(one) === plain(other);
}

/** @param {Answers} said */
function plain(said) {
  const { kind, closeness_felt, closeness_wanted, space_wanted, tension, quick, feelings, note, shared_line } = said;
  const levels = [closeness_felt, closeness_wanted, space_wanted, tension, quick].map((one) => one ?? null);
  return JSON.stringify([kind, ...levels, feelings, note || null, shared_line || null]);
}
