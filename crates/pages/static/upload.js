// Sends what was picked, by tus (https://tus.io), several files beside each other: what is lost with the line goes on
// where it stopped, and what was begun before, here or on another device, goes on when the same file is picked.
import { counter, csrf, locale, percent, toast } from "./ui.js";
import { mixing } from "./mix.js";
import { Refusal, Studio, ask, lineOrAfter } from "./studio.js";
import { fill, say } from "./words.js";

const TOGETHER = 2;
// What a proxy that passes on whole requests alone can lose at most when the line goes.
const CHUNK = 8 * 1024 * 1024;
const SILENCE = 30_000;

const form = document.querySelector("[data-upload]");
const input = form.elements.file;
const zone = form.querySelector("[data-zone]");
const problemPlace = document.getElementById("file-err");
const batch = document.querySelector("[data-batch]");
const list = document.querySelector("[data-items]");
const template = document.querySelector("[data-item-template]").content;
const endpoint = "/api/v1/uploads";
const items = [];

const idOf = (url) => new URL(url, location.href).pathname.split("/").at(-1);
const unit = (name, digits = 0) =>
  new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits });
const long = (name) => new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "long" });
const megabytes = unit("megabyte", 1);
const size = (bytes) => megabytes.format(Math.max(bytes / 1e6, 0.1));
const duration = (s) =>
  s < 60 ? long("second").format(Math.max(5, Math.ceil(s / 5) * 5)) : s < 5400 ? long("minute").format(Math.round(s / 60)) : long("hour").format(Math.round(s / 3600));

