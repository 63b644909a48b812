/* While an archive is made: how far it is, without loading the page anew; at the end the page itself. */

const EVERY = 2000;

function look() {
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.responseType = "document";
  request.onload = () => show(request.response);
  request.onerror = later;
  request.send();
}

function show(page) {
  const now = page?.querySelector("[data-watch]");
  if (!now) return location.reload();
  const bar = document.querySelector("[data-watch]");
  if (now.hasAttribute("value")) Object.assign(bar, { max: now.max, value: now.value });
  const words = document.querySelector("[data-watched]");
  if (words) words.textContent = page.querySelector("[data-watched]")?.textContent ?? words.textContent;
  return later();
}

function later() {
  setTimeout(look, EVERY);
}

later();
