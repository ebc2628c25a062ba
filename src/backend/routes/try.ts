import express, { type RequestHandler, type Response, Router } from 'express';
import { SamIAmError } from '../../core/errors.js';
import { valueOrThrow } from '../../core/result.js';
import { acceptedFiles, formatNames } from '../../imaging/formats.js';
import { renderThumbnail } from '../../imaging/thumbnail.js';
import { decodeBrushMask } from '../../label-studio/brush-codec.js';
import type { ExplorationService } from '../../painting/exploration-service.js';
import type { SegmentationService } from '../../painting/segmentation-service.js';
import { type BoostChoices, defaultRemovalOptions } from '../../pipeline/exploration.js';
import {
  type ExamplesAnswer,
  fileNames,
  filesQuery,
  type PromptAnswer,
  promptRequest,
  uploadQuery,
} from '../api/try-schemas.js';
import type { RouteDeps } from '../app-deps.js';
import { RefusedRequest } from '../error-response.js';
import { wrongMethod } from '../middleware/error-handler.js';
import { parseBody } from '../parse-body.js';
import { exampleNames, exampleTitle, readExample } from '../try/examples.js';
import { statusOfRun, TryRuns } from '../try/try-runs.js';

/** The largest file that can be looked at, and how many are taken in at the same time: a browser sends up to six. */
const largestUpload = 250 * 2 ** 20;
const mostUploads = 12;
const mostUploadedBytes = 512 * 2 ** 20;

const thumbnailSide = 224;

/** `/api/try`: look at one micrograph without Label Studio. */
export function tryRouter({ exploration, service, door }: RouteDeps): Router {
  const router = Router();
  const runs = new TryRuns(door);
  const route = (path: string, handlers: Partial<Record<'get' | 'post' | 'delete', RequestHandler[]>>) => {
    const methods = Object.keys(handlers).map((method) => method.toUpperCase());
    const added = router.route(path);
    if (handlers.get !== undefined) added.get(...handlers.get);
    if (handlers.post !== undefined) added.post(...handlers.post);
    if (handlers.delete !== undefined) added.delete(...handlers.delete);
    added.all(wrongMethod(methods.join(', ')));
  };
  const image = express.raw({ limit: largestUpload, type: () => true });
  route('/', { post: [fewAtOnce(mostUploads), image, startRoute(runs, exploration)] });
  route('/examples', { get: [examplesRoute()] });
  route('/examples/:name/thumbnail.webp', { get: [thumbnailRoute()] });
  route('/:id', { get: [statusRoute(runs)], delete: [forgetRoute(runs)] });
  route('/:id/masks', { get: [masksRoute(runs)] });
  route('/:id/picture.png', { get: [pictureRoute(runs)] });
  route('/:id/files/:file', { get: [fileRoute(runs, exploration)] });
  route('/:id/prompt', { post: [express.json(), promptRoute(runs, service)] });
  return router;
}

/** `POST /api/try?name=a.tif` with the file as body, or `?example=…`: begins, and answers with the id to ask for. */
function startRoute(runs: TryRuns, exploration: ExplorationService | undefined): RequestHandler {
  return async (request, response) => {
    const { name = 'micrograph', example } = parseBody(uploadQuery, request.query);
    const service = available(exploration);
    const body: unknown = request.body;
    const bytes = example === undefined ? body : await readExample(example);
    if (!(bytes instanceof Uint8Array) || bytes.length === 0) {
      throw new SamIAmError('image.missing', 'the request has no image in its body', {
        hint: 'Send the file as it is as the body, with its name in ?name=.',
      });
    }
    const run = await runs.start(example ?? name, bytes, service);
    response.status(202).location(`${request.baseUrl}/${run.id}`).json(statusOfRun(run));
  };
}

function available(exploration: ExplorationService | undefined): ExplorationService {
  if (exploration !== undefined) return exploration;
  throw new SamIAmError('model.not_ready', 'this server cannot look at micrographs', {
    hint: 'Start it with sam-i-am serve.',
  });
}

/** Whole files are held in memory while they arrive; one that does not tell its length may have any. */
function fewAtOnce(most: number): RequestHandler {
  let [underWay, bytes] = [0, 0];
  return (request, response, next) => {
    const announced = Number(request.get('content-length') ?? largestUpload);
    if (underWay >= most || (underWay > 0 && bytes + announced > mostUploadedBytes)) {
      throw new SamIAmError('capacity.queue_full', `${underWay} files are being uploaded already`, {
        hint: 'Try again in a moment.',
      });
    }
    underWay++;
    bytes += announced;
    response.once('close', () => {
      underWay--;
      bytes -= announced;
    });
    next();
  };
}

