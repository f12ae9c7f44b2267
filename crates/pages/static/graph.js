// Follow buttons, pressed without leaving the page. Each is a form that works without this.
import { csrf, locale, refusal, toast, words } from "./ui.js";

const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1, roundingMode: "trunc" });
const follows = (word) => word === "following" || word === "friends";

// What a button says is in the page already; its form names the one that is shown.
function show(form, state) {
  const mutual = "mutual" in form.dataset;
  form.dataset.state = mutual ? { none: "back", following: "friends" }[state] ?? state : state;
  form.elements.follow.value = String(state === "none");
}

function count(handle, by) {
  const number = document.querySelector(`[data-followers-of="${CSS.escape(handle)}"]`);
  if (!number || !by) return;
  number.dataset.count = Math.max(0, Number(number.dataset.count) + by);
  number.textContent = short.format(number.dataset.count);
}

async function press(form) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const handle = form.dataset.follow;
  const before = form.dataset.state;
  try {
    const answer = await fetch(`/api/v1/accounts/${encodeURIComponent(handle)}/follow`, {
      method: form.elements.follow.value === "true" ? "PUT" : "DELETE",
      headers: { "X-CSRF-Token": csrf(), accept: "application/json" },
    });
    // Signed out, or they are no longer there: the page as it is now says so.
    if (answer.status === 401 || answer.status === 404) return location.reload();
    if (!answer.ok) {
      toast(await refusal(answer));
      delete form.dataset.busy;
      return;
    }
    const { state } = await answer.json();
    for (const other of document.querySelectorAll("[data-follow]")) if (other.dataset.follow === handle) show(other, state);
    for (const text of document.querySelectorAll("[data-asked]")) text.hidden = text.dataset.asked !== String(state === "requested");
    // Of a private account, what was open to a follower closes.
    if ("private" in form.dataset && follows(before) !== (state === "following")) return location.reload();
    count(handle, (state === "following") - follows(before));
  } catch {
    toast(navigator.onLine ? words.failed : words.offline);
  }
  delete form.dataset.busy;
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-follow]");
  if (!form) return;
  event.preventDefault();
  press(form);
});
