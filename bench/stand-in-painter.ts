/** The program of a painting process that paints nothing and answers at once, with as many bytes as it was told when it was opened. */
import { standInResult } from './stand-in-result.js';

interface Message {
  readonly kind: 'open' | 'job';
  readonly options: { readonly resultBytes: number };
}

let value: object = {};
process.on('message', (message: Message) => {
  if (message.kind === 'open') {
    value = standInResult(message.options.resultBytes);
    process.send?.({ kind: 'opened', answer: { ok: true, value: null } });
  } else process.send?.({ kind: 'painted', answer: { ok: true, value } });
});
process.on('disconnect', () => process.exit());
