/** Asks `/health` again and again until it is stopped. */
export interface HealthWatch {
  stop(): Promise<{ readonly answers: number; readonly slowestMs: number; readonly medianMs: number }>;
}

/** Starts asking a backend for its health, twenty times a second. */
export function watchHealth(url: string): HealthWatch {
  const times: number[] = [];
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      const start = performance.now();
      const { status } = await fetch(`${url}/health`);
      if (status !== 200) throw new Error(`/health answered ${status}`);
      times.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await watching;
      const sorted = times.toSorted((a, b) => a - b).map((time) => Math.round(time * 10) / 10);
      return { answers: sorted.length, slowestMs: sorted.at(-1) ?? 0, medianMs: sorted[sorted.length >> 1] ?? 0 };
    },
  };
}
