// Makes the package install where only the npm registry is reached: `npm pack` bundles ONNX Runtime (bundleDependencies) without its
// install step, which fetches CUDA libraries from elsewhere, and without what only that step needs.
//
//   node scripts/bundle-runtime.mjs           before packing: describes the runtime by what it needs to run
//   node scripts/bundle-runtime.mjs --undo    afterwards: as its makers describe it
import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const runtime = path.join(root, 'node_modules/onnxruntime-node');
const manifest = path.join(runtime, 'package.json');
const original = `${manifest}.original`;
const licence = path.join(runtime, 'LICENSE');

// The same library lies there under two names, and the binding loads the shorter one.
const files = ['dist/*.js', 'dist/*.d.ts', 'bin', '!bin/napi-v6/darwin/arm64/libonnxruntime.1.*.*.dylib'];

await undo();
if (!process.argv.includes('--undo')) await strip();

async function undo() {
  await rename(original, manifest).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rm(licence, { force: true });
}

async function strip() {
  const { name, version, license, repository, author, description, main, types, os, dependencies } = JSON.parse(
    await readFile(manifest, 'utf8'),
  );
  const needed = { 'onnxruntime-common': dependencies['onnxruntime-common'] };
  const stripped = {
    name,
    version,
    license,
    repository,
    author,
    description,
    main,
    types,
    os,
    files,
    dependencies: needed,
  };
  await rename(manifest, original);
  await writeFile(manifest, `${JSON.stringify(stripped, null, 2)}\n`);
  await copyFile(path.join(root, 'assets/licences/onnxruntime.txt'), licence);
}
