import type { z } from 'zod';
import { SamIAmError } from '../core/errors.js';

/** A request body in the shape that a route expects; else a `request.invalid` error that says where it differs. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new SamIAmError('request.invalid', problems.join('; '), {
    hint: 'Send JSON with content-type application/json, in the shape that Label Studio sends.',
  });
}
