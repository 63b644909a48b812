/* The editor of a look: points on photos that are placed by a tap and moved by dragging or with the arrow keys. The
   form's selects hold where each tag is, so that the page works the same without this script. */

const STEP = 10;
const FAR = 50;

const within = (value) => Math.round(Math.min(1000, Math.max(0, value)));

function stageOf(form, photo) {
  return [...form.querySelectorAll("[data-stage]")].find((stage) => stage.dataset.stage === photo);
}

/** Where a pointer is on a photo, in thousandths. */
function spotOf(stage, { clientX, clientY }) {
  const box = stage.getBoundingClientRect();
  return { x: within(((clientX - box.left) / box.width) * 1000), y: within(((clientY - box.top) / box.height) * 1000) };
}

function put(pin, { x, y }) {
  pin.style.left = `${x / 10}%`;
  pin.style.top = `${y / 10}%`;
}

function makePin(stage, spot) {
  const pin = Object.assign(document.createElement("button"), { type: "button", className: "looks-pin" });
  put(pin, spot);
  stage.append(pin);
  return pin;
}

function edit(form) {
  const list = form.querySelector("[data-tags-list]");
  const template = form.querySelector("[data-tag-template]");
  const picker = form.querySelector("[data-picker]");
  const status = form.querySelector("[data-editor-status]");
  const pins = new Map();
  let point = null;

  const say = (what, name) => (status.textContent = status.dataset[what].replace("{name}", name));
  const rows = () => [...list.querySelectorAll("[data-tag]")];
  const lineOf = (row) => row.querySelector("select").value;
  const changed = () => form.dispatchEvent(new Event("input", { bubbles: true }));

  function spotIn(row) {
    const [, , x, y] = lineOf(row).split(".");
    return { x: Number(x), y: Number(y) };
  }

  function move(row, { x, y }) {
    const here = row.querySelector("[data-here]");
    here.value = `${row.dataset.photo}.${row.dataset.item}.${x}.${y}`;
    here.selected = true;
    put(pins.get(row), { x, y });
  }

  function takeOff(row) {
    const pin = pins.get(row);
    row.querySelector("select").value = "";
    row.hidden = true;
    pin?.remove();
    pins.delete(row);
    number();
    suggest(row.dataset.photo);
    say("removed", row.dataset.name);
    changed();
  }

  /* An item has the same number on every photo. */
  function number() {
    const items = [];
    for (const row of rows()) {
      if (row.hidden) continue;
      if (!items.includes(row.dataset.item)) items.push(row.dataset.item);
      const text = String(items.indexOf(row.dataset.item) + 1);
      row.querySelector("[data-tag-number]").textContent = text;
      const pin = pins.get(row);
      pin.dataset.number = text;
      pin.setAttribute("aria-label", row.dataset.name);
    }
  }

  function wake(row) {
    const stage = stageOf(form, row.dataset.photo);
    if (!stage) return;
    const pin = makePin(stage, spotIn(row));
    pins.set(row, pin);
    drag(pin, stage, row);
    pin.addEventListener("keydown", (event) => steer(event, row));
    row.querySelector("select").addEventListener("change", () => {
      if (lineOf(row)) move(row, spotIn(row));
      else takeOff(row);
    });
  }

  function drag(pin, stage, row) {
    pin.addEventListener("pointerdown", (event) => {
      pin.setPointerCapture(event.pointerId);
      pin.dataset.dragging = "";
    });
    pin.addEventListener("pointermove", (event) => {
      if ("dragging" in pin.dataset) put(pin, spotOf(stage, event));
    });
    pin.addEventListener("pointerup", (event) => {
      if (!("dragging" in pin.dataset)) return;
      delete pin.dataset.dragging;
      const spot = spotOf(stage, event);
      const before = spotIn(row);
      if (Math.hypot(spot.x - before.x, spot.y - before.y) < 8) return put(pin, before);
      move(row, spot);
      changed();
    });
    pin.addEventListener("pointercancel", () => {
      delete pin.dataset.dragging;
      put(pin, spotIn(row));
    });
  }

  function steer(event, row) {
    const by = event.shiftKey ? FAR : STEP;
    const ways = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      takeOff(row);
      list.querySelector("[data-tag]:not([hidden]) select")?.focus();
    } else if (ways[event.key]) {
      event.preventDefault();
      const { x, y } = spotIn(row);
      move(row, { x: within(x + ways[event.key][0]), y: within(y + ways[event.key][1]) });
      changed();
    }
  }

  /* A tap on a photo marks a point; the next item chosen goes there. */
  function mark(stage, event) {
    point?.pin.remove();
    const spot = spotOf(stage, event);
    const pin = makePin(stage, spot);
    pin.classList.add("looks-pin--point");
    pin.tabIndex = -1;
    pin.addEventListener("click", unmark);
    point = { pin, spot, photo: stage.dataset.stage };
    picker.dataset.waiting = "";
    say("point", "");
    picker.scrollIntoView({ block: "nearest" });
    picker.focus({ preventScroll: true });
  }

  function unmark() {
    point?.pin.remove();
    point = null;
    delete picker.dataset.waiting;
  }

  function free(photo) {
    const taken = rows().filter((row) => !row.hidden && row.dataset.photo === photo).map(spotIn);
    for (const y of [500, 250, 750]) {
      for (const x of [500, 250, 750]) if (!taken.some((spot) => Math.hypot(spot.x - x, spot.y - y) < 100)) return { x, y };
    }
    return { x: 500, y: 500 };
  }

  function tag(item, name) {
    const photo = point?.photo ?? form.elements.new_photo?.value ?? form.querySelector("[data-stage]").dataset.stage;
    const spot = point?.spot ?? free(photo);
    unmark();
    const known = rows().find((row) => row.dataset.photo === photo && row.dataset.item === item);
    const row = known ?? template.content.firstElementChild.cloneNode(true);
    if (!known) {
      Object.assign(row.dataset, { photo, item, name });
      row.querySelector("[data-tag-name]").textContent = name;
      row.querySelector("select").setAttribute("aria-label", name);
      list.append(row);
    }
    row.hidden = false;
    const here = row.querySelector("[data-here]");
    here.value = `${photo}.${item}.${spot.x}.${spot.y}`;
    here.selected = true;
    if (pins.has(row)) put(pins.get(row), spot);
    else wake(row);
    number();
    suggest(photo);
    say("added", name);
    pins.get(row)?.focus({ preventScroll: true });
    changed();
  }

  function suggestion(photo) {
    const names = rows().filter((row) => !row.hidden && row.dataset.photo === photo).map((row) => row.dataset.name);
    return names.map((name, place) => (place ? name[0].toLowerCase() + name.slice(1) : name)).join(", ");
  }

  /* A description that nobody touched follows the tagged items. */
  function suggest(photo) {
    const field = form.querySelector(`[data-shot="${CSS.escape(photo)}"] [data-alt]`);
    if (!field || (field.value.trim() && field.value !== field.dataset.suggested)) return;
    field.value = field.dataset.suggested = suggestion(photo).slice(0, field.maxLength);
  }

  for (const still of form.querySelectorAll("[data-still]")) still.remove();
  for (const place of form.querySelectorAll("[data-without-script]")) place.hidden = !form.elements.new_photo;
  const where = form.elements.new_place?.closest(".field");
  if (where) where.hidden = true;
  const hint = form.querySelector("[data-with-script]");
  hint.textContent = hint.dataset.withScript;
  rows().forEach(wake);
  number();
  for (const field of form.querySelectorAll("[data-alt]")) {
    field.dataset.suggested = suggestion(field.closest("[data-shot]").dataset.shot);
  }
  for (const stage of form.querySelectorAll("[data-stage]")) {
    stage.dataset.awake = "";
    /* Otherwise a browser may take a drag of the point for one of the picture. */
    stage.addEventListener("dragstart", (event) => event.preventDefault());
    stage.addEventListener("click", (event) => {
      if (!event.target.closest(".looks-pin")) mark(stage, event);
    });
  }
  picker.addEventListener("change", ({ target }) => {
    if (target.name !== "new_items" || !target.checked) return;
    target.checked = false;
    tag(target.value, target.dataset.name);
  });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && point && unmark());
}

function wakeAll() {
  for (const form of document.querySelectorAll("form[data-editor]:not([data-editing])")) {
    form.dataset.editing = "";
    if (form.querySelector("[data-stage]")) edit(form);
    /* Chosen photos go up at once, with what was typed so far, and the page comes back with them. */
    form.addEventListener("change", ({ target }) => {
      if (target.matches("[data-save-at-once]") && target.files.length && target.validity.valid) {
        form.requestSubmit(form.querySelector("[data-save]"));
      }
    });
  }
}

document.addEventListener("clozette:content", wakeAll);
wakeAll();
