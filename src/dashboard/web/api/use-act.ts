import { notifications } from '@mantine/notifications'
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { useText } from '../text/text.tsx'
import { useMessage } from './use-message.ts'

export interface Act<Name extends string = string> {
  /** Tells the buttons apart. */
  name: Name
  /** Changes something on the server, and resolves to the sentence that tells so. */
  work(): Promise<{ message: string; onClick?: (() => void) | undefined }>
}

/**
 * One change of the server's state at a time, told in a toast; whether it went well or not, what it touches is read
 * again.
 */
export function useAct<Name extends string>(touches: readonly QueryKey[]) {
  const client = useQueryClient()
  const { text } = useText()
  const messageOf = useMessage()
  const { mutate, isPending, variables } = useMutation({
    mutationFn: ({ work }: Act<Name>) => work(),
    onSuccess: (told) => notifications.show({ ...told, color: 'teal' }),
    onError: (error) => notifications.show({ title: text.action.failed, message: messageOf(error), color: 'red' }),
    onSettled: () => readAgain(client, touches),
  })
  return { busy: isPending ? variables.name : undefined, act: mutate }
}

export async function readAgain(
  client: ReturnType<typeof useQueryClient>,
  touches: readonly QueryKey[],
): Promise<void> {
  await Promise.all(touches.map((queryKey) => client.invalidateQueries({ queryKey })))
}
