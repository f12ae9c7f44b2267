// What was looked at is not new any more.
import { csrf } from "./ui.js";

const form = document.querySelector("[data-seen]");
const noted = await fetch("/api/v1/me/notifications/seen", {
  method: "POST",
  headers: { "X-CSRF-Token": csrf(), "content-type": "application/json" },
  body: JSON.stringify({ until: form.dataset.seen }),
}).catch(() => null);
if (noted?.ok) form.remove();
