import { useRef, useState } from 'react'
import type { Part } from '../../../../core/message/part.ts'
import { uploadFile } from '../../api/uploads.ts'
import { useMessage } from '../../api/use-message.ts'

export interface Attachment {
  key: number
  name: string
  part?: Part
  error?: string
}

interface Attachments {
  list: readonly Attachment[]
  isUploading: boolean
  add(files: Iterable<File>): void
  remove(key: number): void
  /** Hands over what was uploaded and empties the list of it. */
  take(): Part[]
}

/** Files on their way to the server while one is still typing. */
export function useAttachments(): Attachments {
  const messageOf = useMessage()
  const [list, setList] = useState<readonly Attachment[]>([])
  const uploads = useRef(new Map<number, AbortController>())
  const lastKey = useRef(0)

  const update = (key: number, change: Partial<Attachment>) =>
    setList((before) => before.map((one) => (one.key === key ? { ...one, ...change } : one)))

  const upload = async (key: number, file: File) => {
    const controller = new AbortController()
    uploads.current.set(key, controller)
    try {
      update(key, { part: await uploadFile(file, controller.signal) })
    } catch (error) {
      if (!controller.signal.aborted) update(key, { error: messageOf(error) })
    } finally {
      uploads.current.delete(key)
    }
  }

  return {
    list,
    isUploading: list.some(({ part, error }) => !part && error === undefined),
    add(files) {
      for (const file of files) {
        const key = ++lastKey.current
        setList((before) => [...before, { key, name: file.name }])
        void upload(key, file)
      }
    },
    remove(key) {
      uploads.current.get(key)?.abort()
      setList((before) => before.filter((one) => one.key !== key))
    },
    take() {
      const parts = list.flatMap(({ part }) => (part ? [part] : []))
      setList((before) => before.filter(({ part }) => !part))
      return parts
    },
  }
}
