// The picture of a video that is being made: the file as it was picked, in the frame that was chosen, and what was
// made of it once it is there.
import { at, seen, sight } from "./path.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

// A part of a video alone, in shares of its picture, in a box that hides the rest; all of it again without one.
export function crop(video, part) {
  const { left = 0, top = 0, width, height } = part ?? {};
  const share = (n) => `${n * 100}%`;
  video.style.cssText = part
    ? `object-fit: fill; inset: auto; max-inline-size: none; left: ${share(-left / width)}; top: ${share(-top / height)}; width: ${share(1 / width)}; height: ${share(1 / height)}`
    : "";
}

export class Preview {
  #address = null;
  #painters = [];
  #running = false;
  #stopped = calm.matches;
  #aside = false;
  #framing = null;

  constructor(root) {
    this.shot = root.querySelector("[data-shot]");
    this.frames = root.querySelector("[data-frames]");
    this.source = root.querySelector("[data-source]");
    this.made = root.querySelector("[data-made]");
    this.toggle = root.querySelector("[data-toggle]");
    this.radios = root.querySelectorAll("[name=reframe]");
    for (const radio of this.radios) radio.addEventListener("change", () => this.#choose());
    this.toggle?.addEventListener("click", () => {
      this.#stopped = !this.#video.paused;
      this.#play();
    });
    this.source?.addEventListener("loadedmetadata", () => this.#measure());
    this.source?.addEventListener("seeked", () => this.#paint());
    // A clip the browser cannot show may still be one the server can read: only the preview is given up.
    this.source?.addEventListener("error", () => (this.source.hidden = this.toggle.hidden = true));
    this.#choose();
  }

  // What is looked at: the made one where it says more than the file does.
  get #video() {
    return this.made.hidden ? this.source : this.made;
  }

  get #choice() {
    return [...this.radios].find((radio) => radio.checked)?.value ?? "fit";
  }

  pick(file) {
    this.#address = URL.createObjectURL(file);
    this.source.src = this.#address;
    this.source.hidden = this.toggle.hidden = false;
  }

  // The rendition of what was chosen; nothing while there is none.
  show(url, cover) {
    this.url = url;
    if (cover) this.made.poster = cover;
    this.#choose();
  }

  // Where the file is while it is at hand.
  get address() {
    return this.#address;
  }

  // Where the frame goes that follows, once that is known.
  aim(framing) {
    this.#framing = framing;
    this.#follow();
  }

  // Something else is shown in its place for now.
  yield(on) {
    this.#aside = on;
    if (on) this.made.pause();
    this.#play();
  }

  open(on) {
    this.opened = on;
    this.#play();
  }

  forget() {
    this.open(false);
    if (this.#address) URL.revokeObjectURL(this.#address);
  }

  #measure() {
    const { videoWidth: width, videoHeight: height } = this.source;
    const upright = !sight(width, height);
    const hint = this.frames.querySelector("[data-frames-hint]");
    if (upright) hint.textContent = hint.dataset.upright;
    this.frames.classList.toggle("upright", upright);
    this.shot.classList.add("live");
    this.shot.prepend(this.#painter(width, height));
    for (const box of this.frames.querySelectorAll("[data-frame]")) {
      box.classList.add("live");
      box.append(this.#painter(width, height));
      if (!box.classList.contains("crop")) box.append(this.#painter(width, height));
    }
    this.source.currentTime = Math.min(0.1, this.source.duration / 2);
    this.#play();
  }

  // Each frame paints the playing clip, so that all previews move together and cost one decoder.
  #painter(width, height) {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    canvas.width = Math.min(width, 360);
    canvas.height = (canvas.width * height) / width;
    this.#painters.push(canvas);
    return canvas;
  }

  #paint() {
    if (this.source.readyState < 2) return;
    if (this.#framing) this.#follow();
    for (const canvas of this.#painters) {
      canvas.getContext("2d").drawImage(this.source, 0, 0, canvas.width, canvas.height);
    }
  }

  // The file as it will be framed, as far as that is known.
  #follow() {
    if (!this.source || !this.source.readyState) return;
    const { videoWidth: width, videoHeight: height, currentTime } = this.source;
    const { bars, path } = this.#framing ?? {};
    const window = path && this.#choice === "follow" && sight(width, height, bars);
    crop(this.source, window ? seen(window, bars, at(path, currentTime)) : null);
  }

  #run() {
    if (!this.opened) return void (this.#running = false);
    if (!document.hidden && this.source && !this.source.paused) this.#paint();
    requestAnimationFrame(() => this.#run());
  }

  #choose() {
    const choice = this.#choice;
    for (const name of ["fit", "crop", "follow"]) this.shot.classList.toggle(name, name === choice);
    const useful = this.url && (!this.source || this.source.hidden || choice === "follow");
    if (useful && this.made.getAttribute("src") !== this.url) this.made.src = this.url;
    if (!this.url) this.made.removeAttribute("src");
    this.made.hidden = !useful;
    this.shot.classList.toggle("made", Boolean(useful));
    if (this.toggle) this.toggle.hidden = this.source.hidden && this.made.hidden;
    this.#follow();
    this.#play();
  }

  #play() {
    const clips = [this.source, this.made].filter(Boolean);
    for (const clip of clips) {
      // The source goes on below what was made of it: the small frames are painted from it.
      const on = this.opened && !this.#aside && !clip.hidden && !this.#stopped && !clip.controls;
      if (on) clip.play().catch(() => {});
      else if (!clip.controls) clip.pause();
    }
    if (this.opened && this.source && !this.#running) {
      this.#running = true;
      requestAnimationFrame(() => this.#run());
    }
  }
}
