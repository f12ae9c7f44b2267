// Videos for the tests: the samples where they are there, else clips that ffmpeg makes.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
// Beside the repository.
const samples = resolve(import.meta.dirname, '../../../shared/samples');

// One folder for all that a test file makes; it goes with the process.
export const scratch = mkdtempSync(join(tmpdir(), 'outro-e2e-files-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

// A landscape clip with sound. Each hue is another clip. Gradients (`source`) take few bytes at any size.
export async function clip({ seconds = 2, size = '640x360', hue = 0, source = 'testsrc2' } = {}) {
  const path = join(scratch, `clip-${source}-${size}-${seconds}-${hue}.mp4`);
  await run('ffmpeg', [
    '-v', 'error', '-y',
    '-f', 'lavfi', '-i', `${source}=size=${size}:rate=25:duration=${seconds},hue=h=${hue}`,
    '-f', 'lavfi', '-i', `sine=frequency=${330 + hue}:duration=${seconds}`,
    '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest', path,
  ]);
  return path;
}

// Noise, which no codec makes small: a file large enough to see it go up.
export async function heavyClip({ seconds = 5, size = '1280x720', hue = 0 } = {}) {
  const path = join(scratch, `heavy-${size}-${seconds}-${hue}.mp4`);
  await run('ffmpeg', [
    '-v', 'error', '-y',
    '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=${seconds},hue=h=${hue},noise=alls=60:allf=t`,
    '-f', 'lavfi', '-i', `sine=frequency=${330 + hue}:duration=${seconds}`,
    '-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '40M', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest', path,
  ]);
  return path;
}

export async function sample(name, instead) {
  const path = join(samples, name);
  return existsSync(path) ? path : clip(instead);
}

// What ffprobe says of a file's streams.
export async function probe(path) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', path]);
  const { streams, format } = JSON.parse(stdout);
  return {
    video: streams.find((stream) => stream.codec_type === 'video'),
    audio: streams.find((stream) => stream.codec_type === 'audio'),
    seconds: Number(format.duration),
  };
}
