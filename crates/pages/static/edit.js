// The editor: what is made of a video's original and of clips. What the person does changes one list, which can be undone
// step by step, is shown at once over the files, and is sent as a whole.
import { locale, toast } from "./ui.js";
import * as list from "./editlist.js";
import { Clips } from "./editclips.js";
import { filter } from "./editlook.js";
import { Player, stills } from "./editplay.js";
import { ask, Making } from "./editmaking.js";
import { Captions, Titles } from "./editwords.js";
import { fill, say } from "./words.js";

const root = document.querySelector("[data-editor]");
const bar = document.querySelector("main > .top");
const { id } = root.dataset;
const address = `/api/v1/videos/${encodeURIComponent(id)}`;
const part = (name) => root.querySelector(`[data-${name}]`);
const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const STILLS = 12;
const EMPTY = { cuts: [], titles: [], captions: [], burnt: false, look: "none", brightness: 0, contrast: 0, saturation: 0, cover_ms: null };


class Editor {
  #done = [];
  #undone = [];
  #saved = "";
  #pictures = new Map();
  #drag = null;
  #pictured = Promise.resolve();
  #original = 1000;
  edit = structuredClone(EMPTY);
  picked = 0;

  constructor() {
    this.player = new Player(part("screen"), () => this.edit, (out) => this.#moved(out));
    this.clips = new Clips(root, address, this);
    this.titles = new Titles(root, this);
    this.captions = new Captions(root, this);
    this.making = new Making(root, address, {
      done: (state) => this.#made(state),
      left: (state) => {
        this.#adopt(state);
        toast(say.cancelled);
      },
    });
    this.#tabs();
    this.#transport();
    this.#cutting();
    this.#looking();
    this.#covering();
    this.#keeping();
  }

  get whole() {
    return this.player.whole || this.#original;
  }

  // How long the file of a piece is.
  wholeOf(cut) {
    return this.clips.of(cut)?.duration_ms ?? this.whole;
  }

  get length() {
    return list.total(this.edit.cuts);
  }

  get out() {
    return this.player.out;
  }

  async start() {
    const [state, framing] = await Promise.all([ask(`${address}/edit`), ask(`${address}/framing`).catch(() => null), this.clips.load()]);
    this.player.framing = framing;
    const { original: video } = this.player;
    if (video.readyState < 2 && !video.error) {
      await new Promise((go) => ["loadeddata", "error"].forEach((name) => video.addEventListener(name, go, { once: true })));
    }
    this.#original = state.original_ms;
    part("wait").hidden = !video.error;
    if (video.error) part("wait").textContent = say.no_preview;
    this.#adopt(state);
    this.player.seek(0);
    if (state.state === "rendering") this.making.watch(state);
    if (!video.error) this.still("", video.currentSrc);
    this.clips.picture();
  }

  // Takes the list as the server has it.
  #adopt({ edit }) {
    this.edit = { ...structuredClone(EMPTY), ...edit };
    if (!this.edit.cuts.length) this.edit.cuts = [{ from_ms: 0, to_ms: this.whole, speed: 100 }];
    this.#saved = JSON.stringify(this.edit);
    [this.#done, this.#undone] = [[], []];
    this.picked = Math.min(this.picked, this.edit.cuts.length - 1);
    this.titles.picked = -1;
    this.show();
  }

  get dirty() {
    return JSON.stringify(this.edit) !== this.#saved;
  }

  // Changes the list. Changes of one `kind` that follow on each other are one step back.
  change(change, kind = "") {
    const before = JSON.stringify(this.edit);
    change(this.edit);
    if (JSON.stringify(this.edit) === before) return;
    const last = this.#done.at(-1);
    if (!kind || last?.kind !== kind) this.#done.push({ edit: before, kind });
    if (this.#done.length > 200) this.#done.shift();
    this.#undone = [];
    this.show();
  }

  // What comes now is another step, whatever its kind.
  settle() {
    const last = this.#done.at(-1);
    if (last) last.kind = "";
  }

  #step(from, to) {
    const last = from.pop();
    if (!last) return;
    to.push({ edit: JSON.stringify(this.edit), kind: "" });
    this.edit = JSON.parse(last.edit);
    this.picked = Math.min(this.picked, this.edit.cuts.length - 1);
    this.show();
    this.player.seek(Math.min(this.out, this.length));
  }

  // Shows all that depends on the list.
  show() {
    this.#strip();
    this.#panel();
    this.#look();
    this.#cover();
    this.titles.show();
    this.captions.show();
    this.clips.show();
    const buttons = [
      ["undo", this.#done.length],
      ["redo", this.#undone.length],
      ["save", this.dirty],
    ];
    for (const [name, may] of buttons) bar.querySelector(`[data-${name}]`).disabled = !may;
    part("foot").hidden = JSON.stringify(list.sent(this.edit, this.whole)) === JSON.stringify(EMPTY);
    this.#moved(this.out);
  }

  #moved(out) {
    const { playing } = this.player;
    const all = this.length;
    const head = part("head");
    head.max = Math.round(all);
    head.value = Math.round(out);
    head.setAttribute("aria-valuetext", fill(say.at_of, list.clock(out), list.clock(all)));
    part("clock").textContent = `${list.clock(out)} / ${list.clock(all)}`;
    part("needle").style.setProperty("--at", all ? out / all : 0);
    const play = part("play");
    play.setAttribute("aria-label", playing ? play.dataset.on : play.dataset.off);
    part("icon-play").hidden = playing;
    part("icon-pause").hidden = !playing;
    const { index } = list.at(this.edit.cuts, out);
    if (!this.#drag && playing && index !== this.picked) this.pick(index);
    this.titles.at(out);
    this.captions.at(out);
  }

  // Goes to the beginning of a piece.
  go(index) {
    this.player.seek(list.startOf(this.edit.cuts, index));
  }

  // A clip is gone: no step goes back to it.
  forget() {
    [this.#done, this.#undone] = [[], []];
    this.show();
  }

  // Tools.

  #tabs() {
    const tabs = [...root.querySelectorAll("[role=tab]")];
    const open = (tab) => {
      for (const other of tabs) {
        other.setAttribute("aria-selected", other === tab);
        other.tabIndex = other === tab ? 0 : -1;
        document.getElementById(other.getAttribute("aria-controls")).hidden = other !== tab;
      }
    };
    for (const [index, tab] of tabs.entries()) {
      tab.addEventListener("click", () => open(tab));
      tab.addEventListener("keydown", (event) => {
        const ahead = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
        const steps = { [ahead]: 1, ArrowLeft: -1, ArrowRight: -1, Home: -index, End: tabs.length - 1 - index };
        const step = event.key === ahead ? 1 : steps[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const next = tabs[(index + step + tabs.length) % tabs.length];
        open(next);
        next.focus();
      });
    }
    this.openTab = (name) => open(document.getElementById(`tab-${name}`));
  }

  #transport() {
    part("play").addEventListener("click", () => (this.player.playing ? this.player.pause() : this.player.play()));
    part("head").addEventListener("input", ({ target }) => {
      // Whatever is shown meanwhile says where it was before.
      const wanted = Number(target.value);
      this.player.pause();
      this.player.seek(wanted);
      this.pick(list.at(this.edit.cuts, this.out).index);
    });
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input:not([type=radio]):not([type=range]), textarea, select, dialog, [role=slider]");
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing) {
        event.preventDefault();
        bar.querySelector(event.shiftKey ? "[data-redo]" : "[data-undo]").click();
      }
      if (event.key === " " && !typing && !event.target.closest("button, a, summary, label, [tabindex='0'], input")) {
        event.preventDefault();
        part("play").click();
      }
    });
    bar.querySelector("[data-undo]").addEventListener("click", () => this.#step(this.#done, this.#undone));
    bar.querySelector("[data-redo]").addEventListener("click", () => this.#step(this.#undone, this.#done));
  }

  // Pieces.

  pick(index) {
    if (index === this.picked) return;
    this.picked = index;
    this.#strip();
    this.#panel();
  }

  get cut() {
    return this.edit.cuts[this.picked];
  }

  #setCut(cut, kind) {
    this.change((edit) => {
      edit.cuts[this.picked] = cut;
    }, kind);
  }

  #cutting() {
    part("split").addEventListener("click", () => {
      if (this.edit.cuts.length >= list.MOST.cuts) return toast(say.most_cuts);
      const parted = list.split(this.edit.cuts, this.out);
      if (!parted) return toast(say.no_split);
      this.change((edit) => {
        edit.cuts = parted.cuts;
        this.picked = parted.index;
      });
    });
    part("remove").addEventListener("click", () => {
      if (this.edit.cuts.length === 1) return toast(say.last_piece);
      const start = list.startOf(this.edit.cuts, this.picked);
      this.change((edit) => {
        edit.cuts.splice(this.picked, 1);
        this.picked = Math.min(this.picked, edit.cuts.length - 1);
      });
      this.player.seek(start);
    });
    for (const [name, step] of [["earlier", -1], ["later", 1]]) {
      part(name).addEventListener("click", () => {
        const to = this.picked + step;
        this.change((edit) => {
          edit.cuts = list.moved(edit.cuts, this.picked, to);
          this.picked = to;
        });
        this.player.seek(list.startOf(this.edit.cuts, this.picked));
      });
    }
    for (const radio of root.querySelectorAll("[name=pace]")) {
      radio.addEventListener("change", () => {
        const cut = { ...this.cut, speed: Number(radio.value) };
        if (list.lengthOf(cut) < list.SHORTEST) {
          toast(say.too_short);
          return this.#panel();
        }
        this.#setCut(cut);
        this.player.seek(Math.min(this.out, this.length));
      });
    }
    for (const [name, end] of [["cut-from", "from"], ["cut-to", "to"]]) {
      part(name).addEventListener("change", ({ target }) => {
        const ms = Number(target.value) * 1000;
        if (target.value !== "" && Number.isFinite(ms)) this.#setCut(list.trimmed(this.cut, end, ms, this.wholeOf(this.cut)));
        this.#panel();
        const start = list.startOf(this.edit.cuts, this.picked);
        this.player.seek(end === "from" ? start : start + list.lengthOf(this.cut) - 40);
      });
    }
  }

