import { readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A brush region as Label Studio stores it. */
export interface StoredRegion {
  readonly id: string;
  readonly original_width: number;
  readonly original_height: number;
  readonly origin?: string;
  readonly from_name?: string;
  readonly value: { readonly rle: readonly number[]; readonly brushlabels: readonly string[] };
}

/** An annotation as Label Studio exports it. */
export interface StoredAnnotation {
  readonly result: readonly StoredRegion[];
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

/** A real Label Studio server, with what tests do on it. */
export class LabelStudio {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** The legacy token of the first start. */
  readonly token: string;
  /** Document root of local files storages. */
  readonly files: string;
  #authorization: string;

  constructor(line: string) {
    const field = (name: string) => new RegExp(`${name}=(\\S+)`).exec(line)?.[1] ?? '';
    this.url = field('url');
    this.user = field('user');
    this.password = field('password');
    this.token = field('token');
    this.files = field('files');
    this.#authorization = `Token ${this.token}`;
  }

  /** The server that all end-to-end tests share. */
  static shared(): LabelStudio {
    const line = process.env['SAM_I_AM_LABEL_STUDIO'];
    if (line === undefined) throw new Error('the global setup has started no Label Studio');
    return new LabelStudio(line);
  }

  /** A project with a label config; gives its id. */
  async createProject(title: string, labelConfigFile: string): Promise<number> {
    return this.createProjectWith(title, readFileSync(labelConfigFile, 'utf8'));
  }

  async createProjectWith(title: string, labelConfig: string): Promise<number> {
    const answer = await this.send('POST', '/api/projects', { title, label_config: labelConfig });
    return (answer as { id: number }).id;
  }

  /** Puts files into a folder below the document root and lets the project's tasks come from there. */
  async addLocalFiles(project: number, files: readonly string[], names: readonly string[]): Promise<void> {
    const folder = path.join(this.files, `project-${project}`);
    await mkdir(folder, { recursive: true });
    await Promise.all(names.map((name, i) => copyFile(files[i % files.length] ?? '', path.join(folder, name))));
    const storage = (await this.send('POST', '/api/storages/localfiles', {
      project,
      path: folder,
      use_blob_urls: true,
      regex_filter: '.*png',
      title: 'micrographs',
    })) as { id: number };
    await this.send('POST', `/api/storages/localfiles/${storage.id}/sync`, {});
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

  /** The annotations of the export, by task. */
  async exportedAnnotations(project: number): Promise<Map<number, readonly StoredAnnotation[]>> {
    const tasks = (await this.send('GET', `/api/projects/${project}/export?exportType=JSON`)) as {
      id: number;
      annotations: StoredAnnotation[];
    }[];
    return new Map(tasks.map(({ id, annotations }) => [id, annotations]));
  }

  /** What the page sends when someone clicks with a smart tool. */
  async askInteractively(backend: number, task: number, result: readonly unknown[]): Promise<unknown> {
    return this.send('POST', `/api/ml/${backend}/interactive-annotating`, { task, context: { result } });
  }

  /** A user has one personal token, which Label Studio shows but once; later tests find it beside the files. */
  async createPersonalToken(): Promise<string> {
    const keep = path.join(this.files, 'personal-token');
    const known = await readFile(keep, 'utf8').catch(() => undefined);
    if (known !== undefined) return known;
    const { token } = (await this.send('POST', '/api/token/', {})) as { token: string };
    await writeFile(keep, token);
    return token;
  }

  /**
   * Revokes a personal token, and refuses what it was exchanged for as well: Label Studio itself goes on with that for five minutes.
   * {@link allowPersonalTokens} ends the latter.
   */
  async revokePersonalToken(token: string): Promise<void> {
    await rm(path.join(this.files, 'personal-token'), { force: true });
    await this.send('POST', '/api/token/blacklist', { refresh: token });
    await this.send('POST', '/api/jwt/settings', { api_tokens_enabled: false, legacy_api_tokens_enabled: true });
  }

  async allowPersonalTokens(): Promise<void> {
    await this.send('POST', '/api/jwt/settings', { api_tokens_enabled: true, legacy_api_tokens_enabled: true });
  }

  /** Switches legacy tokens off, which is Label Studio's default for new organisations; this client goes on with the personal token. */
  async forbidLegacyTokens(personalToken: string): Promise<void> {
    await this.send('POST', '/api/jwt/settings', { api_tokens_enabled: true, legacy_api_tokens_enabled: false });
    const { access } = (await this.send('POST', '/api/token/refresh', { refresh: personalToken })) as {
      access: string;
    };
    this.#authorization = `Bearer ${access}`;
  }

  async allowLegacyTokens(): Promise<void> {
    await this.send('POST', '/api/jwt/settings', { api_tokens_enabled: true, legacy_api_tokens_enabled: true });
    this.#authorization = `Token ${this.token}`;
  }

  /** Logs in as the page does and gets a personal token; where legacy tokens are off from the start there is no other way. */
  async logInForPersonalToken(): Promise<string> {
    const form = await fetch(`${this.url}/user/login/`);
    const cookies = cookiesOf(form);
    const csrf = cookies.get('csrftoken') ?? '';
    const login = await fetch(`${this.url}/user/login/`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookieHeader(cookies), referer: `${this.url}/user/login/` },
      body: new URLSearchParams({ csrfmiddlewaretoken: csrf, email: this.user, password: this.password }),
    });
    for (const [name, value] of cookiesOf(login)) cookies.set(name, value);
    const keep = path.join(this.files, 'personal-token');
    const token = (await readFile(keep, 'utf8').catch(() => undefined)) ?? (await this.#newToken(cookies));
    await writeFile(keep, token);
    const refreshed = await fetch(`${this.url}/api/token/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh: token }),
    });
    this.#authorization = `Bearer ${((await refreshed.json()) as { access: string }).access}`;
    return token;
  }

  async #newToken(cookies: ReadonlyMap<string, string>): Promise<string> {
    const answer = await fetch(`${this.url}/api/token/`, {
      method: 'POST',
      headers: {
        cookie: cookieHeader(cookies),
        referer: this.url,
        'content-type': 'application/json',
        'x-csrftoken': cookies.get('csrftoken') ?? '',
      },
      body: '{}',
    });
    return ((await answer.json()) as { token: string }).token;
  }

  async send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', address: string, body?: unknown): Promise<unknown> {
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

function cookiesOf(response: Response): Map<string, string> {
  return new Map(
    response.headers.getSetCookie().map((line) => {
      const [pair = ''] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')] as const;
    }),
  );
}

function cookieHeader(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}
