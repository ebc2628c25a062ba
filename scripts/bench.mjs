/*
 * `npm run bench`: what the embedded model costs, and, given a checkpoint and its export, our generator beside Meta's own: same
 * weights, same image, one thread each, one after the other.
 *
 *   npm run bench
 *   npm run bench -- --model random-vit-b --checkpoint random-vit-b.pth --python .venv/bin/python
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import sharp from 'sharp';
import { loadSettings } from '../dist/config/settings.js';
import { decodeCocoRle } from '../dist/core/coco-rle.js';
import { maskIou } from '../dist/core/mask.js';
import { pipelineParameters } from '../dist/pipeline/pipeline-parameters.js';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    checkpoint: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    side: { type: 'string', default: '1024' },
    points: { type: 'string', default: '16' },
    iou: { type: 'string', default: '0.9' },
    stability: { type: 'string', default: '0.9' },
    'skip-embedded': { type: 'boolean', default: false },
  },
});
const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const { dataDir } = loadSettings(process.env);
const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const side = Number(values.side);
const pointsPerSide = Number(values.points);

try {
  print(`${cpus()[0].model}, ${cpus().length} cores, ${(totalmem() / 1e9).toFixed(0)} GB, Node ${process.version}`);
  if (!values['skip-embedded']) await benchEmbedded();
  if (values.model !== undefined) await benchBeside();
} finally {
  await rm(folder, { recursive: true });
}

async function benchEmbedded() {
  const image = fileURLToPath(new URL('../examples/srtio3-film-on-ge.png', import.meta.url));
  for (const schedule of ['full', 'coarse-to-fine']) {
    const options = { ...pipelineParameters, schedule, pointsPerSide, layers: 0 };
    const ours = await generate({ model: 'sam-i-am-small', image, threads: cpus().length, options });
    print(
      `embedded model, ${schedule}: ${ours.prompts} prompts, ${ours.masks.length} masks, ` +
        `CPU ${seconds(ours.totalCpuS)}, wall ${seconds(ours.totalWallS)} (encode ${seconds(ours.wallS.encode)}, prompts ${seconds(ours.wallS.prompt)}), ` +
        `peak ${ours.peakMB.toFixed(0)} MB`,
    );
  }
}

/** A smooth picture of whole numbers. */
async function drawImage(path) {
  const pixels = Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    return Math.floor((x * x + 2 * y * y + x * y) / (8 * side)) % 256;
  });
  await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(path);
}

async function benchBeside() {
  const image = join(folder, 'image.png');
  await drawImage(image);
  const thresholds = {
    predictedIou: Number(values.iou),
    stabilityScore: Number(values.stability),
    boxNms: 0.7,
    maskNms: null,
  };
  const options = { ...pipelineParameters, schedule: 'full', leastRegionPx: 0, pointsPerSide, layers: 0 };
  const ours = await generate({ model: values.model, image, threads: 1, options, thresholds, raw: true });
  report('ours', ours);
  if (values.checkpoint === undefined) return;
  const settings = ['--points-per-side', values.points, '--iou', values.iou, '--stability', values.stability];
  const env = {
    ...process.env,
    OMP_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    PYTHONPATH: join(here, '../training/sam_export'),
  };
  const given = ['-m', 'sam_export.bench', values.checkpoint, image, ...settings];
  const { stdout } = await run(values.python, given, { env, maxBuffer: 1e9 });
  const meta = JSON.parse(stdout.trim().split('\n').at(-1));
  report("Meta's", meta);
  const ratio = (key) => `${(meta[key] / ours[key]).toFixed(2)} ×`;
  print(
    `ratio: encoder ${ratio('encodeCpuS')}, decoder ${ratio('decodeCpuS')}, whole generator ${ratio('totalCpuS')}, memory ${ratio('peakMB')}`,
  );
  const theirs = meta.masks.map(toMask);
  const matched = ours.masks.map(toMask).filter((mask) => theirs.some((other) => maskIou(mask, other) >= 0.99)).length;
  print(`masks: ours ${ours.masks.length}, Meta's ${theirs.length}, ${matched} of ours match at IoU 0.99`);
}

function report(name, { encodeCpuS, decodeCpuS, totalCpuS, peakMB }) {
  print(
    `${name}: encoder ${seconds(encodeCpuS)}, decoder ${pointsPerSide ** 2} prompts ${seconds(decodeCpuS)}, ` +
      `whole generator ${seconds(totalCpuS)} (CPU, one thread), peak ${peakMB.toFixed(0)} MB`,
  );
}

function toMask(counts) {
  return decodeCocoRle({ size: [side, side], counts });
}

async function generate(settings) {
  const { stdout } = await run(
    process.execPath,
    [join(here, 'bench-generator.mjs'), JSON.stringify({ dataDir, ...settings })],
    {
      maxBuffer: 1e9,
    },
  );
  return JSON.parse(stdout);
}

function seconds(value) {
  return `${value.toFixed(2)} s`;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
