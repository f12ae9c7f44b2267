// One video on its way: what is written about it is kept by itself, it is watched while it is made ready, and it is
// published, now or later. How its bytes get there is the affair of upload.js.
import { csrf, locale, percent } from "./ui.js";
import { Aim } from "./aim.js";
import { mixing, onMixing } from "./mix.js";
import { Preview } from "./preview.js";
import { fill, problems, say } from "./words.js";

const announcer = document.querySelector("[data-announce]");
const when = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

export const pause = (ms) => new Promise((go) => setTimeout(go, ms));
export const problem = ({ code, detail } = {}, otherwise = say.general) => problems[code] || detail || otherwise;

// The line is back, or some time has passed: the browser does not always know the first.
export function lineOrAfter(ms) {
  return new Promise((go) => {
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      go();
    }
  });
}

// The upload has come elsewhere than was thought, or the line broke within a piece: asked again, it goes on.
const LATER = ["offset_mismatch", "cut_off"];

// What an answer says against something. `later` is worth another try.
export class Refusal extends Error {
  constructor(status, body = {}) {
    super(status === 401 ? say.signed_out : problem(body));
    this.status = status;
    this.later = !status || status >= 500 || [408, 423, 429, 460].includes(status) || LATER.includes(body.code);
    this.field = /publish/.test(body.code) ? "publish_at" : /caption/.test(body.code) ? "caption" : null;
  }
}

export async function ask(path, { method = "GET", json } = {}) {
  const headers = { accept: "application/json", "X-CSRF-Token": csrf(), "Tus-Resumable": "1.0.0" };
  if (json) headers["content-type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: json && JSON.stringify(json) }).catch(() => {
    throw new Refusal(0);
  });
  if (answer.status === 204) return null;
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, body);
  return body.video ?? body;
}

// A question that opens below the fold is brought into view.
addEventListener("toggle", ({ target }) => target.open && target.matches(".ask") && target.scrollIntoView({ block: "center" }), true);

export class Studio {
  // `null` until the server has the whole file.
  video = null;
  // What the person wants done once it is there: `{draft: false}` or `{publish_at}`.
  wish = null;
  #stored = {};
  #queue = Promise.resolve();
  #timer;
  #polling = false;
  #said = "";
  #told = false;
  #telling;
  // Where the frame goes that follows; asked for each time that the video was made.
  #framing = null;
  #looked = false;
  #making = 0;

