// The preview follows what is typed: the form goes to the frame beside it a moment after the last key. Nothing is saved.

const form = document.getElementById("editor");
const button = document.querySelector("[data-preview]");
const PAUSE = 700;
let waiting;

if (form && button) {
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(button), PAUSE);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter !== button) clearTimeout(waiting);
  });
}
