// How soon what is sent is on the other's screen: two pages of a phone's size in one Chromium, a conversation open in
// both. From the press of Send in the one to the frame that shows the message in the other; both pages read the same
// clock of the machine.
//
// usage: node screen.js URL MESSAGES; prints the milliseconds of each as JSON.
import assert from 'node:assert/strict';
import { Api } from '../e2e/lib/api.js';
import { launch, person } from '../e2e/lib/browser.js';

const [url, messages] = [process.argv[2], Number(process.argv[3])];
const now = 'performance.timeOrigin + performance.now()';

const ada = await Api.join(url, 'ada.writes');
const jon = await Api.join(url, 'jon.reads');
await ada.put('/accounts/jon.reads/follow');
await jon.put('/accounts/ada.writes/follow');
const talk = await ada.post('/conversations', { to: ['jon.reads'], text: 'A beginning' });

const browser = await launch();
try {
  const [writing, reading] = await Promise.all([ada, jon].map(async (api) => {
    const who = await person(browser, url);
    await who.context.addCookies([{ name: 'outro_session', value: api.token, url }]);
    await who.page.goto(`/inbox/${talk.id}`);
    await who.page.waitForFunction(() => document.documentElement.dataset.stream === 'open');
    return who;
  }));
  const times = [];
  for (let number = 0; number < messages; number += 1) {
    const text = `Number ${number}.`;
    const shown = reading.page.evaluate(`new Promise((seen) => {
      const painted = () => requestAnimationFrame(() => setTimeout(() => seen(${now})));
      const there = () => [...document.querySelectorAll('.bubble .text')].some((e) => e.textContent === '${text}');
      const watch = new MutationObserver(() => there() && (watch.disconnect(), painted()));
      watch.observe(document.body, { childList: true, subtree: true });
    })`);
    const sent = await writing.page.evaluate(`(() => {
      const form = document.querySelector('[data-write]');
      form.elements.text.value = '${text}';
      const at = ${now};
      form.querySelector('button').click();
      return at;
    })()`);
    times.push(await shown - sent);
    await writing.page.getByText(text, { exact: true }).waitFor();
  }
  assert.ok(times.every((time) => time > 0), 'the clocks agree');
  writing.assertNoProblems();
  reading.assertNoProblems();
  console.log(JSON.stringify(times));
} finally {
  await browser.close();
}
