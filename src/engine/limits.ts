import { aliasesPerKey } from './aliasRules.ts';
import { maxBlob, maxPlaintext } from './crypto/index.ts';
import { grantsPerKey } from './grants.ts';
import { keysPerAccountAndRegion } from './newKey.ts';
import { deletionDays, onDemandRotationsPerKey, storesPerAccountAndRegion } from './operations/index.ts';
import { keyPolicyDocumentBytes } from './policy/index.ts';
import { tagsPerKey } from './tagRules.ts';

/** How much there can be of things: what the operations themselves count by, for whoever prints it. */
export const resourceLimits = {
  keysPerAccountAndRegion,
  storesPerAccountAndRegion,
  aliasesPerKey,
  grantsPerKey,
  tagsPerKey,
  onDemandRotationsPerKey,
  keyPolicyDocumentBytes,
  maxPlaintext,
  maxBlob,
  deletionDays,
} as const;
