// What is written in the editor: texts over the picture, and captions.
import { locale, toast } from "./ui.js";
import { clock, MOST } from "./editlist.js";
import { fill, say } from "./words.js";
import { read, write } from "./vtt.js";

const number = new Intl.NumberFormat(locale);
const seconds = (ms) => (ms / 1000).toFixed(1);
const within = (n, least, most) => Math.min(Math.max(n, least), most);

// Texts over the picture.
export class Titles {
  picked = -1;

  constructor(root, editor) {
    this.root = root;
    this.editor = editor;
    this.layer = this.part("layer");
    this.part("title-add").addEventListener("click", () => this.#add());
    this.part("title-remove").addEventListener("click", () => {
      const { picked } = this;
      this.picked = -1;
      editor.change(({ titles }) => titles.splice(picked, 1));
      this.part("title-add").focus();
    });
    this.part("title-text").addEventListener("input", ({ target }) => this.#set({ text: target.value }, "text"));
    this.part("title-size").addEventListener("input", ({ target }) => this.#set({ size: Number(target.value) }, "size"));
    for (const name of ["colour", "backing"]) {
      for (const radio of root.querySelectorAll(`[name=${name}]`)) {
        radio.addEventListener("change", () => this.#set({ [name]: radio.value }));
      }
    }
    for (const end of ["from", "to"]) {
      this.part(`title-${end}`).addEventListener("change", ({ target }) => this.#time(end, Number(target.value) * 1000));
    }
    this.part("title-here").addEventListener("click", () => this.#time("from", editor.out));
    this.part("title-until").addEventListener("click", () => this.#time("to", editor.out));
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  get title() {
    return this.editor.edit.titles[this.picked];
  }

  #set(values, kind = "") {
    if (!this.title) return;
    this.editor.change(({ titles }) => Object.assign(titles[this.picked], values), kind && `title-${kind}-${this.picked}`);
  }

  #time(end, ms) {
    if (!this.title || !Number.isFinite(ms)) return;
    let { from_ms, to_ms } = this.title;
    if (end === "from") {
      from_ms = Math.max(0, Math.round(ms));
      to_ms = Math.max(to_ms, from_ms + 100);
    } else {
      to_ms = Math.max(100, Math.round(ms));
      from_ms = Math.min(from_ms, to_ms - 100);
    }
    this.#set({ from_ms, to_ms });
  }

  #add() {
    const { editor } = this;
    if (editor.edit.titles.length >= MOST.titles) return toast(say.most_titles);
    editor.player.pause();
    const from_ms = Math.round(Math.min(editor.out, Math.max(0, editor.length - 500)));
    const to_ms = Math.round(Math.min(from_ms + 3000, Math.max(editor.length, from_ms + 500)));
    this.picked = editor.edit.titles.length;
    editor.change(({ titles }) =>
      titles.push({ text: say.text_new, from_ms, to_ms, x: 500, y: 300, size: 90, colour: "white", backing: "outline" }),
    );
    const area = this.part("title-text");
    area.focus();
    area.select();
  }

  pick(index) {
    this.editor.settle();
    this.picked = index;
    this.show();
    this.editor.openTab("text");
  }

  show() {
    const { titles } = this.editor.edit;
    if (this.picked >= titles.length) this.picked = -1;
    const chips = this.part("titles");
    chips.replaceChildren(
      ...titles.map((title, index) => {
        const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip", dir: "auto" });
        chip.textContent = title.text.trim() || "…";
        chip.setAttribute("aria-pressed", index === this.picked);
        chip.addEventListener("click", () => {
          this.pick(index);
          this.editor.player.pause();
          if (this.editor.out < title.from_ms || this.editor.out >= title.to_ms) this.editor.player.seek(title.from_ms);
          chips.children[index]?.focus();
        });
        return chip;
      }),
    );
    this.part("no-titles").hidden = titles.length > 0;
    this.part("title-form").hidden = !this.title;
    if (this.title) this.#form(this.title);
    this.#layer();
    this.at(this.editor.out);
  }

  #form({ text, size, colour, backing, from_ms, to_ms }) {
    const area = this.part("title-text");
    if (area.value !== text) area.value = text;
    this.part("title-size").value = size;
    for (const radio of this.root.querySelectorAll("[name=colour]")) radio.checked = radio.value === colour;
    for (const radio of this.root.querySelectorAll("[name=backing]")) radio.checked = radio.value === backing;
    this.part("title-from").value = seconds(from_ms);
    this.part("title-to").value = seconds(to_ms);
  }

  #layer() {
    const { titles } = this.editor.edit;
    while (this.layer.children.length > titles.length) this.layer.lastChild.remove();
    while (this.layer.children.length < titles.length) this.layer.append(this.#mark());
    for (const [index, mark] of [...this.layer.children].entries()) {
      const { text, x, y, size, colour, backing } = titles[index];
      mark.className = `mark-text of-${colour} on-${backing}${index === this.picked ? " picked" : ""}`;
      mark.style.left = `${x / 10}%`;
      mark.style.top = `${y / 10}%`;
      mark.style.fontSize = `${size / 10}cqi`;
      mark.textContent = text;
      mark.setAttribute("aria-label", text.trim() || say.text_new);
    }
  }

  // A text in the picture: it is placed by a finger, or by the arrow keys.
  #mark() {
    const mark = Object.assign(document.createElement("button"), { type: "button", dir: "auto" });
    const here = () => [...this.layer.children].indexOf(mark);
    mark.addEventListener("click", () => this.picked !== here() && this.pick(here()));
    mark.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.pick(here());
      this.editor.player.pause();
      mark.setPointerCapture(event.pointerId);
      const { width, height } = this.layer.getBoundingClientRect();
      const { x, y } = this.title;
      const move = ({ clientX, clientY }) => {
        const to = (from, by, side) => within(Math.round(from + (by / side) * 1000), 0, 1000);
        this.#set({ x: to(x, clientX - event.clientX, width), y: to(y, clientY - event.clientY, height) }, "place");
      };
      const drop = () => {
        mark.removeEventListener("pointermove", move);
        this.editor.settle();
      };
      mark.addEventListener("pointermove", move);
      mark.addEventListener("lostpointercapture", drop, { once: true });
    });
    mark.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!way) return;
      event.preventDefault();
      if (this.picked !== here()) this.pick(here());
      const step = event.shiftKey ? 50 : 10;
      const { x, y } = this.title;
      this.#set({ x: within(x + way[0] * step, 0, 1000), y: within(y + way[1] * step, 0, 1000) }, "place");
    });
    return mark;
  }

  at(out) {
    for (const [index, { from_ms, to_ms }] of this.editor.edit.titles.entries()) {
      const mark = this.layer.children[index];
      // What is being worked on stays in sight.
      if (mark) mark.hidden = !(out >= from_ms && out < to_ms) && !(index === this.picked && !this.editor.player.playing);
    }
  }
}

