import { afterEach, describe, expect, test } from '@jest/globals';
import { createHttpClient } from '../../../src/label-studio/http-client.js';
import { labelAttributes } from '../../../src/label-studio/label-config.js';
import { createProjectApi } from '../../../src/label-studio/project-api.js';
import { type FileServer, fileServer, type Handler } from '../../support/file-server.js';

const token = 'b'.repeat(40);
const http = createHttpClient({ allowedHosts: [] });
let server: FileServer | undefined;
afterEach(() => server?.close());

async function api(routes: Readonly<Record<string, Handler>>) {
  server = await fileServer(routes);
  return createProjectApi(http, { url: server.url, token });
}

const json =
  (answer: (query: URLSearchParams) => unknown): Handler =>
  (request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(query)));
  };

describe("a project's tasks", () => {
  test('come page by page, all of them, with annotations and predictions in full', async () => {
    const total = 45;
    const project = await api({
      '/api/tasks': json((query) => {
        const [page, size] = [Number(query.get('page')), Number(query.get('page_size'))];
        const ids = Array.from({ length: total }, (_, index) => ({ id: index + 1 }));
        return { total, tasks: ids.slice((page - 1) * size, page * size) };
      }),
    });
    const ids: unknown[] = [];
    for await (const task of project.tasks('7')) ids.push((task as { id: number }).id);
    expect(ids).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    expect(server?.requests.every(({ path }) => path.includes('project=7') && path.includes('fields=all'))).toBe(true);
    expect(server?.requests[0]?.authorization).toBe(`Token ${token}`);
  });

  test('end where a page is empty, whatever the total says', async () => {
    const project = await api({ '/api/tasks': json(() => ({ total: 100, tasks: [] })) });
    expect(await project.tasks('7').next()).toMatchObject({ done: true });
  });
});

test('a project has a title, a label config and a number of annotated tasks', async () => {
  const answer = { title: 'Films', label_config: '<View/>', num_tasks_with_annotations: 3 };
  const project = await api({ '/api/projects/7/': json(() => answer) });
  expect(await project.project('7')).toEqual({
    title: 'Films',
    labelConfig: '<View/>',
    annotatedTasks: 3,
    asksBackends: false,
  });
});

test.each([
  [401, 'label_studio.unauthorised'],
  [404, 'label_studio.refused'],
  [503, 'label_studio.unreachable'],
])('status %i is %s', async (status, code) => {
  const project = await api({ '/api/projects/7/': (_request, response) => void response.writeHead(status).end() });
  await expect(project.project('7')).rejects.toMatchObject({ code });
});

test('an answer of another form, a missing address and a missing token are named', async () => {
  const project = await api({ '/api/projects/7/': json(() => ({ hello: 1 })) });
  await expect(project.project('7')).rejects.toMatchObject({ code: 'label_studio.refused' });
  await expect(createProjectApi(http, { url: undefined, token }).project('7')).rejects.toMatchObject({
    hint: expect.stringContaining('LABEL_STUDIO_URL'),
  });
  await expect(createProjectApi(http, { url: 'http://x', token: undefined }).project('7')).rejects.toMatchObject({
    hint: expect.stringContaining('LABEL_STUDIO_API_KEY'),
  });
});

test('an attribute of our own on labels is read by label', () => {
  const xml =
    '<View><BrushLabels name="b" toName="i"><Label value="STO" difficulty="hard"/><Label value="Ge"/></BrushLabels></View>';
  expect([...labelAttributes(xml, 'difficulty')]).toEqual([['STO', 'hard']]);
});
