/** The paper's classes of micrographs by how intricate the texture is: 1 clear, 3 near-identical lattices. */
export const difficulties = [1, 2, 3] as const;

/** The class of a micrograph. */
export type Difficulty = (typeof difficulties)[number];

const words: ReadonlyMap<string, Difficulty> = new Map([
  ['easy', 1],
  ['clear', 1],
  ['simple', 1],
  ['low', 1],
  ['medium', 2],
  ['moderate', 2],
  ['intermediate', 2],
  ['hard', 3],
  ['difficult', 3],
  ['intricate', 3],
  ['high', 3],
]);

/** Reads a class as people write it: 1, "2", "Difficulty 3", "hard"; undefined if it is none. */
export function parseDifficulty(value: unknown): Difficulty | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).trim().toLowerCase();
  const digits = /^\D*(\d+)\b/.exec(text)?.[1];
  if (digits !== undefined) return difficulties.find((difficulty) => String(difficulty) === digits);
  return words.get(text.split(/[^a-z]+/).find((word) => words.has(word)) ?? '');
}

/** Whether a label is easy or hard to segment. */
export type LabelDifficulty = 'easy' | 'hard';

/** Easy labels count ten times as much as hard ones in the weighted measures. */
export function labelWeight(difficulty: LabelDifficulty): number {
  return difficulty === 'easy' ? 10 : 1;
}
