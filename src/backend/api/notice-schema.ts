import { z } from 'zod';

export const noticesAnswer = z.object({
  notices: z
    .array(z.object({ message: z.string(), hint: z.string() }))
    .describe('What whoever runs the server should know.'),
});

export type NoticesAnswer = z.infer<typeof noticesAnswer>;
