/** What a task holds: any JSON under the names of its values. */
export type TaskData = Readonly<Record<string, unknown>>;

/** A variable in a value of the label config: `$image`, `$images[0]`, `$doc[0].page`. */
const variable = /\$[\w[\].{}]+/g;

/** Parts of one variable's path that are looked at: more is no path that anybody wrote. */
const mostParts = 32;

/**
 * What a value of the label config means in a task, as Label Studio resolves it: `$images[0]`, `$doc[0].page`, a key with dots in it, or text with variables in
 * it. Undefined where the task does not have it.
 */
export function resolveTaskValue(data: TaskData, value: string): unknown {
  const text = value.trim();
  const key = text.replace(/^\$/, '');
  if (Object.hasOwn(data, key)) return data[key];
  const variables = text.match(variable) ?? [];
  if (variables[0] === text) {
    const found = valueAt(data, key);
    if (found !== undefined) return found;
  }
  if (variables.length === 0) return looksLikeAddress(text) ? text : undefined;
  const found = variables.map((each) => textAt(data, each.slice(1)));
  if (found.includes(undefined)) return undefined;
  return text.replace(variable, () => found.shift() ?? '');
}

/** Whether a text is where an image may be: an address, a path on Label Studio, or the name of an image file. */
export function looksLikeAddress(text: string): boolean {
  return (
    /^(data:|\/|[a-z][a-z0-9+.-]{0,30}:\/\/)/i.test(text) || /\.(png|jpe?g|tiff?|webp|gif|bmp)$/i.test(text.slice(-8))
  );
}

/** The value at a path of keys and indices; only what the data itself holds. */
function valueAt(data: TaskData, path: string): unknown {
  const parts = path.split(/[.[\]]+/).filter((part) => part !== '');
  if (parts.length > mostParts) return undefined;
  return parts.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? (value as TaskData)[part] : undefined,
    data,
  );
}

/** The value of a variable inside of text. What follows a name without being part of it stays text: `$name.png` where there is only `name`. */
function textAt(data: TaskData, path: string): string | undefined {
  for (let end = path.length, parts = 0; end > 0 && parts < mostParts; parts++) {
    const name = path.slice(0, end);
    const found = Object.hasOwn(data, name) ? data[name] : valueAt(data, name);
    if (typeof found === 'string' || typeof found === 'number') return `${found}${path.slice(end)}`;
    end = Math.max(name.lastIndexOf('.'), name.lastIndexOf('['));
  }
  return undefined;
}
