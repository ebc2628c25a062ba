import { useEffect, useState } from 'preact/hooks';

/** A value that components watch. */
export class Store<Value extends object> {
  #value: Value;
  readonly #watchers = new Set<(value: Value) => void>();

  constructor(initial: Value) {
    this.#value = initial;
  }

  get value(): Value {
    return this.#value;
  }

  /** Changes some of its fields. */
  set(change: Partial<Value>): void {
    this.#value = { ...this.#value, ...change };
    for (const watcher of this.#watchers) watcher(this.#value);
  }

  watch(watcher: (value: Value) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}

/** The value of a store in a component, which is drawn anew when it changes. */
export function useStore<Value extends object>(store: Store<Value>): Value {
  const [value, setValue] = useState(store.value);
  useEffect(() => {
    setValue(store.value);
    return store.watch(setValue);
  }, [store]);
  return value;
}
