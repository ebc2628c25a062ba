import type { Express } from 'express';
import { type Logger, pino } from 'pino';
import { createApp } from '../../src/backend/create-app.js';
import { Door } from '../../src/backend/door.js';
import { ProjectRegistry } from '../../src/backend/project-registry.js';
import { loadSettings } from '../../src/config/settings.js';
import type { BrushRegion } from '../../src/label-studio/brush-result.js';
import { createFetchTaskImage, type FetchTaskImage } from '../../src/label-studio/fetch-task-image.js';
import type { PredictionEntry } from '../../src/label-studio/protocol.js';
import type { Learning } from '../../src/learning/learning.js';
import type { LiveAccuracy } from '../../src/learning/live-accuracy.js';
import { Turns } from '../../src/painting/turns.js';
import type { ServedPrediction, ServedPredictions } from '../../src/store/served-predictions.js';
import { inQueue } from './in-queue.js';
import { type ScriptedService, scriptedService } from './scripted-service.js';

/** An app with doubles around it. */
export interface TestBackend {
  readonly app: Express;
  readonly service: ScriptedService;
  /** The log, line by line as JSON text. */
  readonly logLines: string[];
  /** Copies of what was served. */
  readonly served: ServedPrediction[];
}

export interface TestBackendOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly service?: ScriptedService;
  readonly fetchTaskImage?: FetchTaskImage;
  readonly accuracy?: LiveAccuracy;
  readonly learning?: Learning;
  readonly projects?: ProjectRegistry;
}

export function testBackend(options: TestBackendOptions = {}): TestBackend {
  const { environment = {}, service = scriptedService() } = options;
  const logLines: string[] = [];
  const settings = loadSettings(environment);
  const fetchTaskImage = options.fetchTaskImage ?? createFetchTaskImage({ allowedHosts: settings.allowedImageHosts });
  const served: ServedPrediction[] = [];
  const predictions: ServedPredictions = {
    record: (prediction) => Promise.resolve(void served.push(prediction)),
    find: () => Promise.resolve(served),
  };
  const logger = recordingLogger(logLines);
  const { accuracy, learning, projects = new ProjectRegistry() } = options;
  const queued = inQueue(service, settings.concurrency);
  const app = createApp({
    settings,
    service: queued,
    jobs: queued.jobs,
    fetchTaskImage,
    predictions,
    logger,
    accuracy,
    learning,
    projects,
    door: new Door({ maxRequests: settings.maxQueue }),
    places: new Turns(settings.concurrency + 2),
  });
  return { app, service, logLines, served };
}

function recordingLogger(lines: string[]): Logger {
  return pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
}

/** The painted regions of an entry. */
export function regionsOf(entry: PredictionEntry | undefined): BrushRegion[] {
  return (entry?.result ?? []).flatMap((region) => (region.type === 'brushlabels' ? [region] : []));
}

/** A data URI whose bytes are a text that the scripted service reacts to. */
export function inlineImage(text: string): string {
  return `data:image/png;base64,${Buffer.from(text).toString('base64')}`;
}

/** A label config with a brush and smart tools for the given labels. */
export function labelConfigWith(...labels: readonly string[]): string {
  const tags = labels.map((label) => `<Label value="${label}"/>`).join('');
  return `<View><Image name="image" value="$image"/>
    <BrushLabels name="material" toName="image">${tags}</BrushLabels>
    <KeyPointLabels name="point" toName="image" smart="true">${tags}</KeyPointLabels>
    <RectangleLabels name="box" toName="image" smart="true">${tags}</RectangleLabels></View>`;
}
