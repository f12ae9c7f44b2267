// The frame that follows, placed by hand: the file as it was uploaded with the frame over it, and points in its time.
import { at, centre, placed, seen, shown, sight } from "./path.js";
import { crop } from "./preview.js";
import { locale, percent } from "./ui.js";
import { fill, problems, say } from "./words.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
// Two moments this close, in milliseconds, are one to a hand.
const NEAR = 60;
const MOST = 600;
// So many pixels a finger may slip and still tap, or miss a point and still mean it.
const SLIP = 6;
const SNAP = 10;
const STILLS = 8;

const two = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2, minimumFractionDigits: 1, maximumFractionDigits: 1 });
const number = new Intl.NumberFormat(locale);
const clock = (seconds) => {
  const tenths = Math.floor(seconds * 10 + 0.001);
  return `${number.format(Math.floor(tenths / 600))}:${two.format((tenths % 600) / 10)}`;
};
const copied = (keys) => keys.map((key) => ({ ...key }));
const once = (target, name) => new Promise((go) => target.addEventListener(name, go, { once: true }));

export class Aim {
  // As the server has it: `{bars, path, by_hand}`; nothing while that is not known.
  #framing = null;
  #keys = [];
  #sight = null;
  #source = "";
  #grip = null;
  #dots = [];
  #filmed = false;
  #running = false;

  // `owner` says what becomes of it: `use(path)` and `find()`, each done when it is done.
  constructor(root, preview, owner) {
    this.preview = preview;
    this.owner = owner;
    this.shot = root.querySelector("[data-shot]");
    this.box = root.querySelector("[data-aim=box]");
    for (const place of this.box.querySelectorAll("[data-aim]")) this[place.dataset.aim] = place;
    this.live = document.createElement("canvas");
    this.live.className = "aimed";
    this.live.setAttribute("aria-hidden", "true");
    Object.assign(this.live, { width: 360, height: 640 });
    this.#watch();
    this.#listen();
  }

  // Whether points were set that the video is not made with.
  get dirty() {
    return !this.box.hidden && this.#keys.length > 0 && this.#changed;
  }

  get path() {
    return copied(this.#keys);
  }

  get #changed() {
    return JSON.stringify(this.#keys) !== JSON.stringify(this.#framing?.path ?? []);
  }

  get #now() {
    return Math.round(this.video.currentTime * 1000);
  }

