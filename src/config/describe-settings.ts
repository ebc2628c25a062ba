import { environmentName, loadSettings, settingsSchema } from './settings.js';

/** One setting as the documentation shows it. */
export interface SettingDescription {
  /** The environment variable. */
  readonly name: string;
  /** Undefined where the setting is unset by default. */
  readonly defaultValue: string | undefined;
  readonly meaning: string;
}

/** Every setting in the order of the schema. */
export function describeSettings(): readonly SettingDescription[] {
  const defaults = new Map(Object.entries(loadSettings({})));
  return Object.entries(settingsSchema.shape).map(([key, field]) => ({
    name: environmentName(key),
    // Differs from machine to machine; its meaning says how.
    defaultValue: key === 'dataDir' ? undefined : describeValue(defaults.get(key)),
    meaning: field.description ?? '',
  }));
}

/** The settings for a command's help: name, meaning, default. */
export function settingsHelp(): string {
  const settings = describeSettings();
  const width = Math.max(...settings.map(({ name }) => name.length)) + 2;
  const lines = settings.map(({ name, defaultValue, meaning }) => {
    const suffix = defaultValue === undefined ? '' : ` (default: ${defaultValue})`;
    return `  ${name.padEnd(width)}${meaning}${suffix}`;
  });
  return ['Settings, read from the environment:', ...lines].join('\n');
}

/** The settings as a Markdown table for the documentation. */
export function settingsTable(): string {
  const rows = describeSettings().map(
    ({ name, defaultValue, meaning }) =>
      `| \`${name}\` | ${defaultValue === undefined ? '' : `\`${defaultValue}\``} | ${meaning} |`,
  );
  return ['| Variable | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function describeValue(value: string | number | boolean | readonly string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value.join(',') : value?.toString();
  return text === '' ? undefined : text;
}
