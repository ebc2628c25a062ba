import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ProjectsAnswer } from '../../backend/api/project-schemas.js';
import { agreementNote, type RegionChanges } from '../../core/region-changes.js';
import { withoutTrailing } from '../../core/without-trailing.js';
import { postJson, problemOf } from '../api.js';
import { Problem } from '../ui/problem.js';
import { shortTime } from '../ui/time.js';
import { type Column, WideTable } from '../ui/wide-table.js';
import { accuracyByVersion, type AccuracyEntry, iouOf, worstFirst } from './accuracy.js';
import { AccuracyPlot } from './accuracy-plot.js';

type Project = ProjectsAnswer['projects'][number];

/** One project with the measures of its annotations. */
export interface ProjectCardProps {
  readonly project: Project;
  readonly entries: readonly AccuracyEntry[];
  readonly onChange: () => void;
}

const mostWorst = 8;

/** One connected project. */
export function ProjectCard({ project, entries, onChange }: ProjectCardProps): JSX.Element {
  const { id, title, url, modelVersion, labels, accepted, sinceTraining } = project;
  const link = safeLink(url);
  return (
    <section class="card project" aria-labelledby={`project-${id}`}>
      <div class="heading">
        <h2 id={`project-${id}`}>{link === null ? title : <a href={link}>{title}</a>}</h2>
        {modelVersion !== null && <span class="facts">{modelVersion}</span>}
      </div>
      <p class="labels">
        {labels.map((label) => (
          <span key={label} class="badge">
            {label}
          </span>
        ))}
      </p>
      <dl class="figures">
        <div>
          <dt>Accepted annotations</dt>
          <dd>{accepted}</dd>
        </div>
        <div>
          <dt>Since the last training</dt>
          <dd>{sinceTraining}</dd>
        </div>
      </dl>
      <Accuracy entries={entries} link={link} />
      <Training project={project} onChange={onChange} />
    </section>
  );
}

/** Addresses come from outside: only those of web pages become links. */
function safeLink(url: string | null): string | null {
  return url !== null && /^https?:\/\//i.test(url) ? url : null;
}

interface AccuracyProps {
  readonly entries: readonly AccuracyEntry[];
  /** The project's page in Label Studio. */
  readonly link: string | null;
}

function Accuracy({ entries, link }: AccuracyProps): JSX.Element {
  if (entries.length === 0) return <p class="hint">No accepted annotation was measured yet.</p>;
  return (
    <>
      <h3>Best-match IoU of predictions with what was accepted</h3>
      <p class="hint">{agreementNote}</p>
      <AccuracyPlot entries={entries} />
      <div class="columns">
        <ByVersion entries={entries} />
        <WorstImages entries={entries} link={link} />
      </div>
    </>
  );
}

/** For a narrow column: "1 / 0 / 0 of 3". */
function shortChanges({ accepted, edited, rejected, drawn }: RegionChanges): string {
  const all = accepted + edited + rejected + drawn;
  return all === 0 ? '–' : `${edited} / ${drawn} / ${rejected} of ${all}`;
}

