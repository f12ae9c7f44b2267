// Captions as WebVTT, read and written as the server does (crates/model/src/edit.rs). Nothing here touches a page.
const two = (n) => String(n).padStart(2, "0");

const clock = (ms) =>
  `${two(Math.floor(ms / 3600000))}:${two(Math.floor(ms / 60000) % 60)}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, "0")}`;

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const lines = (text) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .join("\n");

export const write = (captions) =>
  `WEBVTT\n${captions.map(({ from_ms, to_ms, text }) => `\n${clock(from_ms)} --> ${clock(to_ms)}\n${escaped(lines(text))}\n`).join("")}`;

function moment(text) {
  const found = /^(?:(\d{1,4}):)?(\d{1,4}):(\d{1,4})(?:[.,](\d{1,4}))?$/.exec(text);
  if (!found) return null;
  const [, hours = "0", minutes, seconds, part = "0"] = found;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(part.padEnd(3, "0").slice(0, 3));
}

const plain = (line) =>
  line
    .replace(/<[^>]*>?/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&amp;", "&");

// Every cue of a file with its times; what is no cue is left out.
export function read(file) {
  const rest = file.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n").split("\n");
  const captions = [];
  while (rest.length) {
    const [from, after] = rest.shift().split("-->");
    if (after === undefined) continue;
    const [from_ms, to_ms] = [moment(from.trim()), moment(after.trim().split(/\s/)[0])];
    if (from_ms === null || to_ms === null) continue;
    const said = [];
    while (rest.length && rest[0].trim()) said.push(plain(rest.shift()));
    const text = said.join("\n").trim();
    if (text && from_ms < to_ms) captions.push({ from_ms, to_ms, text });
  }
  return captions;
}
