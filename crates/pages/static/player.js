// Turns the list of videos into a player: what is in view plays, the next one is loaded, the rest rests.
import { cameFrom } from "./from.js";
import { placeholder } from "./hash.js";
import { clip, leaveSwap, measure, on, qualities, rest, setWish, steer, store, wake } from "./ladder.js";
import "./cc.js";
import { copy, csrf, locale, refusal, toast, words } from "./ui.js";

const feed = document.querySelector("[data-feed]");
const unmute = document.querySelector("[data-unmute]");
const menu = document.querySelector("[data-menu]");
const lostForm = document.querySelector("[data-lost-form]");
const offlinePill = document.querySelector("[data-offline-pill]");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1, roundingMode: "trunc" });
const SOUND = "outro.sound";
// How many videos before and after the current one may hold anything of theirs.
const BEHIND = 1;
const AHEAD = 2;
// Seconds of the current one that are here before the line is used for another.
const ROOM = 3;

let current = null;
let sound = remembered();

const cards = () => [...feed.querySelectorAll("[data-card]")];

function remembered() {
  try {
    return sessionStorage.getItem(SOUND) === "on";
  } catch {
    return false;
  }
}

function setSound(wanted) {
  sound = wanted;
  try {
    sessionStorage.setItem(SOUND, wanted ? "on" : "off");
  } catch {
    // Storage may be switched off; the choice then lasts for this page.
  }
  showSound();
}

function showSound() {
  unmute.hidden = sound || !current;
  for (const card of cards()) {
    clip(card).muted = !sound;
    card.querySelector("[data-sound]")?.setAttribute("aria-pressed", sound);
  }
}

async function play(card) {
  const video = clip(card);
  video.muted = !sound;
  delete card.dataset.paused;
  try {
    await video.play();
  } catch (error) {
    if (card !== current || error.name !== "NotAllowedError") return;
    if (video.muted) {
      card.dataset.paused = "";
      return;
    }
    // Browsers refuse sound before the first touch of a page: go on silently and offer it again.
    sound = false;
    showSound();
    play(card);
  }
}

function pause(card) {
  clip(card).pause();
  delete card.dataset.waiting;
}

function enter(card) {
  if (card === current) {
    if (clip(card).paused && !("paused" in card.dataset)) play(card);
    return;
  }
  if (current) {
    tell(current);
    pause(current);
    delete current.dataset.paused;
  }
  current = card;
  leaveSwap();
  const list = cards();
  const here = list.indexOf(card);
  list.forEach((other, index) => {
    if (index < here - BEHIND || index > here + AHEAD) rest(clip(other));
    else if (index !== here && clip(other).preload === "auto") clip(other).preload = "metadata";
  });
  wake(card);
  clip(card).preload = "auto";
  if (clip(card).readyState === HTMLMediaElement.HAVE_ENOUGH_DATA) prepare();
  showSound();
  if (card.dataset.state !== "gone") play(card);
  if (here >= list.length - 3) more();
}

// What was watched is told once it is left: for how long, and whether to its end.
const watched = new WeakMap();
function listen(card) {
  const watch = { ms: 0, last: null, time: 0, done: false };
  watched.set(card, watch);
  on(card, "timeupdate", (video) => {
    const now = performance.now();
    if (!video.paused && watch.last !== null) watch.ms += Math.min(now - watch.last, 1000);
    watch.last = video.paused ? null : now;
    const { currentTime, duration } = video;
    if (currentTime + 0.5 < watch.time || currentTime > duration - 0.3) watch.done = true;
    watch.time = currentTime;
  });
}

function tell(card) {
  const watch = watched.get(card);
  if (watch.ms < 200 || card.dataset.state) return;
  const said = { watched_ms: Math.round(watch.ms), completed: watch.done, from: cameFrom(feed) };
  Object.assign(watch, { ms: 0, last: null, time: 0, done: false });
  fetch(`/api/v1/videos/${encodeURIComponent(card.dataset.id)}/watches`, {
    method: "POST",
    keepalive: true,
    headers: { "content-type": "application/json", "X-CSRF-Token": csrf() },
    body: JSON.stringify(said),
  }).catch(() => {});
}

