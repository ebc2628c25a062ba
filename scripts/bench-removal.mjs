/*
 * How long mask removal takes: 800 masks of a 1024² image, ragged as SAM's are. Bound: 60 ms. Run by `npm run bench`.
 */
import { removeMasks } from '../dist/booster/mask-removal.js';
import { defaultRemovalOptions } from '../dist/booster/removal-options.js';
import { maskFromRuns, RunBuilder } from '../dist/core/mask.js';
import { seededRandom } from '../dist/core/seeded-random.js';

const side = 1024;
const count = 800;
const rounds = 15;
const boundMs = 60;

const masks = drawMasks(seededRandom(0));
const runs = masks.reduce((sum, { mask }) => sum + mask.runs.length / 2, 0);
process.stdout.write(`mask removal: ${count} masks of ${side}², ${Math.round(runs / count)} runs each\n`);
for (const variant of ['order-independent', 'verbatim']) {
  const options = { ...defaultRemovalOptions, variant };
  const times = Array.from({ length: rounds }, () => timeOf(() => removeMasks(masks, options))).sort((a, b) => a - b);
  const median = times[rounds >> 1];
  const { kept } = removeMasks(masks, options);
  process.stdout.write(
    `  ${variant}: median ${median.toFixed(1)} ms of processor time, fastest ${times[0].toFixed(1)} ms, ${kept.length} kept` +
      ` (bound ${boundMs} ms: ${median <= boundMs ? 'held' : 'EXCEEDED'})\n`,
  );
}

/** A few layers, many grains, atoms, near duplicates of all of them. */
function drawMasks(random) {
  const drawn = [];
  const add = (x, y, width, height) => drawn.push({ mask: raggedBox(x, y, width, height, random), score: random() });
  while (drawn.length < count) {
    const kind = random();
    const size = kind < 0.1 ? 500 : kind < 0.5 ? 120 : 15;
    const [width, height] = [size * (0.5 + random()), size * (0.5 + random())];
    const [x, y] = [random() * (side - width), random() * (side - height)];
    add(x, y, width, height);
    if (random() < 0.5 && drawn.length < count) add(x + 1, y + 1, width * 0.97, height * 0.97);
  }
  return drawn;
}

function raggedBox(x, y, width, height, random) {
  const builder = new RunBuilder();
  for (let row = Math.floor(y); row < Math.min(side, y + height); row++) {
    const start = Math.max(0, Math.floor(x + 4 * random()));
    const end = Math.min(side, Math.ceil(x + width - 4 * random()));
    builder.add(row * side + start, row * side + Math.max(start + 1, end));
  }
  return maskFromRuns(side, side, builder.finish());
}

/** Processor time of this process, so that what else runs on the machine does not count. */
function timeOf(work) {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
