import type { PromptAnswer, PromptBody, TryStatus } from '../../backend/api/try-schemas.js';
import type { FoundMask } from '../../booster/found-masks.js';
import { foundMasksFromJson, fromBase64 } from '../../booster/found-masks-json.js';
import { type Mask, maskFromRuns } from '../../core/mask.js';
import type { GivenMaterialCount } from '../../core/material-count.js';
import type { ExplorationJson, RemovalOptions } from '../../pipeline/exploration.js';
import { getJson, postJson, problemOf, request } from '../api.js';
import { Store } from '../store.js';
import type { BoostAnswer } from './boost-messages.js';
import { BoosterClient } from './booster-client.js';
import { openPicture, type Picture } from './picture.js';

/** A click on a micrograph, in its pixels. */
export interface Click {
  readonly x: number;
  readonly y: number;
  readonly positive: boolean;
}

/** What clicks mean: the whole material under them, or what SAM sees there. */
export type ClickExtent = 'material' | 'mask';

/** What inference found in a micrograph. */
export interface Explored {
  readonly info: ExplorationJson;
  readonly masks: readonly FoundMask[];
  readonly picture: Picture;
}

/** Everything that the page knows of one micrograph. */
export interface SessionState {
  readonly name: string;
  /** The run's id on the server, as soon as it has one. */
  readonly id: string | null;
  readonly status: TryStatus | null;
  readonly problem: { readonly message: string; readonly hint: string } | null;
  readonly explored: Explored | null;
  readonly materials: GivenMaterialCount;
  readonly removal: RemovalOptions | null;
  readonly boosted: BoostAnswer | null;
  /** From the change of an option to its first look, in milliseconds. */
  readonly lookMs: number | null;
  readonly extent: ClickExtent;
  readonly clicks: readonly Click[];
  /** What SAM sees at the clicks; null where nothing was asked or seen. */
  readonly samMask: Mask | null;
  readonly isAsking: boolean;
  readonly nanometresPerPixel: number | null;
}

const pollMs = 250;

/** One micrograph on the page, from its upload on. */
export class TrySession {
  readonly store: Store<SessionState>;
  readonly #controller = new AbortController();
  #client: BoosterClient | undefined;
  #asked = 0;
  #askedAt = 0;

  constructor(name: string) {
    this.store = new Store<SessionState>({
      name,
      id: null,
      status: null,
      problem: null,
      explored: null,
      materials: 'auto',
      removal: null,
      boosted: null,
      lookMs: null,
      extent: 'material',
      clicks: [],
      samMask: null,
      isAsking: false,
      nanometresPerPixel: null,
    });
  }

  /** Uploads a file, or names an example, and follows the work on it to its end. */
  async run(source: { readonly file: Blob } | { readonly example: string }): Promise<void> {
    const { signal } = this.#controller;
    const { name } = this.store.value;
    if ('file' in source && source.file.size === 0) {
      this.store.set({
        problem: { message: `${name} is empty`, hint: 'Choose a file that opens in an image viewer.' },
      });
      return;
    }
    try {
      const status = await startRun(name, source, signal);
      this.store.set({ id: status.id, status });
      await this.#follow(status.id, signal);
    } catch (thrown) {
      if (!signal.aborted) this.store.set({ problem: problemOf(thrown) });
    }
  }

  /** Stops the work for it on the server, and forgets it. */
  close(): void {
    this.#controller.abort();
    this.#client?.close();
    const { id } = this.store.value;
    if (id !== null) void request(`api/try/${id}`, { method: 'DELETE' }).catch(() => undefined);
  }

  /** Boosts again, without inference. */
  choose(choices: { readonly materials?: GivenMaterialCount; readonly removal?: RemovalOptions }): void {
    this.store.set(choices);
    this.#boost();
  }

  setExtent(extent: ClickExtent): void {
    this.store.set({ extent });
    this.#ask();
  }

  setPixelSize(nanometresPerPixel: number | null): void {
    this.store.set({ nanometresPerPixel });
  }

  click(click: Click): void {
    this.store.set({ clicks: [...this.store.value.clicks, click] });
    this.#ask();
  }

  clearClicks(): void {
    this.store.set({ clicks: [] });
    this.#ask();
  }

