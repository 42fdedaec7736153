import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import type { Lang } from '../../../core/text/lang.ts'
import { en } from './en.ts'
import { type Text, zh } from './zh.ts'

interface TextContext {
  text: Text
  lang: Lang
  setLang(lang: Lang): void
}

const storageKey = 'huitou-lang'
const context = createContext<TextContext | undefined>(undefined)

/**
 * Gives the words below it, in the language that was chosen before or that the browser prefers; Chinese when it prefers
 * neither.
 */
export function TextProvider({ children }: { children: ReactNode }) {
  const [lang, setLang] = useState<Lang>(initialLang)
  useEffect(() => {
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
    document.title = lang === 'zh' ? '回头 Huitou' : 'Huitou 回头'
  }, [lang])
  const value = useMemo(
    () => ({
      text: lang === 'zh' ? zh : en,
      lang,
      setLang(next: Lang) {
        localStorage.setItem(storageKey, next)
        setLang(next)
      },
    }),
    [lang],
  )
  return <context.Provider value={value}>{children}</context.Provider>
}

export function useText(): TextContext {
  const value = useContext(context)
  if (!value) throw new Error('useText is used outside TextProvider')
  return value
}

function initialLang(): Lang {
  const chosen = localStorage.getItem(storageKey)
  if (chosen === 'zh' || chosen === 'en') return chosen
  const preferred = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'zh' || tag === 'en')
  return preferred === 'en' ? 'en' : 'zh'
}
