// The picture of a video that is being made: the file as it was picked, in the frame that was chosen, and what was
// made of it once it is there.
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Preview {
  #address = null;
  #painters = [];
  #running = false;
  #stopped = calm.matches;

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
    const upright = width / height <= 0.6;
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
    for (const canvas of this.#painters) {
      canvas.getContext("2d").drawImage(this.source, 0, 0, canvas.width, canvas.height);
    }
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
    this.#play();
  }

  #play() {
    const clips = [this.source, this.made].filter(Boolean);
    for (const clip of clips) {
      // The source goes on below what was made of it: the small frames are painted from it.
      const on = this.opened && !clip.hidden && !this.#stopped && !clip.controls;
      if (on) clip.play().catch(() => {});
      else if (!clip.controls) clip.pause();
    }
    if (this.opened && this.source && !this.#running) {
      this.#running = true;
      requestAnimationFrame(() => this.#run());
    }
  }
}
