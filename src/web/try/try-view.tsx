import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../ui/icon.js';
import { SessionTabs } from './session-tabs.js';
import { SessionView } from './session-view.js';
import { TrySession } from './try-session.js';
import { Welcome } from './welcome.js';

/** Drop micrographs, and see what was found in each. */
export function TryView({ isShown }: { readonly isShown: boolean }): JSX.Element {
  const [sessions, setSessions] = useState<readonly TrySession[]>([]);
  const [active, setActive] = useState<TrySession | null>(null);
  const isDragging = useFileDrop(isShown, (files) => openFiles(files));

  const open = (name: string, source: { readonly file: Blob } | { readonly example: string }): void => {
    const session = new TrySession(name);
    setSessions((before) => [...before, session]);
    setActive(session);
    void session.run(source);
  };
  const openFiles = (files: readonly File[]) => {
    for (const file of files) open(file.name, { file });
  };
  const close = (session: TrySession): void => {
    session.close();
    const left = sessions.filter((other) => other !== session);
    setSessions(left);
    if (session === active) setActive(left.at(-1) ?? null);
    if (left.length === 0) document.getElementById('main')?.focus();
  };
  const startAnew = () => setActive(null);

  return (
    <div class={isDragging ? 'try is-dragging' : 'try'}>
      {sessions.length > 0 && (
        <SessionTabs sessions={sessions} active={active} onChoose={setActive} onClose={close} onNew={startAnew} />
      )}
      {active === null ? (
        <Welcome onFiles={openFiles} onExample={(example) => open(example, { example })} />
      ) : (
        <SessionView key={sessions.indexOf(active)} session={active} />
      )}
      {isDragging && (
        <div class="drop-veil" aria-hidden="true">
          <Icon name="upload" /> Drop micrographs here
        </div>
      )}
    </div>
  );
}

/** Files that are dropped anywhere on the page. */
function useFileDrop(isOn: boolean, onFiles: (files: readonly File[]) => void): boolean {
  const [isDragging, setIsDragging] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    if (!isOn) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;
    addEventListener(
      'dragover',
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setIsDragging(true);
      },
      { signal },
    );
    addEventListener('dragleave', (event) => event.relatedTarget === null && setIsDragging(false), { signal });
    addEventListener(
      'drop',
      (event) => {
        setIsDragging(false);
        if (!hasFiles(event)) return;
        event.preventDefault();
        latest.current([...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    return () => stop.abort();
  }, [isOn]);
  return isDragging;
}
