import { expect, test } from '@jest/globals';
import { loadModels, modelsFolder } from '../../../src/painting/models/load-models.js';

test('embeddings have unit length, and those of one crop do not depend on its batch', async () => {
  const { texture } = await loadModels({
    folder: modelsFolder,
    addedFolder: 'none',
    modelId: 'sam-i-am-small',
    threads: 1,
  });
  const length = texture.cropSize ** 2;
  const count = 130;
  const crops = Float32Array.from({ length: count * length }, (_, i) => (Math.sin(i * 0.37) + 1) / 2);
  const embeddings = await texture.describe(crops, count);
  expect(embeddings).toHaveLength(count * texture.dimensions);
  for (let crop = 0; crop < count; crop += 13) {
    const embedding = embeddings.subarray(crop * texture.dimensions, (crop + 1) * texture.dimensions);
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 3);
  }
  const last = await texture.describe(crops.slice((count - 1) * length), 1);
  last.forEach((value, d) => expect(value).toBeCloseTo(embeddings[(count - 1) * texture.dimensions + d] ?? 0, 4));
  await texture.release();
});
