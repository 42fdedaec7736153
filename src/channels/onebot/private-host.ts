import { BlockList, isIP } from 'node:net'

const near = new BlockList()
near.addSubnet('127.0.0.0', 8)
near.addSubnet('10.0.0.0', 8)
near.addSubnet('172.16.0.0', 12)
near.addSubnet('192.168.0.0', 16)
near.addAddress('::1', 'ipv6')
near.addSubnet('fc00::', 7, 'ipv6')

/** Whether who listens there is reached from this machine or its own network alone. */
export function isPrivateHost(host: string): boolean {
  if (host === 'localhost') return true
  const family = isIP(host)
  return family !== 0 && near.check(host, family === 6 ? 'ipv6' : 'ipv4')
}