// One's own upload of the same file that is not finished, unless it goes on in this page already.
async function begun(file) {
  let cursor = "";
  do {
    const page = await ask(`${endpoint}?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    const same = (one) =>
      one.filename === file.name && one.size === file.size && Number(one.last_modified) === file.lastModified;
    const found = page.items.find((one) => same(one) && !items.some((item) => item.uploadId === one.id));
    if (found) return found;
    cursor = page.next_cursor;
  } while (cursor);
  return null;
}

class Item extends Studio {
  // `turn`, `checking`, `sending`, `paused`, `line`, `refused`, or `there` once the whole file has arrived.
  phase = "turn";
  sent = 0;
  #tus = null;
  #asked = false;
  #samples = [];
  #try = 0;

  constructor(root, file) {
    super(root);
    Object.assign(this, { file, name: file.name });
    this.part("name").textContent = file.name;
    this.preview.pick(file);
    counter(this.form.elements.caption, root.querySelector("[data-count-for]"));
    this.part("open").addEventListener("click", () => open(this, items.length === 1 || !this.opened));
    this.part("pause").addEventListener("click", () => this.halt());
    this.part("resume").addEventListener("click", () => this.again());
    this.part("retry").addEventListener("click", () => this.again());
    this.part("discard-confirm").addEventListener("click", () => this.discard());
    this.show();
  }

  get busy() {
    return ["turn", "checking", "sending", "line"].includes(this.phase);
  }

  // Whether "Publish all" is for it too.
  get undecided() {
    return !this.out && !this.wish && !this.planned && this.phase !== "refused" && this.video?.state !== "failed";
  }

  // Another phase, and the next file's turn if this one has made room.
  turn(phase) {
    this.phase = phase;
    this.show();
    next();
  }

  async start() {
    const attempt = ++this.#try;
    const over = () => attempt !== this.#try;
    this.phase = "checking";
    this.show();
    try {
      if (this.uploadId && (await this.#arrived())) return over() || this.arrive();
      if (!this.#asked) {
        const found = await begun(this.file);
        if (over()) return;
        this.#asked = true;
        if (found) this.#resume(found);
      }
    } catch (refusal) {
      return over() || this.fail(refusal);
    }
    if (over()) return;
    this.phase = "sending";
    this.moved = Date.now();
    this.#samples = [];
    this.#tus ??= this.#make();
    this.#tus.start();
    this.show();
  }

  #resume({ id, url, offset }) {
    this.uploadId = id;
    this.url = new URL(url, location.href).href;
    this.sent = offset;
    document.querySelector(`[data-unfinished="${CSS.escape(id)}"]`)?.remove();
    const shelf = document.querySelector("[data-shelf]");
    if (shelf && !shelf.querySelector("[data-unfinished]")) shelf.remove();
    toast(fill(say.resumed, percent(offset / this.file.size)));
  }

  // Whether the last byte came in though its answer did not come back.
  async #arrived() {
    const { items } = await ask(endpoint);
    if (items.some(({ id }) => id === this.uploadId)) return false;
    try {
      return Boolean(await ask(`/api/v1/videos/${encodeURIComponent(this.uploadId)}`));
    } catch (refusal) {
      if (refusal.status === 404) return false;
      throw refusal;
    }
  }

  #make() {
    const { elements } = this.form;
    const metadata = { filename: this.file.name, filetype: this.file.type, last_modified: String(this.file.lastModified), draft: "true" };
    for (const name of ["caption", "audience", "comments_from", "reframe", "sound_reuse", "downloads", "duets", "stitches", "age_restricted"]) {
      if (elements[name]?.value) metadata[name] = elements[name].value;
    }
    const other = form.querySelector("[data-other]");
    if (other) metadata[other.name] = other.value;
    for (const [name, value] of Object.entries((other && mixing()) || {})) metadata[name] = String(value);
    const upload = new window.tus.Upload(this.file, {
      endpoint,
      uploadUrl: this.url ?? null,
      metadata,
      headers: { "X-CSRF-Token": csrf() },
      chunkSize: CHUNK,
      retryDelays: [0, 1000, 3000],
      // What is unfinished is listed by the server, for every device; nothing is kept here.
      storeFingerprintForResuming: false,
      // At once and a few times; then it waits for the line, which is seen.
      onShouldRetry: (error) => this.#soon(this.#refusal(error)) && this.sent < this.file.size,
      onUploadUrlAvailable: () => {
        this.uploadId = idOf(upload.url);
      },
      onProgress: (sent) => this.progress(sent),
      onError: (error) => this.fail(this.#refusal(error)),
      onSuccess: () => this.arrive(),
    });
    return upload;
  }

  #soon({ later, status }) {
    return later && status !== 429 && navigator.onLine;
  }

  #refusal(error) {
    const answer = error.originalResponse;
    if (!answer) return new Refusal(0);
    let body = {};
    try {
      body = JSON.parse(answer.getBody());
    } catch {
      // An answer without words: its number says enough.
    }
    return new Refusal(answer.getStatus(), body);
  }

  progress(sent) {
    const now = Date.now();
    this.sent = sent;
    this.moved = now;
    this.#samples = [...this.#samples.filter(([at]) => now - at < 10_000), [now, sent]];
    if (this.phase === "sending") this.show();
  }

  // Seconds to go at the speed of the last ones; nothing while that cannot be said.
  get left() {
    const [[from, had] = []] = this.#samples;
    const took = (Date.now() - from) / 1000;
    if (!(took > 2) || this.sent <= had) return null;
    return (this.file.size - this.sent) / ((this.sent - had) / took);
  }

  async fail(refusal) {
    this.#tus?.abort();
    if (!refusal.later) {
      this.refusal = refusal;
      return this.turn("refused");
    }
    this.turn("line");
    const attempt = this.#try;
    await lineOrAfter(refusal.status === 429 ? 20_000 : 5000);
    if (attempt === this.#try && this.phase === "line") this.start();
  }

  // Nothing has moved for long, though nothing was said against it.
  watch() {
    const most = this.sent < this.file.size ? SILENCE : 4 * SILENCE;
    if (this.phase === "sending" && Date.now() - this.moved > most) this.fail(new Refusal(0));
  }

  halt() {
    this.#try += 1;
    this.#tus?.abort();
    this.turn("paused");
    this.part("resume").focus();
  }

  again() {
    this.refusal = null;
    this.turn("turn");
    this.part("pause").focus();
  }

  async arrive() {
    this.#try += 1;
    this.sent = this.file.size;
    this.turn("there");
    for (;;) {
      try {
        return await this.adopt(this.uploadId);
      } catch (refusal) {
        if (!refusal.later) return refusal.status === 404 ? this.gone() : this.state(refusal.message, true);
        await lineOrAfter(5000);
      }
    }
  }

  async discard() {
    this.#try += 1;
    this.#tus?.abort();
    const path = this.video ? `/api/v1/videos/${encodeURIComponent(this.id)}` : this.uploadId && `${endpoint}/${encodeURIComponent(this.uploadId)}`;
    try {
      if (path) await ask(path, { method: "DELETE" });
    } catch (refusal) {
      if (refusal.status !== 404) {
        if (this.phase !== "there") this.turn("paused");
        return this.tell(refusal.message, true);
      }
    }
    this.drop();
  }

  drop() {
    this.video = null;
    this.wish = null;
    this.phase = "gone";
    this.aim.forget();
    this.preview.forget();
    this.root.remove();
    items.splice(items.indexOf(this), 1);
    arrange();
    next();
    if (!items.length) input.focus();
  }

  gone() {
    super.gone();
    this.phase = "gone";
  }

  settled(more) {
    if (more.draft === false && items.length === 1) location.assign(`/v/${encodeURIComponent(this.id)}`);
    arrange();
  }

  show() {
    super.show();
    if (this.phase === "gone") return;
    if (!this.video) this.#showUpload();
    const running = this.phase === "sending" || this.phase === "line" || this.phase === "checking";
    this.part("pause").hidden = !(running || this.phase === "turn");
    this.part("resume").hidden = this.phase !== "paused";
    this.part("retry").hidden = this.phase !== "refused";
    this.part("keep").hidden = !this.video;
    this.part("open").disabled = this.out;
    if (this.phase === "refused") this.part("publish").disabled = true;
    this.root.dataset.phase = this.video?.state ?? this.phase;
    arrange();
  }

  #showUpload() {
    const share = this.file.size ? this.sent / this.file.size : 0;
    this.step("upload", this.phase === "refused" ? null : Math.min(share, 0.999));
    this.step("make", null);
    this.step("publish", null);
    if (this.phase === "refused") return this.state(this.refusal.message, true);
    if (this.phase === "there") return this.state(say.making);
    if (this.phase !== "sending") return this.state(say[this.phase], false, this.sent ? percent(share) : "");
    this.state("", false, percent(share), this.left && fill(say.left, duration(this.left)));
    const amount = document.createElement("span");
    amount.className = "amount";
    amount.textContent = ` · ${fill(say.sent, size(this.sent), size(this.file.size))}`;
    this.part("state").append(amount);
  }
}

// One is open at a time; one alone always is.
function open(item, on) {
  for (const other of items) {
    other.opened = other === item && on;
    other.root.classList.toggle("open", other.opened);
    other.form.hidden = !other.opened || other.out;
    other.part("open").setAttribute("aria-expanded", String(other.opened));
    other.preview.open(other.opened);
    if (!other.opened) other.aim.halt();
  }
}

function arrange() {
  const many = items.length > 1;
  batch.hidden = !items.length;
  form.hidden = items.length > 0;
  document.querySelector("[data-add]").hidden = !items.length;
  batch.querySelector("[data-many]").hidden = !many;
  batch.querySelector("[data-all]").hidden = !many || !items.some((item) => item.undecided);
  for (const item of items) item.root.classList.toggle("alone", !many);
  if (items.length === 1 && !items[0].opened) open(items[0], true);
}

function next() {
  const going = items.filter((item) => ["checking", "sending", "line"].includes(item.phase)).length;
  for (const item of items.filter(({ phase }) => phase === "turn").slice(0, Math.max(0, TOGETHER - going))) item.start();
}

let numbers = 0;
function add(file) {
  const root = document.importNode(template, true).querySelector("[data-item]");
  numbers += 1;
  for (const name of ["id", "for", "aria-describedby", "aria-controls", "data-count-for"]) {
    for (const part of root.querySelectorAll(`[${name}*="new-"]`)) {
      part.setAttribute(name, part.getAttribute(name).replaceAll("new-", `v${numbers}-`));
    }
  }
  list.append(root);
  const item = new Item(root, file);
  items.push(item);
  return item;
}

function take(files, wanted) {
  const most = Number(form.dataset.max);
  const large = [...files].filter((file) => file.size > most);
  const good = [...files].filter((file) => file.size <= most && file.size > 0);
  problemPlace.textContent = large.map((file) => `${file.name}: ${say.too_large}`).join("\n");
  if (large.length) toast(problemPlace.textContent);
  if (wanted && !good.some((file) => wanted === file.name)) toast(say.other_file);
  const added = good.map(add);
  if (!added.length) return;
  arrange();
  if (items.length > 1 && added.length > 1) open(null, false);
  next();
  if (added.length === items.length) scrollTo({ top: 0 });
  added[0].part("open").focus({ preventScroll: true });
}

// Each video has a form of its own; this one is for browsers without scripts.
form.querySelector("[data-plain]").remove();
input.multiple = true;
let wanted = null;
input.addEventListener("change", () => {
  const files = [...input.files];
  input.value = "";
  take(files, wanted);
  wanted = null;
});
document.querySelector("[data-add]").addEventListener("click", () => input.click());
batch.querySelector("[data-all]").addEventListener("click", () => {
  for (const item of items) if (item.undecided) item.publish();
});
for (const button of document.querySelectorAll("[data-again]")) {
  button.addEventListener("click", () => {
    wanted = button.closest("[data-unfinished]").querySelector("bdi").textContent;
    input.click();
  });
}
// Anywhere on the page: a file that misses the zone would replace the page by itself.
for (const name of ["dragenter", "dragover"]) {
  addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) addEventListener(name, () => zone.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  take([...event.dataTransfer.files].filter(({ type }) => type === "" || type.startsWith("video/")));
});
form.addEventListener("submit", (event) => event.preventDefault());
setInterval(() => items.forEach((item) => item.watch()), 5000);
addEventListener("beforeunload", (event) => {
  if (items.some((item) => item.busy || (item.video && item.dirty))) event.preventDefault();
});
