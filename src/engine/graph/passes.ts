import { attentionBias } from './attentionBias';
import { floatWeights } from './floatWeights';
import { lastRows } from './lastRows';
import type { Pass, PassName } from './pass';

export const passes: Readonly<Record<PassName, Pass>> = { lastRows, attentionBias, floatWeights };
