// @ts-check
// Keeps an answer on this phone the moment it is given, says so, and sends it in its own time. Without this module, or where
// the browser keeps nothing, the form is an ordinary form.

import { drop, fact, keep, prepare, waiting } from "../web/store.js";
import { dayBefore, dayOf } from "./days.js";
import { news, send } from "./sending.js";

/** @typedef {import("./sending.js").Answers} Answers */
/** @typedef {import("./sending.js").CheckIn} CheckIn */
/** @typedef {import("./sending.js").Row} Row */
/** @typedef {import("./sending.js").State} State */
/** @typedef {import("./sending.js").Write} Write */

const LEVELS = /** @type {const} */ (["closeness_felt", "closeness_wanted", "space_wanted"]);
const said = document.documentElement.dataset;
const asking = one("[data-asking]");
const offline = one("[data-offline]");
const forms = /** @type {HTMLFormElement[]} */ ([...document.querySelectorAll("form[data-keeps]")]);

/** How long an open page waits until it tries again what could not be sent, in milliseconds: each time twice as long as before. */
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 60_000;

let owner = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let lookAgain;
let nextWait = FIRST_WAIT;
let day = "";
/** Whether the PIN stands between whoever holds this phone and its owner: then nothing shows that anything is kept here. */
let locked = false;
/** What this phone kept for the page's day, in order. @type {Answers[]} */
let earlier = [];
/** Whether somebody has kept or begun to change something on this page: then nothing takes its form away. */
let inUse = false;

/**
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {HTMLElement | null}
 */
function one(selector, within = document) {
  return within.querySelector(selector);
}

async function begin() {
  owner = said.person ?? (await fact("person"));
  if (!owner) return;
  if (offline) await beginOffline();
  day = forms[0]?.dataset.keeps ?? "";
  for (const form of forms) form.addEventListener("submit", (event) => void submitted(event, form));
  one("[data-again]")?.addEventListener("click", again);
  news.addEventListener("message", () => void sentElsewhere());
  addEventListener("online", backOnline);
  document.addEventListener("visibilitychange", () => document.hidden || anotherDay());
  await prepare(owner);
  if (!locked) earlier = (await waitsHere()).flatMap((row) => [...row.item.earlier, row.item.answers]);
  await look();
}

// Phones say so when they have found a network that does not lead anywhere yet.
function backOnline() {
  nextWait = FIRST_WAIT;
  void look();
}

// The page is the same for everybody and for every day, so the phone fills in which day it is about.
async function beginOffline() {
  locked = (await fact("locks")) !== "";
  if (locked) await import("../web/cover.js"); // blank while another app is in front, and asked for anew after a minute
  const today = dayOf(new Date(), await fact("zone"));
  const asked = new URLSearchParams(location.search).get("day");
  const yesterday = asked === dayBefore(today);
  for (const form of forms) form.dataset.keeps = yesterday ? asked : today;
  one("[data-today]")?.toggleAttribute("hidden", yesterday);
  one("[data-yesterday]")?.toggleAttribute("hidden", !yesterday);
  one("[data-nobody]")?.toggleAttribute("hidden", true);
  asking?.toggleAttribute("hidden", false);
}

/**
 * @param {SubmitEvent} event
 * @param {HTMLFormElement} form
 */
async function submitted(event, form) {
  event.preventDefault();
  const answers = read(form, event.submitter);
  const version = Number(new FormData(form).get("version")) || undefined;
  const client_id = crypto.randomUUID();
  /** @type {Write} */
  const write = { date: day, client_id, answered_at: new Date().toISOString(), version, answers, earlier };
  // Nobody knows who this is. Past the PIN the person says whether it holds; until then it is not sent and replaces nothing.
  if (locked) write.trouble = { why: "locked" };
  try {
    await keep(owner, write);
  } catch {
    if (!offline) native(form, event.submitter);
    return;
  }
  earlier = [...earlier, answers];
  inUse = true;
  nextWait = FIRST_WAIT;
  show(locked ? "locked" : "sent");
  forgetAddress();
  askForSync();
  try {
    await look();
  } catch {
    // A browser that lacks what sending needs. The form says the same once more, under the same id, so it is kept once.
    const id = form.elements.namedItem("client_id");
    if (id instanceof HTMLInputElement) id.value = client_id;
    if (!offline) native(form, event.submitter);
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} pressed
 */
function native(form, pressed) {
  if (pressed instanceof HTMLButtonElement && pressed.name) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value }));
  }
  form.submit();
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} pressed
 * @returns {Answers}
 */
function read(form, pressed) {
  if (pressed instanceof HTMLButtonElement && pressed.name === "quick") {
    return { kind: "quick", quick: pressed.value, feelings: [], note: null, shared_line: null };
  }
  const given = new FormData(form);
  const levels = Object.fromEntries(LEVELS.map((name) => [name, Number(given.get(name))]));
  const tension = given.has("tension") ? Number(given.get("tension")) : null;
  const feelings = given.getAll("feelings").map(String);
  return { kind: "full", ...levels, tension, feelings, note: text(given.get("note")), shared_line: text(given.get("shared_line")) };
}

/** @param {FormDataEntryValue | null} written */
function text(written) {
  // Half a character, as some keyboards leave one, becomes a whole one: the server reads no other.
  const whole = new TextDecoder().decode(new TextEncoder().encode(String(written ?? "")));
  return whole.normalize("NFC").replace(/\r\n/g, "\n").trim() || null;
}

