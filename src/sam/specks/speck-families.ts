/** What is known of a speck when families are looked for. */
export interface RatedSpeck {
  /** Above 0 of a bright speck. */
  readonly contrast: number;
  readonly clearness: number;
  readonly rareness: number;
  /** Of its outline. */
  readonly areaPx: number;
  /** How unlike its texture is to that around it: 0 of the same, 1 of nothing in common. */
  readonly tokenContrast: number;
}

/** What makes a family of specks; see {@link speckFamilies}. */
export interface FamilyRules {
  /** A speck that is beyond doubt is this rare, this clear and this unlike its surroundings. */
  readonly sureRareness: number;
  readonly sureClearness: number;
  readonly sureTokenContrast: number;
  /** A family has so many of them, on so much of the image, and no smaller a part of it. */
  readonly leastSure: number;
  readonly leastAreaShare: number;
  readonly leastSureShare: number;
  /**
   * Others belong to it that have so much of their median contrast: the first for which enough of all specks of such
   * contrast are unlike their surroundings.
   */
  readonly contrastShares: readonly number[];
  readonly unlikeTokenContrast: number;
  readonly leastUnlikeShare: number;
  /** Members are at least this unlike their surroundings. */
  readonly memberTokenContrast: number;
  /** The family of the other sign has at least so much of the area that the larger one has beyond doubt. */
  readonly leastOfOther: number;
}

/**
 * Chosen on supported particles and on simulated micrographs without any; in units of what is usual at a radius
 * (rareness) and of token distance.
 */
export const familyRules: FamilyRules = {
  sureRareness: 4,
  sureClearness: 1.2,
  sureTokenContrast: 0.4,
  leastSure: 12,
  leastAreaShare: 0.004,
  leastSureShare: 0.25,
  contrastShares: [0.5, 0.6, 0.7],
  unlikeTokenContrast: 0.25,
  leastUnlikeShare: 0.8,
  memberTokenContrast: 0.1,
  leastOfOther: 0.35,
};

/**
 * Bright and dark specks that belong together, such as the particles on a support or the pores of a layer. Atoms of a
 * lattice are as clear as specks, but their texture is that of their surroundings, and scraps of noise are few or have
 * no contrast in common.
 */
export function speckFamilies<Item extends RatedSpeck>(
  specks: readonly Item[],
  imageAreaPx: number,
  rules: FamilyRules = familyRules,
): Item[][] {
  const found = [1, -1].flatMap((sign) => {
    const ofSign = specks.filter(({ contrast }) => contrast * sign > 0);
    return familyOf(ofSign, imageAreaPx, rules) ?? [];
  });
  const largest = Math.max(0, ...found.map(({ sureAreaPx }) => sureAreaPx));
  return found.filter(({ sureAreaPx }) => sureAreaPx >= rules.leastOfOther * largest).map(({ members }) => members);
}

function familyOf<Item extends RatedSpeck>(specks: readonly Item[], imageAreaPx: number, rules: FamilyRules) {
  const sure = specks.filter(
    ({ rareness, clearness, tokenContrast }) =>
      rareness > rules.sureRareness && clearness > rules.sureClearness && tokenContrast > rules.sureTokenContrast,
  );
  const sureAreaPx = sure.reduce((sum, { areaPx }) => sum + areaPx, 0);
  if (sure.length < rules.leastSure || sureAreaPx < rules.leastAreaShare * imageAreaPx) return undefined;
  const sizes = sure.map(({ contrast }) => Math.abs(contrast)).sort((a, b) => a - b);
  const median = sizes[sizes.length >> 1] ?? 0;
  for (const share of rules.contrastShares) {
    const alike = specks.filter(({ contrast }) => Math.abs(contrast) >= share * median);
    const unlike = alike.filter(({ tokenContrast }) => tokenContrast > rules.unlikeTokenContrast);
    if (unlike.length < rules.leastUnlikeShare * alike.length) continue;
    const members = alike.filter(({ tokenContrast }) => tokenContrast > rules.memberTokenContrast);
    return sure.length < rules.leastSureShare * members.length ? undefined : { members, sureAreaPx };
  }
  return undefined;
}
