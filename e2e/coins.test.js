// Coins, on a phone: buy some on the page of the payment service, give some, see where they went, and leave the rest.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startPayments } from './lib/payments.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths, words } from './lib/words.js';

const main = (page) => page.getByRole('main');
const press = (page, name) => steps.follow(page, main(page).getByRole('button', { name, exact: true }));
const open = (page, name) => steps.follow(page, main(page).getByRole('link', { name }).first());

describe('coins', { timeout: 400_000 }, () => {
  let payments, server, browser, ada, plain, maker, video;

  before(async () => {
    payments = await startPayments();
    server = await startServer({ env: payments.env });
    await payments.reportTo(server);
    browser = await launch();
    ada = await person(browser, server.url);
    plain = await person(browser, server.url, { javaScriptEnabled: false });
    maker = await Api.join(server.url, 'mina.makes');
    video = await maker.upload(await clip({ hue: 30 }), { caption: 'Worth a coin' });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    payments?.stop();
  });
  let broken = false;
  const arrow = (name, run) =>
    test(name, async (t) => {
      if (broken) return t.skip('an arrow before this one failed');
      try {
        await run(t);
        ada.assertNoProblems();
        plain.assertNoProblems();
      } catch (error) {
        broken = true;
        for (const [who, p] of [['ada', ada], ['plain', plain]]) await p?.screenshot(`failed-coins-${who}`).catch(() => {});
        t.diagnostic((server?.log ?? '').split('\n').slice(-20).join('\n'));
        throw error;
      }
    });
  const noBarriers = async (who, name) => {
    await who.screenshot(name, { fullPage: true });
    if (who.javaScript) assert.deepEqual(await who.axe(), [], name);
  };
  const coinsAre = (page, sentence) =>
    until(sentence, 20_000, async () => {
      await page.goto('/settings/coins');
      return main(page).getByRole('heading', { name: sentence, exact: true }).isVisible();
    }, 300);

  async function buy(who, handle) {
    const { page } = who;
    await steps.join(page, handle);
    await steps.openSettings(page);
    await steps.openManageAccount(page);
    await open(page, words.coins);
    await main(page).getByRole('heading', { name: '0 coins' }).waitFor();
    await noBarriers(who, `coins-empty-${handle}`);
    await main(page).getByRole('radio', { name: /^100 coins/ }).check();
    await press(page, words.toPayment);
    await noBarriers(who, `coins-pay-${handle}`);
    await open(page, words.payPage);
    assert.ok(!page.url().startsWith(server.url), 'the payment is on a page of another site');
    await page.getByRole('button', { name: 'Pay' }).click();
    await page.waitForURL(`${server.url}/settings/coins`);
    await coinsAre(page, '100 coins');
  }

  arrow('are bought on the page of the payment service', async () => {
    await buy(ada, 'ada.buys');
    await main(ada.page).getByText('Bought').waitFor();
    await noBarriers(ada, 'coins-bought');
  });

  arrow('are given from the menu of a video', async () => {
    const { page } = ada;
    await page.goto(paths.video(video.id));
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await ada.screenshot('coins-menu');
    await steps.follow(page, page.getByRole('dialog').getByRole('link', { name: words.giveCoins }));
    await main(page).getByText('You have 100 coins.').waitFor();
    await main(page).getByRole('radio', { name: '20 coins' }).check();
    await noBarriers(ada, 'coins-gift');
    await press(page, words.give);
    assert.equal(new URL(page.url()).pathname, paths.video(video.id));
    await page.getByText('Given.').waitFor();
    await coinsAre(page, '80 coins');
    await main(page).getByText('Given to').waitFor();
    await noBarriers(ada, 'coins-given');
    const told = await maker.get('/me/notifications');
    assert.deepEqual([told.items[0].kind, told.items[0].actors[0].handle], ['gift', 'ada.buys']);
  });

  arrow('all of it works without scripts', async () => {
    const { page } = plain;
    await buy(plain, 'plain.buys');
    await page.goto(paths.video(video.id));
    await steps.follow(page, page.getByRole('link', { name: words.giveCoins }));
    await main(page).getByRole('radio', { name: '50 coins' }).check();
    await press(page, words.give);
    await coinsAre(page, '50 coins');
  });

  arrow('are given up before the proof is asked for, and only by those who have some', async () => {
    const { page } = ada;
    await steps.openSettings(page);
    await steps.openManageAccount(page);
    await steps.follow(page, main(page).getByRole('button', { name: words.leaving }));
    await page.getByText('80 coins on your account are lost.').waitFor();
    assert.equal(await page.getByLabel(words.password, { exact: true }).count(), 0, 'no proof is asked for yet');
    await noBarriers(ada, 'coins-leave');
    await main(page).getByRole('button', { name: words.continue }).click();
    assert.equal(new URL(page.url()).pathname, '/settings/leave', 'the tick is needed');
    await page.getByRole('checkbox', { name: 'I give up 80 coins.' }).check();
    await press(page, words.continue);
    await page.getByLabel(words.password, { exact: true }).fill(steps.password);
    await press(page, words.continue);
    const receipt = await steps.completeReceipt(server, await steps.receiptId(page));
    assert.match(receipt, /coins_forfeited=80/);
    assert.match(receipt, /accounting_records=1/);
  });
});