  async #follow(id: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const status = await getJson<TryStatus>(`api/try/${id}`, signal);
      this.store.set({ status });
      if (status.error !== null) {
        this.store.set({ problem: status.error });
        return;
      }
      if (status.state === 'done') break;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    const [info, file] = await Promise.all([
      getJson<ExplorationJson>(`api/try/${id}/masks`, signal),
      request(`api/try/${id}/picture.png`, { signal }).then((response) => response.blob()),
    ]);
    const explored = { info, masks: foundMasksFromJson(info).masks, picture: await openPicture(file) };
    this.#client = new BoosterClient(info, info.parameters, (answer) => this.#show(answer));
    this.store.set({ explored, removal: info.options.removal, nanometresPerPixel: info.nanometresPerPixel });
    this.#boost();
  }

  #boost(): void {
    const { explored, materials, removal } = this.store.value;
    if (explored === null || removal === null) return;
    this.#askedAt = performance.now();
    this.#client?.boost({ ...explored.info.options, materials, removal });
  }

  #show(answer: BoostAnswer): void {
    const isFirst = answer.fineness === 'preview';
    // A first look cannot tell what to warn of: what was said before stays until every pixel is known.
    const boosted = isFirst ? { ...answer, warnings: this.store.value.boosted?.warnings ?? [] } : answer;
    const isAnswerToChange = isFirst && this.store.value.boosted !== null;
    this.store.set(isAnswerToChange ? { boosted, lookMs: performance.now() - this.#askedAt } : { boosted });
  }

  /** What SAM sees at the clicks is asked of the server; materials are known here. */
  #ask(): void {
    const { id, clicks, extent } = this.store.value;
    const number = ++this.#asked;
    if (id === null || extent === 'material' || !clicks.some(({ positive }) => positive)) {
      this.store.set({ samMask: null, isAsking: false });
      return;
    }
    this.store.set({ isAsking: true, problem: null });
    const body: PromptBody = { points: [...clicks], extent };
    postJson<PromptAnswer>(`api/try/${id}/prompt`, body).then(
      ({ mask }) => {
        if (number === this.#asked) this.store.set({ samMask: mask && this.#maskOf(mask.runs), isAsking: false });
      },
      (thrown: unknown) => this.store.set({ problem: problemOf(thrown), isAsking: false }),
    );
  }

  #maskOf(runs: string): Mask | null {
    const { explored } = this.store.value;
    return explored && maskFromRuns(explored.info.width, explored.info.height, new Uint32Array(fromBase64(runs)));
  }
}

async function startRun(
  name: string,
  source: { readonly file: Blob } | { readonly example: string },
  signal: AbortSignal,
): Promise<TryStatus> {
  const query = 'example' in source ? new URLSearchParams({ example: source.example }) : new URLSearchParams({ name });
  const headers = { 'content-type': 'application/octet-stream' };
  const body = 'file' in source ? source.file : null;
  const response = await request(`api/try?${query.toString()}`, { method: 'POST', headers, body, signal });
  return (await response.json()) as TryStatus;
}

/** Where a file of the shown result is, as `segment` would write it. */
export function fileAddress({ id, materials, removal }: SessionState, file: string): string {
  const thresholds = Object.entries(removal ?? {}).filter(([name]) => name !== 'variant');
  const query = new URLSearchParams([
    ['materials', String(materials)],
    ...thresholds.map(([key, value]) => [key, String(value)]),
  ]);
  return `api/try/${id ?? ''}/files/${file}?${query.toString()}`;
}

/** The materials under the clicks, without those under negative ones. */
export function clickedMaterials({ boosted, clicks, explored }: SessionState): ReadonlySet<number> {
  if (boosted === null || explored === null) return new Set();
  const { width, height, labels } = boosted;
  const under = ({ x, y }: Click): number => {
    const column = Math.min(width - 1, Math.floor((x * width) / explored.info.width));
    const row = Math.min(height - 1, Math.floor((y * height) / explored.info.height));
    return labels[row * width + column] ?? 0;
  };
  const wanted = new Set(clicks.filter(({ positive }) => positive).map(under));
  for (const click of clicks) if (!click.positive) wanted.delete(under(click));
  wanted.delete(0);
  return wanted;
}
