import { calibrationBins, calibrationError, type ScoredOutcome } from '../src/metrics/calibration.js';
import { meanOf } from '../src/metrics/statistics.js';

/** How one image was grouped. */
export interface GroupingRecord {
  readonly name: string;
  readonly kind: string;
  readonly isSimulated: boolean;
  /** The true number of materials, the number chosen, and how many masks there were. */
  readonly materials: number;
  readonly chosen: number;
  readonly masks: number;
  /** Mean over the classes of the best IoU; unset where no class is known. */
  readonly iou?: { readonly chosen: number; readonly given: number; readonly limit: number };
  /** The confidence of each material with the IoU that it turned out to have. */
  readonly outcomes: readonly ScoredOutcome[];
}

/** Tables by kind and by number of materials, of simulated and of labelled images apart. */
export function groupingReport(records: readonly GroupingRecord[]): string {
  return [true, false]
    .map((isSimulated) => records.filter((record) => record.isSimulated === isSimulated))
    .filter((part) => part.length > 0)
    .map((part) => {
      const title = part[0]?.isSimulated ? '# Simulated micrographs' : '# Labelled micrographs';
      return [title, groupingTable(part, 'kind', ({ kind }) => kind), numberTable(part), confidenceLine(part)].join(
        '\n\n',
      );
    })
    .join('\n\n');
}

/** One row for each number of materials that images truly show. */
export function numberTable(records: readonly GroupingRecord[]): string {
  return groupingTable(records, 'materials', ({ materials }) => String(materials));
}

function groupingTable(
  records: readonly GroupingRecord[],
  title: string,
  groupOf: (record: GroupingRecord) => string,
): string {
  const groups = [...new Set(records.map(groupOf))].sort();
  const rows = groups.map((group) =>
    row(
      group,
      records.filter((record) => groupOf(record) === group),
    ),
  );
  return [
    `| ${title} | images | number right | too few, too many | IoU, number chosen | number given | class of every mask known |`,
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    row('all', records),
  ].join('\n');
}

function row(title: string, records: readonly GroupingRecord[]): string {
  const count = (holds: (record: GroupingRecord) => boolean): number => records.filter(holds).length;
  const right = count(({ materials, chosen }) => chosen === materials);
  const few = count(({ materials, chosen }) => chosen < materials);
  const many = count(({ materials, chosen }) => chosen > materials);
  const iou = (which: 'chosen' | 'given' | 'limit'): string => {
    const mean = meanOf(records.flatMap((record) => record.iou?.[which] ?? []));
    return mean === undefined ? '–' : mean.toFixed(3);
  };
  return `| ${title} | ${records.length} | ${right} | ${few}, ${many} | ${iou('chosen')} | ${iou('given')} | ${iou('limit')} |`;
}

function confidenceLine(records: readonly GroupingRecord[]): string {
  const outcomes = records.flatMap((record) => record.outcomes);
  const error = calibrationError(calibrationBins(outcomes));
  return `Confidence of ${outcomes.length} materials: expected calibration error ${error.toFixed(3)}.`;
}
