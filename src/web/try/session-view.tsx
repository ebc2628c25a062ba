import type { JSX } from 'preact';
import type { TryStatus } from '../../backend/api/try-schemas.js';
import { useStore } from '../store.js';
import { Problem } from '../ui/problem.js';
import { Explorer } from './explorer.js';
import type { TrySession } from './try-session.js';

/** One micrograph: its progress, then what was found in it. */
export function SessionView({ session }: { readonly session: TrySession }): JSX.Element {
  const state = useStore(session.store);
  const { problem, explored, status, name } = state;
  if (explored !== null) {
    return (
      <>
        {problem !== null && <Problem {...problem} />}
        <Explorer session={session} state={state} explored={explored} />
      </>
    );
  }
  return (
    <div class="waiting">
      <h1 class="file-title">{name}</h1>
      {problem === null ? <StageProgress status={status} /> : <Problem {...problem} />}
    </div>
  );
}

const steps = [
  { step: 'decode', title: 'Decode the file', now: 'Decoding the file' },
  { step: 'encode', title: 'Encode the micrograph', now: 'Encoding the micrograph' },
  { step: 'prompt', title: 'Ask SAM for masks', now: 'Asking SAM for masks' },
  { step: 'removal', title: 'Remove masks', now: 'Removing masks' },
  { step: 'merging', title: 'Describe textures', now: 'Describing textures' },
] as const;

/** The stages of the pipeline, and how far it is. */
function StageProgress({ status }: { readonly status: TryStatus | null }): JSX.Element {
  const at = steps.findIndex(({ step }) => step === status?.step);
  const progress = status?.progress ?? 0;
  const done = status?.state === 'done';
  const now =
    status === null ? 'Uploading' : status.step === null ? 'Waiting for its turn' : (steps[at]?.now ?? 'Ready');
  return (
    <>
      <progress max={1} value={progress} aria-label="Progress" />
      <p class="now">
        <span role="status">{now}</span>
        <span class="facts">{Math.round(100 * progress)} %</span>
      </p>
      <ol class="steps">
        {steps.map(({ step, title }, index) => (
          <li key={step} class={done || index < at ? 'is-done' : index === at ? 'is-now' : ''}>
            {title}
          </li>
        ))}
      </ol>
    </>
  );
}
