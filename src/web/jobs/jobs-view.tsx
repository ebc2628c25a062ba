import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Job, JobsAnswer } from '../../backend/api/job-schemas.js';
import { postJson, problemOf } from '../api.js';
import { Loading } from '../ui/loading.js';
import { Problem } from '../ui/problem.js';
import { shortTime } from '../ui/time.js';
import { usePolled } from '../ui/use-polled.js';
import { type Column, WideTable } from '../ui/wide-table.js';

const everyMs = 2000;

/** The queue, its workers, and what became of each job. */
export function JobsView(): JSX.Element {
  const { answer, problem, refresh } = usePolled<JobsAnswer>(
    'api/jobs',
    everyMs,
    'this server does not tell of its jobs',
  );
  return (
    <div class="page">
      <h1>Jobs</h1>
      {problem !== null && <Problem {...problem} />}
      {answer === null && problem === null && <Loading />}
      {answer !== null && (
        <>
          <Figures {...answer.queue} />
          <Scope ownSince={answer.queue.ownSince} />
          <Elsewhere queues={answer.elsewhere} />
          <Workers workers={answer.workers} jobs={answer.jobs} />
          <Jobs jobs={answer.jobs} onChange={refresh} />
        </>
      )}
    </div>
  );
}

/** Commands that work by themselves beside the server. */
function Elsewhere({ queues }: { readonly queues: JobsAnswer['elsewhere'] }): JSX.Element | null {
  if (queues.length === 0) return null;
  return (
    <section class="card">
      <h2>At work by themselves</h2>
      <ul class="workers">
        {queues.map(({ command, host, pid, waiting, running, done, failed, perMinute, ownSince }) => (
          <li key={`${host} ${pid}`}>
            <span class={`state-mark is-${running > 0 ? 'busy' : 'idle'}`}>{running > 0 ? 'busy' : 'idle'}</span>
            <strong>{command}</strong>
            <span class="facts">
              {`${waiting} waiting, ${running} running, ${done} done, ${failed} failed, ${perMinute.toFixed(1)} per minute; ` +
                `on ${host} since ${shortTime(ownSince ?? '')}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Whose jobs these are: zeros must not be taken for idleness elsewhere. */
function Scope({ ownSince }: Pick<JobsAnswer['queue'], 'ownSince'>): JSX.Element {
  return (
    <p class="hint">
      {ownSince === null
        ? 'Of all processes that share this Redis.'
        : `Of this server, since it was started on ${shortTime(ownSince)}. Without REDIS_URL, commands work by themselves: ` +
          'prelabel is named below while it runs, segment and watch are not. ' +
          'An image that was painted a moment ago is answered again without a new job.'}
    </p>
  );
}

function Figures({ waiting, running, done, failed, perMinute }: JobsAnswer['queue']): JSX.Element {
  const figures = [
    ['Waiting', String(waiting)],
    ['Running', String(running)],
    ['Done', String(done)],
    ['Failed', String(failed)],
    ['Per minute', perMinute.toFixed(1)],
  ] as const;
  return (
    <dl class="figures">
      {figures.map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Workers({ workers, jobs }: Pick<JobsAnswer, 'workers' | 'jobs'>): JSX.Element {
  const nameOf = (job: string): string => jobs.find(({ id }) => id === job)?.name ?? job;
  return (
    <section class="card">
      <h2>Workers</h2>
      {workers.length === 0 ? (
        <p class="hint">No worker is connected: start one with sam-i-am worker, or unset REDIS_URL.</p>
      ) : (
        <ul class="workers">
          {workers.map(({ id, host, state, since, job }) => (
            <li key={id}>
              <span class={`state-mark is-${state}`}>{state}</span>
              <strong>{host}</strong>
              <span class="facts">
                {job === null ? id : `on ${nameOf(job)}`} since {shortTime(since)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface JobsProps {
  readonly jobs: readonly Job[];
  readonly onChange: () => void;
}

const columns: readonly Column[] = [
  { title: 'Job' },
  { title: 'State' },
  { title: 'Project, task', isSecondary: true },
  { title: 'Begun', isSecondary: true },
  { title: 'Ended', isSecondary: true },
  { title: 'Attempts', isSecondary: true },
  { title: 'Change', isHidden: true },
];

function Jobs({ jobs, onChange }: JobsProps): JSX.Element {
  return (
    <section class="card">
      <h2>Jobs, newest first</h2>
      {jobs.length === 0 ? (
        <p class="hint">Nothing was asked for yet.</p>
      ) : (
        <WideTable label="Jobs" columns={columns}>
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} onChange={onChange} />
          ))}
        </WideTable>
      )}
    </section>
  );
}

function JobRow({ job, onChange }: { readonly job: Job; readonly onChange: () => void }): JSX.Element {
  const { id, kind, name, state, project, task, createdAt, finishedAt, attempts, reason } = job;
  const [problem, setProblem] = useState<string | null>(null);
  const change = (to: 'cancel' | 'retry') => () => {
    postJson<Job>(`api/jobs/${encodeURIComponent(id)}/${to}`).then(onChange, (thrown: unknown) =>
      setProblem(problemOf(thrown).message),
    );
  };
  const isOpen = state === 'waiting' || state === 'running';
  const canRetry = state === 'failed' || state === 'cancelled';
  const place = [project === null ? '' : `project ${project}`, task === null ? '' : `task ${task}`];
  return (
    <tr>
      <th scope="row">
        {name} <small>{kind}</small>
        {reason !== null && <span class="reason">{reason}</span>}
        {problem !== null && (
          <span class="reason" role="alert">
            {problem}
          </span>
        )}
      </th>
      <td>
        <span class={`state-mark is-${state}`}>{state}</span>
      </td>
      <td class="secondary">{place.filter((text) => text !== '').join(', ')}</td>
      <td class="secondary">{shortTime(createdAt)}</td>
      <td class="secondary">{finishedAt === null ? '' : shortTime(finishedAt)}</td>
      <td class="secondary">{attempts}</td>
      <td class="action">
        {isOpen && (
          <button type="button" class="quiet" onClick={change('cancel')} aria-label={`Cancel: ${name}`}>
            Cancel
          </button>
        )}
        {canRetry && (
          <button type="button" class="quiet" onClick={change('retry')} aria-label={`Try again: ${name}`}>
            Try again
          </button>
        )}
      </td>
    </tr>
  );
}
