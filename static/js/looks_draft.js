/* A draft saves itself as it is typed. If another window saved first, nothing is overwritten: one is asked. */

const WAIT = 1500;
const ASIDE = new Set(["photos", "publish", "q", "new_items", "new_photo", "new_place"]);

function typed(form) {
  const body = new FormData(form);
  for (const name of new Set(body.keys())) if (ASIDE.has(name)) body.delete(name);
  return body;
}

function draft(form) {
  const status = form.querySelector("[data-draft-status]");
  const conflict = form.querySelector("[data-conflict]");
  const version = form.elements.version;
  let timer = 0;
  let saving = null;
  let changed = false;
  let stopped = false;
  let theirs = 0;

  function say(what) {
    if (status) status.textContent = status.dataset[what] ?? what;
  }

  /* The first saving of a new look gives it its address. */
  function settle(answer) {
    if (answer.address && form.dataset.draft === "/looks/new") {
      form.dataset.draft = answer.address.replace(/edit$/, "draft");
      form.action = answer.address;
      history.replaceState(null, "", answer.address);
    }
    version.disabled = false;
    version.value = answer.version;
  }

  function overtaken(answer) {
    stopped = true;
    theirs = answer.version;
    const caption = conflict.querySelector("[data-theirs]");
    caption.textContent = answer.theirs?.caption || caption.dataset.none;
    conflict.querySelector("[data-take-theirs]").href = form.action;
    conflict.hidden = false;
    conflict.focus();
    say("");
  }

  async function send(keepalive) {
    changed = false;
    say("saving");
    const headers = { Accept: "application/json", "X-Follow": "no" };
    const answer = await fetch(form.dataset.draft, { method: "POST", body: typed(form), headers, keepalive }).catch(() => null);
    const said = await answer?.json().catch(() => null);
    if (answer?.ok && said?.version) {
      settle(said);
      say("saved");
    } else if (said?.code === "stale") {
      overtaken(said);
    } else {
      const fields = Object.values(said?.errors ?? {}).flat();
      say(fields.join(" ") || said?.detail || "failed");
    }
  }

  async function save(keepalive = false) {
    clearTimeout(timer);
    if (saving || stopped) return saving;
    saving = send(keepalive).finally(() => (saving = null));
    await saving;
    if (changed) later();
  }

  function later() {
    changed = true;
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, WAIT);
  }

  form.addEventListener("input", ({ target }) => {
    if (!ASIDE.has(target.name)) later();
  });

  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    changed = false;
    if (!saving) {
      stopped = true;
      return;
    }
    /* A saving is on its way: the form must name the version that it makes. */
    event.preventDefault();
    saving.then(() => conflict.hidden && form.requestSubmit(event.submitter));
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden && changed) save(true);
  });

  conflict.querySelector("[data-keep-mine]").addEventListener("click", () => {
    version.value = theirs;
    stopped = false;
    conflict.hidden = true;
    save();
    form.elements.caption.focus();
  });
}

function wakeAll() {
  for (const form of document.querySelectorAll("form[data-draft]:not([data-drafting])")) {
    form.dataset.drafting = "";
    draft(form);
  }
}

document.addEventListener("clozette:content", wakeAll);
wakeAll();