// Captions.
export class Captions {
  constructor(root, editor) {
    this.root = root;
    this.editor = editor;
    this.said = this.part("said");
    this.rows = this.part("captions");
    this.part("caption-add").addEventListener("click", () => this.#add());
    this.part("burnt").addEventListener("change", ({ target }) => {
      editor.change((edit) => {
        edit.burnt = target.checked;
      });
    });
    this.part("vtt").addEventListener("change", async ({ target }) => {
      const found = read(await target.files[0].text()).slice(0, MOST.captions);
      target.value = "";
      if (!found.length) return toast(say.caption_unreadable);
      editor.change((edit) => {
        edit.captions = [...edit.captions, ...found].sort((a, b) => a.from_ms - b.from_ms).slice(0, MOST.captions);
      });
      toast(fill(say.caption_taken, number.format(found.length)));
    });
    this.part("vtt-out").addEventListener("click", () => {
      const file = new Blob([write(editor.edit.captions)], { type: "text/vtt" });
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: "captions.vtt" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  #add() {
    const { editor } = this;
    if (editor.edit.captions.length >= MOST.captions) return toast(say.most_captions);
    editor.player.pause();
    const last = editor.edit.captions.find(({ from_ms, to_ms }) => editor.out >= from_ms && editor.out < to_ms);
    const from_ms = Math.round(last?.to_ms ?? editor.out);
    const caption = { from_ms, to_ms: from_ms + 2000, text: "" };
    editor.change((edit) => {
      edit.captions = [...edit.captions, caption].sort((a, b) => a.from_ms - b.from_ms);
    });
    this.rows.children[editor.edit.captions.indexOf(caption)]?.querySelector("textarea").focus();
  }

  #set(index, values, kind = "") {
    this.editor.change(({ captions }) => Object.assign(captions[index], values), kind && `caption-${kind}-${index}`);
  }

  show() {
    const { captions, burnt } = this.editor.edit;
    this.part("burnt").checked = burnt;
    this.part("no-captions").hidden = captions.length > 0;
    this.part("vtt-out").disabled = captions.length === 0;
    while (this.rows.children.length > captions.length) this.rows.lastChild.remove();
    while (this.rows.children.length < captions.length) this.rows.append(this.#row());
    for (const [index, row] of [...this.rows.children].entries()) {
      const { from_ms, to_ms, text } = captions[index];
      const [area, from, to] = row.querySelectorAll("textarea, input");
      if (area.value !== text) area.value = text;
      if (document.activeElement !== from) from.value = seconds(from_ms);
      if (document.activeElement !== to) to.value = seconds(to_ms);
      row.querySelector("[data-go]").textContent = clock(from_ms);
      row.querySelector("[data-go]").setAttribute("aria-label", fill(say.caption_go, clock(from_ms)));
    }
    this.at(this.editor.out);
  }

  #row() {
    const row = document.createElement("li");
    const here = () => [...this.rows.children].indexOf(row);
    const go = Object.assign(document.createElement("button"), { type: "button", className: "go" });
    go.dataset.go = "";
    go.addEventListener("click", () => {
      this.editor.player.pause();
      this.editor.player.seek(this.editor.edit.captions[here()].from_ms);
    });
    const area = Object.assign(document.createElement("textarea"), { rows: 2, maxLength: 300, dir: "auto", ariaLabel: say.caption_what, placeholder: say.caption_what });
    area.addEventListener("input", () => this.#set(here(), { text: area.value }, "text"));
    const time = (end) => {
      const input = Object.assign(document.createElement("input"), { type: "number", min: "0", step: "0.1", inputMode: "decimal", ariaLabel: say[end] });
      input.addEventListener("change", () => {
        const caption = { ...this.editor.edit.captions[here()], [`${end}_ms`]: Math.max(0, Math.round(Number(input.value) * 1000)) };
        if (caption.to_ms <= caption.from_ms) caption[end === "from" ? "to_ms" : "from_ms"] = end === "from" ? caption.from_ms + 500 : Math.max(0, caption.to_ms - 500);
        if (caption.to_ms > caption.from_ms) this.#set(here(), caption);
        this.editor.change((edit) => {
          edit.captions.sort((a, b) => a.from_ms - b.from_ms);
        });
        this.show();
      });
      return input;
    };
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "round", ariaLabel: say.caption_remove });
    remove.append(document.querySelector("[data-bin]").content.cloneNode(true));
    remove.addEventListener("click", () => {
      const index = here();
      this.editor.change(({ captions }) => captions.splice(index, 1));
      (this.rows.children[index]?.querySelector("textarea") ?? this.part("caption-add")).focus();
    });
    const times = Object.assign(document.createElement("div"), { className: "times" });
    times.append(go, time("from"), time("to"), remove);
    row.append(area, times);
    return row;
  }

  at(out) {
    const now = this.editor.edit.captions.find(({ from_ms, to_ms, text }) => text.trim() && out >= from_ms && out < to_ms);
    this.said.hidden = !now;
    if (now) this.said.firstElementChild.textContent = now.text;
  }
}
