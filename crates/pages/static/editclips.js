// The clips of a video: further files of which there can be pieces. They are the server's as soon as they are added; what is
// made of them is a matter of the list.
import { csrf, locale, percent, toast } from "./ui.js";
import { isOf, MOST, clock } from "./editlist.js";
import { ask, wrong } from "./editmaking.js";
import { fill, say } from "./words.js";

const number = new Intl.NumberFormat(locale);

export class Clips {
  #request = null;
  all = [];

  constructor(root, address, editor) {
    this.root = root;
    this.address = `${address}/clips`;
    this.editor = editor;
    this.rows = this.part("clips");
    const input = this.part("clip-file");
    input.addEventListener("change", async () => {
      const [file] = input.files;
      input.value = "";
      if (file) await this.#add(file);
    });
    this.part("clip-stop").addEventListener("click", () => this.#request?.abort());
    addEventListener("beforeunload", (event) => {
      if (this.#request) event.preventDefault();
    });
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  async load() {
    const { items } = await ask(this.address);
    for (const clip of items) this.#take(clip);
  }

  #take(clip) {
    this.all.push(clip);
    this.editor.player.add(clip);
  }

  picture() {
    for (const { id, url } of this.all) this.editor.still(id, url);
  }

  of({ clip }) {
    return this.all.find(({ id }) => id === clip);
  }

  // What a file is called: the original, or which of the clips it is.
  name(clip) {
    const place = this.all.findIndex(({ id }) => id === clip);
    return place < 0 ? say.original : fill(say.clip, number.format(place + 1));
  }

  place(clip) {
    const place = this.all.findIndex(({ id }) => id === clip);
    return place < 0 ? "" : number.format(place + 1);
  }

  async #add(file) {
    if (this.all.length >= MOST.clips) return toast(say.most_clips);
    if (this.editor.edit.cuts.length >= MOST.cuts) return toast(say.most_cuts);
    this.editor.player.pause();
    this.#progress(0);
    try {
      const clip = await this.#send(file);
      if (!clip) return;
      this.#take(clip);
      this.editor.still(clip.id, clip.url);
      this.#use(clip);
      toast(say.clip_added);
    } catch (error) {
      toast(error.message);
    } finally {
      this.#request = null;
      this.part("clip-coming").hidden = true;
      this.part("clip-add").hidden = false;
      this.part("clip-file").focus();
      this.show();
    }
  }

  #progress(share) {
    this.part("clip-add").hidden = true;
    this.part("clip-coming").hidden = false;
    this.part("clip-bar").value = share * 100;
    // What is here is looked at before it is taken.
    this.part("clip-percent").textContent = share < 1 ? percent(share) : say.clip_checked;
  }

  // Sends a file; what was stopped gives nothing. `fetch` does not tell how far it is.
  #send(file) {
    return new Promise((go, stop) => {
      const request = new XMLHttpRequest();
      this.#request = request;
      request.open("POST", this.address);
      request.responseType = "json";
      request.setRequestHeader("accept", "application/json");
      request.setRequestHeader("X-CSRF-Token", csrf());
      request.upload.addEventListener("progress", ({ loaded, total }) => this.#progress(total ? loaded / total : 0));
      request.addEventListener("load", () => (request.status === 201 ? go(request.response) : stop(wrong(request.status, request.response ?? {}))));
      request.addEventListener("error", () => stop(wrong(0, {})));
      request.addEventListener("abort", () => go(null));
      const form = new FormData();
      form.append("file", file);
      request.send(form);
    });
  }

  // A piece that is all of a clip, at the end.
  #use({ id, duration_ms }) {
    const { editor } = this;
    if (editor.edit.cuts.length >= MOST.cuts) return toast(say.most_cuts);
    editor.player.pause();
    editor.change((edit) => {
      edit.cuts.push({ clip: id, from_ms: 0, to_ms: duration_ms, speed: 100 });
      editor.picked = edit.cuts.length - 1;
    });
    editor.go(editor.picked);
  }

  async #remove(clip) {
    try {
      await ask(`${this.address}/${encodeURIComponent(clip.id)}`, "DELETE");
    } catch (error) {
      return toast(error.message);
    }
    this.all.splice(this.all.indexOf(clip), 1);
    this.editor.player.drop(clip.id);
    this.editor.forget();
    this.part("clip-file").focus();
  }

  show() {
    const { cuts } = this.editor.edit;
    this.part("clip-box").hidden = !this.all.length;
    while (this.rows.children.length > this.all.length) this.rows.lastChild.remove();
    while (this.rows.children.length < this.all.length) this.rows.append(this.#row());
    for (const [index, row] of [...this.rows.children].entries()) {
      const clip = this.all[index];
      const name = this.name(clip.id);
      row.querySelector("b").textContent = name;
      row.querySelector("small").textContent = clock(clip.duration_ms, false);
      const [use, remove] = row.querySelectorAll("button");
      use.setAttribute("aria-label", fill(say.clip_use, name));
      remove.setAttribute("aria-label", fill(say.clip_remove, name));
      // One of which there is a piece stays.
      remove.disabled = cuts.some((cut) => isOf(cut, clip.id));
      this.#picture(row.querySelector("canvas"), clip);
    }
  }

  #picture(canvas, { id }) {
    const picture = this.editor.pictureOf(id);
    if (!picture) return;
    const { width, height } = canvas;
    const scale = Math.max(width / picture.width, height / picture.height);
    const [wide, high] = [width / scale, height / scale];
    canvas.getContext("2d").drawImage(picture, (picture.width - wide) / 2, (picture.height - high) / 2, wide, high, 0, 0, width, height);
  }

  #row() {
    const row = document.createElement("li");
    const canvas = Object.assign(document.createElement("canvas"), { width: 80, height: 80 });
    const words = document.createElement("span");
    words.append(document.createElement("b"), document.createElement("small"));
    const here = () => this.all[[...this.rows.children].indexOf(row)];
    row.append(canvas, words);
    for (const [name, act] of [["clip-use", (clip) => this.#use(clip)], ["clip-bin", (clip) => this.#remove(clip)]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "round" });
      button.append(document.querySelector(`[data-${name}]`).content.cloneNode(true));
      button.addEventListener("click", () => act(here()));
      row.append(button);
    }
    return row;
  }
}
