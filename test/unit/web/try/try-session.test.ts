import { afterEach, describe, expect, test } from '@jest/globals';
import { clickedMaterials, fileAddress, TrySession } from '../../../../src/web/try/try-session.js';
import { pageState } from '../../../support/explored-page.js';

const positive = (x: number, y: number) => ({ x, y, positive: true });
const negative = (x: number, y: number) => ({ x, y, positive: false });

describe('the materials under clicks', () => {
  test.each([
    ['none', [], []],
    ['one', [positive(0, 0)], [1]],
    ['both, on a map half as fine', [positive(1, 1), positive(3, 0)], [1, 2]],
    ['not those that are clicked away', [positive(0, 0), positive(3, 0), negative(2, 1)], [1]],
    ['at the very edge', [positive(4, 2)], [2]],
  ])('%s', (_name, clicks, materials) => {
    expect([...clickedMaterials(pageState({ clicks }))]).toEqual(materials);
  });

  test('are none before there is a result', () => {
    expect(clickedMaterials(pageState({ boosted: null, clicks: [positive(0, 0)] })).size).toBe(0);
  });
});

test('a file is asked for with the thresholds that are shown', () => {
  const address = new URL(fileAddress(pageState({ materials: 3 }), 'labels.png'), 'http://x/');
  expect(address.pathname).toBe('/api/try/run-1/files/labels.png');
  expect(address.searchParams.get('materials')).toBe('3');
  expect(address.searchParams.get('redundantIou')).not.toBeNull();
  expect(address.searchParams.get('variant')).toBeNull();
});

describe('a session', () => {
  const realFetch = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = realFetch;
  });
  /** The server, as far as it is asked here. */
  const answers = (answer: (method: string, path: string) => { status: number; body: unknown }) => {
    const asked: string[] = [];
    globalThis.fetch = ((path: string, init: RequestInit = {}) => {
      const method = init.method ?? 'GET';
      asked.push(`${method} ${path}`);
      const { status, body } = answer(method, path);
      return Promise.resolve(new Response(JSON.stringify(body), { status }));
    }) as typeof fetch;
    return asked;
  };

  test('sends no empty file', async () => {
    const asked = answers(() => ({ status: 500, body: {} }));
    const session = new TrySession('empty.png');
    await session.run({ file: new Blob([]) });
    expect(session.store.value.problem?.message).toBe('empty.png is empty');
    expect(asked).toEqual([]);
  });

  test('shows why an upload is refused, in the words of the server', async () => {
    answers(() => ({ status: 429, body: { error: { code: 'capacity.queue_full', message: 'full', hint: 'Wait.' } } }));
    const session = new TrySession('a.png');
    await session.run({ file: new Blob(['x']) });
    expect(session.store.value).toMatchObject({ id: null, problem: { message: 'full', hint: 'Wait.' } });
  });

  test('follows the work, shows why it failed, and has it forgotten when it is closed', async () => {
    const error = { code: 'image.unreadable', message: 'a.png is no image', hint: 'Use PNG.' };
    const status = (state: string, of: unknown) => ({ id: 'r', name: 'a', state, step: null, progress: 0, error: of });
    const asked = answers((method, path) => {
      if (method === 'POST') return { status: 202, body: status('waiting', null) };
      return path === 'api/try/r' ? { status: 200, body: status('failed', error) } : { status: 404, body: {} };
    });
    const session = new TrySession('a.png');
    await session.run({ example: 'layers' });
    expect(session.store.value).toMatchObject({ id: 'r', problem: { message: 'a.png is no image' } });
    session.close();
    expect(asked).toEqual(['POST api/try?example=layers', 'GET api/try/r', 'DELETE api/try/r']);
  });

  test('knows materials itself, and asks the server only for what SAM sees', async () => {
    const asked = answers(() => ({ status: 200, body: { mask: null } }));
    const session = new TrySession('a.png');
    session.store.set({ id: 'r' });
    session.click(positive(1, 1));
    expect(asked).toEqual([]);
    session.setExtent('mask');
    expect(session.store.value.isAsking).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 0));
    while (session.store.value.isAsking) await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual(['POST api/try/r/prompt']);
    session.clearClicks();
    expect(session.store.value).toMatchObject({ clicks: [], samMask: null, isAsking: false });
  });
});
