// One sound plays at a time; what is pressed while it plays rests.
const audio = new Audio();
audio.preload = "none";
const buttons = [...document.querySelectorAll("[data-src]")];
let playing = null;

const show = () => {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === playing));
};
const rest = () => {
  playing = null;
  audio.pause();
  show();
};

for (const button of buttons) {
  button.addEventListener("click", async () => {
    if (button === playing) return rest();
    playing = button;
    show();
    if (audio.getAttribute("src") !== button.dataset.src) audio.src = button.dataset.src;
    try {
      await audio.play();
    } catch (reason) {
      // Another was pressed meanwhile, or the sound is gone.
      if (playing === button && reason.name !== "AbortError") rest();
    }
  });
}
audio.addEventListener("ended", rest);
addEventListener("pagehide", rest);

// The waveform of the page of one sound: how far it is, and where one taps.
const line = document.querySelector("[data-line]");
if (line) {
  const at = line.querySelector("input");
  const second = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
  const tell = () => at.setAttribute("aria-valuetext", second(Number(at.value)));
  audio.addEventListener("timeupdate", () => {
    at.value = String(Math.round(audio.currentTime * 1000));
    tell();
  });
  at.addEventListener("input", () => {
    if (audio.getAttribute("src") === null) audio.src = buttons[0].dataset.src;
    audio.currentTime = Number(at.value) / 1000;
    tell();
  });
  tell();
}
