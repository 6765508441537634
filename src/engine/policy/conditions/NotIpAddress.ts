import { IpAddress } from './IpAddress.ts';
import { negating } from './operator.ts';

export const NotIpAddress = negating('NotIpAddress', IpAddress);