  constructor(root) {
    this.root = root;
    this.form = root.querySelector("[data-details]");
    this.bar = root.querySelector("[data-bar]");
    this.preview = new Preview(root);
    this.aim = new Aim(root, this.preview, {
      use: (path) => this.#frame("PUT", { path }),
      find: () => this.#frame("DELETE"),
    });
    this.form.addEventListener("input", ({ target }) => {
      if (target.name !== "publish_at") this.later(target.name === "reframe" ? 1500 : 800);
      if (target.name === "reframe") this.#aimAt();
    });
    onMixing(() => this.video?.mix && this.later(1500));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this[event.submitter?.value ?? "save"]();
    });
    this.form.elements.publish_at.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.schedule();
    });
    root.querySelector("[data-unwish]").addEventListener("click", () => {
      this.wish = null;
      this.show();
    });
    this.menu = root.querySelector("[data-later]");
    this.menu.addEventListener("toggle", () => this.menu.open && this.#earliest());
    this.menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.menu.open) return;
      this.menu.open = false;
      this.menu.querySelector("summary").focus();
    });
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  get id() {
    return this.video?.id;
  }

  // Whether nothing more is to be done about it.
  get out() {
    return this.video?.draft === false;
  }

  get dirty() {
    return !this.out && (Object.keys(this.#changes()).length > 0 || this.wish !== null || this.aim.dirty);
  }

  #values() {
    const { caption, audience, comments_from, reframe, sound_reuse, downloads, duets, stitches, age_restricted } = this.form.elements;
    const values = { caption: caption.value, audience: audience.value, comments_from: comments_from.value };
    values.reframe = reframe.value;
    if (sound_reuse) values.sound_reuse = sound_reuse.value === "true";
    // Of what is in no mix, nothing is told.
    if (this.video?.mix) Object.assign(values, mixing());
    values.downloads = downloads.value === "true";
    values.duets = duets.value === "true";
    values.stitches = stitches.value === "true";
    values.age_restricted = age_restricted.value === "true";
    return values;
  }

  // What the form says and the server does not know yet.
  #changes() {
    const changed = Object.entries(this.#values()).filter(([name, value]) => this.#stored[name] !== value);
    return Object.fromEntries(changed);
  }

  // The file is there: from now on what is written is kept by itself.
  async adopt(id) {
    const video = await ask(`/api/v1/videos/${encodeURIComponent(id)}`);
    const { caption, audience, comments_from, reframe, sound_reuse, downloads, duets, stitches, age_restricted } = video;
    this.#stored = { caption, audience, comments_from, reframe, sound_reuse, downloads, duets, stitches, age_restricted };
    if (video.mix) {
      const { from_ms, sound_level, own_level } = video.mix;
      Object.assign(this.#stored, { sound_from_ms: from_ms, sound_level, own_level });
    }
    this.#learn(video);
    this.poll();
    return this.save(this.wish ?? {});
  }

  #learn(video) {
    this.video = video;
    // The largest that every browser plays: how it was framed is to be looked at.
    const largest = video.renditions?.filter(({ codec }) => codec === "h264").at(-1);
    this.preview.show(video.state === "ready" ? largest?.url : null, video.cover_url);
    this.show();
    this.#look();
  }

  async #look() {
    const { state, reframe } = this.video;
    if (state !== "ready") this.#looked = false;
    if (state === "ready" && reframe === "follow" && !this.#looked && !this.out) {
      this.#looked = true;
      try {
        this.#framing = await ask(`${this.#address}/framing`);
      } catch (refusal) {
        this.#looked = false;
        if (refusal.later) lineOrAfter(5000).then(() => this.video && this.#look());
        return;
      }
    }
    this.#aimAt();
  }

  // The frame can be adjusted where one follows and it is known, or known that there is none.
  #aimAt() {
    const following = this.form.elements.reframe.value === "follow";
    this.preview.aim(this.#framing);
    if (!following || !this.video || this.out || this.video.state === "failed") return this.aim.rest();
    this.aim.offer(this.#framing, this.preview.address ?? `/media/${encodeURIComponent(this.id)}/original`);
  }

  // The frame is where somebody has put it, or is found anew; either way the video is made anew.
  #frame(method, json) {
    const done = this.#queue.then(() => this.#reframe(method, json));
    this.#queue = done;
    return done;
  }

  async #reframe(method, json) {
    if (!this.video || this.out) return false;
    try {
      const video = await this.#patiently(`${this.#address}/framing`, { method, json });
      const { bars = null } = this.#framing ?? {};
      this.#framing = json ? { bars, path: json.path, by_hand: true } : null;
      this.#stored.reframe = "follow";
      this.#making += 1;
      this.#hush();
      this.#learn(video);
      this.poll();
      this.tell(say.anew);
      return true;
    } catch (refusal) {
      this.refuse(refusal);
      return false;
    }
  }

  // Tried again until the line is back; what is refused for good is thrown.
  async #patiently(path, request) {
    for (;;) {
      try {
        return await ask(path, request);
      } catch (refusal) {
        if (!refusal.later) throw refusal;
        this.tell(say.unsaved);
        await lineOrAfter(5000);
      }
    }
  }

  get #address() {
    return `/api/v1/videos/${encodeURIComponent(this.id)}`;
  }

  later(ms) {
    if (!this.video || this.out) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), ms);
  }

  // One change after the other, and each tried again until the line is back.
  save(more = {}) {
    clearTimeout(this.#timer);
    this.#queue = this.#queue.then(() => this.#save(more));
    return this.#queue;
  }

  async #save(more) {
    if (!this.video || this.out) return;
    try {
      const json = { ...this.#changes(), ...more };
      if (Object.keys(json).length === 0) return;
      const video = await this.#patiently(this.#address, { method: "PATCH", json });
      Object.assign(this.#stored, json);
      if ("draft" in more || "publish_at" in more) this.wish = null;
      this.complain("caption", "");
      this.#hush();
      if (json.reframe) this.#making += 1;
      this.#learn(video);
      if (json.reframe) this.poll();
      if ("draft" in more || "publish_at" in more) this.settled(more);
      else this.tell(say.saved);
    } catch (refusal) {
      this.wish = null;
      this.show();
      this.refuse(refusal);
    }
  }

  refuse(refusal) {
    if (refusal.field) this.complain(refusal.field, refusal.message);
    else this.tell(refusal.message, true);
  }

  complain(field, text) {
    const place = this.root.querySelector(`[data-err="${field}"]`);
    const input = this.form.elements[field];
    place.textContent = text;
    if (!text) return input.removeAttribute("aria-invalid");
    input.setAttribute("aria-invalid", "true");
    if (field === "publish_at") this.menu.open = true;
    input.focus();
  }

  publish() {
    this.#want({ draft: false });
  }

  schedule() {
    const field = this.form.elements.publish_at;
    const at = new Date(field.value);
    if (Number.isNaN(at.valueOf()) || at <= new Date()) return this.complain("publish_at", say.past);
    this.complain("publish_at", "");
    this.menu.open = false;
    this.#want({ publish_at: at.toISOString() });
  }

  unschedule() {
    this.#hush();
    this.menu.open = false;
    if (this.video) this.save({ publish_at: null });
    else this.wish = null;
    this.show();
  }

  #want(wish) {
    this.#hush();
    this.wish = wish;
    this.show();
    if (this.video) this.#grant(wish);
  }

  // What one sees is what goes out: a frame that was placed and not used yet is used first.
  async #grant(wish) {
    if (this.aim.dirty && !(await this.#frame("PUT", { path: this.aim.path }))) {
      this.wish = null;
      return this.show();
    }
    return this.save(wish);
  }

  // What is left to a page to do when a wish has come true.
  settled() {}

  #earliest() {
    const field = this.form.elements.publish_at;
    const local = (time) => new Date(time - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    field.min = local(Date.now() + 60_000);
    field.max = local(Date.now() + 365 * 86_400_000);
    if (this.planned) field.value = local(Date.parse(this.planned));
    else if (!field.value) field.value = local(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 3_600_000);
    this.form.elements.offset_minutes.value = new Date(field.value).getTimezoneOffset();
  }

  // When it goes out, if a time is set or wished for.
  get planned() {
    return this.wish?.publish_at ?? (this.wish ? null : this.video?.publish_at);
  }

  async poll() {
    if (this.#polling) return;
    this.#polling = true;
    for (let wait = 1000; this.video?.state === "processing"; wait = Math.min(wait * 1.2, 5000)) {
      await pause(wait);
      if (document.hidden && wait > 3000) await pause(3000);
      const making = this.#making;
      try {
        const video = await ask(this.#address);
        // Made anew meanwhile: this answer may be of before.
        if (making !== this.#making) continue;
        const { state, progress, failure, draft, publish_at, renditions, cover_url } = video;
        this.#learn({ ...this.video, state, progress, failure, draft, publish_at, renditions, cover_url });
      } catch (refusal) {
        if (refusal.status === 404) {
          this.gone();
          break;
        }
      }
    }
    this.#polling = false;
  }

  gone() {
    this.video = null;
    this.state(say.gone, true);
  }

  // Said in the bar for a moment; what is wrong stays until something else is done.
  tell(text, bad = false) {
    this.#hush();
    this.#told = true;
    this.bar.textContent = text;
    this.bar.classList.toggle("bad", bad);
    if (bad) return;
    this.#telling = setTimeout(() => {
      this.#hush();
      this.show();
    }, 4000);
  }

  #hush() {
    clearTimeout(this.#telling);
    this.#told = false;
  }

  // What the head says; read out when the words change, and not with each number.
  state(text, bad = false, ...numbers) {
    const place = this.part("state");
    const parts = [text, ...numbers].filter(Boolean);
    place.textContent = parts.join(" · ");
    place.classList.toggle("bad", bad);
    if (text === this.#said) return;
    this.#said = text;
    announcer.textContent = [this.name, text].filter(Boolean).join(": ");
  }

  // How far a step is: done, going on with a share of it, or not begun.
  step(name, share) {
    const line = this.root.querySelector(`[data-step="${name}"]`);
    line.classList.toggle("done", share === 1);
    if (share !== null && share < 1) line.setAttribute("aria-current", "step");
    else line.removeAttribute("aria-current");
    line.querySelector("progress").value = (share ?? 0) * 100;
  }

  // Everything that follows from how far it is.
  show() {
    const { video, planned } = this;
    const ready = video?.state === "ready";
    if (video) {
      this.step("upload", 1);
      this.step("make", ready ? 1 : video.state === "failed" ? null : (video.progress ?? 0));
      this.step("publish", ready ? (this.out ? 1 : 0) : null);
      if (video.state === "failed") this.state(problem(video.failure), true);
      else if (ready) this.state(this.out ? "" : this.#decided || say.ready);
      else this.state(say.making, false, percent(video.progress ?? 0));
    }
    this.#showBar(ready, planned);
    this.#showOutcome(ready);
    this.root.dataset.phase = video?.state ?? "";
  }

  #showBar(ready, planned) {
    const soon = this.wish?.draft === false;
    const failed = this.video?.state === "failed";
    this.part("publish").hidden = soon;
    this.part("publish").disabled = failed;
    this.part("unwish").hidden = !soon || Boolean(this.video);
    this.menu.hidden = soon;
    this.part("unschedule").hidden = !planned;
    if (this.#told) return;
    this.bar.textContent = failed ? say.failed_more : this.#outlook(ready);
    this.bar.classList.remove("bad");
  }

  // What becomes of it as things stand.
  #outlook(ready) {
    const decided = this.#decided;
    if (decided) return this.video ? decided : `${decided}. ${say.keep_open}`;
    if (ready) return "";
    return this.form.elements.reframe.value === "follow" ? say.follow : say.early;
  }

  // When it goes out, in words; nothing while that is open.
  get #decided() {
    if (this.wish?.draft === false) return say.soon;
    return this.planned ? fill(say.later, when.format(new Date(this.planned))) : "";
  }

  #showOutcome(ready) {
    const outcome = this.part("outcome");
    if (this.part("plan")) this.part("plan").textContent = this.out || ready ? "" : this.#decided;
    outcome.hidden = !this.out;
    if (!this.out) return;
    const words = ready ? say.out : say.soon;
    if (this.part("outcome-text").textContent !== words) announcer.textContent = [this.name, words].filter(Boolean).join(": ");
    this.part("outcome-text").textContent = words;
    this.part("see").href = `/v/${encodeURIComponent(this.id)}`;
    this.form.hidden = true;
  }
}
