/**
 * Greedy non-maximum suppression: walks the candidates from the highest score down and keeps each one that overlaps none of those
 * already kept by more than `threshold`. Ties keep their order. Returns those kept, best first.
 */
export function nonMaximumSuppression<Candidate>(
  candidates: readonly Candidate[],
  score: (candidate: Candidate) => number,
  overlap: (a: Candidate, b: Candidate) => number,
  threshold: number,
): Candidate[] {
  const ordered = [...candidates].sort((a, b) => score(b) - score(a));
  const kept: Candidate[] = [];
  for (const candidate of ordered) {
    if (kept.every((better) => overlap(better, candidate) <= threshold)) kept.push(candidate);
  }
  return kept;
}
