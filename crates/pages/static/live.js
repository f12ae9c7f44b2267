// New messages and notifications are counted on every page, while it is looked at: a browser has few connections to
// one server, and pages in the background need none. Without this, a page counts when it is loaded. Pages of messages
// listen by themselves.
const profile = document.querySelector('.tabs [href^="/@"]');
let stream;
let waiting;
// What the page shows was counted when it was loaded; what came while nobody listened is not in it.
let late = false;

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
  stream.addEventListener("open", () => {
    document.documentElement.dataset.stream = "open";
    if (late) soon();
    late = true;
  });
  // Cut off, the browser comes again by itself, with the number of what it heard last. Refused, or signed out
  // elsewhere, it does not: then it is not asked again at once.
  stream.addEventListener("error", () => {
    document.documentElement.dataset.stream = "cut";
    if (stream?.readyState !== EventSource.CLOSED) return;
    close();
    late = true;
    setTimeout(listen, 30_000);
  });
}

if (profile && !document.querySelector("[data-live]")) {
  listen();
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : listen()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && listen());
}
