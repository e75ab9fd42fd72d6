import { attentionBias } from './attentionBias';
import { floatWeights } from './floatWeights';
import { lastRows } from './lastRows';
import type { Pass, PassName } from './pass';
import { squares } from './squares';

export const passes: Readonly<Record<PassName, Pass>> = { lastRows, attentionBias, floatWeights, squares };
