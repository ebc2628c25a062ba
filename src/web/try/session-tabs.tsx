import type { JSX } from 'preact';
import { useStore } from '../store.js';
import { Icon } from '../ui/icon.js';
import type { TrySession } from './try-session.js';

export interface SessionTabsProps {
  readonly sessions: readonly TrySession[];
  readonly active: TrySession | null;
  readonly onChoose: (session: TrySession) => void;
  readonly onClose: (session: TrySession) => void;
  readonly onNew: () => void;
}

/** The micrographs that are open. */
export function SessionTabs({ sessions, active, onChoose, onClose, onNew }: SessionTabsProps): JSX.Element {
  return (
    <nav class="files" aria-label="Open micrographs">
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
