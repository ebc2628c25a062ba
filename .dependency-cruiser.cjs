/** Who may import whom: see docs/ARCHITECTURE.md, "Layers". Only types cross sideways. */
const below = ['core', 'config', 'imaging', 'label-studio', 'store'];

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
  pipeline: ['core', 'sam', 'texture', 'booster'],
  annotations: ['core', 'metrics', 'imaging', 'label-studio', 'store'],
  evaluation: ['core', 'metrics', 'imaging', 'annotations', 'store'],
  painting: [...below, 'pipeline', 'sam', 'texture', 'booster', 'inference'],
  learning: [
    ...below,
    'metrics',
    'pipeline',
    'sam',
    'texture',
    'booster',
    'inference',
    'annotations',
    'evaluation',
    'painting',
  ],
  app: [...below, 'inference', 'pipeline', 'annotations', 'evaluation', 'learning', 'painting'],
  backend: ['core', 'config', 'imaging', 'label-studio', 'store', 'pipeline', 'painting', 'learning', 'app'],
  cli: [
    'core',
    'config',
    'imaging',
    'label-studio',
    'store',
    'pipeline',
    'painting',
    'annotations',
    'evaluation',
    'learning',
    'app',
  ],
  web: ['core', 'booster'],
};
const typesAllowed = {
  sam: ['inference'],
  texture: ['inference'],
  booster: ['texture', 'sam'],
  web: ['pipeline', 'painting', 'learning', 'app', 'backend'],
};

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: {
    path: '^src/',
    pathNot: [
      `^src/(${[layer, ...allowed, ...(typesAllowed[layer] ?? [])].join('|')})/`,
      ...(layer === 'cli' ? ['^src/backend/(start|early)-server', '^src/inference/no-telemetry'] : []),
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
      from: { path: '^src/(core|booster|metrics|pipeline)/' },
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
