// @ts-check
// Fills in the time zone that the browser knows, where the form offers it. The list stays open to a change.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const lists = /** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll("select[data-zone]"));
for (const select of lists) {
  const untouched = !select.hasAttribute("data-chosen");
  if (untouched && zone && [...select.options].some((option) => option.value === zone)) select.value = zone;
}
