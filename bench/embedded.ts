/**
 * What the embedded model costs, and, given a checkpoint and its export, our generator beside Meta's own: same weights, same image, one
 * thread each, one after the other.
 *
 *   npm run bench -- embedded
 *   npm run bench -- embedded --model random-vit-b --checkpoint random-vit-b.pth --python .venv/bin/python
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import sharp from 'sharp';
import { loadSettings } from '#built/config/settings';
import { decodeCocoRle } from '#built/core/coco-rle';
import { type Mask, maskIou } from '#built/core/mask';
import { pipelineParameters } from '#built/pipeline/pipeline-parameters';
import type { GeneratorFigures, GeneratorRun } from './generator-run.js';
import { built, number, print, root } from './support.js';

type MetaFigures = Omit<GeneratorFigures, 'totalWallS' | 'wallS' | 'prompts'>;

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    checkpoint: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    side: number(1024),
    points: number(16),
    iou: number(0.9),
    stability: number(0.9),
    'skip-embedded': { type: 'boolean', default: false },
  },
});
const run = promisify(execFile);
const { dataDir } = loadSettings(process.env);
const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const side = Number(values.side);
const pointsPerSide = Number(values.points);

try {
  const [cpu] = cpus();
  const machine = `${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores, ${(totalmem() / 1e9).toFixed(0)} GB`;
  print(`${machine}, Node ${process.version}`);
  if (!values['skip-embedded']) await benchEmbedded();
  if (values.model !== undefined) await benchBeside(values.model);
} finally {
  await rm(folder, { recursive: true });
}

async function benchEmbedded(): Promise<void> {
  const image = join(root, 'examples/srtio3-film-on-ge.png');
  const { width, height } = await sharp(image).metadata();
  const leastRegionPx = Math.round(pipelineParameters.leastRegionShare * width * height);
  for (const schedule of ['full', 'coarse-to-fine'] as const) {
    const options = { ...pipelineParameters, schedule, pointsPerSide, layers: 0, leastRegionPx };
    const ours = await generate({ dataDir, model: 'sam-i-am-small', image, threads: cpus().length, options });
    print(
      `embedded model, ${schedule}: ${ours.prompts} prompts, ${ours.masks.length} masks, ` +
        `CPU ${seconds(ours.totalCpuS)}, wall ${seconds(ours.totalWallS)} (encode ${seconds(ours.wallS.encode)}, prompts ${seconds(ours.wallS.prompt)}), ` +
        `peak ${ours.peakMB.toFixed(0)} MB`,
    );
  }
}

/** A smooth picture of whole numbers. */
async function drawImage(file: string): Promise<void> {
  const pixels = Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    return Math.floor((x * x + 2 * y * y + x * y) / (8 * side)) % 256;
  });
  await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(file);
}

async function benchBeside(model: string): Promise<void> {
  const image = join(folder, 'image.png');
  await drawImage(image);
  const thresholds = {
    predictedIou: Number(values.iou),
    stabilityScore: Number(values.stability),
    boxNms: 0.7,
    maskNms: null,
  };
  const options = { ...pipelineParameters, schedule: 'full', leastRegionPx: 0, pointsPerSide, layers: 0 } as const;
  const ours = await generate({ dataDir, model, image, threads: 1, options, thresholds, raw: true });
  report('ours', ours);
  if (values.checkpoint === undefined) return;
  const meta = await benchMeta(values.checkpoint, image);
  report("Meta's", meta);
  const ratio = (key: 'encodeCpuS' | 'decodeCpuS' | 'totalCpuS' | 'peakMB') =>
    `${(meta[key] / ours[key]).toFixed(2)} ×`;
  print(
    `ratio: encoder ${ratio('encodeCpuS')}, decoder ${ratio('decodeCpuS')}, whole generator ${ratio('totalCpuS')}, memory ${ratio('peakMB')}`,
  );
  const theirs = meta.masks.map(toMask);
  const matched = ours.masks.map(toMask).filter((mask) => theirs.some((other) => maskIou(mask, other) >= 0.99)).length;
  print(`masks: ours ${ours.masks.length}, Meta's ${theirs.length}, ${matched} of ours match at IoU 0.99`);
}

async function benchMeta(checkpoint: string, image: string): Promise<MetaFigures> {
  const settings = ['--points-per-side', values.points, '--iou', values.iou, '--stability', values.stability];
  const env = {
    ...process.env,
    OMP_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    PYTHONPATH: join(root, 'training/sam_export'),
  };
  const given = ['-m', 'sam_export.bench', checkpoint, image, ...settings];
  const { stdout } = await run(values.python, given, { env, maxBuffer: 1e9 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as MetaFigures;
}

function report(name: string, { encodeCpuS, decodeCpuS, totalCpuS, peakMB }: MetaFigures): void {
  print(
    `${name}: encoder ${seconds(encodeCpuS)}, decoder ${pointsPerSide ** 2} prompts ${seconds(decodeCpuS)}, ` +
      `whole generator ${seconds(totalCpuS)} (CPU, one thread), peak ${peakMB.toFixed(0)} MB`,
  );
}

function toMask(counts: string): Mask {
  return decodeCocoRle({ size: [side, side], counts });
}

async function generate(settings: GeneratorRun): Promise<GeneratorFigures> {
  const given = [built('generator.js'), JSON.stringify(settings)];
  const { stdout } = await run(process.execPath, given, { maxBuffer: 1e9 });
  return JSON.parse(stdout) as GeneratorFigures;
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
