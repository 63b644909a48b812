// The preview follows what is typed: the form goes to the frame beside it a moment after the last key. Nothing is saved.

const form = document.getElementById("editor");
const button = document.querySelector("[data-preview]");
const PAUSE = 700;
let waiting;
let isPreview = false;

if (form && button) {
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(button), PAUSE);
  });
  form.addEventListener("submit", (event) => {
    isPreview = event.submitter?.formTarget === "mail";
    if (event.submitter !== button) clearTimeout(waiting);
  });
  form.addEventListener("formdata", ({ formData }) => {
    // A chosen picture goes along when it is uploaded, not with every look at the mail.
    const files = isPreview ? [...formData].filter(([, value]) => value instanceof File) : [];
    for (const [name] of files) formData.delete(name);
  });
}
