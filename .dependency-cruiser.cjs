/** Who may import whom: see docs/ARCHITECTURE.md, "Layers". Only types cross sideways. */
const layers = {
  core: [],
  config: ['core'],
  imaging: ['core'],
  inference: ['core'],
  'label-studio': ['core'],
  sam: ['core'],
  texture: ['core'],
  booster: ['core'],
  store: ['core'],
  metrics: ['core'],
  evaluation: ['core', 'metrics', 'imaging', 'label-studio'],
  app: [
    'core',
    'config',
    'imaging',
    'inference',
    'label-studio',
    'sam',
    'texture',
    'booster',
    'evaluation',
    'metrics',
    'store',
  ],
  backend: ['core', 'config', 'imaging', 'label-studio', 'store', 'app'],
  cli: ['core', 'config', 'app', 'evaluation', 'label-studio', 'store'],
  web: ['core', 'booster'],
};
const typesAllowed = {
  sam: ['inference'],
  texture: ['inference'],
  booster: ['texture', 'sam'],
  web: ['app', 'backend'],
};

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: {
    path: '^src/',
    pathNot: [
      `^src/(${[layer, ...allowed, ...(typesAllowed[layer] ?? [])].join('|')})/`,
      ...(layer === 'cli' ? ['^src/backend/start-server'] : []),
      ...(layer === 'web' ? ['^src/imaging/palette'] : []),
    ],
  },
}));

const typeOnlyRules = Object.entries(typesAllowed).map(([layer, others]) => ({
  name: `types-only-${layer}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: `^src/(${others.join('|')})/`, dependencyTypesNot: ['type-only'] },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-does-no-io',
      severity: 'error',
      from: { path: '^src/(core|booster|metrics)/' },
      to: {
        path: '^(node:)?(fs|http|https|net|worker_threads|child_process)|node_modules/(express|sharp|onnxruntime-node)',
      },
    },
    ...layerRules,
    ...typeOnlyRules,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
