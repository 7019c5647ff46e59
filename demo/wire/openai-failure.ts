import type { Wire } from './wire.ts';
import { reasonOf } from './wire.ts';

/** https://platform.openai.com/docs/guides/error-codes */
export const openAiFailure: Wire['failure'] = (status) => ({
  error: {
    message: reasonOf(status),
    type: status === 429 ? 'tokens' : 'server_error',
    param: null,
    code: status === 429 ? 'rate_limit_exceeded' : null,
  },
});
