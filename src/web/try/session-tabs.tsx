import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../store.js';
import { Icon } from '../ui/icon.js';
import type { TrySession } from './try-session.js';

/** The micrographs that are open. */
export interface SessionTabsProps {
  readonly sessions: readonly TrySession[];
  readonly active: TrySession | null;
  readonly onChoose: (session: TrySession) => void;
  readonly onClose: (session: TrySession) => void;
  readonly onNew: () => void;
}

/** The micrographs that are open. */
export function SessionTabs({ sessions, active, onChoose, onClose, onNew }: SessionTabsProps): JSX.Element {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => bringIntoSight(nav.current), [active, sessions.length]);
  return (
    <nav class="files" aria-label="Open micrographs" ref={nav}>
      <ul>
        {sessions.map((session, index) => (
          <FileTab
            key={index}
            session={session}
            isActive={session === active}
            onChoose={() => onChoose(session)}
            onClose={() => onClose(session)}
          />
        ))}
      </ul>
      <button type="button" class="quiet" onClick={onNew} aria-current={active === null ? 'true' : undefined}>
        <Icon name="plus" /> Another
      </button>
    </nav>
  );
}

/** The open one is in sight, and has the focus where what had it is gone: the example that was chosen, the button that closed a file. */
function bringIntoSight(nav: HTMLElement | null): void {
  const current = nav?.querySelector<HTMLElement>('[aria-current]');
  current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  if (document.activeElement === document.body) current?.focus({ preventScroll: true });
}

interface FileTabProps {
  readonly session: TrySession;
  readonly isActive: boolean;
  readonly onChoose: () => void;
  readonly onClose: () => void;
}

function FileTab({ session, isActive, onChoose, onClose }: FileTabProps): JSX.Element {
  const { name, status, problem, explored } = useStore(session.store);
  const state = problem !== null ? 'failed' : explored !== null ? '' : `${Math.round(100 * (status?.progress ?? 0))} %`;
  return (
    <li class={isActive ? 'file is-active' : 'file'}>
      <button type="button" class="file-name" onClick={onChoose} aria-current={isActive ? 'true' : undefined}>
        <span class="name">{name}</span>
        {state !== '' && <span class={problem === null ? 'state' : 'state is-bad'}>{state}</span>}
      </button>
      <button type="button" class="icon-button is-small" onClick={onClose} aria-label={`Close ${name}`}>
        <Icon name="close" />
      </button>
    </li>
  );
}
