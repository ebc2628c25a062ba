import { clusterEmbeddings } from '../../src/booster/cluster-materials.js';
import { describeMasks } from '../../src/booster/describe-masks.js';
import { voteByClusters } from '../../src/booster/mask-merging.js';
import { type Mask, unionOf } from '../../src/core/mask.js';
import type { GreyImage } from '../../src/core/micrograph.js';
import { resizeGrey } from '../../src/core/resize.js';
import type { ImageContext } from '../image-context.js';
import { masksOfCells } from './segments.js';

/** SLIC (Achanta et al., 2012) runs on an image of this width, which takes out lattice and noise. */
const workingSide = 192;
const segmentsPerSide = 12;
const iterations = 8;
/** Weight of a distance of one segment's side against one of the whole range of grey. */
const compactness = 0.15;
const cropsPerSegment = 6;

/** Superpixels in place of SAM's masks: crops of each, the same embeddings, k-means, majority vote, union. */
export async function clusterSuperpixels({ image, texture }: ImageContext): Promise<Mask[]> {
  const { micrograph, materials } = image;
  const masks = superpixels(micrograph);
  const options = { cropsPerMask: cropsPerSegment, minimumShare: 0.75, tokenShare: 0, seed: 0 };
  const described = await describeMasks(micrograph, masks, { encoder: texture, tokens: null }, options);
  const samples = described.map((mask) => mask.samples);
  const votes = voteByClusters(samples, (all) => clusterEmbeddings(all, { clusters: materials, seed: 0, restarts: 5 }));
  return [...new Set(votes.map(({ material }) => material))].flatMap((material) => {
    const [first, ...rest] = masks.filter((_, index) => votes[index]?.material === material);
    return first === undefined ? [] : [unionOf(first, ...rest)];
  });
}

interface Centre {
  readonly x: number;
  readonly y: number;
  readonly grey: number;
}

function superpixels(image: GreyImage): Mask[] {
  const small = resizeGrey(image, workingSide, workingSide);
  const step = workingSide / segmentsPerSide;
  let centres: Centre[] = Array.from({ length: segmentsPerSide ** 2 }, (_, index) => {
    const [x, y] = [((index % segmentsPerSide) + 0.5) * step, (Math.floor(index / segmentsPerSide) + 0.5) * step];
    return { x, y, grey: small.grey[Math.floor(y) * workingSide + Math.floor(x)] ?? 0 };
  });
  let labels = new Uint8Array(workingSide ** 2);
  for (let iteration = 0; iteration < iterations; iteration++) {
    labels = assign(small, centres, step);
    centres = means(small, labels, centres);
  }
  return masksOfCells({ columns: workingSide, rows: workingSide, labels }, image.width, image.height);
}

/** Each pixel to the nearest centre within two steps. */
function assign({ grey }: GreyImage, centres: readonly Centre[], step: number): Uint8Array<ArrayBuffer> {
  const labels = new Uint8Array(workingSide ** 2);
  const nearest = new Float32Array(workingSide ** 2).fill(Infinity);
  centres.forEach((centre, label) => {
    const [left, right] = [Math.max(0, Math.floor(centre.x - 2 * step)), Math.min(workingSide, centre.x + 2 * step)];
    const [top, bottom] = [Math.max(0, Math.floor(centre.y - 2 * step)), Math.min(workingSide, centre.y + 2 * step)];
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const pixel = y * workingSide + x;
        const apart = ((x - centre.x) ** 2 + (y - centre.y) ** 2) / step ** 2;
        const distance = ((grey[pixel] ?? 0) - centre.grey) ** 2 + compactness ** 2 * apart;
        if (distance < (nearest[pixel] ?? 0)) [nearest[pixel], labels[pixel]] = [distance, label];
      }
    }
  });
  return labels;
}

function means({ grey }: GreyImage, labels: Uint8Array, before: readonly Centre[]): Centre[] {
  const sums = before.map(() => ({ x: 0, y: 0, grey: 0, count: 0 }));
  labels.forEach((label, pixel) => {
    const sum = sums[label];
    if (sum === undefined) return;
    sum.x += pixel % workingSide;
    sum.y += Math.floor(pixel / workingSide);
    sum.grey += grey[pixel] ?? 0;
    sum.count++;
  });
  return sums.map(({ x, y, grey: total, count }, index) =>
    count === 0 ? (before[index] as Centre) : { x: x / count, y: y / count, grey: total / count },
  );
}
