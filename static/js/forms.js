/* On pages with a form: pictures shown when chosen, progress while they go up, tags as chips. */

/* ---- passwords can be looked at ---- */

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-reveal]");
  const input = button && document.getElementById(button.dataset.reveal);
  if (!input) return;
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", shown);
});

/* ---- how much room is left ---- */

document.addEventListener("input", ({ target }) => {
  const most = target.tagName === "TEXTAREA" ? target.maxLength : -1;
  if (most < 0) return;
  let counter = target.parentElement.querySelector(".counter");
  if (!counter) {
    counter = Object.assign(document.createElement("p"), { className: "counter" });
    target.after(counter);
  }
  counter.hidden = target.value.length < most * 0.8;
  counter.textContent = `${target.value.length} / ${most}`;
});

/* ---- chosen photos ---- */

/** Draw a small picture of a file; a canvas needs no address that the content policy would have to allow. */
async function picture(file) {
  const canvas = document.createElement("canvas");
  const bitmap = await createImageBitmap(file, { resizeWidth: 320, resizeQuality: "medium" });
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", file.name);
  bitmap.close();
  return canvas;
}

function named(file) {
  return Object.assign(document.createElement("span"), { className: "previews__name", textContent: file.name });
}

function preview(input) {
  const most = Number(input.dataset.max || Infinity);
  const list = input.closest("[data-photos]")?.querySelector("[data-previews]");
  input.setCustomValidity(input.files.length > most ? input.dataset.tooMany : "");
  if (!list) return;
  const places = [...input.files].map((file) => {
    const place = document.createElement("li");
    picture(file).then((canvas) => place.append(canvas), () => place.append(named(file)));
    return place;
  });
  list.replaceChildren(...places);
  list.hidden = !places.length;
}

document.addEventListener("change", ({ target }) => {
  if (target.type === "file") preview(target);
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest?.(".drop");
    const input = place?.querySelector("input[type=file]");
    if (!input) return;
    event.preventDefault();
    place.classList.toggle("drop--over", kind === "dragover");
    if (kind !== "drop" || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/* ---- progress while files go up ---- */

function hasFiles(form) {
  return [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
}

/** Show the answer page (the form with its errors) in place, and keep the files that were chosen. */
function show(page) {
  const chosen = [...document.querySelectorAll("main input[type=file]")];
  document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
  for (const input of chosen) {
    const fresh = document.getElementById(input.id);
    if (!fresh || !input.files.length || "fresh" in fresh.dataset) continue; // data-fresh: the good files were taken
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (fresh.hasAttribute(name)) input.setAttribute(name, fresh.getAttribute(name));
    }
    fresh.replaceWith(input);
    preview(input);
  }
  prepare();
  document.dispatchEvent(new CustomEvent("clozette:content", { detail: { added: [document.querySelector("main")] } }));
  (document.querySelector("[data-focus]") ?? document.querySelector("main")).focus();
  scrollTo(0, 0);
}

/** Nothing may be typed while files are on their way: it would be lost with this page. What tells of them still speaks. */
function hold(form, on) {
  const held = ".field:not([data-photos]), .drop, fieldset:not(:has([data-photos])), .form__actions";
  for (const part of form.querySelectorAll(held)) part.inert = on;
}

function upload(form, submitter) {
  const request = new XMLHttpRequest();
  const place = form.querySelector("[data-progress]");
  const bar = place?.querySelector("progress");
  const status = place?.querySelector("[data-status]");
  request.open("POST", form.action);
  request.setRequestHeader("X-Follow", "no");
  request.responseType = "document";
  request.upload.onprogress = ({ loaded, total }) => {
    if (bar) bar.value = loaded / total;
    if (status && loaded === total) status.textContent = status.dataset.preparing;
  };
  const finished = () => {
    hold(form, false);
    submitter?.removeAttribute("aria-busy");
    if (place) place.hidden = true;
  };
  request.onload = () => {
    const next = request.getResponseHeader("X-Location");
    if (next) return location.assign(next);
    finished();
    if (request.response?.querySelector("main")) show(request.response);
    else form.submit();
  };
  request.onerror = () => {
    finished();
    if (place) place.hidden = false;
    if (status) status.textContent = status.dataset.failed;
  };
  if (place) place.hidden = false;
  if (status) status.textContent = status.dataset.sending;
  submitter?.setAttribute("aria-busy", "true");
  request.send(new FormData(form, submitter));
  hold(form, true);
  addEventListener("pagehide", () => hold(form, false), { once: true });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-upload]") || !hasFiles(form)) return;
  event.preventDefault();
  if (!event.submitter?.hasAttribute("aria-busy")) upload(form, event.submitter);
});

/* ---- tags as chips; the field itself keeps the words, separated by commas ---- */

function tags(field) {
  const box = Object.assign(document.createElement("div"), { className: "tags input" });
  const entry = Object.assign(document.createElement("input"), { className: "tags__entry", id: field.id, type: "text" });
  const say = field.getAttribute("aria-describedby");
  let words = [];

  function draw() {
    const chips = words.map((word) => {
      const chip = Object.assign(document.createElement("button"), { type: "button", className: "tags__chip" });
      chip.textContent = word;
      chip.setAttribute("aria-label", `${field.dataset.remove} ${word}`);
      chip.addEventListener("click", () => {
        keep(words.filter((other) => other !== word));
        entry.focus();
      });
      return chip;
    });
    box.replaceChildren(...chips, entry);
  }

  function keep(list) {
    words = [...new Set(list.map((word) => word.trim().replace(/^#/, "")).filter(Boolean))];
    field.value = words.join(", ");
    draw();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function take() {
    if (!entry.value.trim()) return;
    const typed = entry.value.split(/[,;]/);
    entry.value = "";
    keep([...words, ...typed]);
  }

  if (say) entry.setAttribute("aria-describedby", say);
  field.removeAttribute("id");
  field.removeAttribute("data-tags");
  field.type = "hidden";
  field.after(box);
  words = field.value.split(",").map((word) => word.trim()).filter(Boolean);
  draw();
  box.addEventListener("click", ({ target }) => target === box && entry.focus());
  entry.addEventListener("blur", take);
  entry.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "," || (event.key === "Enter" && entry.value.trim())) {
      event.preventDefault();
      take();
      entry.focus();
    } else if (event.key === "Backspace" && !entry.value && words.length) {
      keep(words.slice(0, -1));
      entry.focus();
    }
  });
}

/** Wake the fields of this page; again when an answer replaced them. */
function prepare() {
  for (const button of document.querySelectorAll("[data-reveal]")) button.hidden = false;
  for (const field of document.querySelectorAll("input[data-tags]")) tags(field);
}

prepare();
