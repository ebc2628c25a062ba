import { defaultRemovalOptions } from '../../src/pipeline/exploration.js';
import type { BoostAnswer } from '../../src/web/try/boost-messages.js';
import type { Explored, SessionState } from '../../src/web/try/try-session.js';
import { drawMask } from './draw-mask.js';

/** Two masks, one inside the other, on a micrograph of 4 × 2 pixels. */
export function exploredPage(): Explored {
  const found = (...rows: string[]) => ({
    mask: drawMask(...rows),
    predictedIou: 0.9,
    stabilityScore: 0.8,
    score: 0.72,
    point: null,
  });
  const info = { width: 4, height: 2 } as Explored['info'];
  return { info, masks: [found('####', '####'), found('##..', '....')], picture: {} as Explored['picture'] };
}

/** Boosted with two materials, half as fine as the micrograph: the left half, and an uncovered rest. */
export function boostedPage(): BoostAnswer {
  return {
    width: 2,
    height: 1,
    labels: Uint8Array.of(1, 2),
    materials: [
      { label: 1, areaShare: 0.5, score: 0.91, masks: [0] },
      { label: 2, areaShare: 0.5, score: 0.5, masks: [] },
    ],
    removed: [{ mask: 1, rule: 'tiny-child', causes: [0], ratio: 0.01 }],
    warnings: [],
  } as unknown as BoostAnswer;
}

export function pageState(changes: Partial<SessionState> = {}): SessionState {
  return {
    name: 'a.png',
    id: 'run-1',
    status: null,
    problem: null,
    explored: exploredPage(),
    materials: 'auto',
    removal: defaultRemovalOptions,
    boosted: boostedPage(),
    lookMs: null,
    extent: 'material',
    clicks: [],
    samMask: null,
    isAsking: false,
    nanometresPerPixel: null,
    ...changes,
  };
}
