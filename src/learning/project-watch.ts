import { asSamIAmError, SamIAmError } from '../core/errors.js';
import { type AnnotatedTask, type AnnotationLedger, openAnnotationLedger } from '../label-studio/annotation-ledger.js';
import { connectApi, isGone } from '../label-studio/connected-api.js';
import type { HttpClient } from '../label-studio/http-client.js';
import type { LabelStudioAccess } from '../label-studio/image-address.js';
import { createProjectApi } from '../label-studio/project-api.js';
import { Turns, TurnsByKey } from '../painting/turns.js';
import type { Hint, HintInbox } from '../store/hint-inbox.js';
import type { ProjectRecord, ProjectRecords } from '../store/project-records.js';
import type { LiveAccuracy } from './live-accuracy.js';
import { paintableLabels } from './training/paintable-labels.js';

/** Keeps what is known of projects the same as what Label Studio says of them. */
export interface ProjectWatch {
  /** Resolves when the hint is safe; the project is looked at soon after. */
  noted(hint: Hint): Promise<void>;
  /** Label Studio has said where it is: a project that was not looked at since the start is looked at now. */
  connected(project: string): void;
  /** Looks at a project now. */
  compare(project: string): Promise<void>;
  /** What is changed in a project from now on is new. */
  trained(project: string, upTo: string): Promise<void>;
  projects(): Promise<ProjectRecord[]>;
  /** Resolves when nothing is left to look at. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** What a watch needs. */
export interface ProjectWatchDeps {
  readonly inbox: HintInbox;
  readonly records: ProjectRecords;
  readonly http: HttpClient;
  readonly accuracy: LiveAccuracy;
  /** How Label Studio is reached for a project, as far as that is known. */
  readonly accessTo: (project: string) => LabelStudioAccess;
  /** Called after each look. */
  readonly onCompared: (record: ProjectRecord) => void;
  readonly onFailure: (project: string, reason: string) => void;
  /** Milliseconds between a hint and the look, in which further hints join it; between two looks without any; and after a failure. */
  readonly pauses?: { readonly afterHintMs: number; readonly betweenLooksMs: number; readonly afterFailureMs: number };
}

const defaultPauses = { afterHintMs: 300, betweenLooksMs: 600_000, afterFailureMs: 30_000 };

/**
 * Anyone who reaches the port can name projects, and each is asked for with our key: so few that Label Studio never
 * knew may wait, and so few are asked for at once.
 */
const mostUnknown = 100;
const mostAtOnce = 2;
/** So many are remembered as looked at since the start. */
const mostSeen = 10_000;
/** A project that can't be looked at is tried again after ever longer pauses, this many times the first at most. */
const longestPause = 32;

/** Of a project that is seen for the first time so many tasks are measured, the newest. */
const mostAtFirst = 200;

/** Tasks that were annotated or corrected since the last training. */
export function tasksSinceTraining({ tasks, trainedUpTo }: ProjectRecord): number {
  return Object.values(tasks).filter(({ annotatedAt }) => annotatedAt > trainedUpTo).length;
}

/** The newest change that is known. */
export function newestChange({ tasks }: Pick<ProjectRecord, 'tasks'>): string {
  return Object.values(tasks).reduce((last, { annotatedAt }) => (annotatedAt > last ? annotatedAt : last), '');
}

/** Starts to watch; what was noted before an earlier process ended is looked at first. */
export function watchProjects(deps: ProjectWatchDeps): ProjectWatch {
  return new ProjectWatcher(deps);
}

class ProjectWatcher implements ProjectWatch {
  readonly #deps: ProjectWatchDeps;
  readonly #pauses: typeof defaultPauses;
  readonly #seen = new Set<string>();
  readonly #timers = new Map<string, { readonly timer: NodeJS.Timeout; readonly due: number }>();
  readonly #looking = new Set<Promise<void>>();
  readonly #turns = new TurnsByKey();
  readonly #places = new Turns(mostAtOnce);
  /** Projects that Label Studio has told of. */
  readonly #known = new Set<string>();
  /** Looks that failed, one after the other. */
  readonly #failures = new Map<string, number>();
  readonly #regularly: NodeJS.Timeout;
  #closed = false;

