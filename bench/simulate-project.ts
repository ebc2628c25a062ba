/**
 * Writes an export of a project that nobody annotated, to measure the evaluator with: layered materials with wavy interfaces, predictions
 * that miss them by some pixels, regions accepted, edited, rejected and drawn.
 *
 *   npm run bench -- simulate-project --images 82 --size 1024 --out export.json
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { RunBuilder } from '#built/core/mask';
import { seededRandom } from '#built/core/seeded-random';
import { encodeBrushRle } from '#built/label-studio/brush-codec';
import { number, there } from './support.js';

const { values: flags } = parseArgs({
  options: { images: number(82), size: number(1024), seed: number(1), out: { type: 'string' } },
});
const size = Number(flags.size);
const random = seededRandom(Number(flags.seed));
const labels = ['Pt/C', 'La:SrTiO3', 'SrTiO3', 'Ge'];

/** Heights of the interfaces in each column. */
type Lines = readonly (readonly number[])[];

/** labels.length + 1 rows of numbers. */
function interfaces(): Lines {
  const wave = (base: number) => {
    const [amplitude, period, phase] = [random() * size * 0.03, size * (0.2 + random()), random() * 7];
    return Array.from({ length: size }, (_, x) => Math.round(base + amplitude * Math.sin((x / period) * 6.28 + phase)));
  };
  const level = (y: number) => Array.from({ length: size }, () => y);
  const inner = labels.slice(1).map((_, i) => wave((size * (i + 1)) / labels.length));
  return [level(0), ...inner, level(size)];
}

/** The same interfaces a few pixels off, as a model would find them. */
function missed(lines: Lines, difficulty: number): Lines {
  const off = (random() - 0.5) * size * 0.02 * difficulty;
  const rough = size * 0.004 * difficulty;
  return lines.map((line, i) =>
    i === 0 || i === labels.length ? line : line.map((y) => Math.round(y + off + (random() - 0.5) * rough)),
  );
}

function maskRle(lines: Lines, layer: number): number[] {
  const [upper = [], lower = []] = lines.slice(layer, layer + 2);
  const isInside = (x: number, y: number) => y >= (upper[x] ?? 0) && y < (lower[x] ?? 0);
  const runs = new RunBuilder();
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!isInside(x, y)) continue;
      const start = x;
      while (x < size && isInside(x, y)) x++;
      runs.add(y * size + start, y * size + x);
    }
  }
  return Array.from(encodeBrushRle(size, size, runs.finish()));
}

interface RegionOptions {
  readonly id: string;
  readonly lines: Lines;
  readonly layer: number;
  readonly origin: string;
  readonly score?: number;
}

function region({ id, lines, layer, origin, score }: RegionOptions) {
  return {
    id,
    type: 'brushlabels',
    from_name: 'material',
    to_name: 'image',
    image_rotation: 0,
    origin,
    ...(score === undefined ? undefined : { score }),
    original_width: size,
    original_height: size,
    value: { format: 'rle', rle: maskRle(lines, layer), brushlabels: [labels[layer]] },
  };
}

function predictionOf(id: number, version: 'v1' | 'v2', lines: Lines, difficulty: number) {
  const score = 0.98 - 0.06 * difficulty - 0.08 * random();
  const result = labels.map((_, layer) =>
    region({ id: `p${id}-${version}-${layer}`, lines, layer, origin: 'manual', score }),
  );
  const day = String(1 + (id % 20)).padStart(2, '0');
  const created_at = `2026-${version === 'v1' ? 10 : 11}-${day}T08:00:00Z`;
  return { id: 10 * id + (version === 'v2' ? 2 : 1), model_version: version, score, created_at, result };
}

function task(id: number): object {
  const difficulty = 1 + (id % 3);
  const truth = interfaces();
  const day = String(1 + (id % 20)).padStart(2, '0');
  const first = predictionOf(id, 'v1', missed(truth, 2 * difficulty), difficulty);
  const shown = predictionOf(id, 'v2', missed(truth, difficulty), difficulty);
  const accepted = shown.result.map((predicted, layer) => {
    const fate = random();
    if (fate < 0.5) return { ...predicted, origin: 'prediction' };
    if (fate < 0.85) return region({ id: predicted.id, lines: truth, layer, origin: 'prediction-changed' });
    return region({ id: `h${id}-${layer}`, lines: truth, layer, origin: 'manual' });
  });
  const annotation = (annotator: number, result: readonly object[], serial: number) => ({
    id: 100 * id + serial,
    completed_by: annotator,
    was_cancelled: false,
    ground_truth: false,
    result,
    created_at: `2026-11-${day}T09:0${serial}:00Z`,
    updated_at: `2026-11-${day}T09:0${serial}:00Z`,
    lead_time: 20 + 60 * random() * difficulty,
    parent_prediction: shown.id,
  });
  const second = missed(truth, 0.3);
  const annotations = [annotation(1 + (id % 2), accepted, 1)];
  if (id % 8 === 0) {
    const drawn = labels.map((_, layer) => region({ id: `s${id}-${layer}`, lines: second, layer, origin: 'manual' }));
    annotations.unshift(annotation(3, drawn, 0));
  }
  const image = `/data/upload/1/0123abcd-micrograph-${id}.png`;
  return { id, data: { image, difficulty }, annotations, predictions: [first, shown] };
}

const out = createWriteStream(there(flags.out, '--out FILE'));
for (let id = 1; id <= Number(flags.images); id++) {
  if (!out.write(`${id === 1 ? '[' : ',\n'}${JSON.stringify(task(id))}`)) await once(out, 'drain');
}
out.end(']\n');
