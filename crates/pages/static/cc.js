// Captions of what plays: turned on by whoever wants them, and then for all that have some.
const KEPT = "outro.captions";
const feed = document.querySelector("[data-feed]");
let on = false;
try {
  on = localStorage.getItem(KEPT) === "on";
} catch {
  // Storage may be switched off; the choice then lasts for this page.
}

function show() {
  for (const { textTracks } of feed.querySelectorAll("[data-clip]")) {
    for (const track of textTracks) track.mode = on ? "showing" : "disabled";
  }
  for (const button of feed.querySelectorAll("[data-cc]")) button.setAttribute("aria-pressed", on);
}

feed.addEventListener("click", (event) => {
  if (!event.target.closest("[data-cc]")) return;
  on = !on;
  try {
    localStorage.setItem(KEPT, on ? "on" : "off");
  } catch {
    // As above.
  }
  show();
});
new MutationObserver(show).observe(feed, { childList: true });
show();
