import { z } from 'zod';
import {
  predictRequestSchema,
  setupRequestSchema,
  validateRequestSchema,
  webhookRequestSchema,
} from '../label-studio/protocol.js';
import { errorAnswer } from './api/error-schema.js';
import { jobAnswer, jobsAnswer } from './api/job-schemas.js';
import { noticesAnswer } from './api/notice-schema.js';
import {
  accuracyAnswer,
  projectsAnswer,
  rollbackAnswer,
  rollbackRequest,
  trainingAnswer,
} from './api/project-schemas.js';
import {
  examplesAnswer,
  explorationAnswer,
  fileNames,
  filesQuery,
  promptAnswer,
  promptRequest,
  tryStatus,
  uploadQuery,
} from './api/try-schemas.js';

/** One route, for people and for programs that write clients. */
interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType | 'file';
  readonly status?: number;
  /** A schema of JSON, or the media type of something else; without it there is no body. */
  readonly answer?: z.ZodType | string;
  /** A part of the path that takes only these. */
  readonly parts?: Readonly<Record<string, readonly string[]>>;
}

const anyObject = z.looseObject({});

/** Every route of the backend. */
export const operations: readonly Operation[] = [
  { method: 'get', path: '/health', summary: 'Whether the process answers at all.', answer: anyObject },
  { method: 'get', path: '/ready', summary: 'Whether predictions are answered now; 503 if not.', answer: anyObject },
  { method: 'get', path: '/metrics', summary: "Figures in Prometheus' text format.", answer: 'text/plain' },
  { method: 'get', path: '/versions', summary: 'The versions that can predict.', answer: anyObject },
  { method: 'post', path: '/setup', summary: 'Connects a project.', body: setupRequestSchema, answer: anyObject },
  { method: 'post', path: '/predict', summary: 'Predicts tasks.', body: predictRequestSchema, answer: anyObject },
  { method: 'post', path: '/webhook', summary: "A project's events.", body: webhookRequestSchema, answer: anyObject },
  { method: 'post', path: '/train', summary: 'Asks for training.', body: anyObject, answer: anyObject },
  { method: 'post', path: '/validate', summary: 'Checks a config.', body: validateRequestSchema, answer: anyObject },
  {
    method: 'get',
    path: '/accuracy',
    summary: 'Accuracy of each accepted annotation.',
    answer: accuracyAnswer,
    query: z.object({ project: z.string().optional() }),
  },
  {
    method: 'post',
    path: '/api/try',
    summary: 'Looks at one micrograph, sent as it is.',
    status: 202,
    query: uploadQuery,
    body: 'file',
    answer: tryStatus,
  },
  { method: 'get', path: '/api/try/examples', summary: 'Example micrographs.', answer: examplesAnswer },
  {
    method: 'get',
    path: '/api/try/examples/{name}/thumbnail.webp',
    summary: 'A small picture of one.',
    answer: 'image/webp',
  },
  { method: 'get', path: '/api/try/{id}', summary: 'How far the work on it is.', answer: tryStatus },
  { method: 'delete', path: '/api/try/{id}', summary: 'Stops the work and forgets the micrograph.', status: 204 },
  { method: 'get', path: '/api/try/{id}/masks', summary: 'All that was found in it.', answer: explorationAnswer },
  { method: 'get', path: '/api/try/{id}/picture.png', summary: 'It, as the models see it.', answer: 'image/png' },
  {
    method: 'get',
    path: '/api/try/{id}/files/{file}',
    summary: 'A file as the command segment writes it.',
    query: filesQuery,
    answer: 'application/octet-stream',
    parts: { file: fileNames },
  },
  {
    method: 'post',
    path: '/api/try/{id}/prompt',
    summary: 'What SAM sees at clicks, or the material.',
    body: promptRequest,
    answer: promptAnswer,
  },
  { method: 'get', path: '/api/projects', summary: 'The connected projects.', answer: projectsAnswer },
  {
    method: 'post',
    path: '/api/projects/{id}/train',
    summary: 'Starts a training.',
    status: 202,
    body: anyObject,
    answer: trainingAnswer,
  },
  {
    method: 'post',
    path: '/api/projects/{id}/rollback',
    summary: 'Uses an earlier profile again.',
    body: rollbackRequest,
    answer: rollbackAnswer,
  },
  { method: 'get', path: '/api/notices', summary: 'What whoever runs the server should know.', answer: noticesAnswer },
  { method: 'get', path: '/api/jobs', summary: 'The queue, its workers and jobs.', answer: jobsAnswer },
  { method: 'post', path: '/api/jobs/{id}/cancel', summary: 'Cancels a job.', answer: jobAnswer },
  { method: 'post', path: '/api/jobs/{id}/retry', summary: 'Tries a job again.', answer: jobAnswer },
  { method: 'get', path: '/openapi.json', summary: 'This description.', answer: anyObject },
  { method: 'get', path: '/', summary: 'The web page.', answer: 'text/html' },
];

/** The description of all routes as OpenAPI 3.1; schemas are made from those that requests are checked with. */
export function openApi(modelVersion: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'SAM-I-Am',
      version: modelVersion,
      description: 'Label Studio ML backend that paints the materials of electron micrographs.',
      license: { name: 'Apache-2.0' },
    },
    paths,
    components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' } } },
    security: [{}, { basic: [] }],
  };
}

function describe({ path, summary, query, body, status = 200, answer, parts }: Operation): object {
  const parameters = [...parametersOfPath(path, parts), ...(query === undefined ? [] : parametersOfQuery(query))];
  return {
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined ? {} : { requestBody: { required: body === 'file', content: contentOf(body, 'input') } }),
    responses: {
      [status]: {
        description: 'Done.',
        ...(answer === undefined ? {} : { content: contentOf(answer, 'output') }),
      },
      default: { description: 'What is wrong, and what to do about it.', content: contentOf(errorAnswer, 'output') },
    },
  };
}

function contentOf(body: z.ZodType | string, io: 'input' | 'output'): object {
  if (body === 'file') return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  if (typeof body === 'string') return { [body]: { schema: { type: 'string' } } };
  return { 'application/json': { schema: schemaOf(body, io) } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  return Object.fromEntries(
    Object.entries(z.toJSONSchema(schema, { io, unrepresentable: 'any' })).filter(([key]) => key !== '$schema'),
  );
}

function parametersOfPath(path: string, parts: Operation['parts'] = {}): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const choices = parts[name];
    const schema = { type: 'string', ...(choices === undefined ? {} : { enum: choices }) };
    return { name, in: 'path', required: true, schema };
  });
}

function parametersOfQuery(query: z.ZodObject): object[] {
  return Object.entries(query.shape).map(([name, schema]) => {
    const described = schema as z.ZodType;
    return { name, in: 'query', required: false, schema: schemaOf(described, 'input') };
  });
}
