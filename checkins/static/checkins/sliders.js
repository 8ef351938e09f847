// Turns each row of eleven buttons into a slider. The buttons stay in the form and hold the answer; the slider moves them.
// A slider starts unset: no thumb suggests an answer, and the number appears on first touch.

const words = document.querySelector("[data-slider-words]")?.dataset ?? {};

function slide(fieldset) {
  const scale = fieldset.querySelector(".scale");
  const choices = [...scale.querySelectorAll("input[type=radio]")];
  const number = fieldset.querySelector(".number");
  const range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 10, step: 1, value: 5 });
  range.className = "slide";
  range.autocomplete = "off";
  range.setAttribute("aria-labelledby", fieldset.querySelector("legend").id);
  range.setAttribute("aria-describedby", fieldset.querySelector(".ends").id);

  function show() {
    const chosen = choices.find((choice) => choice.checked);
    range.toggleAttribute("data-unset", !chosen);
    number.toggleAttribute("data-unset", !chosen);
    number.textContent = chosen ? chosen.value : "–";
    if (chosen) range.value = chosen.value;
    range.style.setProperty("--at", `calc(17px + (100% - 34px) * ${chosen ? chosen.value / 10 : 0})`);
    range.setAttribute("aria-valuetext", chosen ? words.of.replace("0", chosen.value) : words.unset);
    const clear = fieldset.querySelector("[data-clear]");
    if (clear) clear.hidden = !chosen;
  }

  function choose() {
    choices[Number(range.value)].checked = true;
    show();
    fieldset.dispatchEvent(new CustomEvent("answered", { bubbles: true }));
  }

  // A tap where the hidden thumb already is changes no value, so lifting the finger counts too; a finger that scrolls
  // past ends in pointercancel instead, and chooses nothing.
  for (const event of ["input", "pointerup", "click"]) range.addEventListener(event, choose);
  range.addEventListener("keydown", (event) => {
    if (event.key !== " " || !range.hasAttribute("data-unset")) return;
    event.preventDefault();
    choose();
  });
  fieldset.querySelector("[data-clear]")?.addEventListener("click", () => {
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
  const questions = [...form.querySelectorAll("fieldset.q")];
  const needed = questions.filter((one) => one.querySelector("input[required]"));
  const button = form.querySelector("button[type=submit]");
  for (const fieldset of questions) slide(fieldset);
  const wake = () => {
    button.disabled = !needed.every((one) => one.querySelector("input[type=radio]:checked"));
  };
  form.addEventListener("answered", wake);
  wake();
}

// No more feelings than the answer holds.
for (const group of document.querySelectorAll("[data-at-most]")) {
  const boxes = [...group.querySelectorAll("input[type=checkbox]")];
  const limit = () => {
    const full = boxes.filter((box) => box.checked).length >= Number(group.dataset.atMost);
    for (const box of boxes) box.disabled = full && !box.checked;
  };
  group.addEventListener("change", limit);
  limit();
}