/** Shows that the day is kept. @param {State | "locked"} state */
function show(state) {
  if (!asking) return;
  asking.hidden = true;
  if (locked) for (const form of forms) form.remove(); // what was given cannot be read back
  one("[data-again]")?.toggleAttribute("hidden", locked);
  const kept = one("[data-kept]");
  if (!kept) return;
  const fresh = kept.hidden;
  kept.hidden = false;
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (kept.querySelectorAll("[data-state]"))) line.hidden = line.dataset.state !== state;
  if (fresh) {
    scrollTo(0, 0);
    one("h1", kept)?.focus({ preventScroll: true });
  }
}

function again() {
  inUse = true;
  one("[data-kept]")?.toggleAttribute("hidden", true);
  asking?.toggleAttribute("hidden", false);
  scrollTo(0, 0);
}

/** Loading the page once more shall show what is kept, not ask again. */
function forgetAddress() {
  const address = new URL(location.href);
  address.searchParams.delete("change");
  address.searchParams.delete("one-tap");
  history.replaceState(null, "", address);
}

function askForSync() {
  navigator.serviceWorker?.ready.then((registration) => registration.sync?.register("answers")).catch(() => undefined);
}

/** Sends what waits, and shows how it stands. */
async function look() {
  if (locked) return;
  clearTimeout(lookAgain);
  if (!inUse && asking?.hidden === false && (await waitsHere()).length) show("sent");
  if ((await mine()).some((row) => !row.item.trouble)) {
    const state = await send(owner);
    if (one("[data-kept]")?.hidden === false) show(state);
    if (state === "waiting") wait();
    else nextWait = FIRST_WAIT;
  }
  await showTroubles();
}

function wait() {
  clearTimeout(lookAgain); // two may have looked at once
  lookAgain = setTimeout(() => void look(), nextWait);
  nextWait = Math.min(2 * nextWait, LONGEST_WAIT);
}

/** Another page, or the worker, has sent something: shows how it stands, and sends nothing, so that no two pages keep each other going. */
async function sentElsewhere() {
  if (locked) return;
  if (!(await waitsHere()).length && one("[data-kept]")?.hidden === false) show("sent");
  await showTroubles();
}

/** @returns {Promise<Row[]>} */
async function mine() {
  return waiting(owner).catch(() => []);
}

/** What waits to be sent of the day that this page is about. */
async function waitsHere() {
  return (await mine()).filter((row) => row.item.date === day && !row.item.trouble);
}

async function showTroubles() {
  if (offline) return; // nothing can be decided there, and a page that anybody may open shows nothing of anybody
  const place = one("[data-open-questions]");
  const cards = (await mine()).filter((row) => row.item.trouble).map(cardOf);
  place?.replaceChildren(...cards);
}

/** @param {Row} row */
function cardOf(row) {
  const { trouble, answers, date } = row.item;
  const template = /** @type {HTMLTemplateElement} */ (one(`template[data-${trouble?.why}]`));
  const card = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
  one("[data-day]", card)?.append(when);
  one("[data-here]", card)?.append(...lines(answers));
  if (trouble?.why === "twice") one("[data-there]", card)?.append(...lines(trouble.there));
  one("[data-keep-here]", card)?.addEventListener("click", () => void keepHere(row));
  for (const way of ["[data-keep-there]", "[data-let-go]"]) one(way, card)?.addEventListener("click", () => void letGo(row));
  return card;
}

/** @param {Row} row */
async function keepHere(row) {
  const { trouble, ...write } = row.item;
  // One that was given at a locked app meets whatever else was answered that day as a stranger would: that is asked then.
  const version = trouble?.why === "twice" ? trouble.there.version : write.version;
  await keep(owner, { ...write, version }, row.id);
  await send(owner);
  location.reload();
}

/** @param {Row} row */
async function letGo(row) {
  await drop(row.id);
  location.reload();
}

/**
 * @param {Answers} answers
 * @returns {HTMLElement[]}
 */
function lines(answers) {
  const { closeness_felt, closeness_wanted, space_wanted, tension, quick, feelings, note, shared_line } = answers;
  const parts = { closeness_felt, closeness_wanted, space_wanted, tension, quick: quick && word("value", quick) };
  const texts = { ...parts, feelings: feelings.map((feeling) => word("value", feeling)).join(", "), note, shared_line };
  return Object.entries(texts).flatMap(([name, value]) => {
    if (value === null || value === undefined || value === "") return [];
    const pair = document.createElement("div");
    const [term, meaning] = ["dt", "dd"].map((tag) => pair.appendChild(document.createElement(tag)));
    term.textContent = word("name", name);
    meaning.textContent = String(value);
    return [pair];
  });
}

/**
 * @param {"name" | "value"} kind
 * @param {string} name
 */
function word(kind, name) {
  return one(`[data-words] [data-${kind}="${name}"]`)?.textContent ?? name;
}

/** A page that was left open overnight asks about the new day, unless somebody has begun to answer. */
async function anotherDay() {
  if (offline || !asking || asking.hidden || location.search || !day) return;
  if (!forms.some(isBegun) && dayOf(new Date(), said.zone ?? "") > day) location.reload();
}

/** @param {HTMLFormElement} form */
function isBegun(form) {
  const texts = /** @type {NodeListOf<HTMLTextAreaElement | HTMLInputElement>} */ (form.querySelectorAll("textarea, input[type=text]"));
  return form.querySelector(":checked") !== null || [...texts].some((text) => text.value !== "");
}

void begin().catch(() => undefined);