  get #still() {
    return this.video.paused;
  }

  // The point at this moment, by its place in the order; -1 between points.
  get #here() {
    const now = this.#now;
    let best = -1;
    this.#keys.forEach(({ at_ms }, i) => {
      const far = Math.abs(at_ms - now);
      if (far <= NEAR && (best < 0 || far < Math.abs(this.#keys[best].at_ms - now))) best = i;
    });
    return best;
  }

  // What is known of the frame, and where the file is; without the first there is nothing to adjust.
  offer(framing, source) {
    const kept = this.#framing && this.#keys.length > 0 && this.#changed;
    const other = JSON.stringify(framing) !== JSON.stringify(this.#framing);
    this.#framing = framing;
    if (!framing) {
      this.#keys = [];
      return this.rest();
    }
    if (other && !kept) this.#keys = copied(framing.path ?? []);
    if (source !== this.#source) {
      this.#source = source;
      this.#filmed = false;
      this.video.src = source;
    } else if (other) this.#measure();
    this.#show();
  }

  // Put away for now; what was set stays in mind.
  rest() {
    this.box.hidden = true;
    this.panel.open = false;
    this.video.pause();
  }

  halt() {
    this.video.pause();
  }

  forget() {
    this.rest();
    this.#source = "";
    this.video.removeAttribute("src");
    this.video.load();
  }

  #watch() {
    const { video } = this;
    video.addEventListener("loadedmetadata", () => this.#measure());
    for (const name of ["seeked", "loadeddata"]) video.addEventListener(name, () => this.#paint());
    video.addEventListener("error", () => this.#source && this.#give());
    for (const name of ["play", "pause"]) {
      video.addEventListener(name, () => {
        this.play.classList.toggle("on", !this.#still);
        this.play.setAttribute("aria-label", this.#still ? say.play : say.rest);
        this.#run();
      });
    }
  }

  // The browser cannot show the file: that is all that is lost.
  #give() {
    this.#sight = null;
    this.panel.open = false;
    this.panel.hidden = true;
    this.unplayable.hidden = false;
    this.#show();
  }

  #measure() {
    const { videoWidth: width, videoHeight: height, duration } = this.video;
    if (this.video.readyState < 1) return;
    if (!width || !Number.isFinite(duration)) return this.#give();
    const bars = this.#framing?.bars;
    const rest = shown(bars);
    this.panel.hidden = false;
    this.unplayable.hidden = true;
    this.#sight = sight(width, height, bars);
    this.stage.style.aspectRatio = `${width * rest.width} / ${height * rest.height}`;
    this.stage.classList.toggle("upright", Boolean(this.#sight?.upright));
    this.stage.classList.toggle("tall", width * rest.width < height * rest.height);
    crop(this.video, rest);
    this.window.setAttribute("aria-orientation", this.#sight?.upright ? "vertical" : "horizontal");
    this.moment.max = duration;
    this.#show();
    this.#begin();
  }

  #listen() {
    const { panel, moment, window: frame, stage } = this;
    // What is set here is kept when it is used, and not while one types.
    this.box.addEventListener("input", (event) => event.stopPropagation());
    panel.addEventListener("toggle", () => this.#begin());
    this.play.addEventListener("click", () => this.#toggle());
    this.before.addEventListener("click", () => this.#step(-1));
    this.after.addEventListener("click", () => this.#step(1));
    this.add.addEventListener("click", () => this.#swap(() => this.#put(this.#x), this.delete));
    this.delete.addEventListener("click", () => this.#swap(() => this.#keys.splice(this.#here, 1), this.add));
    this.jump.addEventListener("click", () => this.#jump());
    this.reset.addEventListener("click", () => this.#swap(() => (this.#keys = copied(this.#framing.path ?? [])), frame));
    this.use.addEventListener("click", () => this.#send(() => this.owner.use(this.path)));
    this.find.addEventListener("click", () => this.#send(() => this.owner.find()));
    let held = false;
    moment.addEventListener("pointerdown", () => (held = true));
    for (const name of ["pointerup", "pointercancel", "change"]) moment.addEventListener(name, () => (held = false));
    moment.addEventListener("input", () => this.#seek(held ? this.#caught(moment.valueAsNumber) : moment.valueAsNumber));
    moment.addEventListener("keydown", (event) => this.#scrub(event));
    frame.addEventListener("keydown", (event) => this.#nudge(event));
    stage.addEventListener("pointerdown", (event) => this.#hold(event));
    stage.addEventListener("pointermove", (event) => this.#drag(event));
    stage.addEventListener("pointerup", (event) => this.#drop(event));
    stage.addEventListener("pointercancel", () => this.#cancel());
  }

  // Opened: it moves, unless that is not wanted, and the large picture shows the same.
  #begin() {
    const on = this.panel.open && Boolean(this.#sight);
    this.preview.yield(on);
    if (on) this.shot.append(this.live);
    else this.live.remove();
    if (this.#framing) this.#tell();
    if (!on) return this.video.pause();
    this.video.preload = "auto";
    if (!this.dirty && this.#still && !calm.matches) this.video.play().catch(() => {});
    // Some browsers show a picture that they do not give away yet: asked for the moment, they do.
    else if (this.#still) this.#seek(this.video.currentTime);
    this.#film();
    this.#draw();
  }

  #toggle() {
    if (this.#still) this.video.play().catch(() => {});
    else this.video.pause();
  }

  #run() {
    if (this.#running) return;
    this.#running = true;
    const next = () => {
      this.#running = !this.#still;
      this.#paint();
      if (this.#running) requestAnimationFrame(next);
    };
    next();
  }

  #seek(seconds) {
    this.video.pause();
    this.video.currentTime = Math.min(Math.max(seconds, 0), Math.max(0, this.video.duration - 0.02));
    this.#paint();
  }

  // A finger means the point that it nearly hits.
  #caught(seconds) {
    const reach = (this.video.duration * SNAP) / this.moment.clientWidth;
    const near = this.#keys.map(({ at_ms }) => at_ms / 1000).filter((time) => Math.abs(time - seconds) < reach);
    return near.sort((a, b) => Math.abs(a - seconds) - Math.abs(b - seconds))[0] ?? seconds;
  }

  #scrub(event) {
    const by = { ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1, PageDown: -1, PageUp: 1 }[event.key];
    if (event.key === " ") this.#toggle();
    else if (by) this.#seek(this.video.currentTime + by);
    else return;
    event.preventDefault();
  }

  #step(way) {
    const now = this.#now;
    const times = this.#keys.map(({ at_ms }) => at_ms);
    const to = way < 0 ? times.findLast((time) => time < now - NEAR) : times.find((time) => time > now + NEAR);
    if (to !== undefined) this.#seek(to / 1000);
  }

  // Where the centre of the frame is now, never past the edge.
  get #x() {
    return centre(this.#sight, placed(this.#sight, at(this.#keys, this.video.currentTime)));
  }

  // The frame is there at this moment: its point is moved, or there is a new one.
  #put(x, more = {}) {
    this.video.pause();
    const here = this.#here;
    const to = Math.round(Math.min(Math.max(x, 0), 1) * 1e4) / 1e4;
    if (here >= 0) Object.assign(this.#keys[here], { x: to, ...more });
    else if (this.#keys.length < MOST) {
      this.#keys.push({ at_ms: this.#now, x: to, cut: false, ...more });
      this.#keys.sort((a, b) => a.at_ms - b.at_ms);
    } else return void (this.changed.textContent = problems.invalid_path);
    this.#show();
  }

  #jump() {
    const cut = this.jump.getAttribute("aria-pressed") !== "true";
    this.#put(this.#keys[this.#here]?.x ?? this.#x, { cut });
  }

  // A change after which its own button may be gone.
  #swap(change, next) {
    this.video.pause();
    const focused = document.activeElement;
    change();
    this.#show();
    if (focused?.closest("[hidden]")) next.focus({ preventScroll: true });
  }

  #nudge(event) {
    const { key, shiftKey } = event;
    if (key === " ") this.#toggle();
    else {
      const place = placed(this.#sight, this.#x);
      const down = this.#sight.upright ? 1 : -1;
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: down, ArrowUp: -down, PageDown: 10 * down, PageUp: -10 * down }[key];
      const to = { Home: 0, End: 1 }[key] ?? place + ((by ?? 0) * (shiftKey ? 5 : 1)) / 100;
      if (!by && key !== "Home" && key !== "End") return;
      this.#put(centre(this.#sight, to));
    }
    event.preventDefault();
  }

  #hold(event) {
    if (!this.#sight || event.button) return;
    this.#grip = { id: event.pointerId, from: this.#along(event), moved: false, keys: copied(this.#keys) };
  }

  // A share of the picture's side along which the frame moves.
  #along({ clientX, clientY }) {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    return this.#sight.upright ? (clientY - top) / height : (clientX - left) / width;
  }

  #drag(event) {
    const grip = this.#grip;
    if (event.pointerId !== grip?.id) return;
    const way = this.#along(event) - grip.from;
    if (!grip.moved) {
      const { width, height } = this.stage.getBoundingClientRect();
      if (Math.abs(way) * (this.#sight.upright ? height : width) < SLIP) return;
      this.stage.setPointerCapture(event.pointerId);
      this.video.pause();
      Object.assign(grip, { moved: true, x: this.#x, from: this.#along(event) });
      this.stage.classList.add("held");
      return;
    }
    const { share } = this.#sight;
    this.#put(Math.min(Math.max(grip.x + way, share / 2), 1 - share / 2));
  }

  // Tapped beside the frame, it comes; on it, it plays or rests.
  #drop(event) {
    const grip = this.#grip;
    if (event.pointerId !== grip?.id) return;
    this.#let();
    if (grip.moved) return;
    // By where it was, as browsers lead a finger to what is near.
    if (Math.abs(this.#x - grip.from) <= this.#sight.share / 2) this.#toggle();
    else this.#put(centre(this.#sight, placed(this.#sight, grip.from)));
  }

  // The page was scrolled instead.
  #cancel() {
    if (this.#grip?.moved) this.#keys = this.#grip.keys;
    this.#let();
    this.#show();
  }

  #let() {
    this.#grip = null;
    this.stage.classList.remove("held");
  }

  async #send(act) {
    this.video.pause();
    // What is disabled loses it.
    const focused = this.panel.contains(document.activeElement);
    this.use.disabled = this.reset.disabled = this.find.disabled = true;
    const done = await act();
    this.use.disabled = this.reset.disabled = this.find.disabled = false;
    if (done) {
      this.panel.open = this.again.open = false;
      if (focused) this.panel.querySelector("summary").focus({ preventScroll: true });
      this.box.scrollIntoView({ block: "center" });
    }
    if (this.#framing) this.#show();
  }

  #show() {
    const { by_hand } = this.#framing;
    // A picture that is 9:16 has no room for a frame.
    this.box.hidden = !this.#sight && this.unplayable.hidden;
    this.#tell();
    this.again.hidden = !by_hand;
    const changed = this.#keys.length > 0 && this.#changed;
    // What is said already is not said again.
    const words = changed ? say.changed : "";
    if (this.changed.textContent !== words) this.changed.textContent = words;
    this.end.hidden = !changed;
    this.#draw();
  }

  // What is so, on the closed panel too.
  #tell() {
    const { path, by_hand } = this.#framing;
    const changed = this.dirty && !this.panel.open;
    this.note.textContent = changed ? say.changed : !path ? say.no_frame : by_hand ? say.by_hand : say.found;
  }

  // The points on the line of time.
  #draw() {
    if (!this.#sight) return;
    this.#dots = this.#keys.map(({ at_ms, cut }) => {
      const dot = document.createElement("i");
      dot.style.left = `${Math.min(at_ms / 10 / this.video.duration, 100)}%`;
      dot.classList.toggle("cut", cut);
      return dot;
    });
    this.dots.replaceChildren(...this.#dots);
    this.#paint();
  }

  #paint() {
    if (!this.#sight || !this.panel.open) return;
    const { video, window: frame } = this;
    const { share, upright } = this.#sight;
    const now = video.currentTime;
    const x = this.#x;
    const place = placed(this.#sight, x);
    const [start, long] = [`${place * (1 - share) * 100}%`, `${share * 100}%`];
    Object.assign(frame.style, upright ? { top: start, height: long } : { left: start, width: long });
    this.moment.value = now;
    this.#look(x);
    this.#name(now, place);
  }

  // What is made of this moment.
  #look(x) {
    if (this.video.readyState < 2) return;
    const { videoWidth: width, videoHeight: height } = this.video;
    const part = seen(this.#sight, this.#framing.bars, x);
    for (const canvas of [this.look, this.live]) {
      canvas.getContext("2d").drawImage(
        this.video, part.left * width, part.top * height, part.width * width, part.height * height, 0, 0, canvas.width, canvas.height,
      );
    }
  }

  #name(now, place) {
    const { window: frame, moment, which, jump } = this;
    const { upright } = this.#sight;
    const tell = (element, name, value) => element.getAttribute(name) !== String(value) && element.setAttribute(name, value);
    tell(frame, "aria-valuenow", Math.round(place * 100));
    tell(frame, "aria-valuetext", fill(upright ? say.from_top : say.from_left, percent(place)));
    if (this.#still) tell(moment, "aria-valuetext", fill(say.moment, clock(now), clock(this.video.duration)));
    this.clock.textContent = clock(now);
    // While it plays, nothing flickers by.
    const here = this.#still ? this.#here : -1;
    this.#dots.forEach((dot, i) => dot.classList.toggle("on", i === here));
    const many = this.#keys.length;
    const count = number.format(many);
    which.textContent = here >= 0 ? fill(say.point, number.format(here + 1), count) : fill(say.points, count);
    this.add.hidden = here >= 0;
    this.delete.hidden = here < 0;
    this.delete.disabled = many < 2;
    tell(jump, "aria-pressed", Boolean(this.#keys[here]?.cut));
    // The first one has nothing to jump from.
    jump.disabled = !many || now * 1000 <= this.#keys[0].at_ms + NEAR;
    this.before.disabled = !many || this.#keys[0].at_ms >= now * 1000 - NEAR;
    this.after.disabled = !many || this.#keys[many - 1].at_ms <= now * 1000 + NEAR;
  }

  // Stills under the line of time, from a second look at the file.
  async #film() {
    if (this.#filmed || (navigator.connection?.saveData && !this.#source.startsWith("blob:"))) return;
    this.#filmed = true;
    const [strip, source] = [this.strip, this.#source];
    const { left, top, width, height } = shown(this.#framing.bars);
    const brush = strip.getContext("2d");
    const film = Object.assign(document.createElement("video"), { muted: true, preload: "auto", src: source });
    Object.assign(strip, { width: 640, height: 96 });
    const long = strip.width / STILLS;
    await once(film, "loadeddata");
    const [wide, high] = [film.videoWidth * width, film.videoHeight * height];
    const scale = Math.max(long / wide, strip.height / high);
    const [w, h] = [long / scale, strip.height / scale];
    for (let i = 0; i < STILLS && source === this.#source; i += 1) {
      film.currentTime = (film.duration * (i + 0.5)) / STILLS;
      await once(film, "seeked");
      const [x, y] = [film.videoWidth * left + (wide - w) / 2, film.videoHeight * top + (high - h) / 2];
      brush.drawImage(film, x, y, w, h, i * long, 0, long, strip.height);
    }
    film.removeAttribute("src");
    film.load();
  }
}
