import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A recorded reference from test/fixtures/references (made by training/fixtures/record_references.py). */
export function readReference(name: string): unknown {
  const url = new URL(`../fixtures/references/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}

/** A large reference, kept compressed. */
export function readCompressedReference(name: string): unknown {
  const url = new URL(`../fixtures/references/${name}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(url)).toString());
}