  #panel() {
    const { from_ms, to_ms, speed } = this.cut;
    part("cut-from").value = (from_ms / 1000).toFixed(1);
    part("cut-to").value = (to_ms / 1000).toFixed(1);
    for (const radio of root.querySelectorAll("[name=pace]")) radio.checked = Number(radio.value) === speed;
    part("earlier").disabled = this.picked === 0;
    part("later").disabled = this.picked === this.edit.cuts.length - 1;
    part("remove").disabled = this.edit.cuts.length === 1;
  }

  // The strip is made anew but for what is being dragged or has the focus.
  #strip() {
    const box = part("pieces");
    const { cuts } = this.edit;
    while (box.children.length > cuts.length) box.lastChild.remove();
    while (box.children.length < cuts.length) box.append(this.#piece());
    for (const [index, item] of [...box.children].entries()) {
      const cut = cuts[index];
      item.style.flexGrow = this.#drag ? 0 : list.lengthOf(cut);
      if (this.#drag) item.style.inlineSize = `${list.lengthOf(cut) * this.#drag.scale}px`;
      else item.style.inlineSize = "";
      const isPicked = index === this.picked;
      item.classList.toggle("picked", isPicked);
      const button = item.querySelector("button");
      const pace = `${number.format(cut.speed / 100)}×`;
      button.setAttribute("aria-pressed", isPicked);
      const span = fill(say.piece_of, list.clock(cut.from_ms), list.clock(cut.to_ms), pace);
      const piece = fill(say.piece, number.format(index + 1), number.format(cuts.length));
      const whose = this.clips.all.length ? `, ${this.clips.name(cut.clip)}` : "";
      button.setAttribute("aria-label", `${piece}${whose}: ${span}`);
      item.querySelector("b").textContent = cut.speed === 100 ? "" : pace;
      item.querySelector("i").textContent = this.clips.place(cut.clip);
      for (const end of ["from", "to"]) {
        const grip = item.querySelector(`[data-grip=${end}]`);
        grip.hidden = !isPicked;
        grip.setAttribute("aria-valuemin", 0);
        grip.setAttribute("aria-valuemax", this.wholeOf(cut));
        grip.setAttribute("aria-valuenow", cut[`${end}_ms`]);
        grip.setAttribute("aria-valuetext", list.clock(cut[`${end}_ms`]));
      }
    }
    this.#paint();
  }

  #piece() {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(document.createElement("canvas"), document.createElement("i"), document.createElement("b"));
    item.append(button);
    const here = () => [...item.parentNode.children].indexOf(item);
    button.addEventListener("click", (event) => {
      this.pick(here());
      this.player.pause();
      const { left, width } = button.getBoundingClientRect();
      const share = event.detail ? (event.clientX - left) / width : 0;
      this.player.seek(list.startOf(this.edit.cuts, this.picked) + share * list.lengthOf(this.cut));
    });
    for (const end of ["from", "to"]) {
      const grip = Object.assign(document.createElement("span"), { tabIndex: 0, role: "slider" });
      grip.dataset.grip = end;
      grip.setAttribute("aria-label", end === "from" ? say.start : say.end);
      grip.addEventListener("pointerdown", (event) => this.#grab(event, grip, end));
      grip.addEventListener("keydown", (event) => this.#nudge(event, end));
      item.append(grip);
    }
    return item;
  }

  #grab(event, grip, end) {
    event.preventDefault();
    grip.focus();
    grip.setPointerCapture(event.pointerId);
    const before = this.cut;
    const scale = part("pieces").getBoundingClientRect().width / this.length;
    this.settle();
    this.#drag = { scale };
    const move = ({ clientX }) => {
      const ms = before[`${end}_ms`] + (((clientX - event.clientX) / scale) * before.speed) / 100;
      this.#setCut(list.trimmed(before, end, ms, this.wholeOf(before)), `trim-${end}`);
      this.player.peek(this.cut[`${end}_ms`] - (end === "to" ? 30 : 0), this.cut);
    };
    const drop = () => {
      grip.removeEventListener("pointermove", move);
      this.#drag = null;
      this.settle();
      this.show();
      this.#after(end);
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("lostpointercapture", drop, { once: true });
  }

  #after(end) {
    const start = list.startOf(this.edit.cuts, this.picked);
    this.player.seek(end === "from" ? start : start + list.lengthOf(this.cut) - 30);
  }

  #nudge(event, end) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
    const step = steps[event.key] ?? (event.key === "Home" ? -Infinity : event.key === "End" ? Infinity : 0);
    if (!step) return;
    event.preventDefault();
    const whole = this.wholeOf(this.cut);
    const ms = Math.min(Math.max(this.cut[`${end}_ms`] + step * (event.shiftKey ? 1000 : 100), 0), whole);
    this.#setCut(list.trimmed(this.cut, end, ms, whole), `trim-${end}`);
    this.#after(end);
  }

  // The pictures in the strip and of the cover are those of each file, one file after the other; the looks are shown on
  // the original.
  still(clip, address) {
    this.#pictured = this.#pictured.then(() => this.#still(clip, address)).catch(() => {});
  }

  async #still(clip, address) {
    const pictures = [];
    this.#pictures.set(clip, pictures);
    await stills(address, STILLS, (index, video) => {
      const picture = document.createElement("canvas");
      picture.height = 96;
      picture.width = Math.round((96 * video.videoWidth) / video.videoHeight) || 54;
      picture.getContext("2d").drawImage(video, 0, 0, picture.width, 96);
      pictures[index] = picture;
      this.#paint();
      if (index === Math.floor(STILLS / 2) && !clip) this.#samples(picture);
      if (!index && clip) this.clips.show();
    });
    this.#cover();
  }

  // The first picture of a clip, once it is there.
  pictureOf(clip) {
    return this.#pictures.get(clip)?.[0];
  }

  #picture(ms, cut) {
    const pictures = this.#pictures.get(cut.clip ?? "") ?? [];
    return pictures[Math.min(STILLS - 1, Math.floor((ms / this.wholeOf(cut)) * STILLS))];
  }

  #paint() {
    const items = part("pieces").children;
    for (const [index, cut] of this.edit.cuts.entries()) {
      const canvas = items[index]?.querySelector("canvas");
      if (!canvas) continue;
      const { clientWidth: width, clientHeight: height } = canvas;
      const dots = devicePixelRatio;
      canvas.width = Math.max(1, width * dots);
      canvas.height = Math.max(1, height * dots);
      const context = canvas.getContext("2d");
      const each = 34;
      for (let x = 0; x < width; x += each) {
        const picture = this.#picture(cut.from_ms + Math.min(1, (x + each / 2) / width) * (cut.to_ms - cut.from_ms), cut);
        if (!picture) continue;
        const shown = Math.min(picture.width, (picture.height * each) / height);
        context.drawImage(picture, (picture.width - shown) / 2, 0, shown, picture.height, x * dots, 0, each * dots, height * dots);
      }
    }
  }

  // Looks.

  #looking() {
    for (const radio of root.querySelectorAll("[name=look]")) {
      radio.addEventListener("change", () => {
        this.change((edit) => {
          edit.look = radio.value;
        });
      });
    }
    for (const name of ["brightness", "contrast", "saturation"]) {
      const slider = root.querySelector(`[name=${name}]`);
      slider.addEventListener("input", () => {
        this.change((edit) => {
          edit[name] = Number(slider.value);
        }, name);
      });
      slider.addEventListener("change", () => this.settle());
    }
  }

  #look() {
    const { look } = this.edit;
    for (const radio of root.querySelectorAll("[name=look]")) radio.checked = radio.value === look;
    for (const name of ["brightness", "contrast", "saturation"]) root.querySelector(`[name=${name}]`).value = this.edit[name];
    this.lookFilter = filter("now", this.edit);
    for (const { style } of this.player.videos) style.filter = this.lookFilter;
    this.player.blur.style.filter = this.lookFilter === "none" ? "" : `${this.lookFilter} blur(10px) brightness(0.7)`;
    part("screen").classList.toggle("grain", look === "grain");
  }

  #samples(picture) {
    for (const radio of root.querySelectorAll("[name=look]")) {
      const canvas = radio.parentNode.querySelector("canvas");
      const wide = Math.min(picture.width, (picture.height * canvas.width) / canvas.height);
      canvas.getContext("2d").drawImage(picture, (picture.width - wide) / 2, 0, wide, picture.height, 0, 0, canvas.width, canvas.height);
      canvas.style.filter = filter(radio.value, { look: radio.value });
    }
  }

  // The cover.

  #covering() {
    part("cover-set").addEventListener("click", () => {
      this.player.pause();
      this.change((edit) => {
        edit.cover_ms = Math.min(Math.round(this.out), Math.max(0, Math.round(this.length) - 40));
      });
    });
    part("cover-auto").addEventListener("click", () => {
      this.change((edit) => {
        edit.cover_ms = null;
      });
    });
  }

  #cover() {
    const { cover_ms, cuts } = this.edit;
    part("cover-is").textContent = cover_ms === null ? say.cover_none : fill(say.cover_is, list.clock(cover_ms));
    part("cover-auto").hidden = cover_ms === null;
    const canvas = part("cover");
    const { video } = this.player;
    const { index, source } = list.at(cuts, cover_ms ?? 0);
    // The very picture where it is the one that is shown, else the nearest of those that were made.
    const isSeen = this.player.shows(cuts[index]) && Math.abs(video.currentTime * 1000 - source) < 60 && !video.seeking;
    const near = isSeen ? video : this.#picture(source, cuts[index]);
    if (!near) return;
    const [width, height] = [near.videoWidth ?? near.width, near.videoHeight ?? near.height];
    const wide = Math.min(width, (height * 9) / 16);
    canvas.style.filter = this.lookFilter;
    canvas.getContext("2d").drawImage(near, (width - wide) / 2, 0, wide, height, 0, 0, canvas.width, canvas.height);
  }

  // Keeping it.

  #keeping() {
    bar.querySelector("[data-save]").addEventListener("click", () => this.#save(this.edit));
    part("reset").addEventListener("click", async () => {
      if (await asked(part("ask-reset"))) this.#send(EMPTY);
    });
    addEventListener("beforeunload", (event) => {
      if (this.dirty) event.preventDefault();
    });
  }

  async #save(edit) {
    if ("published" in root.dataset && !(await asked(part("ask-replace")))) return;
    await this.#send(list.sent(edit, this.whole));
  }

  async #send(edit) {
    this.player.pause();
    const button = bar.querySelector("[data-save]");
    button.disabled = true;
    try {
      const state = await ask(`${address}/edit`, "PUT", { edit, replace: "published" in root.dataset });
      this.#adopt(state);
      this.making.watch(state);
    } catch (error) {
      toast(error.message);
      button.disabled = !this.dirty;
    }
  }

  #made(state) {
    if (!this.dirty) this.#adopt(state);
  }
}

// What a question was answered with.
function asked(dialog) {
  return new Promise((go) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => go(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });
}

new Editor().start().catch((error) => {
  part("wait").hidden = false;
  part("wait").textContent = error.message;
});
