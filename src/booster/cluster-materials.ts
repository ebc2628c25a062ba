import { kmeans } from 'ml-kmeans';

export interface ClusterOptions {
  readonly clusters: number;
  readonly seed: number;
  readonly restarts: number;
}

/** k-means with k-means++ starts; of all restarts the one with the smallest sum of squared distances. Deterministic for a seed. */
export function clusterEmbeddings(embeddings: readonly (readonly number[])[], options: ClusterOptions): number[] {
  let best: number[] = [];
  let smallestError = Infinity;
  for (let restart = 0; restart < options.restarts; restart++) {
    const result = kmeans(embeddings as number[][], options.clusters, {
      initialization: 'kmeans++',
      seed: options.seed + restart,
    });
    const error = result.clusters.reduce((sum, cluster, index) => {
      return sum + squaredDistance(embeddings[index] ?? [], result.centroids[cluster] ?? []);
    }, 0);
    if (error < smallestError) [best, smallestError] = [result.clusters, error];
  }
  return best;
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + (value - (b[index] ?? 0)) ** 2, 0);
}
