/* How the keys of people and groups look, for the sentences that tell what should stand somewhere. */

export const personExample = 'wecom:zhangsan'
export const groupExample = 'wecom:wrkSFfCgAA'