function examplesRoute(): RequestHandler {
  return async (_request, response) => {
    const examples = (await exampleNames()).map((name) => ({ name, title: exampleTitle(name) }));
    const formats = { names: formatNames, accept: acceptedFiles };
    response.json({ examples, formats } satisfies ExamplesAnswer);
  };
}

function thumbnailRoute(): RequestHandler {
  return async (request, response) => {
    const bytes = await readExample(String(request.params['name']));
    response.setHeader('cache-control', 'max-age=3600');
    response.type('image/webp').send(await renderThumbnail(bytes, thumbnailSide));
  };
}

const idOf = (request: { readonly params: Readonly<Record<string, unknown>> }): string => String(request.params['id']);

function statusRoute(runs: TryRuns): RequestHandler {
  return (request, response) => {
    response.json(statusOfRun(runs.find(idOf(request))));
  };
}

function forgetRoute(runs: TryRuns): RequestHandler {
  return (request, response) => {
    runs.forget(idOf(request));
    response.status(204).end();
  };
}

function masksRoute(runs: TryRuns): RequestHandler {
  return (request, response) => {
    sendBytes(response, 'application/json', runs.explored(idOf(request)).exploration.json);
  };
}

function pictureRoute(runs: TryRuns): RequestHandler {
  return (request, response) => {
    sendBytes(response, 'image/png', runs.explored(idOf(request)).exploration.picture);
  };
}

/** `GET /api/try/{id}/files/labels.png`: a file as `segment` writes it, with any thresholds. */
function fileRoute(runs: TryRuns, exploration: ExplorationService | undefined): RequestHandler {
  return async (request, response) => {
    const file = fileNames.find((name) => name === request.params['file']);
    if (file === undefined) {
      throw new RefusedRequest(404, 'there is no such file', `Take one of: ${fileNames.join(', ')}.`);
    }
    const { name, bytes, exploration: explored } = runs.explored(idOf(request));
    const choices = choicesOf(request.query);
    const { files } = valueOrThrow(await available(exploration).rewrite({ name, bytes }, explored.json, choices));
    const written = files.find(({ suffix }) => suffix === `.${file}`);
    if (written === undefined) {
      throw new RefusedRequest(404, `${file} exists for the stage boosted only`, 'Ask for stage=boosted.');
    }
    response.attachment(`${withoutExtension(name)}.${file}`);
    sendBytes(response, file.endsWith('.png') ? 'image/png' : 'application/json', Buffer.from(written.content));
  };
}

function choicesOf(query: unknown): BoostChoices {
  const { stage, materials, ...thresholds } = parseBody(filesQuery, query);
  const given = Object.entries(thresholds).filter(([, value]) => value !== undefined);
  return { stage, materials, removal: { ...defaultRemovalOptions, ...Object.fromEntries(given) } };
}

/** As `segment` names its files; a name from outside is no path. */
function withoutExtension(name: string): string {
  return name.replace(/^.*[\\/]/, '').replace(/(?<=.)\.[^.]*$/, '');
}

/** `POST /api/try/{id}/prompt`: what SAM sees at clicks, or the whole materials under them. */
function promptRoute(runs: TryRuns, service: SegmentationService): RequestHandler {
  return async (request, response) => {
    const { points, extent } = parseBody(promptRequest, request.body);
    const { name, bytes } = runs.explored(idOf(request));
    const painted = await service.paintPrompted({ name, bytes }, { points, boxes: [] }, { extent, materials: 'auto' });
    const { width, height, materials } = valueOrThrow(painted);
    const [found] = materials;
    const runsOf = (brushRle: Uint8Array) => Buffer.from(decodeBrushMask(brushRle, width, height).runs.buffer);
    const mask = found && {
      runs: runsOf(found.brushRle).toString('base64'),
      areaPx: found.areaPx,
      score: found.score,
    };
    response.json({ mask: mask ?? null } satisfies PromptAnswer);
  };
}

function sendBytes(response: Response, type: string, bytes: Uint8Array): void {
  response.type(type).setHeader('cache-control', 'no-store');
  response.end(bytes);
}
