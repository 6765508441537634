import { expect, test } from 'vitest';
import { hashBits, messageTypesOf, sideBySide } from './outside.ts';
import { openSslLines } from './pem.ts';
import { placeOf } from './regionPlaces.ts';

const der = (...bytes: number[]) => new Uint8Array(bytes);

test('r and s come out of DER at their own width: short ones filled up, a leading zero left out', () => {
  const short = der(0x30, 0x07, 0x02, 0x01, 0x05, 0x02, 0x02, 0x00, 0x81);
  expect(sideBySide(short, 2)).toEqual(der(0, 5, 0, 0x81));
});
test.each([
  ['empty', der()],
  ['a tail', der(0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x06, 0x00)],
  ['cut off', der(0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01)],
  ['too wide', der(0x30, 0x08, 0x02, 0x03, 1, 2, 3, 0x02, 0x01, 0x06)],
  ['another tag', der(0x31, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x06)],
])('what is no such DER is told apart: %s', (_, bytes) => {
  expect(sideBySide(bytes, 2)).toBeUndefined();
});
test('hash and forms of the message follow the algorithm', () => {
  expect(hashBits('RSASSA_PSS_SHA_384')).toBe(384);
  expect(messageTypesOf('ECDSA_SHA_256')).toEqual(['RAW', 'DIGEST']);
  expect(messageTypesOf('ED25519_PH_SHA_512')).toEqual(['DIGEST']);
  expect(messageTypesOf('ML_DSA_SHAKE_256')).toEqual(['RAW']);
});
test('the OpenSSL line takes the padding and the hash of the algorithm that signed', () => {
  const lines = (algorithm: string) => openSslLines('RSA_2048', 'SIGN_VERIFY', algorithm).join(' ');
  expect(lines('RSASSA_PSS_SHA_512')).toMatch(/-sha512 .*rsa_padding_mode:pss/);
  expect(lines('RSASSA_PKCS1_V1_5_SHA_256')).toMatch(/-sha256 -verify/);
  expect(lines('RSASSA_PKCS1_V1_5_SHA_256')).not.toMatch(/pss/);
  expect(openSslLines('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', 'ED25519_PH_SHA_512')).toEqual([]);
});
test('each Region has a place on the sketch, Regions of one name places of their own', () => {
  expect(placeOf('us-east-1').x).toBeGreaterThan(placeOf('us-west-2').x);
  expect(placeOf('us-east-1')).not.toEqual(placeOf('us-east-2'));
  for (const name of ['ap-southeast-9', 'xx-north-1', 'us-gov-east-1']) {
    const { x, y } = placeOf(name);
    expect(x > 0 && x < 640 && y > 0 && y < 210).toBe(true);
  }
});