  constructor(deps: ProjectWatchDeps) {
    this.#deps = deps;
    this.#pauses = deps.pauses ?? defaultPauses;
    const lookAtAll = () => void this.#lookAtAll().catch(() => undefined);
    this.#regularly = setInterval(lookAtAll, this.#pauses.betweenLooksMs);
    this.#regularly.unref();
    lookAtAll();
  }

  async noted(hint: Hint): Promise<void> {
    if (!this.#hasRoom(hint.project)) throw tooManyUnknown();
    await this.#deps.inbox.note(hint);
    this.#lookSoon(hint.project, this.#pauses.afterHintMs);
  }

  connected(project: string): void {
    if (this.#seen.has(project) || this.#timers.has(project) || !this.#hasRoom(project)) return;
    this.#lookSoon(project, 0);
  }

  compare(project: string): Promise<void> {
    const { inbox, accessTo, onCompared } = this.#deps;
    return this.#turns.run(project, async () => {
      if (this.#seen.size >= mostSeen) this.#seen.clear();
      this.#seen.add(project);
      const upTo = inbox.waiting().get(project) ?? 0;
      const record = await this.#compareOrSettle(project, upTo, accessTo(project));
      this.#known.add(project);
      await inbox.settle(project, upTo);
      onCompared(record);
    });
  }

  trained(project: string, upTo: string): Promise<void> {
    const { records } = this.#deps;
    return this.#turns.run(project, async () => {
      const record = await records.read(project);
      if (record !== undefined) await records.write({ ...record, trainedUpTo: upTo });
    });
  }

  projects(): Promise<ProjectRecord[]> {
    return this.#deps.records.all();
  }

