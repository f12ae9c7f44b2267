// Plays an edit list out of the original: from piece to piece, at each one's speed, framed as it will be.
import { at, lengthOf, startOf, total } from "./editlist.js";
import { at as centreAt, seen, shown, sight } from "./path.js";

export class Player {
  #index = 0;
  #out = 0;
  #wanted = null;
  #beat = 0;
  playing = false;

  // `edit()` gives the list as it is now; `moved(out)` hears of every moment.
  constructor(screen, edit, moved) {
    this.screen = screen;
    this.video = screen.querySelector("[data-source]");
    this.blur = screen.querySelector("[data-blur]");
    this.edit = edit;
    this.moved = moved;
    this.framing = null;
    this.video.addEventListener("seeked", () => this.#seeked());
    this.video.addEventListener("loadeddata", () => this.frame());
  }

  get whole() {
    return Number.isFinite(this.video.duration) ? Math.round(this.video.duration * 1000) : 0;
  }

  get out() {
    return this.#out;
  }

  get upright() {
    return this.video.videoHeight > this.video.videoWidth;
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

  // Shows a moment of the original, which need not be in a piece: while an end is dragged.
  peek(source) {
    this.pause();
    this.#show(source, { speed: 100 });
  }

  #show(source, { speed }) {
    this.video.playbackRate = speed / 100;
    // One seek at a time: the last one asked for comes after it.
    if (this.video.seeking) this.#wanted = source;
    else this.video.currentTime = source / 1000;
  }

  #seeked() {
    if (this.#wanted === null) return this.frame();
    const wanted = this.#wanted;
    this.#wanted = null;
    this.video.currentTime = wanted / 1000;
  }

  async play() {
    if (this.#out >= total(this.edit().cuts) - 30) this.seek(0);
    this.playing = true;
    try {
      await this.video.play();
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

  #tick() {
    if (!this.playing) return;
    const cuts = this.edit().cuts;
    const cut = cuts[this.#index];
    const source = this.video.currentTime * 1000;
    if (!this.video.seeking && this.#wanted === null) {
      if (source >= cut.to_ms - 12 || this.video.ended) {
        if (this.#index === cuts.length - 1) {
          this.#out = total(cuts);
          return this.pause();
        }
        this.#index += 1;
        const next = cuts[this.#index];
        // Where one piece follows on the other in the original there is nothing to seek.
        if (Math.abs(next.from_ms - source) > 60) this.#show(next.from_ms, next);
        else this.video.playbackRate = next.speed / 100;
        if (this.video.paused) this.video.play().catch(() => this.pause());
        this.#out = startOf(cuts, this.#index);
      } else {
        const within = ((Math.max(source, cut.from_ms) - cut.from_ms) * 100) / cut.speed;
        this.#out = startOf(cuts, this.#index) + Math.min(within, lengthOf(cut));
      }
      this.frame();
      this.moved(this.#out);
    }
    this.#beat = requestAnimationFrame(() => this.#tick());
  }

  // Puts the picture into the screen as the encode does.
  frame() {
    const { videoWidth: width, videoHeight: height, style } = this.video;
    if (!width) return;
    const { bars = null, path = null } = this.framing ?? {};
    const rest = shown(bars);
    const [w, h] = [width * rest.width, height * rest.height];
    let way = this.screen.closest("[data-editor]").dataset.reframe;
    if (way === "follow" && !path) way = "fit";
    const window = sight(width, height, bars);
    const isWhole = h > w && !(way === "follow" && window);
    this.screen.style.aspectRatio = isWhole ? `${w} / ${h}` : "9 / 16";
    let part = { left: rest.left, top: rest.top, width: rest.width, height: rest.height };
    if (!isWhole && way !== "fit" && window) {
      part = seen(window, bars, way === "follow" ? centreAt(path, this.video.currentTime) : 0.5);
    }
    const onBlur = !isWhole && way === "fit";
    // The part of the picture that is seen fills the screen, or its width where it stands on its blur.
    const share = onBlur ? ((9 / 16) * (h / w)) : 1;
    style.inlineSize = `${100 / part.width}%`;
    style.blockSize = `${(100 * share) / part.height}%`;
    style.left = `${(-100 * part.left) / part.width}%`;
    style.top = `${50 - 50 * share - (100 * share * part.top) / part.height}%`;
    this.blur.hidden = !onBlur;
    if (onBlur) this.blur.getContext("2d").drawImage(this.video, (width - (height * 9) / 16) / 2, 0, (height * 9) / 16, height, 0, 0, 36, 64);
  }
}

// Small pictures of the original at even steps, made one after the other with a video of their own.
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
