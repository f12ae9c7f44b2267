// New messages and notifications are counted on every page, while it is looked at: a browser has few connections to
// one server, and pages in the background need none. Without this, a page counts when it is loaded. Pages of messages
// listen by themselves.
const profile = document.querySelector('.tabs [href^="/@"]');
let stream;
let waiting;

// The server counts, and knows the words: a page that shows both is asked for.
async function count() {
  waiting = 0;
  const answer = await fetch(profile.href).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of [".tabs [data-unread]", ".bell"]) {
    const [here, there] = [document.querySelector(part), page.querySelector(part)];
    if (!here || !there) continue;
    here.replaceChildren(...there.childNodes);
    if (there.ariaLabel) here.ariaLabel = there.ariaLabel;
  }
}
const soon = () => (waiting ||= setTimeout(count, 200));

function close() {
  stream?.close();
  stream = null;
}

function listen() {
  if (stream || document.hidden) return;
  stream = new EventSource("/api/v1/events");
  for (const kind of ["message", "conversation", "notifications", "resync"]) stream.addEventListener(kind, soon);
  stream.addEventListener("open", () => (document.documentElement.dataset.stream = "open"));
  // Cut off, or signed out elsewhere: not asked again at once.
  stream.addEventListener("error", () => {
    close();
    setTimeout(listen, 30_000);
  });
}

function again() {
  listen();
  soon();
}

if (profile && !document.querySelector("[data-live]")) {
  listen();
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : again()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && again());
}
