// What scripts share that measure the backend beside a real Label Studio: the one, the other, and annotations as people make them.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { maskFromBitmap } from '../dist/core/mask.js';
import { encodeBrushRle } from '../dist/label-studio/brush-codec.js';
import { root, startServed } from './served.mjs';

const run = promisify(execFile);

/**
 * The Label Studio that SAM_I_AM_LABEL_STUDIO names (the line of scripts/start-label-studio.sh), else a new one on `port` with its data in
 * `folder`, which `stop` ends.
 */
export async function openLabelStudio(folder, port) {
  const given = process.env.SAM_I_AM_LABEL_STUDIO;
  const start = () => run(path.join(root, 'scripts/start-label-studio.sh'), ['--data', folder, '--port', String(port)]);
  const line = given ?? (await start()).stdout.trim().split('\n').at(-1);
  const field = (name) => new RegExp(`${name}=(\\S+)`).exec(line)[1];
  const [url, token] = [field('url'), field('token')];
  return {
    url,
    token,
    user: field('user'),
    password: field('password'),
    async ask(method, address, body) {
      const isForm = body instanceof FormData;
      const headers = {
        authorization: `Token ${token}`,
        ...(isForm ? {} : { 'content-type': 'application/json' }),
      };
      const answer = await fetch(url + address, {
        method,
        headers,
        body: isForm ? body : body && JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${method} ${address} answered ${answer.status}: ${await answer.text()}`);
      return answer.status === 204 ? undefined : answer.json();
    },
    stop() {
      if (given === undefined) process.kill(Number(field('pid')));
    },
  };
}

/** Starts `sam-i-am serve` on a free port; resolves when it listens, or when its log says `until`. `log` grows. */
export function startBackend(studio, settings, until) {
  const environment = {
    PATH: process.env.PATH,
    LABEL_STUDIO_URL: studio.url,
    LABEL_STUDIO_API_KEY: studio.token,
    ...settings,
  };
  return startServed(environment, until);
}

export function labelConfigOf(labels) {
  const controls = labels.map((label) => `<Label value="${label}"/>`).join('');
  return `<View><Image name="image" value="$image"/><BrushLabels name="material" toName="image">${controls}</BrushLabels></View>`;
}

/** A brush region over the pixels whose value in `pixels` belongs to the label. */
export function brushRegion(id, label, { pixels, width, height }, belongs) {
  const { runs } = maskFromBitmap(
    width,
    height,
    Uint8Array.from(pixels, (value, pixel) => Number(belongs(value, pixel))),
  );
  return {
    id,
    from_name: 'material',
    to_name: 'image',
    type: 'brushlabels',
    origin: 'manual',
    original_width: width,
    original_height: height,
    image_rotation: 0,
    value: { format: 'rle', rle: [...encodeBrushRle(width, height, runs)], brushlabels: [label] },
  };
}
