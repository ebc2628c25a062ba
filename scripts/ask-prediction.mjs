// Asks a server for a prediction as Label Studio does, as soon as its log says where it listens; fails unless regions come.
//
//   node scripts/ask-prediction.mjs LOG IMAGE LABEL_CONFIG
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [log = '', image = '', labelConfig = ''] = process.argv.slice(2);

const url = await address();
const data = { image: `data:image/png;base64,${(await readFile(image)).toString('base64')}` };
const answer = await fetch(`${url}/predict`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    tasks: [{ id: 1, data }],
    label_config: await readFile(labelConfig, 'utf8'),
    project: '1.1',
  }),
});
const body = await answer.text();
if (!answer.ok) throw new Error(`${answer.status}: ${body}`);
const { results } = JSON.parse(body);
const regions = results[0]?.result?.length ?? 0;
process.stdout.write(`${path.basename(image)}: ${regions} regions predicted\n`);
if (regions === 0) process.exitCode = 1;

/** Where the server listens; five minutes are enough for a slow machine. */
async function address() {
  for (let tries = 0; tries < 3000; tries++) {
    const found = /listening on (http:\/\/[^\s"]+)/.exec(await readFile(log, 'utf8').catch(() => ''))?.[1];
    if (found !== undefined) return found.replace(/\/$/, '');
    await sleep(100);
  }
  throw new Error(`${log} does not say where the server listens`);
}
