// @ts-check
// What this browser remembers between visits: a few facts, and what waits to be sent. Nothing here is readable text of
// anybody's: what waits is sealed with a key that this browser can use and nobody can take out of it.

const NAME = "ebb";
const VERSION = 1;

/** @typedef {"person" | "language" | "face" | "zone" | "locks" | "wipes" | "notices" | "renewed" | "offered"} Fact */
/** @typedef {{ id: number, owner: string, key: string, iv: BufferSource, sealed: BufferSource }} SealedRow */
/** @typedef {{ id: string, key: CryptoKey }} Ring */
/** @template T @typedef {{ id: number, owner: string, item: T }} Waiting */

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

/** @returns {Promise<IDBDatabase>} */
function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("facts");
      asked.result.createObjectStore("keys");
      asked.result.createObjectStore("waiting", { keyPath: "id", autoIncrement: true }).createIndex("owner", "owner");
    };
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const database = asked.result;
      // Another tab with a newer version, or a person who clears everything, is not kept waiting for this one.
      database.onversionchange = () => forget(database);
      database.onclose = () => forget(database);
      resolve(database);
    };
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

/** @param {IDBDatabase} database */
function forget(database) {
  database.close();
  opened = undefined;
}

/**
 * Runs one transaction, and once more where the connection had gone stale because somebody cleared the storage.
 * @template T
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => IDBRequest<T> | void} act
 * @returns {Promise<T>}
 */
async function run(stores, mode, act) {
  try {
    return await once(await open(), stores, mode, act);
  } catch (error) {
    if (!(error instanceof DOMException) || !["InvalidStateError", "NotFoundError", "AbortError"].includes(error.name)) throw error;
    opened = undefined;
    return once(await open(), stores, mode, act);
  }
}

/**
 * @template T
 * @param {IDBDatabase} database
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => IDBRequest<T> | void} act
 * @returns {Promise<T>}
 */
function once(database, stores, mode, act) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode);
    const asked = act(transaction);
    transaction.oncomplete = () => resolve(/** @type {T} */ (asked ? asked.result : undefined));
    transaction.onabort = () => reject(transaction.error ?? new DOMException("", "AbortError"));
  });
}

/**
 * @param {Fact} name
 * @returns {Promise<string>} what was remembered, or nothing at all
 */
export async function fact(name) {
  return (await run(["facts"], "readonly", (all) => all.objectStore("facts").get(name))) ?? "";
}

/** @param {Partial<Record<Fact, string>>} facts */
export async function remember(facts) {
  await run(["facts"], "readwrite", (all) => {
    for (const [name, value] of Object.entries(facts)) all.objectStore("facts").put(value, name);
  });
}

/** The keys in use here, so that keeping an answer need not look for one first. @type {Map<string, Ring>} */
const rings = new Map();

/**
 * @param {string} owner
 * @returns {Promise<Ring | undefined>}
 */
function standing(owner) {
  return run(["keys"], "readonly", (all) => all.objectStore("keys").get(owner));
}

/**
 * The owner's key: usable here, never readable by any script. A new one is kept with the first thing that it seals.
 * @param {string} owner
 * @returns {Promise<Ring>}
 */
async function ringOf(owner) {
  const ring = rings.get(owner) ?? (await standing(owner)) ?? (await newRing());
  rings.set(owner, ring);
  return ring;
}

/** @returns {Promise<Ring>} */
async function newRing() {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return { id: crypto.randomUUID(), key };
}

/**
 * Makes keeping quick: what takes time the first time is done before.
 * @param {string} owner
 */
export async function prepare(owner) {
  await ringOf(owner);
}

/**
 * Seals something that waits. It is kept once this returns.
 * @param {string} owner
 * @param {unknown} item
 * @param {number} [id] what it takes the place of
 */
export async function keep(owner, item, id) {
  const plain = new TextEncoder().encode(JSON.stringify(item));
  for (let ring = await ringOf(owner); ; ) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, ring.key, plain);
    const row = { ...(id === undefined ? {} : { id }), owner, key: ring.id, iv, sealed };
    const used = await keepUnder(ring, row);
    if (used.id === ring.id) return;
    // Another tab had begun anew with a key of its own.
    rings.set(owner, (ring = used));
  }
}

/**
 * Keeps a row together with its key, unless another key stands by now. Returns the key that stands.
 * @param {Ring} ring
 * @param {Omit<SealedRow, "id">} row
 * @returns {Promise<Ring>}
 */
async function keepUnder(ring, row) {
  /** @type {Ring | undefined} */
  const found = await run(["keys", "waiting"], "readwrite", (all) => {
    const keys = all.objectStore("keys");
    const asked = keys.get(row.owner);
    asked.onsuccess = () => {
      if (asked.result && asked.result.id !== ring.id) return;
      if (!asked.result) keys.put(ring, row.owner);
      all.objectStore("waiting").put(row);
    };
    return asked;
  });
  return found ?? ring;
}

/**
 * What waits of one person, oldest first. What another person of this browser left is never opened.
 * @template T
 * @param {string} owner
 * @returns {Promise<Waiting<T>[]>}
 */
export async function waiting(owner) {
  if (!owner) return [];
  /** @type {SealedRow[]} */
  const rows = await run(["waiting"], "readonly", (all) => all.objectStore("waiting").index("owner").getAll(owner));
  if (!rows.length) return [];
  const ring = await standing(owner);
  const read = await Promise.all(rows.map((row) => (ring && ring.id === row.key ? unsealed(row, ring.key) : undefined)));
  return read.filter((one) => one !== undefined).sort((one, other) => one.id - other.id);
}

/**
 * @param {SealedRow} row
 * @param {CryptoKey} key
 */
async function unsealed(row, key) {
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, key, row.sealed);
    return { id: row.id, owner: row.owner, item: JSON.parse(new TextDecoder().decode(plain)) };
  } catch {
    return undefined; // damaged: nobody can read it any more
  }
}

/** @param {number} id */
export async function drop(id) {
  await run(["waiting"], "readwrite", (all) => void all.objectStore("waiting").delete(id));
}

/** Throws away all that waits, of everybody, and the keys with it. */
export async function wipe() {
  await run(["waiting", "keys"], "readwrite", (all) => {
    all.objectStore("waiting").clear();
    all.objectStore("keys").clear();
  });
}
