import { useEffect, useState } from 'preact/hooks';
import { ApiError, getJson, problemOf } from '../api.js';

/** What an address answers, asked again and again. */
export interface Polled<Answer> {
  readonly answer: Answer | null;
  readonly problem: { readonly message: string; readonly hint: string } | null;
  /** Asks again at once. */
  readonly refresh: () => void;
}

/** Asks an address now and every so often while the component is shown; `missing` says what a server lacks that knows no such address. */
export function usePolled<Answer>(path: string, everyMs: number, missing: string): Polled<Answer> {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [problem, setProblem] = useState<Polled<Answer>['problem']>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        setAnswer(await getJson<Answer>(path, stop.signal));
        setProblem(null);
      } catch (thrown) {
        if (stop.signal.aborted) return;
        const isMissing = thrown instanceof ApiError && thrown.status === 404;
        setProblem(isMissing ? { message: missing, hint: 'Update sam-i-am on the server.' } : problemOf(thrown));
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), everyMs);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [path, everyMs, missing, round]);
  return { answer, problem, refresh: () => setRound((before) => before + 1) };
}
