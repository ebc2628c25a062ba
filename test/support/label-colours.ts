import { readFileSync } from 'node:fs';

/** Red, green and blue of the labels of a label config's `<BrushLabels>`, in order. */
export function labelColours(labelConfigFile: string): number[][] {
  const brushLabels = /<BrushLabels[\s\S]*?<\/BrushLabels>/.exec(readFileSync(labelConfigFile, 'utf8'))?.[0] ?? '';
  return [...brushLabels.matchAll(/background="#(\w\w)(\w\w)(\w\w)"/g)].map((match) =>
    match.slice(1).map((hex) => parseInt(hex, 16)),
  );
}
