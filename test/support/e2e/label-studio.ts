import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, runScript, until } from './repository.js';

/** A brush region as Label Studio stores it. */
export interface StoredRegion {
  readonly id: string;
  readonly original_width: number;
  readonly original_height: number;
  readonly value: { readonly rle: readonly number[]; readonly brushlabels: readonly string[] };
}

/** A prediction as Label Studio stores it. */
export interface StoredPrediction {
  readonly model_version: string;
  readonly score: number;
  readonly result: readonly StoredRegion[];
}

/** A task as Label Studio lists it. */
export interface StoredTask {
  readonly id: number;
  readonly data: Readonly<Record<string, string>>;
  readonly predictions: readonly StoredPrediction[];
}

/** A real Label Studio server of this test's own, with what the test does on it. */
export class LabelStudio {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly #pid: number;
  readonly #folder: string;
  #authorization: string;

  private constructor(line: string, folder: string) {
    const field = (name: string) => new RegExp(`${name}=(\\S+)`).exec(line)?.[1] ?? '';
    this.url = field('url');
    this.user = field('user');
    this.password = field('password');
    this.#pid = Number(field('pid'));
    this.#folder = folder;
    this.#authorization = `Token ${field('token')}`;
  }

  /** Installs Label Studio if need be (four minutes) and starts a fresh server (one or two). */
  static async start(): Promise<LabelStudio> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sam-i-am-e2e-'));
    const line = await runScript('start-label-studio.sh', '--data', folder, '--port', String(await freePort()));
    return new LabelStudio(line, folder);
  }

  async stop(): Promise<void> {
    const isRunning = () => {
      try {
        return process.kill(this.#pid, 0);
      } catch {
        return false;
      }
    };
    if (isRunning()) process.kill(this.#pid, 'SIGTERM');
    await until(() => !isRunning(), 'Label Studio has stopped', 30_000);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A project with a label config; gives its id. */
  async createProject(title: string, labelConfigFile: string): Promise<number> {
    const answer = await this.send('POST', '/api/projects', {
      title,
      label_config: readFileSync(labelConfigFile, 'utf8'),
    });
    return (answer as { id: number }).id;
  }

  /** Connects a backend as the project's Model page does. */
  async connect(
    project: number,
    url: string,
    title: string,
  ): Promise<{ id: number; state: string; model_version: string }> {
    const body = { project, url, title, is_interactive: true };
    return (await this.send('POST', '/api/ml', body)) as { id: number; state: string; model_version: string };
  }

  async upload(project: number, name: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const form = new FormData();
    form.append('file', new Blob([content], { type: 'image/png' }), name);
    await this.send('POST', `/api/projects/${project}/import`, form);
  }

  async uploadFile(project: number, file: string): Promise<void> {
    await this.upload(project, path.basename(file), Uint8Array.from(await readFile(file)));
  }

  async importTasks(
    project: number,
    tasks: readonly { readonly data: Readonly<Record<string, string>> }[],
  ): Promise<void> {
    await this.send('POST', `/api/projects/${project}/import`, tasks);
  }

  /** All tasks with their predictions; listing asks no backend. */
  async tasks(project: number): Promise<readonly StoredTask[]> {
    const answer = await this.send('GET', `/api/tasks?project=${project}&fields=all&page_size=1000`);
    return (answer as { tasks: StoredTask[] }).tasks.toSorted((a, b) => a.id - b.id);
  }

  /** Opens a task: Label Studio asks the backend if the task has no prediction yet. */
  async openTask(id: number): Promise<StoredTask> {
    return (await this.send('GET', `/api/tasks/${id}`)) as StoredTask;
  }

  /** The data manager's action "Retrieve predictions" on all tasks. */
  async retrievePredictions(project: number): Promise<void> {
    const selectedItems = { all: true, excluded: [] };
    await this.send('POST', `/api/dm/actions?id=retrieve_tasks_predictions&project=${project}`, { selectedItems });
  }

  /** What the page sends when someone clicks with a smart tool. */
  async askInteractively(backend: number, task: number, result: readonly unknown[]): Promise<unknown> {
    return this.send('POST', `/api/ml/${backend}/interactive-annotating`, { task, context: { result } });
  }

  async createPersonalToken(): Promise<string> {
    return ((await this.send('POST', '/api/token/', {})) as { token: string }).token;
  }

  /** Switches legacy tokens off, which is Label Studio's default for new organisations; this client goes on with the personal token. */
  async forbidLegacyTokens(personalToken: string): Promise<void> {
    await this.send('POST', '/api/jwt/settings', { api_tokens_enabled: true, legacy_api_tokens_enabled: false });
    const { access } = (await this.send('POST', '/api/token/refresh', { refresh: personalToken })) as {
      access: string;
    };
    this.#authorization = `Bearer ${access}`;
  }

  async send(method: 'GET' | 'POST' | 'PATCH', address: string, body?: unknown): Promise<unknown> {
    const isForm = body instanceof FormData;
    const response = await fetch(this.url + address, {
      method,
      headers: { authorization: this.#authorization, ...(isForm ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${address} answered ${response.status}: ${text.slice(0, 500)}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
