// How soon after a swipe the next video is seen, and moves: a phone's Chromium before a feed, each video watched for a second.
// From the scroll that brings a video into view to the first paint with its picture, and to the first frame presented after that.
// Preloaded: one after the other, as people swipe. Cold: to a video of which nothing was loaded, four places on. Each round is of
// a browser that knows nothing yet.
//
// usage: node swipe.js URL SWIPES; prints as JSON: milliseconds of each swipe, stalls after the first frame, and of what was
// loaded in the preloaded rounds, bytes in all, of videos that were never opened, and past what was watched.
import { Api } from '../e2e/lib/api.js';
import { launch, person } from '../e2e/lib/browser.js';
import { clip } from '../e2e/lib/clips.js';

const [url, swipes] = [process.argv[2], Number(process.argv[3])];
const VIDEOS = 13;
const WATCHED = 1_000;

const api = await Api.join(url, 'ada.swipes');
const made = [];
for (let number = 0; number < VIDEOS; number += 1) {
  made.push(await api.upload(await clip({ seconds: 8, size: '720x1280', hue: number * 25 }), { wait: false }));
}
const sizes = new Map();
for (const { id } of made) {
  for (const { url: address, size_bytes: bytes } of (await api.ready(id)).renditions) sizes.set(address, bytes);
}

const videoOf = (path) => path.split('/')[2];

const browser = await launch();

// Somebody new before the feed, who has watched its first video for a second.
async function open() {
  const who = await person(browser, url);
  const { page } = who;
  const client = await who.context.newCDPSession(page);
  await client.send('Network.enable');
  const names = new Map();
  const loaded = new Map();
  client.on('Network.requestWillBeSent', ({ requestId, request }) => names.set(requestId, new URL(request.url).pathname));
  client.on('Network.dataReceived', ({ requestId, dataLength }) => {
    const name = names.get(requestId);
    if (sizes.has(name)) loaded.set(name, (loaded.get(name) ?? 0) + dataLength);
  });
  await page.goto('/?again=true');
  await page.waitForFunction((watched) => document.querySelector('[data-clip]').currentTime > watched / 1000, WATCHED);
  return { who, page, loaded };
}

async function swipe(page, to) {
  await page.locator('[data-card]').nth(to).waitFor({ state: 'attached' });
  return page.evaluate(([to, watched]) => new Promise((done) => {
    const card = document.querySelectorAll('[data-card]')[to];
    const video = card.querySelector('[data-clip]');
    let stalls = 0;
    const begun = performance.now();
    const said = { readyState: video.readyState };
    // A picture that is there is seen with the paint of the scroll, which is over when a message sent from its frame arrives.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (said.painted = performance.now() - begun);
      port2.postMessage(null);
    });
    video.requestVideoFrameCallback((_, { presentationTime }) => {
      said.moved = presentationTime - begun;
      card.addEventListener('waiting', ({ target }) => (stalls += target.currentTime > 0.05 ? 1 : 0), true);
      setTimeout(() => {
        const now = card.querySelector('[data-clip]');
        const there = said.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
        const seen = there ? said.painted : Math.max(said.painted, said.moved);
        done({ ...said, seen, stalls, path: new URL(now.currentSrc).pathname, share: now.currentTime / now.duration });
      }, watched);
    });
    card.scrollIntoView({ behavior: 'instant' });
  }), [to, WATCHED]);
}

const ways = { preloaded: Array.from({ length: VIDEOS - 3 }, (_, at) => at + 1), cold: [4, 8, 12] };
const found = { preloaded: [], cold: [], bytes: 0, unopened: 0, unwatched: 0 };
try {
  for (const [way, places] of Object.entries(ways)) {
    while (found[way].length < swipes) {
      const { who, page, loaded } = await open();
      const first = await page.evaluate(() => {
        const { currentSrc, currentTime, duration } = document.querySelector('[data-clip]');
        return { path: new URL(currentSrc).pathname, share: currentTime / duration };
      });
      const watched = new Map([[first.path, first.share]]);
      for (const place of places.slice(0, swipes - found[way].length)) {
        const said = await swipe(page, place);
        if (way === 'cold' && said.readyState > 0) throw new Error(`video ${place} was there already`);
        found[way].push(said);
        watched.set(said.path, said.share);
      }
      for (const [name, bytes] of way === 'preloaded' ? loaded : []) {
        found.bytes += bytes;
        if (![...watched.keys()].some((path) => videoOf(path) === videoOf(name))) found.unopened += bytes;
        found.unwatched += Math.max(0, bytes - (watched.get(name) ?? 0) * sizes.get(name));
      }
      who.assertNoProblems();
      await who.context.close();
    }
  }
  console.log(JSON.stringify(found));
} finally {
  await browser.close();
}