// Once the line has room, the next video comes up to its first picture, then the one after it up to what it is: a swipe
// finds the picture there, and little is loaded that nobody watches. Most browsers come so far for "metadata" and rest.
function prepare() {
  const { ahead, whole } = store(clip(current));
  if (navigator.connection?.saveData || (ahead < ROOM && !whole)) return;
  const list = cards();
  const here = list.indexOf(current);
  for (const card of list.slice(here + 1, here + 1 + AHEAD)) {
    const video = clip(card);
    if (card.dataset.state || video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) continue;
    if (video.preload !== "none") return;
    wake(card);
    video.preload = "metadata";
    return;
  }
}

// What is ready waits, and the one after it may come; what rests without a picture is told to go on until it has one.
function ready(card, video) {
  if (card === current) return;
  const pictured = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  if (!pictured && video.readyState === HTMLMediaElement.HAVE_NOTHING) return;
  video.preload = pictured ? "metadata" : "auto";
  if (pictured) prepare();
}

function go(step) {
  const stops = [...feed.querySelectorAll("[data-card], [data-end]")];
  const target = stops[stops.indexOf(current) + step];
  target?.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
}

function toggle(card) {
  if (clip(card).paused) {
    play(card);
  } else {
    card.dataset.paused = "";
    pause(card);
  }
}

// The first tap gives sound, as people expect of a silent start; later ones pause.
function tap(card) {
  if (!sound && !unmute.dataset.used && !("paused" in card.dataset)) {
    unmute.dataset.used = "yes";
    setSound(true);
    play(card);
  } else {
    toggle(card);
  }
}

function burst(card, event) {
  const box = document.querySelector("[data-burst]");
  const stage = card.querySelector(".stage");
  const frame = stage.getBoundingClientRect();
  stage.append(box);
  box.style.setProperty("--x", `${event.clientX - frame.left}px`);
  box.style.setProperty("--y", `${event.clientY - frame.top}px`);
  box.classList.remove("on");
  void box.offsetWidth;
  if (!calm.matches) box.classList.add("on");
}

function showLike(form, liked, count) {
  form.querySelector("button").setAttribute("aria-pressed", liked);
  form.elements.liked.value = String(!liked);
  const number = form.querySelector("[data-count]");
  number.dataset.count = count;
  number.textContent = short.format(count);
}

async function like(card, wanted) {
  const form = card.querySelector("[data-like]");
  if (!form) {
    const link = card.querySelector("a.like");
    if (link) location.assign(link.href);
    return;
  }
  const liked = form.elements.liked.value === "false";
  const want = wanted ?? !liked;
  if (want === liked) return;
  const count = Number(form.querySelector("[data-count]").dataset.count);
  showLike(form, want, Math.max(0, count + (want ? 1 : -1)));
  try {
    const answer = await fetch(`/api/v1/videos/${encodeURIComponent(card.dataset.id)}/like`, {
      method: want ? "PUT" : "DELETE",
      headers: { "X-CSRF-Token": csrf(), accept: "application/json" },
    });
    if (answer.status === 401) return location.assign(`/login?next=${encodeURIComponent(card.dataset.href)}`);
    if (!answer.ok) {
      showLike(form, liked, count);
      return toast(await refusal(answer));
    }
    const said = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    if (typeof said.like_count === "number") showLike(form, said.liked ?? want, said.like_count);
  } catch {
    showLike(form, liked, count);
    toast(navigator.onLine ? words.failed : words.offline);
  }
}

// That a link to it goes out is counted, once a day of each viewer; not where it goes.
function shared(card) {
  fetch(`/api/v1/videos/${encodeURIComponent(card.dataset.id)}/shares`, {
    method: "POST",
    keepalive: true,
    headers: { "X-CSRF-Token": csrf() },
  }).catch(() => {});
}

async function share(card) {
  shared(card);
  const url = new URL(card.dataset.href, location.href).href;
  if (!navigator.share) return copy(url);
  try {
    await navigator.share({ url });
  } catch (error) {
    if (error.name !== "AbortError") copy(url);
  }
}

// Comments come when they are asked for: most people watch.
async function talk({ currentTarget: link }) {
  try {
    const { open } = await import("./comments.js");
    open(link, (count) => (link.nextElementSibling.textContent = short.format(count)));
  } catch {
    location.assign(link.href);
  }
}

