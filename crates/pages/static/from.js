// Where somebody came to a video from: the feed that it stands in, or the page that led here.
const PLACES = [
  [/^\/@/, "profile"],
  [/^\/sounds\//, "sound"],
  [/^\/tags\//, "tag"],
  [/^\/search/, "search"],
  [/^\/inbox/, "message"],
];

export function cameFrom(feed) {
  if (feed.dataset.from) return feed.dataset.from;
  if (!document.referrer) return "link";
  const before = new URL(document.referrer);
  if (before.origin !== location.origin) return "link";
  return PLACES.find(([path]) => path.test(before.pathname))?.[1] ?? "other";
}
