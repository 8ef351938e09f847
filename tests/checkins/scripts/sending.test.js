// What sending does with each kind of reply, against a server made of a function. The journeys try it in a browser.

import { clear, keep, waiting } from "../web/store.js";

const OWNER = "somebody";
/** @type {string[]} */
let told = [];
/** @type {{ url: string, items: { date: string, note: string | null, version?: number }[], size: number }[]} */
let calls = [];

globalThis.document = { cookie: "form=token" };
globalThis.BroadcastChannel = class {
  postMessage(said) {
    told.push(said);
  }
};
Object.defineProperty(navigator, "locks", { value: { request: (_name, act) => act() } });

/** Says what the server answers from now on. @param {(items: any[], url: string) => Response} answers */
function serverThat(answers) {
  clear();
  [told, calls] = [[], []];
  globalThis.fetch = async (url, { body }) => {
    const items = body ? JSON.parse(body).items : [];
    calls.push({ url, items, size: new TextEncoder().encode(body ?? "").length });
    return answers(items, url);
  };
}

const { send } = await import("./sending.js");
const kept = (items) => Response.json({ results: items.map(() => ({ status: 201, check_in: null, problem: null })) });
const refusedWith = (status, code) => (items) =>
  Response.json({ results: items.map(() => ({ status, check_in: null, problem: { code } })) });

function write(date, note = null) {
  const answers = { kind: "full", closeness_felt: 1, closeness_wanted: 2, space_wanted: 3, tension: null, feelings: [], note, shared_line: null };
  return { date, client_id: crypto.randomUUID(), answered_at: new Date().toISOString(), answers, earlier: [] };
}

async function troubles() {
  return (await waiting(OWNER)).map((row) => row.item.trouble?.why ?? null);
}

function equal(one, other) {
  const [seen, wanted] = [JSON.stringify(one), JSON.stringify(other)];
  if (seen !== wanted) throw new Error(`${seen} is not ${wanted}`);
}

Deno.test("long notes go in bodies that the server takes", async () => {
  serverThat(kept);
  for (let number = 0; number < 9; number += 1) await keep(OWNER, write("2026-03-04", "я".repeat(4000)));
  equal(await send(OWNER), "sent");
  equal(calls.flatMap((call) => call.items).length, 9);
  equal(calls.every((call) => call.size < 64 * 1024), true);
  equal(calls.length, 2);
});

Deno.test("fifty at once at most", async () => {
  serverThat(kept);
  for (let number = 0; number < 51; number += 1) await keep(OWNER, write("2026-03-04"));
  equal(await send(OWNER), "sent");
  equal(calls.map((call) => call.items.length), [50, 1]);
});

for (const status of [400, 413, 422]) {
  Deno.test(`one answer that the server refuses with ${status} keeps no other from being sent`, async () => {
    serverThat((items) => (items.some((item) => item.note === "bad") ? new Response("", { status }) : kept(items)));
    for (const note of ["one", "bad", "two"]) await keep(OWNER, write("2026-03-04", note));
    equal(await send(OWNER), "sent");
    equal(await troubles(), ["refused"]);
    equal((await waiting(OWNER))[0].item.answers.note, "bad");
  });
}

for (const status of [401, 403, 404, 429, 500, 503]) {
  Deno.test(`a ${status} for all leaves every answer as it was`, async () => {
    serverThat(() => new Response("", { status }));
    await keep(OWNER, write("2026-03-04"));
    await keep(OWNER, write("2026-03-05"));
    equal(await send(OWNER), status === 401 ? "signed-out" : "waiting");
    equal(await troubles(), [null, null]);
    equal(calls.length, 1);
  });
}

Deno.test("a page in the server's place is not taken for its word", async () => {
  serverThat(() => new Response("<h1>Welcome to this hotel</h1>"));
  await keep(OWNER, write("2026-03-04"));
  equal(await send(OWNER), "waiting");
  equal(await troubles(), [null]);
});

Deno.test("however often a day was changed, it all goes at once", async () => {
  // The server keeps one change of a day per call, and tells what stands to the others.
  let standing = { ...write("2026-03-04", "0").answers, date: "2026-03-04", version: 1 };
  serverThat((items) => {
    const before = standing;
    const results = items.map(({ version, answered_at, client_id, ...answers }) => {
      if (version !== before.version || standing !== before) return { status: 412, check_in: null, problem: { code: "stale-version", current: standing } };
      standing = { ...answers, version: version + 1 };
      return { status: 200, check_in: standing, problem: null };
    });
    return Response.json({ results });
  });
  const earlier = [write("2026-03-04", "0").answers];
  for (const note of ["1", "2", "3", "4", "5", "6"]) {
    const next = { ...write("2026-03-04", note), version: 1, earlier: [...earlier] };
    earlier.push(next.answers);
    await keep(OWNER, next);
  }
  equal(await send(OWNER), "sent");
  equal(standing.note, "6");
});

Deno.test("a browser without AbortSignal.timeout sends too", async () => {
  const { timeout } = AbortSignal;
  AbortSignal.timeout = undefined;
  serverThat(kept);
  await keep(OWNER, write("2026-03-04"));
  equal(await send(OWNER), "sent");
  AbortSignal.timeout = timeout;
});

for (const [code, why] of [["too-old", "late"], ["validation", "refused"]]) {
  Deno.test(`an answer that meets ${code} is told as ${why}`, async () => {
    serverThat(refusedWith(422, code));
    await keep(OWNER, write("2026-03-04"));
    await send(OWNER);
    equal(await troubles(), [why]);
  });
}

Deno.test("the server hears what this phone's clock says", async () => {
  let sent = "";
  serverThat(kept);
  const { fetch } = globalThis;
  globalThis.fetch = (url, asked) => {
    sent = JSON.parse(asked.body).sent_at;
    return fetch(url, asked);
  };
  await keep(OWNER, write("2026-03-04"));
  await send(OWNER);
  equal(Math.abs(Date.parse(sent) - Date.now()) < 60_000, true);
});

Deno.test("other pages hear of what was sent, and of nothing else", async () => {
  serverThat(() => new Response("", { status: 503 }));
  await keep(OWNER, write("2026-03-04"));
  equal(await send(OWNER), "waiting");
  equal(told, []);
  const before = await waiting(OWNER);
  serverThat(kept);
  for (const row of before) await keep(OWNER, row.item);
  equal(await send(OWNER), "sent");
  equal(told, ["sent"]);
});

Deno.test("a server that asks for a rest gets it", async () => {
  const { now } = Date;
  serverThat(() => new Response("", { status: 429, headers: { "Retry-After": "30" } }));
  await keep(OWNER, write("2026-03-04"));
  for (let again = 0; again < 3; again += 1) equal(await send(OWNER), "waiting");
  equal(calls.length, 1);
  Date.now = () => now() + 31_000;
  await send(OWNER);
  equal(calls.length, 2);
  Date.now = () => now() + 100_000;
  serverThat(kept);
  await keep(OWNER, write("2026-03-04"));
  equal(await send(OWNER), "sent");
  Date.now = now;
});

Deno.test("a version that never fits ends", async () => {
  serverThat(refusedWith(422, "id-reused"));
  await keep(OWNER, write("2026-03-04"));
  equal(await send(OWNER), "waiting");
});
