// How long ago something was, in the reader's own words.
import { locale } from "./ui.js";

const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "narrow" });

function since(at) {
  const minutes = Math.max(0, Math.floor((Date.now() - at) / 60_000));
  if (minutes < 1) return ago.format(0, "second");
  if (minutes < 60) return ago.format(-minutes, "minute");
  if (minutes < 24 * 60) return ago.format(-Math.floor(minutes / 60), "hour");
  return minutes < 7 * 24 * 60 ? ago.format(-Math.floor(minutes / 60 / 24), "day") : day.format(at);
}

export function times(part) {
  for (const time of part.querySelectorAll("time[data-ago]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) time.textContent = since(at);
  }
}
times(document);