  async idle(): Promise<void> {
    while (this.#timers.size > 0 || this.#looking.size > 0) {
      await Promise.all(this.#looking);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#regularly);
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#looking);
    await this.#deps.inbox.close();
  }

  /** What Label Studio does not have is done with; every other failure may pass. */
  async #compareOrSettle(project: string, upTo: number, access: LabelStudioAccess): Promise<ProjectRecord> {
    try {
      return await compareProject(project, access, this.#deps);
    } catch (thrown) {
      if (isGone(thrown)) await this.#deps.inbox.settle(project, upTo);
      throw thrown;
    }
  }

  #hasRoom(project: string): boolean {
    const waiting = this.#deps.inbox.waiting();
    if (this.#known.has(project) || waiting.has(project) || this.#timers.has(project)) return true;
    const unknown = new Set([...waiting.keys(), ...this.#timers.keys()]);
    for (const known of this.#known) unknown.delete(known);
    return unknown.size < mostUnknown;
  }

  /** Hints that come before the look join it. */
  #lookSoon(project: string, afterMs: number): void {
    const { url, token } = this.#deps.accessTo(project);
    if (this.#closed || url === undefined || token === undefined) return;
    const due = performance.now() + afterMs;
    const planned = this.#timers.get(project);
    if (planned !== undefined && planned.due <= due) return;
    clearTimeout(planned?.timer);
    const timer = setTimeout(() => {
      this.#timers.delete(project);
      const done = this.#look(project).finally(() => this.#looking.delete(done));
      this.#looking.add(done);
    }, afterMs);
    timer.unref();
    this.#timers.set(project, { timer, due });
  }

  async #look(project: string): Promise<void> {
    try {
      await this.#places.run(() => this.compare(project));
      this.#failures.delete(project);
    } catch (thrown) {
      this.#deps.onFailure(project, asSamIAmError(thrown).message);
      if (this.#deps.inbox.waiting().has(project)) this.#lookAgain(project);
      else this.#failures.delete(project);
    }
  }

  #lookAgain(project: string): void {
    const failures = this.#failures.get(project) ?? 0;
    this.#failures.set(project, failures + 1);
    this.#lookSoon(project, this.#pauses.afterFailureMs * Math.min(2 ** failures, longestPause));
  }

  async #lookAtAll(): Promise<void> {
    const known = (await this.#deps.records.all()).map(({ id }) => id);
    for (const project of known) this.#known.add(project);
    for (const project of new Set([...this.#deps.inbox.waiting().keys(), ...known])) this.#lookSoon(project, 0);
  }
}

function tooManyUnknown(): SamIAmError {
  return new SamIAmError(
    'capacity.queue_full',
    'too many projects are named that Label Studio was not asked about yet',
    {
      hint: 'Send the event again in a minute.',
    },
  );
}

/** Brings the record of a project up to date; every annotation that is new, changed or gone since is told to the live accuracy. */
async function compareProject(
  project: string,
  labelStudio: LabelStudioAccess,
  { http, records, accuracy }: Pick<ProjectWatchDeps, 'http' | 'records' | 'accuracy'>,
): Promise<ProjectRecord> {
  const api = connectApi(http, labelStudio);
  const ledger = openAnnotationLedger(api, project);
  const { title, labelConfig } = await createProjectApi(http, labelStudio).project(project);
  const before = await records.read(project);
  const listed = await ledger.annotatedTasks();
  const changed = listed.filter(({ id, updatedAt }) => before?.tasks[id]?.updatedAt !== updatedAt);
  const measured = before === undefined ? newest(changed, mostAtFirst) : changed;
  const tasks: ProjectRecord['tasks'] = {};
  for (const { id, updatedAt } of listed)
    tasks[id] = before?.tasks[id] ?? { updatedAt, annotatedAt: updatedAt, annotations: [] };
  for (const task of measured) {
    const found = await tellChanges(task, before, ledger, {
      accuracy,
      event: { project, labelConfig, labelStudio },
    });
    tasks[task.id] = { updatedAt: task.updatedAt, ...found };
  }
  for (const [id, { annotations }] of Object.entries(before?.tasks ?? {})) {
    if (!(id in tasks)) for (const annotation of annotations) accuracy.deleted(annotation);
  }
  const base = labelStudio.hostname ?? labelStudio.url;
  const url = base === undefined ? null : `${base}/projects/${project}/data`;
  const trainedUpTo = before?.trainedUpTo ?? '';
  const record = { id: project, title, url, labels: labelsOf(labelConfig), tasks, trainedUpTo };
  await records.write(record);
  return record;
}

function newest(tasks: readonly AnnotatedTask[], most: number): AnnotatedTask[] {
  return tasks.toSorted((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1)).slice(-most);
}

async function tellChanges(
  { id: task }: AnnotatedTask,
  before: ProjectRecord | undefined,
  ledger: AnnotationLedger,
  {
    accuracy,
    event,
  }: {
    readonly accuracy: LiveAccuracy;
    readonly event: { readonly project: string; readonly labelConfig: string; readonly labelStudio: LabelStudioAccess };
  },
): Promise<{ annotations: string[]; annotatedAt: string }> {
  const annotations = await ledger.annotationsOf(task);
  for (const { id, annotation } of annotations) {
    accuracy.submitted({ ...event, task, annotationId: id, annotation, isFromLabelStudio: true });
  }
  const ids = annotations.map(({ id }) => id);
  for (const gone of before?.tasks[task]?.annotations ?? []) if (!ids.includes(gone)) accuracy.deleted(gone);
  const annotatedAt =
    annotations
      .map(({ updatedAt }) => updatedAt)
      .sort()
      .at(-1) ?? '';
  return { annotations: ids, annotatedAt };
}

/** A project may not have a label config yet, or one without brushes. */
function labelsOf(labelConfig: string): string[] {
  try {
    return [...(paintableLabels(labelConfig)?.labels ?? [])];
  } catch {
    return [];
  }
}
