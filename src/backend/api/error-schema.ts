import { z } from 'zod';
import { errorCodes } from '../../core/errors.js';

/** What of an error is told. */
export const errorDetail = z.object({
  code: z.enum(errorCodes),
  message: z.string().describe('What is wrong.'),
  hint: z.string().describe('What to do about it.'),
});

/** Every failed answer. */
export const errorAnswer = z.object({ error: errorDetail });
