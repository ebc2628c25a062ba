import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seededRandom } from '../../src/core/seeded-random.js';
import { bootstrapIntervals, type Interval, meanOf } from '../../src/metrics/statistics.js';
import { acceptedCounts, type CurvePoint } from './curve.js';

/** A fall of a project's mean IoU by more than this is a fall. */
const tolerated = 0.005;

interface Figure {
  readonly mean: number;
  readonly interval: Interval;
}

/** What was drawn, with which models and by which command. */
interface Measured {
  readonly version: string;
  readonly command: string;
  readonly points: readonly CurvePoint[];
}

/** Writes `docs/LEARNING.md` and its picture; what else was measured stands there in sections of its own, which stay. */
export async function writeLearningReport(out: string, measured: Measured): Promise<void> {
  const picture = join(dirname(out), 'pictures', 'learning.svg');
  await mkdir(dirname(picture), { recursive: true });
  await writeFile(picture, curvePicture(measured.points));
  const before = await readFile(out, 'utf8').catch(() => '');
  const sections = /^## [^]*/m.exec(before)?.[0] ?? '';
  await writeFile(out, sections === '' ? reportText(measured) : `${reportText(measured)}\n${sections}`);
}

function reportText({ version, command, points }: Measured): string {
  const projects = [...new Set(points.map(({ project }) => project))].sort();
  const draws = new Set(points.map(({ draw }) => draw)).size;
  const groups = [...new Set(points.map(({ difficulty }) => difficulty))].sort();
  const rows = [
    ...groups.map((difficulty) => [`${difficulty}`, points.filter((each) => each.difficulty === difficulty)] as const),
    ['all', points] as const,
  ];
  const table = rows.flatMap(([name, of]) =>
    acceptedCounts.flatMap((accepted) => {
      const at = of.filter((point) => point.accepted === accepted);
      if (at.length === 0) return [];
      const cells = [figureOf(at, ({ named }) => named), figureOf(at, ({ plain }) => plain)].map(cell);
      return [`| ${name} | ${accepted} | ${cells.join(' | ')} | ${accepted === 0 ? '–' : percent(rightShare(at))} |`];
    }),
  );
  const falls = fallsOf(points);
  return `# What accepted annotations are worth

${draws} draws of ${projects.length} simulated projects with four materials each, models \`${version}\`. In every draw the images of a project are accepted in a random order;
what was learned after 1, 3, 5 and 10 of them is judged on images that were never accepted. 0: no profile, the largest material gets the first label. Intervals
are 95 % (projects drawn with replacement).

![Label-aware IoU over accepted images](pictures/learning.svg)

| Difficulty | Accepted images | Label-aware IoU | mIoU, names left aside | Masks with the right label |
| --- | --- | --- | --- | --- |
${table.join('\n')}

A project's mean over its unseen images against the same without a profile, over all draws and counts: label-aware IoU fell by more than 0.5 points in
${falls.named.count} of ${falls.cases} cases (worst ${signed(falls.named.worst)} points), mIoU with names left aside in ${falls.plain.count} (worst ${signed(falls.plain.worst)} points).

Made by \`${command}\` on projects ${projects[0] ?? ''} to ${projects.at(-1) ?? ''} of \`python -m sam_i_am_models.simulated_project\` in training/ (\`--first\`,
\`--projects\`). Settings, and the spread of materials that names start from (\`npm run naming-spread\`), come from other projects: 000 to 011.
`;
}

function rightShare(points: readonly CurvePoint[]): number {
  const masks = points.reduce((sum, point) => sum + point.masks, 0);
  return points.reduce((sum, point) => sum + point.rightlyNamed, 0) / masks;
}

/** Draws of one project are not independent: they are averaged first. */
function figureOf(points: readonly CurvePoint[], value: (point: CurvePoint) => number): Figure {
  const names = [...new Set(points.map(({ project }) => project))];
  const means = names.map((name) => meanOf(points.filter(({ project }) => project === name).map(value)) ?? 0);
  const [interval = [0, 0]] = bootstrapIntervals(Float64Array.from(means), 1, seededRandom(1));
  return { mean: meanOf(means) ?? 0, interval };
}

function fallsOf(points: readonly CurvePoint[]) {
  const changes = points
    .filter(({ accepted }) => accepted > 0)
    .flatMap((point) => {
      const zero = points.find(({ draw, accepted }) => draw === point.draw && accepted === 0);
      return zero === undefined ? [] : [{ named: point.named - zero.named, plain: point.plain - zero.plain }];
    });
  const summary = (values: readonly number[]) => ({
    count: values.filter((value) => value < -tolerated).length,
    worst: 100 * Math.min(...values),
  });
  return {
    cases: changes.length,
    named: summary(changes.map(({ named }) => named)),
    plain: summary(changes.map(({ plain }) => plain)),
  };
}

function cell({ mean, interval }: Figure): string {
  return `${mean.toFixed(3)} (${interval.map((end) => end.toFixed(3)).join(' to ')})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function signed(points: number): string {
  return `${points > 0 ? '+' : ''}${points.toFixed(1)}`;
}

const [width, height, margin] = [560, 300, 44];
const colours = ['#0072b2', '#009e73', '#d55e00', '#59636e'];

/** Label-aware IoU over the number of accepted images, a line for each class of difficulty. */
function curvePicture(points: readonly CurvePoint[]): string {
  const x = (accepted: number): number => margin + ((width - 2 * margin) * accepted) / Math.max(...acceptedCounts);
  const y = (iou: number): number => height - margin - (height - 2 * margin) * iou;
  const groups = [...new Set(points.map(({ difficulty }) => difficulty))].sort();
  const lines = groups.map((difficulty, index) => {
    const colour = colours[index] ?? '#000';
    const figures = acceptedCounts.flatMap((accepted) => {
      const at = points.filter((point) => point.difficulty === difficulty && point.accepted === accepted);
      return at.length === 0
        ? []
        : [{ accepted: accepted + 0.06 * (index - 1), ...figureOf(at, ({ named }) => named) }];
    });
    const path = figures.map(({ accepted, mean }) => `${x(accepted).toFixed(1)},${y(mean).toFixed(1)}`).join(' ');
    const whiskers = figures.map(
      ({ accepted, interval: [low, high] }) =>
        `<line x1="${x(accepted).toFixed(1)}" x2="${x(accepted).toFixed(1)}" y1="${y(low).toFixed(1)}" y2="${y(high).toFixed(1)}" stroke="${colour}" stroke-width="3" opacity=".4"/>`,
    );
    const name = `<text x="${width - margin + 4}" y="${(y(figures.at(-1)?.mean ?? 0) + 4).toFixed(1)}" fill="${colour}">class ${difficulty}</text>`;
    return `${whiskers.join('')}<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${name}`;
  });
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (iou) =>
      `<line x1="${margin}" x2="${width - margin}" y1="${y(iou)}" y2="${y(iou)}" stroke="#d9dee4"/><text x="${margin - 8}" y="${y(iou) + 4}" text-anchor="end">${iou}</text>`,
  );
  const ticks = acceptedCounts.map(
    (accepted) => `<text x="${x(accepted)}" y="${height - margin + 18}" text-anchor="middle">${accepted}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>${grid.join('')}${ticks.join('')}${lines.join('')}
<text x="${width / 2}" y="${height - 8}" text-anchor="middle">accepted images</text><text x="${margin}" y="22">label-aware IoU on unseen images</text></svg>
`;
}
