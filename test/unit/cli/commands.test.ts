import { expect, test } from '@jest/globals';
import { Command } from 'commander';
import { commandSummaries } from '../../../src/cli/command-summaries.js';
import { addCommands } from '../../../src/cli/commands.js';

const names = Object.keys(commandSummaries);

async function programFor(...args: string[]): Promise<Command> {
  const program = new Command('sam-i-am').exitOverride();
  await addCommands(program, args);
  return program;
}

test('help lists all commands without loading any: none of them has options yet', async () => {
  const program = await programFor('--help');
  expect(program.commands.map((each) => each.name())).toEqual(names);
  expect(program.commands.flatMap(({ options }) => options)).toEqual([]);
  for (const summary of Object.values(commandSummaries)) {
    expect(program.helpInformation().replaceAll(/\s+/g, ' ')).toContain(summary);
  }
});

test.each(names)('%s is loaded with its options when it is asked for, also for its help', async (name) => {
  for (const args of [[name], ['help', name]]) {
    const loaded = (await programFor(...args)).commands.filter(
      ({ options, commands }) => options.length + commands.length > 0,
    );
    expect(loaded.map((each) => [each.name(), each.description()])).toEqual([
      [name, commandSummaries[name as keyof typeof commandSummaries]],
    ]);
  }
});

test('a folder or file with the name of another command is no command', async () => {
  const program = await programFor('segment', 'models', '--out', 'train');
  expect(program.commands.filter(({ options }) => options.length > 0).map((each) => each.name())).toEqual(['segment']);
});
