import { expect, test } from 'vitest'
import { readConfig } from '../../config/read.ts'
import { accountFindings } from '../../src/cli/doctor.ts'

test('an account that does not work is told with what is wrong and the page that says how it is set up', async () => {
  const { channels } = readConfig(
    {},
    () => 'channels: [{ id: qq, platform: onebot, accessToken: a-token-for-tests, wsUrl: "ws://127.0.0.1:9" }]',
  )
  const [account] = channels
  expect(await accountFindings(account ?? expect.fail('no account'))).toEqual([
    { what: 'channel qq: connection', wrong: expect.stringMatching(/is it running.*docs\/onebot\.md/) },
  ])
})
