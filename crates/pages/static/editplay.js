// Plays an edit list out of its files: from piece to piece, at each one's speed, framed as it will be. Each file has an
// element of its own, so that nothing is loaded anew where one piece follows on another.
import { at, isOf, lengthOf, startOf, total } from "./editlist.js";
import { at as centreAt, seen, shown, sight } from "./path.js";

const ORIGINAL = "";

export class Player {
  #index = 0;
  #out = 0;
  #beat = 0;
  // By clip, the element, and the moment that it is to go to once it has arrived at another.
  #files = new Map();
  #now = ORIGINAL;
  playing = false;

  // `edit()` gives the list as it is now; `moved(out)` hears of every moment.
  constructor(screen, edit, moved) {
    this.screen = screen;
    this.blur = screen.querySelector("[data-blur]");
    this.edit = edit;
    this.moved = moved;
    this.framing = null;
    this.#know(ORIGINAL, screen.querySelector("[data-source]"));
  }

  #know(key, video) {
    const file = { video, wanted: null };
    this.#files.set(key, file);
    video.addEventListener("seeked", () => this.#seeked(key, file));
    video.addEventListener("loadeddata", () => key === this.#now && this.frame());
  }

  // Adds the file of a clip.
  add({ id, url }) {
    const { original } = this;
    const video = Object.assign(document.createElement("video"), { src: url, playsInline: true, preload: "metadata", hidden: true });
    video.setAttribute("aria-label", original.getAttribute("aria-label"));
    video.style.filter = original.style.filter;
    original.after(video);
    this.#know(id, video);
  }

  // Forgets the file of a clip.
  drop(id) {
    const { video } = this.#files.get(id);
    this.#files.delete(id);
    if (this.#now === id) this.#turn(ORIGINAL);
    video.removeAttribute("src");
    video.load();
    video.remove();
  }

  get original() {
    return this.#files.get(ORIGINAL).video;
  }

  // All elements.
  get videos() {
    return [...this.#files.values()].map(({ video }) => video);
  }

  // The one that is seen.
  get video() {
    return this.#files.get(this.#now).video;
  }

  // Whether what is seen is of the file that a piece is of.
  shows(cut) {
    return this.#now === (cut.clip ?? ORIGINAL);
  }

  get whole() {
    const { duration } = this.original;
    return Number.isFinite(duration) ? Math.round(duration * 1000) : 0;
  }

  get out() {
    return this.#out;
  }

  // Goes to a moment of what comes out.
  seek(out) {
    const cuts = this.edit().cuts;
    this.#out = Math.min(Math.max(out, 0), total(cuts));
    const { index, source } = at(cuts, this.#out);
    this.#index = index;
    this.#show(source, cuts[index]);
    this.moved(this.#out);
  }

  // Shows a moment of the file of a piece, which need not be in it: while an end is dragged.
  peek(source, { clip }) {
    this.pause();
    this.#show(source, { clip, speed: 100 });
  }

  #show(source, { clip = ORIGINAL, speed }) {
    this.#turn(clip);
    this.video.playbackRate = speed / 100;
    this.#go(clip, source);
  }

  // One seek at a time: the last one asked for comes after it.
  #go(key, source) {
    const file = this.#files.get(key);
    file.video.preload = "auto";
    if (file.video.seeking) file.wanted = source;
    else file.video.currentTime = source / 1000;
  }

  #turn(key) {
    if (key === this.#now) return;
    this.#files.get(this.#now)?.video.pause();
    this.#now = key;
    for (const [other, { video }] of this.#files) video.hidden = other !== key;
    if (this.playing) this.#start();
    this.frame();
  }

  // Goes on with the file that is seen. A browser that lets it play only once it was touched lets it play without sound.
  #start() {
    const { video } = this;
    video
      .play()
      .catch(() => {
        video.muted = true;
        return video.play();
      })
      .catch(() => this.playing && this.video === video && this.pause());
  }

  #seeked(key, file) {
    if (file.wanted === null) return key === this.#now && this.frame();
    const { wanted } = file;
    file.wanted = null;
    file.video.currentTime = wanted / 1000;
  }

  async play() {
    if (this.#out >= total(this.edit().cuts) - 30) this.seek(0);
    this.playing = true;
    this.video.muted = false;
    try {
      await this.video.play();
      this.#prepare();
      this.#beat = requestAnimationFrame(() => this.#tick());
    } catch {
      this.playing = false;
    }
    this.moved(this.#out);
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.#beat);
    this.video.pause();
    this.moved(this.#out);
  }

  // Where the next piece is of another file, that goes to its beginning meanwhile.
  #prepare() {
    const next = this.edit().cuts[this.#index + 1];
    if (next && !this.shows(next)) this.#go(next.clip ?? ORIGINAL, next.from_ms);
  }

  #tick() {
    if (!this.playing) return;
    const cuts = this.edit().cuts;
    const cut = cuts[this.#index];
    const { video } = this;
    const source = video.currentTime * 1000;
    if (video.error || (!video.seeking && this.#files.get(this.#now).wanted === null)) {
      // What this browser cannot play is passed over.
      if (source >= cut.to_ms - 12 || video.ended || video.error) {
        if (this.#index === cuts.length - 1) {
          this.#out = total(cuts);
          return this.pause();
        }
        this.#index += 1;
        const next = cuts[this.#index];
        const isThere = this.shows(next) ? Math.abs(next.from_ms - source) <= 60 : this.#isAt(next);
        // Where one piece follows on the other in a file there is nothing to seek, nor where its file has gone there.
        if (!isThere) this.#show(next.from_ms, next);
        else {
          this.#turn(next.clip ?? ORIGINAL);
          this.video.playbackRate = next.speed / 100;
        }
        if (this.video.paused) this.#start();
        this.#out = startOf(cuts, this.#index);
        this.#prepare();
      } else {
        const within = ((Math.max(source, cut.from_ms) - cut.from_ms) * 100) / cut.speed;
        this.#out = startOf(cuts, this.#index) + Math.min(within, lengthOf(cut));
      }
      this.frame();
      this.moved(this.#out);
    }
    this.#beat = requestAnimationFrame(() => this.#tick());
  }

  #isAt({ clip = ORIGINAL, from_ms }) {
    const { video, wanted } = this.#files.get(clip);
    return wanted === null && !video.seeking && Math.abs(video.currentTime * 1000 - from_ms) <= 20;
  }

  // Puts the picture into the screen as the encode does: alone as it is framed alone, beside others on a canvas of 9:16.
  frame() {
    const { videoWidth: width, videoHeight: height, style } = this.video;
    if (!width) return;
    const { bars = null, path = null } = (this.#now === ORIGINAL && this.framing) || {};
    const rest = shown(bars);
    const [w, h] = [width * rest.width, height * rest.height];
    let way = this.screen.closest("[data-editor]").dataset.reframe;
    if (way === "follow" && !path) way = "fit";
    const window = sight(width, height, bars);
    const { cuts } = this.edit();
    const isOne = cuts.every((cut) => isOf(cut, cuts[0].clip));
    const isWhole = (isOne && h > w && !(way === "follow" && window)) || !window;
    this.screen.style.aspectRatio = isOne && isWhole ? `${w} / ${h}` : "9 / 16";
    let part = { left: rest.left, top: rest.top, width: rest.width, height: rest.height };
    if (!isWhole && way !== "fit" && window) {
      part = seen(window, bars, way === "follow" ? centreAt(path, this.video.currentTime) : 0.5);
    }
    const onBlur = !isWhole && way === "fit";
    // The part of the picture that is seen fills the screen, or one side of it where it stands on its blur.
    const shape = (w * 16) / (h * 9);
    const [wide, high] = onBlur ? [Math.min(1, shape), Math.min(1, 1 / shape)] : [1, 1];
    style.inlineSize = `${(100 * wide) / part.width}%`;
    style.blockSize = `${(100 * high) / part.height}%`;
    style.left = `${50 - 50 * wide - (100 * wide * part.left) / part.width}%`;
    style.top = `${50 - 50 * high - (100 * high * part.top) / part.height}%`;
    this.blur.hidden = !onBlur;
    if (!onBlur) return;
    const [across, up] = shape > 1 ? [(height * 9) / 16, height] : [width, (width * 16) / 9];
    this.blur.getContext("2d").drawImage(this.video, (width - across) / 2, (height - up) / 2, across, up, 0, 0, 36, 64);
  }
}

// Small pictures of a file at even steps, made one after the other with a video of their own.
export async function stills(address, many, each) {
  const video = document.createElement("video");
  Object.assign(video, { muted: true, preload: "auto", src: address, playsInline: true });
  const heard = (name) =>
    new Promise((go, stop) => {
      video.addEventListener(name, go, { once: true });
      video.addEventListener("error", stop, { once: true });
    });
  await heard("loadeddata");
  for (let number = 0; number < many; number += 1) {
    const moment = ((number + 0.5) / many) * video.duration;
    const arrived = heard("seeked");
    video.currentTime = moment;
    await arrived;
    each(number, video);
  }
  video.removeAttribute("src");
  video.load();
}
