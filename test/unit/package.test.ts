import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { repository } from '../support/e2e/repository.js';

interface Manifest {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly bundleDependencies: readonly string[];
  readonly files: readonly string[];
}
interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
}

const read = (name: string): string => readFileSync(path.join(repository, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const { packages } = JSON.parse(read('package-lock.json')) as Lockfile;

/*
 * The runtime of the models has an install step that fetches hundreds of megabytes from a server of its own. Newer npm
 * asks `allowScripts`; older ones run what the lock file marks; the package that is packed brings the runtime along without it.
 */

test('no npm runs the install step of the runtime', () => {
  expect(packages['node_modules/onnxruntime-node']).toBeDefined();
  expect(packages['node_modules/onnxruntime-node']?.hasInstallScript).toBeUndefined();
  expect(manifest.allowScripts['onnxruntime-node']).toBe(false);
  expect(manifest.bundleDependencies).toEqual(['onnxruntime-node']);
});

test('npm has nothing to ask about the other install steps: each is decided', () => {
  const scripted = Object.entries(packages).flatMap(([location, { hasInstallScript }]) =>
    hasInstallScript === true ? [location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
  );
  expect(scripted.length).toBeGreaterThan(0);
  expect(Object.keys(manifest.allowScripts)).toEqual(expect.arrayContaining(scripted));
});

test('.npmrc has no key that npm does not know, which it would warn of', () => {
  expect(read('.npmrc').trim().split('\n')).toEqual(['omit-lockfile-registry-resolved=true']);
});

test('every picture of the README is packed', () => {
  const pictures = [...read('README.md').matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, file = '']) => file);
  expect(pictures.length).toBeGreaterThan(0);
  for (const picture of pictures) expect(manifest.files).toContain(path.dirname(picture));
  expect(manifest.files).toContain('CHANGELOG.md');
});