function openMenu(card) {
  menu.querySelector("[data-menu-copy]").onclick = () => {
    shared(card);
    copy(new URL(card.dataset.href, location.href).href);
  };
  menu.querySelector("[data-menu-skip]").onclick = () => go(1);
  menu.querySelector("[data-menu-open]").href = card.dataset.href;
  const report = menu.querySelector("[data-menu-report]");
  report.href = `/videos/${card.dataset.id}/report`;
  report.hidden = card.hasAttribute("data-own");
  const [gift, send] = ["gift", "send"].map((name) => menu.querySelector(`[data-menu-${name}]`));
  if (gift) gift.href = `/videos/${card.dataset.id}/gift`;
  if (gift) gift.hidden = report.hidden;
  const [download, list] = ["download", "list"].map((name) => menu.querySelector(`[data-menu-${name}]`));
  download.hidden = !card.dataset.download;
  download.href = card.dataset.download ?? "/";
  for (const way of ["duet", "stitch"]) {
    const link = menu.querySelector(`[data-menu-${way}]`);
    link.hidden = !card.dataset[way];
    link.href = card.dataset[way] ?? "/upload";
  }
  if (list) list.href = `/videos/${card.dataset.id}/playlists`;
  if (list) list.hidden = !report.hidden;
  if (send) send.href = `/inbox/send/${card.dataset.id}`;
  showQualities(card);
  menu.showModal();
}

// The sizes that there are of this video, and which the viewer asked for.
const number = new Intl.NumberFormat(locale, { useGrouping: false });
function showQualities(card) {
  const box = menu.querySelector("[data-menu-quality]");
  const { sizes, chosen } = qualities(card);
  box.hidden = sizes.length < 2;
  const [auto, ...old] = box.querySelectorAll("label");
  for (const label of old) label.remove();
  auto.querySelector("input").checked = !chosen;
  for (const size of sizes) {
    const label = auto.cloneNode(true);
    Object.assign(label.querySelector("input"), { value: size, checked: size === chosen });
    label.querySelector("span").textContent = number.format(size);
    box.append(label);
  }
  box.onchange = ({ target }) => {
    setWish(card, Number(target.value));
    menu.close();
  };
}

menu.addEventListener("click", (event) => event.target === menu && menu.close());

// A video that cannot be shown says why: gone for good, no network, or broken.
async function lose(card) {
  const video = clip(card);
  const source = video.getAttribute("src");
  if (!source) return;
  let state = "broken";
  try {
    const answer = await fetch(source, { method: "HEAD", cache: "no-store" });
    if (answer.status === 404 || answer.status === 410) state = "gone";
  } catch {
    state = "offline";
  }
  card.dataset.state = state;
  delete card.dataset.waiting;
  card.querySelector("[data-lost]")?.remove();
  card.querySelector(".stage").append(lostForm.content.cloneNode(true));
  const text = card.querySelector("[data-lost-text]");
  text.textContent = text.dataset[state];
  card.querySelector("[data-retry]").addEventListener("click", () => retry(card));
  if (state === "gone") {
    // What is gone must not go on being told here either: no caption, no name, no cover.
    for (const part of card.querySelectorAll(".meta, .rail > *, .backdrop, .hash, picture, [data-tap]")) part.remove();
    card.setAttribute("aria-label", text.textContent);
    rest(video);
    delete video.dataset.src;
    setTimeout(() => card === current && go(1), 1400);
  }
}

function retry(card) {
  delete card.dataset.state;
  card.querySelector("[data-lost]")?.remove();
  clip(card).load();
  if (card === current) play(card);
}

function gestures(card) {
  const surface = card.querySelector("[data-tap]");
  let timer;
  let hold;
  let held = false;
  let start = null;
  surface.addEventListener("click", (event) => {
    if (held) return void (held = false);
    // A click from the keyboard has no position and never is half of a double tap.
    if (event.detail === 0) return tap(card);
    if (timer) {
      clearTimeout(timer);
      timer = null;
      burst(card, event);
      like(card, true);
    } else {
      timer = setTimeout(() => {
        timer = null;
        tap(card);
      }, 240);
    }
  });
  surface.addEventListener("pointerdown", (event) => {
    held = false;
    start = event;
    hold = setTimeout(() => {
      held = true;
      openMenu(card);
    }, 550);
  });
  const let_go = () => clearTimeout(hold);
  surface.addEventListener("pointermove", (event) => {
    if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > 10) let_go();
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) surface.addEventListener(name, let_go);
  surface.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    let_go();
    if (!menu.open) openMenu(card);
  });
}

