import { comparing } from './operator.ts';
import { isInRange, readIp, readIpRange } from './readings.ts';

/** An address inside a CIDR range, v4 or v6. */
export const IpAddress = comparing('IpAddress', (value) => {
  const range = readIpRange(value);
  if (!range) return () => false;
  return (got) => {
    const address = readIp(got);
    return address !== undefined && isInRange(address, range);
  };
});
