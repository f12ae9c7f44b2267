// The tus endpoint with the clients that people use: tus-js-client and tuspy.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import * as tus from 'tus-js-client';
import { Api } from './lib/api.js';
import { heavyClip } from './lib/clips.js';
import { startServer } from './lib/server.js';

const python = join(import.meta.dirname, '../target/tools/venv/bin/python');

describe('tus', { timeout: 240_000 }, () => {
  let server, api, file, length, endpoint, headers;

  before(async () => {
    server = await startServer();
    api = await Api.join(server.url, 'bit.by.bit');
    file = await heavyClip({ seconds: 2, hue: 60 });
    length = (await stat(file)).size;
    assert.ok(length > 4_000_000, `${length} bytes are too few to break off in`);
    endpoint = `${server.url}/api/v1/uploads`;
    headers = { authorization: `Bearer ${api.token}` };
  });
  after(() => server?.stop());

  // Uploads, and gives the upload once it is at its end, or was ended by `watch`.
  const upload = (options, watch = () => {}) =>
    new Promise((resolve, reject) => {
      const one = new tus.Upload(createReadStream(file), {
        endpoint,
        headers,
        chunkSize: 1_000_000,
        uploadSize: length,
        retryDelays: null,
        ...options,
        onProgress: (sent) => watch(one, sent, resolve),
        onSuccess: () => resolve(one),
        onError: reject,
      });
      one.start();
    });
  const idOf = (url) => url.split('/').pop();
  const sameFile = async (id) => {
    const kept = await fetch(`${server.url}/media/${id}/original`, { headers });
    assert.equal(kept.status, 200);
    const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
    assert.equal(hash(Buffer.from(await kept.arrayBuffer())), hash(await readFile(file)));
  };

  test('tus-js-client uploads, breaks off, and goes on', async () => {
    const metadata = { filename: 'clip.mp4', caption: 'By tus-js-client', audience: 'followers' };
    const begun = await upload({ metadata }, async (one, sent, resolve) => {
      if (sent < 2_100_000 || one.ended) return;
      one.ended = true;
      await one.abort();
      resolve(one);
    });
    const { items } = await api.get('/uploads');
    assert.equal(items.length, 1);
    assert.equal(items[0].filename, 'clip.mp4');
    assert.ok(items[0].offset >= 1_000_000 && items[0].offset < length, `${items[0].offset} of ${length}`);
    let first;
    const ended = await upload({ uploadUrl: begun.url }, (_, sent) => (first ??= sent));
    assert.equal(ended.url, begun.url);
    assert.ok(first >= items[0].offset, `it began again: ${first} after ${items[0].offset}`);
    const video = await api.ready(idOf(ended.url));
    assert.equal(video.caption, 'By tus-js-client');
    assert.equal(video.audience, 'followers');
    await sameFile(video.id);
  });

  test('tus-js-client speaks it by POST alone too, and ends what it began', async () => {
    const ended = await upload({ overridePatchMethod: true, metadata: { draft: 'true' } });
    const video = await api.ready(idOf(ended.url));
    assert.equal(video.draft, true);
    const begun = await upload({}, async (one, sent, resolve) => {
      if (sent < 1_100_000 || one.ended) return;
      one.ended = true;
      await one.abort(true);
      resolve(one);
    });
    assert.equal((await fetch(begun.url, { method: 'HEAD', headers: { ...headers, 'tus-resumable': '1.0.0' } })).status, 404);
    assert.deepEqual((await api.get('/uploads')).items, []);
  });

  test('tuspy uploads with checksums, breaks off, and goes on', async () => {
    const run = promisify(execFile);
    const { stdout } = await run(python, [join(import.meta.dirname, 'tus_client.py'), endpoint, api.token, file]);
    const said = JSON.parse(stdout);
    assert.equal(said.resumed_at, 2_000_000);
    assert.equal(said.offset, length);
    assert.equal(said.refused, 409);
    const video = await api.ready(idOf(said.url));
    assert.equal(video.caption, 'By tuspy');
    await sameFile(video.id);
  });
});