const inView = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      if (target.matches("[data-card]")) enter(target);
      else if (current) {
        // The end of the feed: nothing plays there, and what came before it was watched.
        tell(current);
        pause(current);
      }
    }
  },
  { root: feed, threshold: 0.6 },
);

function adopt(card) {
  const video = clip(card);
  video.controls = false;
  video.muted = true;
  on(card, "waiting", () => (card.dataset.waiting = ""));
  on(card, "playing", () => delete card.dataset.waiting);
  on(card, "error", () => lose(card));
  for (const name of ["loadeddata", "suspend"]) on(card, name, (video) => ready(card, video));
  on(card, "canplaythrough", () => card === current && prepare());
  measure(card);
  if (video.dataset.placeholder) placeholder(card.querySelector(".stage"), video.dataset.placeholder);
  gestures(card);
  listen(card);
  const press = (part, act) =>
    card.querySelector(part)?.addEventListener("click", (event) => {
      event.preventDefault();
      act(event);
    });
  press("[data-share]", () => share(card));
  press("[data-sound]", () => setSound(!sound));
  press("[data-talk]", talk);
  press("[data-more]", () => openMenu(card));
  card.querySelector("[data-like]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    like(card);
  });
  inView.observe(card);
}

let loading = false;
async function more() {
  const link = feed.querySelector("[data-next]");
  if (!link || loading) return;
  loading = true;
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const sheet of page.querySelectorAll("[data-because]")) {
      if (!document.getElementById(sheet.id)) feed.after(document.adoptNode(sheet));
    }
    const fresh = page.querySelectorAll("[data-feed] > [data-card], [data-feed] > [data-next], [data-feed] > [data-end]");
    for (const node of fresh) {
      link.before(document.adoptNode(node));
      if (node.matches("[data-card]")) adopt(node);
      if (node.matches("[data-end]")) inView.observe(node);
    }
    link.remove();
    showSound();
  } catch {
    // The link stays, works as a link, and is tried again at the next video.
    loading = false;
    return;
  }
  loading = false;
  // A page may hold nothing and lead on, where many in a row were seen.
  if (!cards().length) more();
}

const keys = {
  ArrowDown: () => go(1),
  j: () => go(1),
  ArrowUp: () => go(-1),
  k: () => go(-1),
  " ": () => toggle(current),
  m: () => setSound(!sound),
  l: () => like(current),
};
document.addEventListener("keydown", (event) => {
  const act = keys[event.key];
  const busy = event.target.closest("input, textarea, select, dialog, summary, .owner");
  if (!act || !current || busy || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && event.target.closest("a, button:not([data-tap])")) return;
  event.preventDefault();
  act();
});

function progress() {
  if (current) {
    const { currentTime, duration } = clip(current);
    current.querySelector("[data-bar]").style.scale = `${duration ? currentTime / duration : 0} 1`;
  }
  requestAnimationFrame(progress);
}

function network() {
  offlinePill.hidden = navigator.onLine;
  if (navigator.onLine) for (const card of cards()) if (card.dataset.state === "offline") retry(card);
}

unmute.addEventListener("click", () => {
  setSound(true);
  if (current) play(current);
});
for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => go(Number(button.dataset.step)));
}
addEventListener("online", network);
addEventListener("offline", network);
addEventListener("pagehide", () => current && tell(current));
// A tab that is not looked at does not play; what its owner paused stays paused.
document.addEventListener("visibilitychange", () => {
  if (document.hidden && current) tell(current);
  if (!current || "paused" in current.dataset) return;
  if (document.hidden) clip(current).pause();
  else play(current);
});
setInterval(() => {
  if (!current || document.hidden) return;
  steer(current);
  if (clip(current).readyState === HTMLMediaElement.HAVE_ENOUGH_DATA) prepare();
}, 500);
cards().forEach(adopt);
for (const end of feed.querySelectorAll("[data-end]")) inView.observe(end);
if (!cards().length) more();
network();
requestAnimationFrame(progress);
