import { z } from 'zod';

/** The schema of `GET /api/notices`. */
export const noticesAnswer = z.object({
  notices: z
    .array(z.object({ message: z.string(), hint: z.string() }))
    .describe('What whoever runs the server should know.'),
});

/** Messages for whoever runs the server, each with its way out. */
export type NoticesAnswer = z.infer<typeof noticesAnswer>;
