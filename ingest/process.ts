import { noRules, type PriceRules } from '../domain/prices/rules.ts';
import { firstly } from './outcome.ts';
import type { Process } from './prepare.ts';
import { createDecodeStep } from './steps/decode.ts';
import { createParseStep } from './steps/parse.ts';
import { createPriceStep } from './steps/price.ts';
import { createRowsStep } from './steps/rows.ts';
import { createTokensStep } from './steps/tokens.ts';
import { createUsageStep } from './steps/usage.ts';

/** The way of an event from the log to its rows. */
export function createProcess(rules: () => PriceRules = () => noRules): Process {
  return firstly(createDecodeStep())
    .next(createParseStep())
    .next(createUsageStep())
    .next(createTokensStep())
    .next(createPriceStep(rules))
    .next(createRowsStep()).run;
}
