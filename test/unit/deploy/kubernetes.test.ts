import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { environmentName, settingsSchema } from '../../../src/config/settings.js';
import { repository } from '../../support/e2e/repository.js';

interface Container {
  readonly image: string;
  readonly command?: readonly string[];
  readonly securityContext: object;
  readonly resources: { readonly requests: object; readonly limits: { readonly memory: string } };
  readonly livenessProbe?: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}
interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly scaleTargetRef: { readonly name: string };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly securityContext: object;
        readonly containers: readonly [Container];
        readonly volumes?: readonly { readonly name: string }[];
      };
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

const documents = parseAllDocuments(readFileSync(path.join(repository, 'deploy/kubernetes/sam-i-am.yaml'), 'utf8')).map(
  (document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Workload;
  },
);
const workloads = documents.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');

test('every workload runs without root, on a read-only file system, with bounds and a check', () => {
  expect(workloads.map(({ metadata }) => metadata.name)).toEqual(['redis', 'backend', 'worker']);
  for (const { spec } of workloads) {
    const { template, selector } = spec;
    const [container] = template.spec.containers;
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
    expect(container.livenessProbe).toBeDefined();
    const volumes = [
      ...(template.spec.volumes ?? []),
      ...(spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata),
    ];
    const names = volumes.map(({ name }) => name);
    for (const { name } of container.volumeMounts) expect(names).toContain(name);
  }
});

test('its settings are ours, and what is scaled is there', () => {
  const known = Object.keys(settingsSchema.shape).map(environmentName);
  const settings = documents.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
  const { ORT_DISABLE_TELEMETRY: isSilent, ...ours } = settings;
  expect(isSilent).toBe('1');
  for (const name of Object.keys(ours)) expect(known).toContain(name);
  const scaled = documents.find(({ kind }) => kind === 'ScaledObject')?.spec.scaleTargetRef.name;
  expect(workloads.map(({ metadata }) => metadata.name)).toContain(scaled);
});
