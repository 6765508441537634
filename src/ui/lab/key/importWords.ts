export const importWords = {
  lead: 'You make the material and keep a copy; KMS only ever gets it wrapped. Four steps; the first and the third happen in this page, outside KMS.',
  again:
    'The material of this key expired or was deleted. Only the very same bytes bring the key back: take the copy that was made in this page, or one from a file.',
  steps: {
    material: 'Your material',
    parameters: 'Wrapping key and token',
    wrap: 'Wrap it',
    import: 'Hand it over',
  },
  makeFresh: 'Make new material',
  fromFile: 'From a file…',
  wrongSize: 'Make wrong material (5 bytes)',
  kept: (print: string, n: number) => `Material ${print}…, ${n} bytes`,
  noMaterial: 'None yet.',
  choose: 'Use',
  save: 'Save a copy',
  saveWhy:
    'KMS keeps no copy for you. When it expires or is deleted, only the same bytes bring the key back.',
  show: 'Bytes of the material',
  spec: 'WrappingKeySpec',
  algorithm: 'WrappingAlgorithm',
  others: 'others, which KMS refuses for this key',
  noParameters: 'Ask for them first: both last 24 hours.',
  clock: (left: string) => `The token is good for ${left} more.`,
  expired: 'The token has expired. Ask for new parameters and wrap again: the wrapping key has changed too.',
  tokenShown: (n: number) => `Import token, ${n} bytes; wrapping key of RSA or SM2, once for this import`,
  wrap: 'Wrap',
  wrapped: (n: number, algorithm: string) =>
    `${n} bytes, wrapped by ${algorithm}. Only the HSM that made the token opens them.`,
  tooLong: 'The material is too long for this algorithm. Ask for parameters with RSA_AES_KEY_WRAP_SHA_256.',
  needBoth: 'Material and parameters come first.',
  expires: 'ExpirationModel',
  validTo: 'ValidTo (UTC)',
  until: (when: string) => `The key stops ${when}, by the virtual clock.`,
  noType: 'leave out',
  type: 'ImportType',
  types: {
    EXISTING_KEY_MATERIAL: 'the first material, or one that the key had',
    NEW_KEY_MATERIAL: 'new, for a rotation',
  },
  description: 'KeyMaterialDescription',
  done: 'Imported. Keep your copy.',
  whyWrong: {
    IncorrectKeyMaterialException:
      'The wrapping opened, and what was inside is not what this key takes: the wrong kind or length, or not the material that it had before.',
    InvalidCiphertextException:
      'The wrapping did not open: another wrapping key, another algorithm, or changed bytes.',
    ExpiredImportTokenException: 'The token is older than 24 hours.',
    InvalidImportTokenException: 'The token belongs to another key, or is none.',
  },
} as const;
