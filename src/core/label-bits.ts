import type { LabelMap } from './label-map.js';

/** Sets of labels, one for each pixel: bit l of a number says whether label l is in it. */
export type LabelBits = Uint8Array | Uint32Array;

/** Empty sets for a map, in a byte each where its labels have room in that: maps of whole micrographs take four times less then. */
export function emptyLabelBits({ labels }: LabelMap): LabelBits {
  const fitsInBytes = labels.every((label) => label < 8);
  return fitsInBytes ? new Uint8Array(labels.length) : new Uint32Array(labels.length);
}
