import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sealedLine, unsealed } from '../../../src/store/sealed-line.js';

const text = fc.string().map((any) => JSON.stringify(any));

test('what was sealed comes back; cut off, glued or altered it does not', () => {
  fc.assert(
    fc.property(text, text, fc.nat(), (one, other, at) => {
      const [, line = ''] = sealedLine(one).split('\n');
      expect(unsealed(line)).toBe(one);
      expect(unsealed(line.slice(0, at % line.length))).toBeUndefined();
      const half = sealedLine(one).slice(0, 1 + (at % line.length));
      const lines = `${half}${sealedLine(other)}`.split('\n').flatMap((each) => unsealed(each) ?? []);
      expect(lines).toContain(other);
      expect(lines.length).toBeLessThanOrEqual(2);
    }),
  );
});

test('a flipped bit is seen', () => {
  const line = sealedLine('{"task":1}').trim();
  for (let bit = 0; bit < 8 * line.length; bit++) {
    const bytes = Buffer.from(line);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(unsealed(bytes.toString('latin1'))).toBeUndefined();
  }
});
