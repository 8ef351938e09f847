// Fills in the time zone that the browser knows, where the form offers it. The list stays open to a change.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const select of document.querySelectorAll("select[data-zone]")) {
  const untouched = !select.hasAttribute("data-chosen");
  if (untouched && zone && [...select.options].some((option) => option.value === zone)) select.value = zone;
}