function ByVersion({ entries }: Pick<AccuracyProps, 'entries'>): JSX.Element {
  return (
    <table>
      <caption>By version, with 95 % intervals</caption>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">IoU</th>
          <th scope="col" class="secondary">
            Interval
          </th>
          <th scope="col" class="secondary">
            Images
          </th>
          <th scope="col">Edited / drawn / deleted</th>
        </tr>
      </thead>
      <tbody>
        {accuracyByVersion(entries).map(({ version, regions, mean, low, high, count }) => (
          <tr key={version}>
            <th scope="row">{version}</th>
            <td class="number">{mean.toFixed(3)}</td>
            <td class="number secondary">{count < 2 ? '–' : `${low.toFixed(2)} to ${high.toFixed(2)}`}</td>
            <td class="number secondary">{count}</td>
            <td class="number">{shortChanges(regions)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function WorstImages({ entries, link }: AccuracyProps): JSX.Element {
  return (
    <table>
      <caption>Worst images</caption>
      <thead>
        <tr>
          <th scope="col">Task</th>
          <th scope="col">IoU</th>
          <th scope="col">Edited / drawn / deleted</th>
          <th scope="col">Pixels edited</th>
        </tr>
      </thead>
      <tbody>
        {worstFirst(entries, mostWorst).map((entry) => (
          <tr key={entry.annotation}>
            <th scope="row" class="number">
              {link === null ? entry.task : <a href={taskLink(link, entry.task)}>{`task\u00a0${entry.task}`}</a>}
            </th>
            <td class="number">{iouOf(entry).toFixed(3)}</td>
            <td class="number">{shortChanges(entry.regions)}</td>
            <td class="number">{`${(100 * entry.editedShare).toFixed(1)}\u00a0%`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `url` is a project's page, with or without a path below it. */
function taskLink(url: string, task: string): string {
  const project = /^(https?:\/\/.*?\/projects\/\d+)/i.exec(url)?.[1] ?? withoutTrailing(url, '/');
  return `${project}/data?task=${encodeURIComponent(task)}`;
}

function Training({ project, onChange }: Pick<ProjectCardProps, 'project' | 'onChange'>): JSX.Element {
  const { id, training, lastTraining, title } = project;
  const [problem, setProblem] = useState<{ readonly message: string; readonly hint: string } | null>(null);
  const caption = training === null ? 'Start training' : `Training is ${training.state}`;
  const ask = (path: string, body: object) => () => {
    setProblem(null);
    postJson<object>(`api/projects/${encodeURIComponent(String(id))}/${path}`, body).then(onChange, (thrown: unknown) =>
      setProblem(problemOf(thrown)),
    );
  };
  return (
    <>
      <div class="heading">
        <h3>Learned profiles</h3>
        <button
          type="button"
          class="button"
          disabled={training !== null}
          onClick={ask('train', {})}
          aria-label={`${caption}: ${title}`}
        >
          {caption}
        </button>
      </div>
      {training !== null && <progress max={1} value={training.progress} aria-label={`Training of ${title}`} />}
      {problem !== null && <Problem {...problem} />}
      {lastTraining !== null && (
        <p class="hint">
          The last training ended {shortTime(lastTraining.finishedAt)} and was {lastTraining.outcome}
          {lastTraining.reason === null ? '.' : `: ${lastTraining.reason}`}
        </p>
      )}
      <Profiles project={project} onUse={(version) => ask('rollback', { version })} />
    </>
  );
}

interface ProfilesProps {
  readonly project: Project;
  readonly onUse: (version: string) => () => void;
}

const profileColumns: readonly Column[] = [
  { title: 'Version' },
  { title: 'Made', isSecondary: true },
  { title: 'Images', isSecondary: true },
  { title: 'Held-out IoU' },
  { title: 'Without it', isSecondary: true },
  { title: 'Change', isHidden: true },
];

function Profiles({ project: { profiles, title }, onUse }: ProfilesProps): JSX.Element {
  if (profiles.length === 0) {
    return <p class="hint">Nothing was learned yet: predictions come from the models as they are.</p>;
  }
  return (
    <WideTable label={`Profiles of ${title}`} columns={profileColumns}>
      {profiles.map(({ version, createdAt, active, images, heldOutIou, zeroShotIou }) => (
        <tr key={version}>
          <th scope="row">
            {version} {active && <span class="badge">active</span>}
          </th>
          <td class="secondary">{shortTime(createdAt)}</td>
          <td class="secondary">{images}</td>
          <td>{heldOutIou?.toFixed(3) ?? '–'}</td>
          <td class="secondary">{zeroShotIou?.toFixed(3) ?? '–'}</td>
          <td class="action">
            {!active && (
              <button type="button" class="quiet" onClick={onUse(version)} aria-label={`Use again: ${version}`}>
                Use again
              </button>
            )}
          </td>
        </tr>
      ))}
    </WideTable>
  );
}
