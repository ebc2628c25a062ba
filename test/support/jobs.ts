/** Jobs that end when they are told to, in the order of their names. */
export function jobs() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const job = (name: string) => () => {
    started.push(name);
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  return { started, job, end: (name: string) => ends.get(name)?.() };
}

/** Lets everything run that can. */
export const soon = () => new Promise((resolve) => setImmediate(resolve));
