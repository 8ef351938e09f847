// In the place of web/store.js: keeps rows in memory, in order, with the same promises.

/** @type {Map<number, { id: number, owner: string, item: unknown }>} */
const rows = new Map();
let next = 1;

export async function waiting(owner) {
  return structuredClone([...rows.values()].filter((row) => row.owner === owner).sort((one, other) => one.id - other.id));
}

export async function keep(owner, item, id = next++) {
  rows.set(id, { id, owner, item: JSON.parse(JSON.stringify(item)) });
}

export async function drop(id) {
  rows.delete(id);
}

export function clear() {
  rows.clear();
}
