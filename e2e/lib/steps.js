// What a person does, step by step, by roles and names alone. The same steps with JavaScript and without: what a
// script adds is tested in spine.test.js.
import assert from 'node:assert/strict';
import { until } from './server.js';
import { paths, words } from './words.js';

export const password = 'correct horse battery';

const main = (page) => page.getByRole('main');

// Presses something that leads to another page, or to the same one anew, and waits for it.
export async function follow(page, target) {
  const arrived = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
  await target.click();
  await arrived;
  await page.waitForLoadState();
}

const open = (page, name) => follow(page, main(page).getByRole('link', { name }).first());
const send = (page, name) => follow(page, main(page).getByRole('button', { name, exact: true }));
const tab = (page, name) => follow(page, page.getByRole('navigation').getByRole('link', { name }));

export const openProfile = (page) => tab(page, words.profile);
export const openUpload = (page) => tab(page, words.upload);
export const openManageAccount = (page) => open(page, words.manageAccount);
export const openPhone = (page) => open(page, words.phoneNumber);

export async function openSettings(page) {
  await openProfile(page);
  await open(page, words.settings);
}

// Settings, Privacy, Private account: what changes is shown first, then confirmed.
export async function goPrivate(page) {
  await openSettings(page);
  await open(page, /^Privacy Your account is/);
  await open(page, words.privateAccount);
  await send(page, words.makePrivate);
}

export async function join(page, handle) {
  await page.goto(paths.join);
  await page.getByLabel(words.handle).fill(handle);
  await page.getByLabel(words.password, { exact: true }).fill(password);
  await page.getByLabel(words.birthDate).fill('1990-05-17');
  await send(page, words.join);
  assert.notEqual(new URL(page.url()).pathname, paths.join, await main(page).innerText());
}

export async function signIn(page, handle) {
  await page.goto(paths.signIn);
  await page.getByLabel(words.handle).fill(handle);
  await page.getByLabel(words.password, { exact: true }).fill(password);
  await send(page, words.signIn);
}

// Chooses one file or several; with JavaScript they go up at once.
export const pick = (page, ...files) => page.getByLabel(words.file).and(page.locator('input')).setInputFiles(files);

// With JavaScript it is published as soon as it is up, and without as the form is sent: the steps are the same.
export async function upload(page, file, caption) {
  await openUpload(page);
  await pick(page, file);
  await page.getByLabel(words.caption).and(page.locator('textarea')).fill(caption);
  await page.getByRole('radio', { name: words.fit }).check();
  await send(page, words.publish);
  assert.match(new URL(page.url()).pathname, /^\/v\//, 'publishing leads to the video');
}

export async function linkPhone(page, server, number) {
  await openSettings(page);
  await openManageAccount(page);
  await openPhone(page);
  await page.getByLabel(words.number).fill(number);
  const code = await server.codeSentBy(number, () => send(page, words.sendCode));
  await fillCode(page, code);
  await send(page, words.confirmCode);
  await page.getByText(words.phoneLinked).waitFor();
  const shown = await page.content();
  assert.ok(!shown.includes(number) && !shown.includes(number.slice(3)), 'a linked number is shown masked');
  return code;
}

async function fillCode(page, code) {
  const field = page.getByLabel(words.code);
  assert.equal(await field.getAttribute('autocomplete'), 'one-time-code');
  await field.fill(code);
}

// Opens the video from the profile and downloads it; gives the path of the file.
export async function download(page, caption) {
  await openProfile(page);
  await open(page, caption);
  return save(page, page.getByRole('link', { name: words.download, exact: true }));
}

export async function save(page, link) {
  const saving = page.waitForEvent('download');
  await link.click();
  return (await saving).path();
}

// The one page that says it all. It is opened by posting a form, which sends the code by itself.
export async function openLeaving(page, server, number) {
  await openSettings(page);
  const earlier = (await server.outbox()).length;
  await openManageAccount(page);
  const door = main(page).getByRole('button', { name: words.leaving });
  assert.equal((await server.outbox()).length, earlier, 'no code before it was asked for');
  const code = await server.codeSentBy(number, () => follow(page, door));
  for (const part of [words.goes, words.stays, words.forfeited, words.takeFirst]) {
    await page.getByRole('region', { name: part }).waitFor();
  }
  return code;
}

export async function confirmLeaving(page, code) {
  await fillCode(page, code);
  await send(page, words.continue);
}

// The receipt's id, from the page after leaving.
export async function receiptId(page) {
  await page.getByRole('heading', { name: words.gone }).waitFor();
  const href = await page.getByRole('link', { name: words.openReceipt }).getAttribute('href');
  return new URL(href, page.url()).pathname.split('/').at(-1);
}

// The receipt's document, once the job is done.
export function completeReceipt(server, id) {
  return until('the receipt to be complete', 60_000, async () => {
    const answer = await fetch(`${server.url}/api/v1/receipts/${id}`);
    assert.equal(answer.status, 200, 'a receipt needs no account');
    const text = await answer.text();
    return JSON.parse(text).state === 'complete' && text;
  }, 200);
}
