// Shows how far the file is, and the page anew once it is made.
const box = document.querySelector("[data-takeout]");
const bar = box.querySelector("progress");

async function look() {
  const answer = await fetch(`/api/v1/me/takeouts/${box.dataset.takeout}`).catch(() => null);
  if (answer && !answer.ok) return location.reload();
  const file = await answer?.json();
  if (file && file.state !== "making") return location.reload();
  if (file) bar.value = Math.round(file.progress * 100);
  setTimeout(look, 1000);
}
setTimeout(look, 1000);
