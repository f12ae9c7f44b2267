// Shows what was picked before anything is sent, and sends it with visible progress.
import { csrf, percent, words } from "./ui.js";

const form = document.querySelector("[data-upload]");
const input = form.elements.file;
const zone = form.querySelector("[data-zone]");
const video = form.querySelector("[data-picked]");
const frames = form.querySelector("[data-frames]");
const hint = form.querySelector("[data-frames-hint]");
const hintText = hint.textContent;
const sending = form.querySelector("[data-sending]");
const problem = document.getElementById("file-err");
let address = null;
let request = null;

function complain(text) {
  problem.textContent = text;
  input.toggleAttribute("aria-invalid", Boolean(text));
  if (text) {
    input.setAttribute("aria-invalid", "true");
    problem.scrollIntoView({ block: "center" });
  }
}

function picked() {
  const [file] = input.files;
  if (!file) return;
  complain(file.size > Number(form.dataset.max) ? form.dataset.tooLarge : "");
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(file);
  video.src = address;
  video.hidden = false;
  video.play().catch(() => {});
  zone.classList.add("full");
  form.querySelector("[data-name]").hidden = false;
  form.querySelector("[data-name-text]").textContent = file.name;
}

// Each frame paints the playing clip, so that all previews move together and cost one decoder.
const painters = [];
function paint(box) {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  box.append(canvas);
  painters.push(canvas);
  return canvas;
}
function frame() {
  if (video.readyState >= 2 && !document.hidden) {
    for (const canvas of painters) {
      if (!canvas.width || canvas.dataset.for !== address) {
        canvas.width = Math.min(video.videoWidth, 480);
        canvas.height = (canvas.width * video.videoHeight) / video.videoWidth;
        canvas.dataset.for = address;
      }
      canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    }
  }
  requestAnimationFrame(frame);
}

function choose() {
  zone.classList.toggle("fit", form.elements.reframe.value === "fit");
}

video.addEventListener("loadedmetadata", () => {
  const upright = video.videoWidth / video.videoHeight <= 0.6;
  frames.classList.toggle("upright", upright);
  hint.textContent = upright ? hint.dataset.upright : hintText;
  if (!painters.length) {
    const backdrop = paint(zone);
    zone.prepend(backdrop);
    for (const box of frames.querySelectorAll(".frame")) {
      box.classList.add("live");
      paint(box);
      if (box.classList.contains("fit")) paint(box);
    }
    requestAnimationFrame(frame);
  }
  choose();
});
// A clip the browser cannot show may still be one the server can read: only the preview is given up.
video.addEventListener("error", () => {
  video.hidden = true;
  zone.classList.remove("full");
});

input.addEventListener("change", picked);
form.querySelector("[data-replace]").addEventListener("click", () => input.click());
for (const radio of form.elements.reframe) radio.addEventListener("change", choose);
for (const name of ["dragenter", "dragover"]) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
zone.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  picked();
});

function body() {
  // The file goes last, so that the server knows what it is for before its bytes arrive.
  const data = new FormData();
  for (const name of ["caption", "audience", "comments_from", "reframe"]) data.append(name, form.elements[name].value);
  data.append("file", input.files[0]);
  return data;
}

function show(share) {
  form.querySelector("[data-sent]").value = share * 100;
  form.querySelector("[data-sent-percent]").textContent = percent(share);
}

function stop(text) {
  request = null;
  sending.hidden = true;
  complain(text);
}

function done() {
  const { status } = request;
  const said = request.response ?? {};
  if (status >= 200 && status < 300) {
    const id = said.video?.id ?? said.id;
    request = null;
    location.assign(id ? `/v/${encodeURIComponent(id)}` : "/");
  } else if (status === 401) {
    request = null;
    location.assign("/login?next=/upload");
  } else {
    const known = { 413: form.dataset.tooLarge, 415: form.dataset.notVideo, 429: form.dataset.rate };
    stop(known[status] || (said.code === "account_away" && words.away) || (status < 500 && said.detail) || form.dataset.general);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (request) return;
  if (input.files[0].size > Number(form.dataset.max)) return complain(form.dataset.tooLarge);
  complain("");
  show(0);
  sending.hidden = false;
  form.querySelector("[data-cancel]").focus();
  request = new XMLHttpRequest();
  request.open("POST", form.dataset.upload);
  request.responseType = "json";
  request.setRequestHeader("X-CSRF-Token", csrf());
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (e) => e.lengthComputable && show(e.loaded / e.total));
  request.upload.addEventListener("load", () => {
    form.querySelector("[data-sending-text]").textContent = form.dataset.done;
  });
  request.addEventListener("load", done);
  request.addEventListener("error", () => stop(navigator.onLine ? form.dataset.general : form.dataset.network));
  request.addEventListener("abort", () => stop(""));
  request.send(body());
});
form.querySelector("[data-cancel]").addEventListener("click", () => request?.abort());
addEventListener("beforeunload", (event) => request && event.preventDefault());
