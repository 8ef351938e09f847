// @ts-check
// Turns each row of eleven buttons into a slider. The buttons stay in the form and hold the answer; the slider moves them.
// A slider starts unset: no thumb suggests an answer, and the number appears on first touch.

const words = find(document, "[data-slider-words]")?.dataset ?? {};

/**
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
function find(within, selector) {
  return within.querySelector(selector);
}

/**
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {HTMLInputElement[]}
 */
function inputs(within, selector) {
  return [...within.querySelectorAll(selector)].filter((one) => one instanceof HTMLInputElement);
}

/** @param {HTMLElement} fieldset */
function slide(fieldset) {
  const [scale, number, legend, ends] = [".scale", ".number", "legend", ".ends"].map((part) => find(fieldset, part));
  if (!scale || !number || !legend || !ends) return;
  const clear = find(fieldset, "[data-clear]");
  const choices = inputs(scale, "input[type=radio]");
  const range = Object.assign(document.createElement("input"), { type: "range", min: "0", max: "10", step: "1", value: "5" });
  range.className = "slide";
  range.autocomplete = "off";
  range.setAttribute("aria-labelledby", legend.id);
  range.setAttribute("aria-describedby", ends.id);

  const show = () => {
    const chosen = choices.find((choice) => choice.checked);
    range.toggleAttribute("data-unset", !chosen);
    number.toggleAttribute("data-unset", !chosen);
    number.textContent = chosen ? chosen.value : "–";
    if (chosen) range.value = chosen.value;
    range.style.setProperty("--at", `calc(17px + (100% - 34px) * ${chosen ? Number(chosen.value) / 10 : 0})`);
    range.setAttribute("aria-valuetext", (chosen ? words.of?.replace("0", chosen.value) : words.unset) ?? "");
    if (clear) clear.hidden = !chosen;
  };

  const choose = () => {
    choices[Number(range.value)].checked = true;
    show();
    fieldset.dispatchEvent(new CustomEvent("answered", { bubbles: true }));
  };

  // A tap where the hidden thumb already is changes no value, so lifting the finger counts too; a finger that scrolls
  // past ends in pointercancel instead, and chooses nothing.
  for (const event of ["input", "pointerup", "click"]) range.addEventListener(event, choose);
  range.addEventListener("keydown", (event) => {
    if (event.key !== " " || !range.hasAttribute("data-unset")) return;
    event.preventDefault();
    choose();
  });
  clear?.addEventListener("click", () => {
    for (const choice of choices) choice.checked = false;
    show();
    range.focus();
  });

  for (const choice of choices) choice.required = false;
  scale.hidden = true;
  scale.after(range);
  show();
}

for (const form of document.querySelectorAll("form[data-sliders]")) {
  const questions = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("fieldset.q")]);
  const needed = questions.filter((one) => find(one, "input[required]"));
  const button = /** @type {HTMLButtonElement} */ (find(form, "button[type=submit]"));
  for (const fieldset of questions) slide(fieldset);
  const wake = () => {
    button.disabled = !needed.every((one) => find(one, "input[type=radio]:checked"));
  };
  form.addEventListener("answered", wake);
  wake();
}

// No more feelings than the answer holds.
const groups = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-at-most]"));
for (const group of groups) {
  const boxes = inputs(group, "input[type=checkbox]");
  const limit = () => {
    const full = boxes.filter((box) => box.checked).length >= Number(group.dataset.atMost);
    for (const box of boxes) box.disabled = full && !box.checked;
  };
  group.addEventListener("change", limit);
  limit();
}
