import { z } from 'zod';
import type { Settings } from '../../config/settings.js';
import { tokenKind } from '../../label-studio/access-token.js';
import type { LabelStudioApi } from '../../label-studio/label-studio-api.js';
import { fault, faultOf, type Finding, ok } from './finding.js';

const health = z.object({ status: z.literal('UP') });
const version = z.object({ release: z.string() });
const refusal = z.object({ detail: z.string() });

const tokenHint =
  'Create a personal access token in Label Studio (Account & Settings) and set LABEL_STUDIO_API_KEY to it.';

/** Whether Label Studio answers at `url`, and that it is Label Studio. */
export async function checkAddress(url: string, api: LabelStudioApi): Promise<Finding> {
  const hint =
    'Set LABEL_STUDIO_URL (or --url) to the address under which this machine opens Label Studio in a browser.';
  try {
    const answer = await api.get('/health');
    if (answer.status >= 300 && answer.status < 400) {
      const target = answer.location === undefined ? 'another address' : new URL(answer.location, url).origin;
      return fault('address', `${url} redirects to ${target}`, `Set LABEL_STUDIO_URL to ${target}.`);
    }
    if (!health.safeParse(answer.json).success)
      return fault('address', `what answers at ${url} (status ${answer.status}) is not Label Studio`, hint);
    const release = version.safeParse((await api.get('/api/version')).json).data?.release ?? 'of unknown version';
    return ok('address', `Label Studio ${release} answers at ${url}`);
  } catch (thrown) {
    return faultOf('address', thrown);
  }
}

/** Whether Label Studio accepts the credential of the settings. */
export async function checkToken({ labelStudioApiKey: key }: Settings, api: LabelStudioApi): Promise<Finding> {
  if (key === undefined) return fault('token', 'LABEL_STUDIO_API_KEY is not set', tokenHint);
  const prefixed = /^(token|bearer)\s/i.test(key);
  if (prefixed || /\s/.test(key)) {
    const what = prefixed ? 'begins with the word of a header' : 'has a space in it';
    return fault('token', `LABEL_STUDIO_API_KEY ${what}`, 'Set it to the token alone, without "Token" or "Bearer".');
  }
  const kind = tokenKind(key);
  try {
    const answer = await api.get('/api/current-user/whoami');
    if (answer.status !== 200)
      return refusedToken(kind, answer.status, refusal.safeParse(answer.json).data?.detail ?? '');
    if (kind === 'access')
      return fault('token', 'the token is an access token, which ends within five minutes', tokenHint);
    const name = kind === 'personal' ? 'the personal access token' : 'the legacy token';
    return ok('token', `${name} is accepted`);
  } catch (thrown) {
    return faultOf('token', thrown);
  }
}

function refusedToken(kind: ReturnType<typeof tokenKind>, status: number, detail: string): Finding {
  if (kind === 'legacy' && /legacy/i.test(detail)) {
    return fault(
      'token',
      `legacy tokens are switched off in this organisation (status ${status})`,
      'Set LABEL_STUDIO_API_KEY to a personal access token (Account & Settings), or allow legacy tokens (Organization, API Tokens Settings).',
    );
  }
  if (kind === 'access')
    return fault('token', `the token is an access token that has ended (status ${status})`, tokenHint);
  const said = detail === '' ? '' : `: ${detail}`;
  return fault('token', `Label Studio refuses the ${kind} token (status ${status})${said}`, tokenHint);
}
