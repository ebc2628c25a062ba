/** What people did with predicted regions, and those that they drew themselves. */
export interface RegionChanges {
  /** Submitted as they were predicted. */
  readonly accepted: number;
  readonly edited: number;
  /** Deleted. */
  readonly rejected: number;
  readonly drawn: number;
}

/** What an overlap with submitted regions means: it stands wherever such a figure does. */
export const agreementNote =
  'Regions that people submitted unchanged overlap themselves by 100 %: that is agreement, not accuracy. ' +
  'How much they changed tells whether they looked.';

/** "2 edited, 1 drawn, 0 deleted of 12 regions"; undefined where nothing is known of where regions come from. */
export function changesText({ accepted, edited, rejected, drawn }: RegionChanges): string | undefined {
  const all = accepted + edited + rejected + drawn;
  return all === 0 ? undefined : `${edited} edited, ${drawn} drawn, ${rejected} deleted of ${all} regions`;
}

/** What was done with the regions of several images. */
export function sumChanges(changes: readonly RegionChanges[]): RegionChanges {
  const total = (of: keyof RegionChanges): number => changes.reduce((sum, each) => sum + each[of], 0);
  return {
    accepted: total('accepted'),
    edited: total('edited'),
    rejected: total('rejected'),
    drawn: total('drawn'),
  };
}
