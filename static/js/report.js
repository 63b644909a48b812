/* While a campaign is sent or a file read: its numbers, without loading the page anew; at the end the whole page once. */

const EVERY = 2000;

function look() {
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.responseType = "document";
  request.onload = () => show(request.status === 200 ? request.response : null);
  request.onerror = later;
  request.send();
}

function show(page) {
  const now = page?.getElementById("live");
  const here = document.getElementById("live");
  if (!now) return later();
  if (!now.hasAttribute("data-live")) return location.reload();
  if (!here.contains(document.activeElement)) {
    const isOpen = Boolean(here.querySelector("details[open]"));
    here.replaceWith(document.importNode(now, true));
    document.querySelector("#live details")?.toggleAttribute("open", isOpen);
  }
  return later();
}

function later() {
  setTimeout(look, EVERY);
}

if (document.querySelector("#live[data-live]")) later();
