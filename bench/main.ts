/**
 * Runs one of the programs in this folder on the build in dist/:
 *
 *   npm run bench -- NAME [options]
 *
 * Each says in its first comment what it measures and which options it takes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { built } from './support.js';

/** What the programs share, and what they start. */
const parts = [
  'main',
  'support',
  'repository-root',
  'redis-server',
  'picture-rows',
  'label-studio-picture',
  'generator',
  'generator-run',
  'stand-in-painter',
  'stand-in-result',
  'stand-in-worker',
];
const [name = '', ...options] = process.argv.slice(2);
const programs = readdirSync(built('.')).flatMap((file) => /^(.+)\.js$/.exec(file)?.[1] ?? []);
if (!programs.includes(name) || !existsSync(built(`${name}.js`))) {
  const names = programs.filter((each) => !parts.includes(each)).join(', ');
  process.stderr.write(`usage: npm run bench -- NAME [options], with one of these names: ${names}\n`);
  process.exit(2);
}
// A process of its own: soaks collect garbage when they please.
const program = [...(name.startsWith('soak') ? ['--expose-gc'] : []), path.join(built('.'), `${name}.js`)];
process.exitCode = spawnSync(process.execPath, [...program, ...options], { stdio: 'inherit' }).status ?? 1;
