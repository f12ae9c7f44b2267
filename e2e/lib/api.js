// The JSON API, for what a test needs before or beside the browser.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { until } from './server.js';

export class Api {
  constructor(url, token) {
    Object.assign(this, { url, token });
  }

  static async join(url, handle, password = 'correct horse battery') {
    const api = new Api(url);
    const { token } = await api.post('/accounts', { handle, password, birth_date: '1990-05-17' }, 201);
    return new Api(url, token);
  }

  async send(method, path, body, headers = {}) {
    const json = body !== undefined && !(body instanceof FormData);
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...(json && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json ? JSON.stringify(body) : body,
    });
  }

  async #expect(method, path, body, status) {
    const answer = await this.send(method, path, body);
    const text = await answer.text();
    assert.ok([status].flat().includes(answer.status), `${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  get(path) { return this.#expect('GET', path, undefined, 200); }
  post(path, body, status = [200, 201, 202, 204]) { return this.#expect('POST', path, body, status); }
  put(path, body, status = [200, 201, 204]) { return this.#expect('PUT', path, body, status); }

  patch(path, body, status = 200) { return this.#expect('PATCH', path, body, status); }

  async upload(file, { caption = '', audience = 'everyone', reframe = 'fit', wait = true } = {}) {
    const form = new FormData();
    form.set('caption', caption);
    form.set('audience', audience);
    form.set('reframe', reframe);
    form.set('file', new Blob([await readFile(file)], { type: 'video/mp4' }), basename(file));
    const { video } = await this.post('/videos', form, 202);
    return wait ? this.ready(video.id) : video;
  }

  // A draft, sent by tus (https://tus.io) in one piece; `bytes` sends so many of it alone and leaves it unfinished.
  async draft(file, { caption = '', bytes } = {}) {
    const content = await readFile(file);
    const told = { filename: basename(file), filetype: 'video/mp4', last_modified: '1700000000000', caption, draft: 'true' };
    const metadata = Object.entries(told).map(([key, text]) => `${key} ${Buffer.from(text).toString('base64')}`.trim());
    const tus = { 'tus-resumable': '1.0.0' };
    const made = await this.send('POST', '/uploads', undefined, {
      ...tus, 'upload-length': String(content.length), 'upload-metadata': metadata.join(','),
    });
    assert.equal(made.status, 201, await made.text());
    const id = new URL(made.headers.get('location'), this.url).pathname.split('/').at(-1);
    const sent = await fetch(`${this.url}/api/v1/uploads/${id}`, {
      method: 'PATCH',
      headers: {
        ...tus, authorization: `Bearer ${this.token}`, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream',
      },
      body: content.subarray(0, bytes),
    });
    assert.equal(sent.status, 204, await sent.text());
    return id;
  }

  ready(id) {
    return until(`video ${id} to be ready`, 180_000, async () => {
      const answer = await this.get(`/videos/${id}`);
      const video = answer.video ?? answer;
      assert.notEqual(video.state, 'failed', JSON.stringify(video));
      return video.state === 'ready' && video;
    }, 200);
  }

  async videosOf(handle) {
    return (await this.get(`/accounts/${handle}/videos`)).items;
  }
}
