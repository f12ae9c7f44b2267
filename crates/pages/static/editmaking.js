// An edit on its way: what the server says of it, and leaving it.
import { csrf, percent, toast } from "./ui.js";
import { problems, say } from "./words.js";

export async function ask(path, method = "GET", json) {
  const headers = { accept: "application/json", "X-CSRF-Token": csrf() };
  if (json) headers["content-type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: json && JSON.stringify(json) }).catch(() => null);
  const body = (await answer?.json().catch(() => null)) ?? {};
  if (answer?.ok) return body;
  throw wrong(answer?.status, body);
}

// What an answer that refused says, in words.
export function wrong(status, body) {
  const code = body.errors?.[0]?.code ?? body.code;
  return new Error(status === 401 ? say.signed_out : (problems[code] ?? body.errors?.[0]?.message ?? body.detail ?? say.general));
}

const pause = (ms) => new Promise((go) => setTimeout(go, ms));

export class Making {
  #turn = 0;

  constructor(root, address, { done, left }) {
    this.address = address;
    this.dialog = root.querySelector("[data-making]");
    this.done = done;
    this.part("cancel").addEventListener("click", async () => {
      this.#turn += 1;
      try {
        const state = await ask(`${address}/cancel`, "POST");
        this.dialog.close();
        left(state);
      } catch (error) {
        toast(error.message);
        this.dialog.close();
      }
    });
    this.part("go-on").addEventListener("click", () => this.dialog.close());
    // It goes on whether or not somebody looks: what closes the window is the button, or its end.
    this.dialog.addEventListener("cancel", (event) => this.part("go-on").hidden && event.preventDefault());
  }

  part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }

  #show(state) {
    const { state: word, progress, failure } = state;
    const isGoing = word === "rendering";
    this.part("making-title").textContent = isGoing ? say.making : word === "failed" ? say.failed : say.done;
    this.part("making-more").textContent = isGoing ? say.making_more : (problems[failure?.code] ?? failure?.detail ?? "");
    this.part("making-bar").hidden = !isGoing;
    this.part("making-bar").value = progress * 100;
    this.part("making-percent").hidden = !isGoing;
    this.part("making-percent").textContent = percent(progress);
    this.part("cancel").hidden = !isGoing;
    this.part("see").hidden = word !== "none";
    this.part("go-on").hidden = isGoing;
  }

  async watch(state) {
    this.#turn += 1;
    const turn = this.#turn;
    this.#show(state);
    if (!this.dialog.open) this.dialog.showModal();
    this.part("making-title").focus();
    for (let wait = 500; state.state === "rendering"; wait = Math.min(wait * 1.2, 3000)) {
      await pause(wait);
      if (turn !== this.#turn) return;
      // Without a line it is asked again later.
      state = await ask(`${this.address}/edit`).catch(() => state);
      if (turn !== this.#turn) return;
      this.#show(state);
    }
    this.part("making-title").focus();
    this.done(state);
  }
}
