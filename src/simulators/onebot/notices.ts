/** What stands in grey between the messages of a group when something happens in it. */
export const notices = {
  muted: (person: string, seconds: number, by: string) =>
    seconds === 0 ? `${person} 被 ${by} 解除禁言` : `${person} 被 ${by} 禁言 ${lengthOf(seconds)}`,
  mutedAll: (isMuted: boolean, by: string) => `${by} ${isMuted ? '开启' : '关闭'}了全员禁言`,
  kicked: (person: string, by: string) => `${person} 被 ${by} 移出了本群`,
  joined: (person: string) => `${person} 加入了本群`,
  named: (person: string, card: string, by: string) =>
    card === '' ? `${by} 去掉了 ${person} 的群名片` : `${by} 把 ${person} 的群名片改为“${card}”`,
  titled: (person: string, title: string, by: string) =>
    title === '' ? `${by} 收回了 ${person} 的头衔` : `${by} 授予 ${person} 头衔“${title}”`,
  recalled: (person: string, by: string) =>
    person === by ? `${by} 撤回了一条消息` : `${by} 撤回了 ${person} 的一条消息`,
}

/** As QQ writes it: `1 天 2 小时`, `10 分钟`. */
function lengthOf(seconds: number): string {
  const units = [
    [86_400, '天'],
    [3_600, '小时'],
    [60, '分钟'],
    [1, '秒'],
  ] as const
  let rest = seconds
  const words = units.flatMap(([size, unit]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? [] : [`${count} ${unit}`]
  })
  return words.join(' ')
}
