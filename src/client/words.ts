/** What a page needs of the engine to read names, blobs and traces: pure words. Calls go through a world. */
export {
  aliasArn,
  isBlobFault,
  parseAliasName,
  parseBlob,
  parseRegion,
  shortPrincipal,
  stages,
} from '../engine/index.ts';
