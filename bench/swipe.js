// How soon after a swipe the next video shows a frame: a phone's Chromium before a feed, each video watched for a second.
// From the scroll that brings a video into view to its first frame painted after that. Preloaded: one after the other, as
// people swipe. Cold: to a video of which nothing was loaded, four places on. Nothing is kept by the browser from before.
//
// usage: node swipe.js URL SWIPES; prints as JSON: milliseconds of each swipe, stalls after the first frame, and of what was
// loaded in the preloaded rounds, bytes in all, of videos that were never opened, and past what was watched.
import { Api } from '../e2e/lib/api.js';
import { launch, person } from '../e2e/lib/browser.js';
import { clip } from '../e2e/lib/clips.js';

const [url, swipes] = [process.argv[2], Number(process.argv[3])];
const VIDEOS = 13;
const ROUND = 10;
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
try {
  const who = await person(browser, url);
  const { page } = who;
  const client = await who.context.newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  const names = new Map();
  let loaded = new Map();
  client.on('Network.requestWillBeSent', ({ requestId, request }) => names.set(requestId, new URL(request.url).pathname));
  client.on('Network.dataReceived', ({ requestId, dataLength }) => {
    const name = names.get(requestId);
    if (sizes.has(name)) loaded.set(name, (loaded.get(name) ?? 0) + dataLength);
  });

  const open = async () => {
    await page.goto('/?again=true');
    // The whole feed, then back to its start.
    while (await page.locator('[data-card]').count() < VIDEOS) {
      await page.locator('[data-card]').last().evaluate((card) => card.scrollIntoView({ behavior: 'instant' }));
      await page.waitForTimeout(300);
    }
    loaded = new Map();
    await page.goto('/?again=true');
    await page.waitForFunction((watched) => document.querySelector('[data-clip]').currentTime > watched / 1000, WATCHED);
  };
  const swipe = (to) => page.evaluate(([to, watched]) => new Promise((done) => {
    const card = document.querySelectorAll('[data-card]')[to];
    const video = card.querySelector('[data-clip]');
    let stalls = 0;
    const begun = performance.now();
    const said = { readyState: video.readyState };
    video.requestVideoFrameCallback(() => {
      said.ms = performance.now() - begun;
      card.addEventListener('waiting', ({ target }) => (stalls += target.currentTime > 0.05 ? 1 : 0), true);
      setTimeout(() => {
        const now = card.querySelector('[data-clip]');
        done({ ...said, stalls, path: new URL(now.currentSrc).pathname, share: now.currentTime / now.duration });
      }, watched);
    });
    card.scrollIntoView({ behavior: 'instant' });
  }), [to, WATCHED]);

  const results = { preloaded: [], cold: [], stalls: { preloaded: 0, cold: 0 }, bytes: 0, unopened: 0, unwatched: 0 };
  while (results.preloaded.length < swipes) {
    await open();
    const first = await page.evaluate(() => {
      const { currentSrc, currentTime, duration } = document.querySelector('[data-clip]');
      return { path: new URL(currentSrc).pathname, share: currentTime / duration };
    });
    const watched = new Map([[first.path, first.share]]);
    for (let to = 1; to <= ROUND && results.preloaded.length < swipes; to += 1) {
      const { ms, stalls, path, share } = await swipe(to);
      results.preloaded.push(ms);
      results.stalls.preloaded += stalls;
      watched.set(path, share);
    }
    for (const [name, bytes] of loaded) {
      results.bytes += bytes;
      if (![...watched.keys()].some((path) => videoOf(path) === videoOf(name))) results.unopened += bytes;
      results.unwatched += Math.max(0, bytes - (watched.get(name) ?? 0) * sizes.get(name));
    }
  }
  await open();
  for (let place = 0; results.cold.length < swipes;) {
    place = (place + 4) % VIDEOS;
    const { ms, stalls, readyState } = await swipe(place);
    if (readyState > 0) throw new Error(`video ${place} was there already`);
    results.cold.push(ms);
    results.stalls.cold += stalls;
  }
  who.assertNoProblems();
  console.log(JSON.stringify(results));
} finally {
  await browser.close();
}
