// Which stretch of a sound is heard in a video and how loud the two are: said by three sliders, and heard before anything
// is made. Both play here, each as loud as its slider says, which is what the server mixes.
const mixer = document.querySelector("[data-mixer]");

const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

// What the sliders say, in the words of the interface; nothing where no sound was chosen.
export const mixing = () => {
  if (!mixer) return null;
  const number = (name) => Number(mixer.querySelector(`[name="${name}"]`).value);
  return { sound_from_ms: number("sound_from_ms"), sound_level: number("sound_level"), own_level: number("own_level") };
};

// Calls back when a slider was let go.
export const onMixing = (heard) => mixer?.addEventListener("change", heard);

if (mixer) {
  const part = (name) => mixer.querySelector(`[data-${name}]`);
  const [from, level, own, music, button, at] = ["from", "level", "own", "music", "listen", "at"].map(part);
  // The video that is open, or the only one: as it was picked, or as it was made.
  const film = () => {
    const item = document.querySelector("[data-item].open") ?? document.querySelector("[data-item]");
    return item?.querySelector("video[data-source]:not([hidden])") ?? item?.querySelector("video[data-made]:not([hidden])");
  };
  let plays = null;

  const loud = () => {
    music.volume = Number(level.value) / 100;
    if (plays) {
      plays.volume = Number(own.value) / 100;
      plays.muted = plays.volume === 0;
    }
  };
  const show = () => {
    const start = Number(from.value);
    const length = Math.round((film()?.duration || 0) * 1000);
    at.textContent = length ? `${clock(start)} – ${clock(Math.min(start + length, Number(mixer.dataset.lasts)))}` : clock(start);
    from.setAttribute("aria-valuetext", at.textContent);
    for (const one of [level, own]) one.setAttribute("aria-valuetext", `${one.value}%`);
    loud();
  };
  const rest = () => {
    music.pause();
    if (plays) {
      plays.pause();
      plays.muted = true;
    }
    plays = null;
    button.setAttribute("aria-pressed", "false");
  };
  const listen = async () => {
    plays = film();
    button.setAttribute("aria-pressed", "true");
    music.currentTime = Number(from.value) / 1000;
    if (plays) plays.currentTime = 0;
    show();
    await Promise.all([music.play(), plays?.play()]);
  };
  // As long as the video is, and then again from where the stretch begins.
  music.addEventListener("timeupdate", () => {
    const start = Number(from.value) / 1000;
    const length = plays?.duration || 30;
    if (!music.paused && (music.currentTime > start + length || music.currentTime < start - 0.5)) {
      music.currentTime = start;
      if (plays) plays.currentTime = 0;
    }
  });
  music.addEventListener("ended", rest);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") return rest();
    listen().catch((reason) => reason.name !== "AbortError" && rest());
  });
  mixer.addEventListener("input", show);
  from.addEventListener("input", () => {
    if (!music.paused) music.currentTime = Number(from.value) / 1000;
  });
  addEventListener("pagehide", rest);
  show();
}
