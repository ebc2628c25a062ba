/*
 * Writes an export of a project that nobody annotated, to measure the evaluator with: layered materials with wavy interfaces,
 * predictions that miss them by some pixels, regions accepted, edited, rejected and drawn.
 *
 *   npm run build && node scripts/simulate-project.mjs --images 82 --size 1024 --out export.json
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { RunBuilder } from '../dist/core/mask.js';
import { seededRandom } from '../dist/core/seeded-random.js';
import { encodeBrushRle } from '../dist/label-studio/brush-codec.js';

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string', default: '82' },
    size: { type: 'string', default: '1024' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const size = Number(flags.size);
const random = seededRandom(Number(flags.seed));
const labels = ['Pt/C', 'La:SrTiO3', 'SrTiO3', 'Ge'];

/** Heights of the interfaces in each column: labels.length + 1 rows of numbers. */
function interfaces() {
  const wave = (base) => {
    const [amplitude, period, phase] = [random() * size * 0.03, size * (0.2 + random()), random() * 7];
    return Array.from({ length: size }, (_, x) => Math.round(base + amplitude * Math.sin((x / period) * 6.28 + phase)));
  };
  const inner = labels.slice(1).map((_, i) => wave((size * (i + 1)) / labels.length));
  return [new Array(size).fill(0), ...inner, new Array(size).fill(size)];
}

/** The same interfaces a few pixels off, as a model would find them. */
function missed(lines, difficulty) {
  const off = (random() - 0.5) * size * 0.02 * difficulty;
  const rough = size * 0.004 * difficulty;
  return lines.map((line, i) =>
    i === 0 || i === labels.length ? line : line.map((y) => Math.round(y + off + (random() - 0.5) * rough)),
  );
}

function maskRle(lines, layer) {
  const runs = new RunBuilder();
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (y < lines[layer][x] || y >= lines[layer + 1][x]) continue;
      const start = x;
      while (x < size && y >= lines[layer][x] && y < lines[layer + 1][x]) x++;
      runs.add(y * size + start, y * size + x);
    }
  }
  return Array.from(encodeBrushRle(size, size, runs.finish()));
}

function region(id, lines, layer, origin, score) {
  return {
    id,
    type: 'brushlabels',
    from_name: 'material',
    to_name: 'image',
    image_rotation: 0,
    origin,
    ...(score === undefined ? {} : { score }),
    original_width: size,
    original_height: size,
    value: { format: 'rle', rle: maskRle(lines, layer), brushlabels: [labels[layer]] },
  };
}

function task(id) {
  const difficulty = 1 + (id % 3);
  const truth = interfaces();
  const day = String(1 + (id % 20)).padStart(2, '0');
  const predict = (version, harder, at) => {
    const lines = missed(truth, difficulty * harder);
    const score = 0.98 - 0.06 * difficulty - 0.08 * random();
    const result = labels.map((_, layer) => region(`p${id}-${version}-${layer}`, lines, layer, 'manual', score));
    return { id: 10 * id + (version === 'v2' ? 2 : 1), model_version: version, score, created_at: at, result };
  };
  const predictions = [predict('v1', 2, `2026-10-${day}T08:00:00Z`), predict('v2', 1, `2026-11-${day}T08:00:00Z`)];
  const shown = predictions[1];
  const accepted = shown.result.map((predicted, layer) => {
    const fate = random();
    if (fate < 0.5) return { ...predicted, origin: 'prediction' };
    const origin = fate < 0.85 ? 'prediction-changed' : 'manual';
    return { ...region(origin === 'manual' ? `h${id}-${layer}` : predicted.id, truth, layer, origin) };
  });
  const annotation = (annotator, result, number) => ({
    id: 100 * id + number,
    completed_by: annotator,
    was_cancelled: false,
    ground_truth: false,
    result,
    created_at: `2026-11-${day}T09:0${number}:00Z`,
    updated_at: `2026-11-${day}T09:0${number}:00Z`,
    lead_time: 20 + 60 * random() * difficulty,
    parent_prediction: shown.id,
  });
  const second = missed(truth, 0.3);
  const annotations = [annotation(1 + (id % 2), accepted, 1)];
  if (id % 8 === 0) {
    annotations.unshift(
      annotation(
        3,
        labels.map((_, layer) => region(`s${id}-${layer}`, second, layer, 'manual')),
        0,
      ),
    );
  }
  return { id, data: { image: `/data/upload/1/0123abcd-micrograph-${id}.png`, difficulty }, annotations, predictions };
}

const out = createWriteStream(flags.out);
for (let id = 1; id <= Number(flags.images); id++) {
  if (!out.write(`${id === 1 ? '[' : ',\n'}${JSON.stringify(task(id))}`)) await once(out, 'drain');
}
out.end(']\n');
