/** Ctrl-C and SIGTERM as a signal to stop cleanly; a second one stops at once. */
export async function withInterruption<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const interrupted = new AbortController();
  const interrupt = (): void => {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    interrupted.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await work(interrupted.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
