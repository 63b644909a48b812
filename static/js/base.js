/* On every page, needed by none: each part finds its elements by data attributes and leaves the rest alone. */

const root = document.documentElement;

/** Say something to screen readers. */
function say(text) {
  const place = document.getElementById("say");
  if (place && text) place.textContent = text;
}

/**
 * Send a form's deed without leaving the page; it arrives even if one leaves at once. Answers with false if it failed;
 * goes where it is told to sign in.
 */
async function send(address, body) {
  const answer = await fetch(address, { method: "POST", body, headers: { "X-Follow": "no" }, keepalive: true }).catch(() => null);
  const next = answer?.headers.get("X-Location");
  if (next?.startsWith("/login")) location.assign(next);
  return Boolean(answer?.ok);
}

/* ---- colours: as the device, light or dark ---- */

function paint(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  const paper = getComputedStyle(document.body).backgroundColor;
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.content = paper;
}

for (const choice of document.querySelectorAll("[data-theme-choice]")) {
  const now = root.dataset.theme ?? "";
  if (now) paint(now);
  for (const radio of choice.querySelectorAll("input")) radio.checked = radio.value === now;
  choice.hidden = false;
  choice.addEventListener("change", ({ target }) => {
    try {
      if (target.value) localStorage.setItem("theme", target.value);
      else localStorage.removeItem("theme");
    } catch {
      /* a browser that keeps nothing: the choice lasts for this page */
    }
    paint(target.value);
  });
}

/* ---- menus close when one looks elsewhere ---- */

function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== but) menu.open = false;
}

document.addEventListener("click", ({ target }) => closeMenus(target.closest?.("details.menu")));
document.addEventListener("focusin", ({ target }) => closeMenus(target.closest("details.menu")));
document.addEventListener("keydown", ({ key }) => {
  const open = key === "Escape" && document.querySelector("details.menu[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

/* ---- love is given and taken back in place ---- */

function flip(button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  const count = button.querySelector("[data-count]");
  button.setAttribute("aria-pressed", on);
  button.value = on ? "DELETE" : "POST";
  button.toggleAttribute("data-beat", on);
  if (count && /^\d*$/.test(count.textContent.trim())) {
    count.textContent = Math.max(0, Number(count.textContent) + (on ? 1 : -1)) || "";
  }
}

async function toggle(button) {
  if (button.hasAttribute("aria-busy")) return;
  const body = new FormData(button.form);
  body.set(button.name, button.value);
  button.setAttribute("aria-busy", "true");
  flip(button);
  if (!(await send(button.formAction, body))) flip(button);
  button.removeAttribute("aria-busy");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-love]");
  if (!button?.form) return;
  event.preventDefault();
  toggle(button);
});

/* ---- "show more" grows the list in place ---- */

/** Load a page of this site as a document; unlike markup in a string, that passes Trusted Types. */
function load(address) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.onload = () => (request.status < 400 && request.response ? resolve(request.response) : reject(request));
    request.onerror = reject;
    request.send();
  });
}

async function more(link) {
  const list = document.querySelector(link.dataset.more);
  link.setAttribute("aria-busy", "true");
  const page = await load(link.href);
  const found = [...(page.querySelector(link.dataset.more)?.children ?? [])];
  const pager = link.closest(".pager");
  const next = page.querySelector(".pager");
  list.append(...found);
  if (next) pager.replaceWith(next);
  else pager.remove();
  found[0]?.querySelector("a, button")?.focus({ preventScroll: true });
  say(link.dataset.said);
  document.dispatchEvent(new CustomEvent("clozette:content", { detail: { added: found } }));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !document.querySelector(link.dataset.more)) return;
  event.preventDefault();
  if (!link.hasAttribute("aria-busy")) more(link).catch(() => location.assign(link.href));
});

/* ---- what a screen reader should hear first ---- */

document.querySelector("[data-focus]")?.focus();
setTimeout(() => say([...document.querySelectorAll(".flash")].map((flash) => flash.textContent.trim()).join(" ")), 300);
