import type { Request } from 'express';

/**
 * Whether Label Studio itself asks (its calls name themselves `heartex/<version>`), and not another client. It needs other
 * manners: it never asks twice, and it takes an empty result for a finding, so that it never asks for that task again.
 */
export function isLabelStudioCall(request: Request): boolean {
  return /^heartex\//i.test(request.get('user-agent') ?? '');
}
