// @ts-check
// Whether leaving in a hurry also throws away what waits to be sent. This browser remembers it, so it holds offline too.

import { fact, remember } from "./store.js";

const part = /** @type {HTMLElement | null} */ (document.querySelector("[data-wiping]"));
const box = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-wipes]"));

async function begin() {
  if (!part || !box) return;
  box.checked = (await fact("wipes")) !== "";
  part.hidden = false;
  box.addEventListener("change", () => void remember({ wipes: box.checked ? "yes" : "" }));
}

void begin().catch(() => undefined);
