// Plain JavaScript, as bundle-runtime.mjs and ask-prediction.mjs are: `npm run check`, `npm pack` and a fresh clone run
// them before anything is built. Every source file with logic has a unit test of its name: src/a/b.ts →
// test/unit/a/b.test.ts. Part of npm run check.
//   node scripts/check-mirror.mjs [--write]
// test/unit/without-mirror.txt names those that have none yet; it may only shrink. --write takes out of it what has its test by now or is
// gone, and adds what is new: for merges, and to be looked at in the diff.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const list = 'test/unit/without-mirror.txt';

/** Views (.tsx) are looked at in a browser by test/e2e, types and tables have no logic. */
const sources = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
  .map((entry) => path.posix.join(entry.parentPath.split(path.sep).join('/'), entry.name))
  .sort();

/** Whether a file holds a function that does more than hand on what it is given. */
function hasLogic(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  let found = false;
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body !== undefined) {
      found ||= ts.isBlock(node.body) ? node.body.statements.length > 0 : true;
    }
    if (!found) ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const mirrorOf = (file) => file.replace(/^src/, 'test/unit').replace(/\.ts$/, '.test.ts');
const missing = new Set(sources.filter((file) => !existsSync(mirrorOf(file)) && hasLogic(file)));
const listed = new Set(existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : []);
const unlisted = [...missing].filter((file) => !listed.has(file));
const outdated = [...listed].filter((file) => !missing.has(file));

if (process.argv.includes('--write')) {
  writeFileSync(list, [...missing].map((file) => `${file}\n`).join(''));
  process.stdout.write(`${list}: ${missing.size} files (${unlisted.length} added, ${outdated.length} taken out)\n`);
} else {
  for (const file of unlisted) process.stderr.write(`${file}: write ${mirrorOf(file)}\n`);
  for (const file of outdated) process.stderr.write(`${file}: has its test or is gone; take it out of ${list}\n`);
  process.stdout.write(`mirror: ${sources.length} files, ${missing.size} without a unit test of their name\n`);
  if (unlisted.length > 0 || outdated.length > 0) process.exitCode = 1;
}
