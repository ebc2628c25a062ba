import { readFileSync } from 'node:fs';

/** What a Label Studio 1.23.2 server sent and answered about annotations, complete with masks. */
export const recordedAnnotations = JSON.parse(
  readFileSync(new URL('../fixtures/label-studio/recorded-annotations.json', import.meta.url), 'utf8'),
) as {
  readonly 'hook-annotation-created': WebhookBody;
  readonly 'hook-annotation-created-skipped': WebhookBody;
  readonly 'hook-annotation-updated': WebhookBody;
  readonly 'hook-annotations-deleted': WebhookBody;
  readonly 'export-json': readonly unknown[];
  readonly task: RecordedTask;
  readonly predictions: readonly unknown[];
  readonly 'export-snapshot': readonly RecordedTask[];
};

export interface WebhookBody {
  readonly action: string;
  readonly annotation: { readonly id: number; readonly task: number };
}

export interface RecordedTask {
  readonly id: number;
  readonly annotations: readonly { readonly id: number; readonly result: readonly unknown[] }[];
  readonly predictions: readonly { readonly id: number }[];
}
