// The comments of a video in a sheet over it, or in a column beside it. The sheet holds the page of the comments,
// as the server makes it: its links and forms are followed here instead of by the browser.
import { times } from "./ago.js";
import { toast, words } from "./ui.js";

const wide = matchMedia("(min-width: 64rem)");
const sheet = document.createElement("dialog");
sheet.className = "sheet talk-sheet";
document.body.append(sheet);

let opener;
let counted;
let turn = 0;

export function open(link, count) {
  opener = link;
  counted = count;
  sheet.replaceChildren();
  sheet.setAttribute("aria-label", link.getAttribute("aria-label"));
  document.documentElement.classList.add("talking");
  if (wide.matches) sheet.show();
  else if (!sheet.open) sheet.showModal();
  load(link.href);
}

export const isOpen = () => sheet.open;

export function close() {
  if (sheet.open) sheet.close();
}

sheet.addEventListener("close", () => {
  turn += 1;
  document.documentElement.classList.remove("talking");
  opener?.focus();
});
sheet.addEventListener("click", (event) => event.target === sheet && close());
sheet.addEventListener("keydown", (event) => event.key === "Escape" && close());

async function page(address, options) {
  const mine = (turn += 1);
  sheet.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, options);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== turn) return null;
    const part = found.querySelector("[data-comments]");
    if (part) return { found, part: document.adoptNode(part) };
    // Signed out meanwhile, or the video is not there any more.
    if (answer.redirected) location.assign(answer.url);
    else toast(answer.status === 404 ? words.gone ?? words.failed : found.querySelector("main p")?.textContent ?? words.failed);
    close();
  } catch {
    toast(navigator.onLine ? words.failed : words.offline);
  } finally {
    sheet.removeAttribute("aria-busy");
  }
  return null;
}

// The page brings its own style and icons; those that are not here yet come along.
async function bring(found) {
  const sprite = document.querySelector(".sprite");
  for (const symbol of found.querySelectorAll(".sprite symbol")) {
    if (!document.getElementById(symbol.id)) sprite.append(document.adoptNode(symbol));
  }
  if (document.querySelector("[data-comments-style]")) return;
  const style = document.adoptNode(found.querySelector("[data-comments-style]"));
  const ready = new Promise((done) => (style.onload = style.onerror = done));
  document.head.append(style);
  await ready;
}

async function load(address, options, { keep = false } = {}) {
  const top = keep ? sheet.querySelector("[data-scroll]")?.scrollTop : 0;
  const draft = keep ? sheet.querySelector("textarea")?.value : "";
  const place = keep ? document.activeElement?.closest("form")?.getAttribute("action") : null;
  const got = await page(address, options);
  if (!got) return;
  await bring(got.found);
  sheet.replaceChildren(got.part);
  times(sheet);
  const shut = sheet.querySelector("[data-close]");
  shut.hidden = false;
  const box = sheet.querySelector("textarea");
  if (box && draft) box.value = draft;
  if (box) grow(box);
  sheet.querySelector("[data-scroll]").scrollTop = top;
  const again = place && [...sheet.querySelectorAll("form")].find((form) => form.getAttribute("action") === place);
  if (again) again.querySelector("textarea, button, summary")?.focus();
  else if (box?.form.elements.reply_to.value) box.focus();
  else shut.focus();
  counted(Number(got.part.dataset.total));
}

async function more(link) {
  const got = await page(link.href);
  if (!got) return;
  times(got.part);
  const list = sheet.querySelector("[data-list]");
  const first = got.part.querySelector("[data-list] > li");
  list.append(...got.part.querySelectorAll("[data-list] > li"));
  const next = got.part.querySelector("[data-more-comments]");
  if (next) link.href = next.href;
  else link.parentElement.remove();
  first?.querySelector("a")?.focus();
}

function grow(box) {
  box.rows = Math.min(4, Math.max(1, Math.ceil(box.value.length / 36) + box.value.split("\n").length - 1));
}

sheet.addEventListener("input", (event) => event.target.matches("textarea") && grow(event.target));
sheet.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (event.target.closest("[data-close]")) close();
  else if (link?.matches("[data-into], [data-more-comments]")) {
    event.preventDefault();
    if (link.matches("[data-into]")) load(link.href);
    else more(link);
  }
});
sheet.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  if (sheet.getAttribute("aria-busy")) return;
  const options = { method: "POST", body: new URLSearchParams(new FormData(form)) };
  load(form.action, options, { keep: !form.matches("[data-write]") });
});
