/* Pages of the closet: photos go up while the rest of the form is filled in; several items are ticked with less work. */

/* ---- photos go up one by one, as soon as they are chosen ---- */

/** Send one file; the answer is a small document, which passes Trusted Types where markup in a string would not. */
function send(address, file, token) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.set("photo", file);
    body.set("csrf_token", token);
    request.open("POST", address);
    request.setRequestHeader("X-Follow", "no");
    request.responseType = "document";
    request.onload = () => resolve(request.response);
    request.onerror = () => resolve(null);
    request.send(body);
  });
}

/** Tick the colours that a photo suggests, unless the member has chosen some already. */
function suggest(form, colours) {
  const boxes = [...form.querySelectorAll("[data-colours] input")];
  if (boxes.some((box) => box.checked)) return;
  for (const box of boxes) box.checked = colours.includes(box.value);
}

function take(field, page) {
  const form = field.closest("form");
  const tiles = page?.querySelector("#tiles");
  if (!tiles) return false;
  suggest(form, (tiles.dataset.colours ?? "").split(" "));
  field.querySelector("#tiles").append(...tiles.children);
  warn(page.querySelector("#similar > *"));
  return true;
}

/** Show what looks like the photo, beside what is shown already. */
function warn(warning) {
  if (!warning) return;
  const list = document.querySelector("#similar .similar");
  if (!list) {
    document.getElementById("similar").append(warning);
    return;
  }
  const known = new Set([...list.querySelectorAll("a")].map((link) => link.pathname));
  for (const item of warning.querySelectorAll("li")) {
    if (!known.has(item.querySelector("a").pathname)) list.append(item);
  }
}

async function upload(field, input) {
  const status = field.querySelector("[data-told]");
  const submit = field.closest("form").querySelector(".form__actions [type=submit]");
  const token = field.closest("form").elements.csrf_token.value;
  const files = [...input.files];
  const room = Number(field.dataset.most) - field.querySelectorAll("#tiles input:checked").length;
  const said = files.length > room ? [field.dataset.many] : [];
  input.value = "";
  submit.disabled = true;
  for (const file of files.slice(0, Math.max(room, 0))) {
    status.textContent = field.dataset.sending.replace("{name}", file.name);
    const page = await send(field.dataset.address, file, token);
    if (!take(field, page)) {
      const reason = page?.querySelector(".field__error")?.textContent;
      said.push(reason ? `${file.name}: ${reason}` : field.dataset.failed.replace("{name}", file.name));
    }
  }
  submit.disabled = false;
  input.required = !field.querySelector("#tiles input:checked");
  status.textContent = said.join(" ");
}

function watch(field) {
  if (field.dataset.awake) return;
  field.dataset.awake = "yes";
  // The tiles take the place of the previews that other forms show.
  for (const box of field.querySelectorAll("[data-photos]")) box.removeAttribute("data-photos");
  field.addEventListener("change", ({ target }) => {
    if (target.type === "file" && target.files.length) upload(field, target);
    else if (target.name === "photo_ids") {
      field.querySelector("input[type=file]").required = !field.querySelector("#tiles input:checked");
    }
  });
}

/* ---- filters apply themselves on wide screens, where the result is in sight ---- */

function watchFilters(form) {
  form.addEventListener("change", ({ target }) => {
    if (target.type === "checkbox" && matchMedia("(min-width: 64rem)").matches) form.requestSubmit();
  });
}

/* ---- several items at once ---- */

function watchBatch(form) {
  const details = form.closest("details");
  const hint = form.querySelector("[data-count]");
  const all = form.querySelector("[data-all]");
  const boxes = () => [...document.querySelectorAll('input[form="batch"][name="items"]')];

  function count() {
    const ticked = boxes().filter((box) => box.checked).length;
    if (ticked) hint.textContent = hint.dataset.count.replace("{number}", ticked);
  }

  function fit() {
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = part.dataset.for !== form.elements.act.value;
    }
  }

  details.dataset.awake = "yes";
  all.hidden = false;
  all.addEventListener("click", () => {
    const rest = boxes().filter((box) => !box.checked);
    for (const box of rest.length ? rest : boxes()) box.checked = rest.length > 0;
    count();
  });
  form.elements.act.addEventListener("change", fit);
  document.addEventListener("change", ({ target }) => target.name === "items" && count());
  fit();
  count();
}

function prepare() {
  for (const field of document.querySelectorAll("[data-photo-field]")) watch(field);
}

prepare();
document.addEventListener("clozette:content", prepare);
for (const form of document.querySelectorAll("form[data-filters]")) watchFilters(form);
for (const form of document.querySelectorAll("form[data-batch]")) watchBatch(form);
