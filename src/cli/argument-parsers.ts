import { InvalidArgumentError } from 'commander';
import { type GivenMaterialCount, maxMaterials, parseMaterialCount } from '../core/material-count.js';

/** `auto` or a number of materials. */
export function materialsArgument(text: string): GivenMaterialCount {
  const count = parseMaterialCount(text);
  if (count === undefined) throw new InvalidArgumentError(`Give auto or a number from 1 to ${maxMaterials}.`);
  return count;
}

/** A whole number within bounds. */
export function integerArgument(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

const mostIds = 1_000_000;

/** Task ids: numbers and ranges, with commas between, in ascending order. */
export function idsArgument(text: string): number[] {
  const ids = text.split(',').flatMap((part) => {
    const [, first, last = first] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (!(count >= 1 && count <= mostIds))
      throw new InvalidArgumentError('Give ids and ranges, for instance 3,7,10-20.');
    return Array.from({ length: count }, (_, index) => Number(first) + index);
  });
  return [...new Set(ids)].sort((a, b) => a - b);
}
