import { kmeans } from 'ml-kmeans';
import { squaredDistance } from '../core/vectors.js';

/** How vectors are grouped: into how many clusters, from how many starts, the best of which counts. */
export interface ClusterOptions {
  readonly clusters: number;
  readonly seed: number;
  readonly restarts: number;
}

/** Vectors of one length. */
type Vectors = readonly (readonly number[])[];

interface Clustering {
  /** The cluster of each vector. */
  readonly labels: number[];
  /** Sum of squared distances from the centres. */
  readonly error: number;
}

/** k-means with k-means++ starts; of all restarts the one with the smallest sum of squared distances. Deterministic for a seed. */
export function clusterEmbeddings(embeddings: Vectors, { clusters, seed, restarts }: ClusterOptions): number[] {
  let best: Clustering = { labels: [], error: Infinity };
  for (let restart = 0; restart < restarts; restart++) {
    const found = run(embeddings, clusters, { initialization: 'kmeans++', seed: seed + restart });
    if (found.error < best.error) best = found;
  }
  return best.labels;
}

/** k-means from given centres, one per cluster: what a reference program can repeat. */
export function clusterFrom(embeddings: Vectors, centres: Vectors): number[] {
  return run(embeddings, centres.length, { initialization: centres as number[][] }).labels;
}

function run(embeddings: Vectors, clusters: number, options: Parameters<typeof kmeans>[2]): Clustering {
  const { clusters: labels, centroids } = kmeans(embeddings as number[][], clusters, options);
  const error = labels.reduce(
    (sum, cluster, index) => sum + squaredDistance(embeddings[index] ?? [], centroids[cluster] ?? []),
    0,
  );
  return { labels, error };
}
