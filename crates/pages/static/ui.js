// Small comforts for all pages. Nothing here is needed for a page to work.
const body = document.body;
const { lang } = document.documentElement;
// Browsers differ in the digits they use for Arabic; the server writes these.
export const locale = lang === "ar" ? "ar-u-nu-arab" : lang;
export const csrf = () => document.querySelector("meta[name=csrf]").content;
export const words = body.dataset;
export const percent = (n) => new Intl.NumberFormat(locale, { style: "percent" }).format(n);

let toastTimer;
export function toast(text) {
  const box = document.querySelector("[data-toast]");
  box.textContent = text;
  box.classList.add("on");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.classList.remove("on"), 2200);
}

// What is said of an answer that refused: who is away may look, and not act.
export async function refusal(answer) {
  const { code } = await answer.json().catch(() => ({}));
  return (code === "account_away" && words.away) || words.failed;
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(words.copied);
  } catch {
    toast(text);
  }
}

// Times in the reader's own zone and words.
const when = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[data-when]")) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.valueOf())) time.textContent = when.format(at);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(button.dataset.copy));
}

for (const button of document.querySelectorAll("[data-reveal]")) {
  button.addEventListener("click", () => {
    const input = document.getElementById(button.dataset.reveal);
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", show);
  });
}

// A button that says when it can be used again.
for (const button of document.querySelectorAll("[data-resend]")) {
  const name = button.textContent;
  const until = Date.now() + button.dataset.resend * 1000;
  const number = new Intl.NumberFormat(locale);
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.wait.replace("{}", number.format(left)) : name;
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
}

// Codes may be pasted with spaces or typed with the digits of one's own language.
for (const input of document.querySelectorAll("input.code")) {
  input.removeAttribute("maxlength");
  input.addEventListener("input", () => {
    input.value = input.value
      .replace(/[٠-٩]/g, (d) => "٠١٢٣٤٥٦٧٨٩".indexOf(d))
      .replace(/\D/g, "")
      .slice(0, 6);
  });
}

export function counter(area, out) {
  const max = Number(area.dataset.counter);
  const number = new Intl.NumberFormat(locale);
  const show = () => {
    const length = [...area.value].length;
    out.textContent = `${number.format(length)} / ${number.format(max)}`;
    out.classList.toggle("near", length > max * 0.95);
  };
  area.addEventListener("input", show);
  if (area.value) show();
}
for (const area of document.querySelectorAll("[data-counter]")) {
  counter(area, document.querySelector(`[data-count-for="${area.id}"]`));
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[method=post]:not([data-like], [data-upload], [data-write], [data-details])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) delete form.dataset.sent;
});

// Things that take a while: ask, show, and reload when they are done.
const watched = document.querySelector("[data-poll]");
if (watched) {
  let pause = 1000;
  const ask = async () => {
    try {
      const answer = await fetch(watched.dataset.poll, { headers: { accept: "application/json" } });
      if (answer.status === 404) return location.reload();
      if (answer.ok) {
        const { state, progress = 0 } = await answer.json();
        if (state !== "processing" && state !== "erasing") return location.reload();
        watched.querySelector("[data-progress]").value = progress * 100;
        watched.querySelector("[data-percent]").textContent = percent(progress);
      }
    } catch {
      // Offline: ask again later.
    }
    pause = Math.min(pause * 1.2, 5000);
    setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
}

// An open drop closes on Escape and when another is opened.
const drops = document.querySelectorAll("details.drop");
for (const drop of drops) {
  drop.addEventListener("toggle", () => {
    if (drop.open) for (const other of drops) if (other !== drop) other.open = false;
  });
  drop.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drop.open) {
      drop.open = false;
      drop.querySelector("summary").focus();
    }
  });
}
