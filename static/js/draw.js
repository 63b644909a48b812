/* A draw made once more in the reader's own browser: the file comes from the site, the order from here. */

const TOP = 1n << 64n;
const bytes = (text) => new TextEncoder().encode(text);
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (made) => Array.from(made, (one) => one.toString(16).padStart(2, "0")).join("");

async function sha256(data) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

async function* wordsOf(key) {
  for (let block = 0n; ; block += 1n) {
    const said = new Uint8Array(40);
    said.set(key);
    new DataView(said.buffer).setBigUint64(32, block);
    const made = new DataView((await sha256(said)).buffer);
    for (let at = 0; at < 32; at += 8) yield made.getBigUint64(at);
  }
}

async function below(count, words) {
  if (count === 1) return 0;
  const whole = BigInt(count);
  for (;;) {
    const { value } = await words.next();
    if (value < TOP - (TOP % whole)) return Number(value % whole);
  }
}

async function picks(numbers, take, key) {
  const [left, words] = [[...numbers], wordsOf(key)];
  const most = Math.min(take, left.length);
  for (let here = 0; here < most; here += 1) {
    const there = here + (await below(left.length - here, words));
    [left[here], left[there]] = [left[there], left[here]];
  }
  return left.slice(0, most);
}

/* Whether the seed and the list are the promised ones, and the order that follows; for whoever has a file. */
export async function again(file) {
  const list = file.entries.map(([number, commitment]) => `${number} ${commitment}\n`).join("");
  const { chain, beacon, witness } = file;
  const number = witness
    ? `witness ${witness.nonce}\n`
    : `chain ${chain.hash}\nround ${beacon.round}\nrandomness ${beacon.randomness}\n`;
  const key = await sha256(bytes(`clozette draw 1\nseed ${file.seed}\nentries ${file.entries_sha256}\n${number}`));
  const source = witness
    ? hex(await sha256(unhex(witness.nonce))) === witness.sha256
    : hex(await sha256(unhex(beacon.signature))) === beacon.randomness;
  const promised =
    hex(await sha256(unhex(file.seed))) === file.seed_sha256 && hex(await sha256(bytes(list))) === file.entries_sha256;
  const order = await picks(file.entries.map(([one]) => one), file.take, key);
  return { right: source && promised && order.join() === file.order.join(), order };
}

async function draw(button) {
  const output = document.querySelector("[data-drawn]");
  button.disabled = true;
  try {
    const file = await (await fetch(button.dataset.drawAgain)).json();
    const { right, order } = await again(file);
    output.textContent = `${right ? output.dataset.right : output.dataset.wrong} ${order.join(", ")}`;
    output.classList.toggle("alert--wrong", !right);
  } catch {
    output.textContent = output.dataset.failed;
  }
  output.hidden = false;
  button.disabled = false;
}

const button = document.querySelector("[data-draw-again]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => draw(button));
}
