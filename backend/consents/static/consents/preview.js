// @ts-check
// Beside the choice of what to share: what the partner would see with it, as the server draws it, before anything is kept.

const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("[data-preview-link]"));
const place = /** @type {HTMLDetailsElement | null} */ (document.querySelector("[data-preview-place]"));
const shown = /** @type {HTMLElement | null} */ (document.querySelector("[data-preview-shown]"));
const choices = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[name=sharing]"));
let latest = "";

async function look() {
  if (!link || !place?.open || !shown) return;
  const chosen = [...choices].find((one) => one.checked)?.value;
  const address = new URL(link.href);
  if (chosen) address.searchParams.set("sharing", chosen);
  if (address.href === latest) return;
  latest = address.href;
  shown.setAttribute("aria-busy", "true");
  const page = await fetch(address, { credentials: "same-origin" })
    .then((answer) => answer.text())
    .then((text) => new DOMParser().parseFromString(text, "text/html"))
    .catch(() => null);
  const part = page?.querySelector("[data-preview]");
  if (page && part) await withScriptsOf(page, address);
  // A later choice is being fetched meanwhile; this one is out of date.
  if (latest !== address.href) return;
  shown.removeAttribute("aria-busy");
  if (!part) return location.assign(address);
  shown.replaceChildren(part);
}

/**
 * What that page brings along works here too, and is there before its plots are. A module runs once, however often it is asked for.
 * @param {Document} page
 * @param {URL} address
 */
function withScriptsOf(page, address) {
  const scripts = [...page.querySelectorAll("head script[type=module]")];
  return Promise.allSettled(scripts.map((one) => import(new URL(one.getAttribute("src") ?? "", address).href)));
}

if (link && place) {
  link.hidden = true;
  place.hidden = false;
  place.addEventListener("toggle", () => void look());
  for (const choice of choices) choice.addEventListener("change", () => void look());
}
