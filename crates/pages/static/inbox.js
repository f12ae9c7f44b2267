// What is new appears by itself: the part of the page that shows it is asked for again, from the server that
// knows who may see what. Without this, the page shows it when it is loaded again.
import { locale, toast, words } from "./ui.js";

const live = () => document.querySelector("[data-live]");
const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
const short = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });

// Times in the reader's own zone.
function refine(root) {
  const today = new Date().toDateString();
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    if ("time" in time.dataset) time.textContent = clock.format(at);
    else if ("day" in time.dataset) time.textContent = day.format(at);
    else if ("short" in time.dataset) time.textContent = (at.toDateString() === today ? clock : short).format(at);
  }
}

const atEnd = () => innerHeight + scrollY > document.body.scrollHeight - 160;
const toEnd = () => scrollTo({ top: document.body.scrollHeight });

// Puts in what another version of this page shows, and says what was added.
function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const [here, there] = [live(), page.querySelector("[data-live]")];
  if (!here || !there) return false;
  const follow = atEnd();
  const open = here.querySelector("details[open]")?.closest("[data-message]")?.dataset.message;
  // Icons that were not on this page yet.
  for (const shape of page.querySelectorAll(".sprite symbol")) {
    if (!document.getElementById(shape.id)) document.querySelector(".sprite").append(shape);
  }
  here.replaceWith(there);
  if (open) there.querySelector(`[data-message="${CSS.escape(open)}"] details`)?.setAttribute("open", "");
  refine(there);
  // An answer has taken the request on.
  if (!page.querySelector("[data-ask]")) document.querySelector("[data-ask]")?.remove();
  const count = (root) => root.querySelector(".tabs [data-unread]");
  count(document)?.replaceWith(count(page));
  if (follow && there.dataset.live === "chat") toEnd();
  return true;
}

let asking = false;
let again = false;
async function refresh() {
  if (asking) return void (again = true);
  asking = true;
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" } });
    if (answer.ok && !answer.redirected) show(await answer.text());
  } catch {
    // Offline: the stream begins again when the network is back, and this with it.
  }
  asking = false;
  if (again) {
    again = false;
    refresh();
  }
}

const here = live();
const talk = here.dataset.talk;
// Older pages of a conversation stay as they are, and who is away is told nothing.
if ("listens" in words && (here.dataset.live === "list" || "latest" in here.dataset)) {
  let stream;
  const told = (event) => {
    const news = JSON.parse(event.data);
    if (!talk || news.conversation_id === talk || event.type === "resync") refresh();
  };
  const listen = () => {
    stream = new EventSource("/api/v1/events");
    for (const kind of talk ? ["message", "resync"] : ["message", "conversation", "resync"]) {
      stream.addEventListener(kind, told);
    }
    // What came between the making of this page and now was told to nobody.
    stream.addEventListener("open", () => refresh(), { once: true });
    stream.addEventListener("open", () => (document.documentElement.dataset.stream = "open"));
    // Cut off, the browser comes again by itself, with the number of what it heard last; refused, it does not.
    stream.addEventListener("error", () => {
      document.documentElement.dataset.stream = "cut";
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 30_000);
    });
  };
  listen();
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => event.persisted && listen());
}

// Sending without leaving the page. What cannot be sent stays in the field.
const form = document.querySelector("[data-write]");
if (form) {
  const field = form.elements.text;
  field.addEventListener("keydown", (event) => {
    const touch = matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sending || !field.value.trim()) return;
    form.dataset.sending = "yes";
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const html = await answer.text();
      if (!answer.ok) {
        const page = new DOMParser().parseFromString(html, "text/html");
        const why = page.querySelector(".write.closed") ?? page.querySelector(".write .err:not(:empty), [role=alert], main p");
        toast(why?.textContent ?? words.failed);
      } else if (new URL(answer.url).pathname !== location.pathname || location.search) {
        location.assign(answer.url);
      } else if (show(html)) {
        field.value = "";
        toEnd();
      }
    } catch {
      toast(navigator.onLine ? words.failed : words.offline);
    }
    delete form.dataset.sending;
    field.focus();
  });
}

refine(document);
if (here.dataset.live === "chat" && "latest" in here.dataset) toEnd();
