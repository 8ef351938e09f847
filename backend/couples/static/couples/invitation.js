// @ts-check
// Takes the code from behind the '#' of an invitation link. It goes to no server until the person sends the form,
// and waits in this tab alone while they sign up or sign in.

const KEY = "invitation-code";
const fromLink = decodeURIComponent(location.hash.slice(1)).trim();
if (/^[A-Za-z0-9 -]{8,40}$/.test(fromLink)) {
  sessionStorage.setItem(KEY, fromLink);
  history.replaceState(null, "", location.pathname);
}
const field = /** @type {HTMLInputElement | null} */ (document.querySelector("input[data-code]"));
const kept = sessionStorage.getItem(KEY);
if (field && kept && !field.value) {
  field.value = kept;
  field.form?.addEventListener("submit", () => sessionStorage.removeItem(KEY));
}
const parts = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-with-code]"));
for (const part of parts) part.hidden = !kept;
