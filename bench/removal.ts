/** How long mask removal takes: 800 masks of a 1024² image, ragged as SAM's are. Bound: 60 ms. `npm run bench -- removal` */
import { removeMasks } from '#built/booster/mask-removal';
import { defaultRemovalOptions } from '#built/booster/removal-options';
import { type Mask, maskFromRuns, RunBuilder } from '#built/core/mask';
import { seededRandom } from '#built/core/seeded-random';
import { print, quantile } from './support.js';

const side = 1024;
const count = 800;
const rounds = 15;
const boundMs = 60;
const random = seededRandom(0);

const masks = drawMasks();
const runs = masks.reduce((sum, { mask }) => sum + mask.runs.length / 2, 0);
print(`mask removal: ${count} masks of ${side}², ${Math.round(runs / count)} runs each`);
for (const variant of ['order-independent', 'verbatim'] as const) {
  const options = { ...defaultRemovalOptions, variant };
  const times = Array.from({ length: rounds }, () => timeOf(() => removeMasks(masks, options)));
  const median = quantile(times, 0.5);
  const { kept } = removeMasks(masks, options);
  print(
    `  ${variant}: median ${median.toFixed(1)} ms of processor time, fastest ${quantile(times, 0).toFixed(1)} ms, ${kept.length} kept` +
      ` (bound ${boundMs} ms: ${median <= boundMs ? 'held' : 'EXCEEDED'})`,
  );
}

/** A few layers, many grains, atoms, near duplicates of all of them. */
function drawMasks(): { readonly mask: Mask; readonly score: number }[] {
  const drawn: { readonly mask: Mask; readonly score: number }[] = [];
  const add = (x: number, y: number, width: number, height: number) =>
    drawn.push({ mask: raggedBox(x, y, width, height), score: random() });
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

function raggedBox(x: number, y: number, width: number, height: number): Mask {
  const builder = new RunBuilder();
  for (let row = Math.floor(y); row < Math.min(side, y + height); row++) {
    const start = Math.max(0, Math.floor(x + 4 * random()));
    const end = Math.min(side, Math.ceil(x + width - 4 * random()));
    builder.add(row * side + start, row * side + Math.max(start + 1, end));
  }
  return maskFromRuns(side, side, builder.finish());
}

/** Milliseconds of this process's own processor time, so that what else runs on the machine does not count. */
function timeOf(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
