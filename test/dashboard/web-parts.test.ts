import fc from 'fast-check'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { RunState } from '../../src/core/task/run.ts'
import { readFilter, writeFilter } from '../../src/dashboard/web/api/task-filter.ts'
import { hintsFor } from '../../src/dashboard/web/components/console/hints.ts'
import { MarkdownView } from '../../src/dashboard/web/components/console/markdown-view.tsx'
import { PlainText } from '../../src/dashboard/web/components/console/plain-text.tsx'
import {
  emptyDraft,
  faultsOf,
  scheduleOf,
  withChannel,
} from '../../src/dashboard/web/components/schedules/schedule-draft.ts'
import { en } from '../../src/dashboard/web/text/en.ts'
import { scenes } from '../fakes/dashboard-seed.ts'

describe('markdown', () => {
  beforeAll(() => {
    vi.stubGlobal('location', { origin: 'http://here.example' })
    return () => vi.unstubAllGlobals()
  })

  const render = (text: string) => renderToStaticMarkup(createElement(MarkdownView, { text }))
  /** Texts that look like markdown and like an attack more often than chance would have it. */
  const text = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '**',
          '*',
          '~~',
          '`',
          '```\n',
          '# ',
          '> ',
          '- ',
          '1. ',
          '|',
          '|-|-|\n',
          '\n',
          '\n\n',
          '---\n',
          '  ',
        ),
        fc.constantFrom(
          '[a](',
          'javascript:alert(1)',
          'https://x.example',
          ')',
          '<img src=x onerror=alert(1)>',
          '<font color="info">',
        ),
        fc.string({ maxLength: 8 }),
      ),
      { maxLength: 40 },
    )
    .map((pieces) => pieces.join(''))

  test('no text makes an element or a link of its own', () => {
    fc.assert(
      fc.property(text, (said) => {
        const html = render(said)
        const priorities = [...html.matchAll(/<\/?([a-z0-9]+)/g)].map(([, priority]) => priority)
        const ours =
          'div p h3 h4 h5 h6 strong em del code pre ul ol li blockquote hr br a span table thead tbody tr th td'
        expect(priorities.filter((priority) => !ours.split(' ').includes(priority ?? ''))).toEqual([])
        for (const [, address] of html.matchAll(/href="([^"]*)"/g)) expect(address).toMatch(/^(https?|mailto):/)
      }),
    )
  })

  const fill = (piece: string, letters = 10_000) => piece.repeat(Math.ceil(letters / piece.length)).slice(0, letters)

  /** The best of three, in which nothing else came in between. */
  function timeOf(text: string): number {
    const times = [1, 2, 3].map(() => {
      const startedAt = performance.now()
      render(text)
      return performance.now() - startedAt
    })
    return Math.min(...times)
  }

  const crafted = [
    ...['*a **b ', '**a', '*a_ ', '~~a ~', '_a __b ', '[', '[a](', '[a](b', '![', '`a', '<', '<http:', '\\', 'a@', 'x'],
    ...['> ', '- ', '> - ', '1. ', '| ', '# a\n', 'a\n-\n', '```\n', '[a]: b\n', 'https://', 'http://a( ', 'a.b@c.d'],
    ...['<font color="info">', '</font>', '<font color="info">**', '&amp;', '\n'],
  ].map((piece): [string, string] => [piece, fill(piece)])
  const paired: [string, string][] = [
    ['nested brackets', fill('[', 5_000) + fill(']', 5_000)],
    ['nested links', fill('[', 5_000) + fill('](a)', 15_000)],
    ['nested emphasis', `${fill('*', 10_000)}a${fill('*', 10_000)}`],
    ['nested tints', fill('<font color="info">', 15_000) + fill('</font>', 5_000)],
    ['growing code marks', Array.from({ length: 200 }, (_, marks) => '`'.repeat(marks)).join(' ')],
    ['a wide table', `${fill('|a', 300)}\n${fill('|-', 300)}\n${fill('|a|\n', 9_000)}`],
    ['a nested list', Array.from({ length: 140 }, (_, depth) => `${'  '.repeat(depth)}- a`).join('\n')],
  ]

  test.each([...crafted, ...paired])('a crafted text costs no more than a few ordinary ones: %j', (_, text) => {
    ordinaryMs ??= timeOf(fill('some **bold**, `code` and [a link](http://x.example)\n', 20_000))
    expect(timeOf(text)).toBeLessThan(20 * ordinaryMs + 50)
  })
  let ordinaryMs: number | undefined

  test('what is longer, deeper or richer than any person writes is shown as it is written, whole', () => {
    const texts = [
      fill('**a** ', 100_001),
      `${'*'.repeat(500)}a${'*'.repeat(500)}`,
      `${fill('> ', 400)}a`,
      fill('*a* ', 90_000),
    ]
    for (const text of texts)
      expect(render(text)).toBe(`<p class="${plainClass()}">${text.replaceAll('>', '&gt;')}</p>`)
  })
  const plainClass = () => /class="([^"]*)"/.exec(renderToStaticMarkup(createElement(PlainText, { text: '' })))?.[1]

  test('a picture is a link, a reference stays a text, and only http, https and mail addresses are links', () => {
    expect(render('![a](http://x.example/a.png)')).toContain('!<a href="http://x.example/a.png"')
    expect(render('[a]: http://x.example')).toContain('[a]: <a')
    for (const address of ['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'ftp://x.example', 'file:///etc'])
      for (const text of [`[a](${address})`, `<${address}>`, address]) expect(render(text)).not.toContain('<a')
    expect(render('[a](mailto:a@x.example) [b](/tasks/1)')).toMatch(
      /href="mailto:a@x.example".*href="http:\/\/here.example/,
    )
    expect(render('看 https://x.example/_a_/b，然后')).toContain('>https://x.example/_a_/b</a>，然后')
  })

  test('a tint colours what stands between its marks, and a mark without its partner is a text', () => {
    const [open, close] = ['<font color="warning">', '</font>']
    expect(render(`${open}a **b**${close}`)).toContain('<span data-tint="warning">a <strong>b</strong></span>')
    expect(render(`**${open}a**${close}`)).toContain(
      '<strong>&lt;font color=&quot;warning&quot;&gt;a</strong>&lt;/font&gt;',
    )
    expect(render('<font color="red">a</font>')).not.toContain('<font')
  })

  test('lists nest, tables have heads, code keeps its lines', () => {
    expect(render('1. a\n   - b\n2. c')).toContain('<ol start="1"><li>a<ul><li>b</li></ul></li><li>c</li></ol>')
    expect(render('|a|b|\n|-|-|\n|1|2|')).toContain('<th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td>')
    expect(render('```ts\na\n\n  b\n```\nc')).toMatch(/<pre><code>a\n\n {2}b<\/code><\/pre><p>c<\/p>/)
    expect(render('> a\n> b')).toContain('<blockquote><p>a<br/>b</p></blockquote>')
    expect(render('a\n---\nb')).toContain('<p>a</p><hr/><p>b</p>')
  })
})

describe('the list of tasks', () => {
  test('a filter is the same after a walk through the address', () => {
    const filter = fc.record({
      states: fc.constantFrom<RunState[]>([], ['failed'], ['waiting', 'running']),
      channel: fc.string(),
      user: fc.string(),
      command: fc.string(),
      q: fc.string({ unit: 'binary' }).map((q) => q.toWellFormed()),
    })
    fc.assert(
      fc.property(filter, (one) => {
        expect(readFilter(new URLSearchParams(writeFilter(one).toString()))).toEqual(one)
      }),
    )
  })
})

describe('a schedule that is being written', () => {
  test('is for the first channel until one is chosen, whenever the channels come, and for none it is not saved', () => {
    const draft = { ...emptyDraft, when: '9:00', text: 'help', chat: 'lisi' }
    expect(faultsOf(withChannel(draft, []), en)).toEqual({ channel: en.schedules.wrong.channel })
    expect(faultsOf(withChannel(draft, ['console', 'wecom']), en)).toEqual({})
    expect(scheduleOf(withChannel(draft, ['console', 'wecom'])).to?.channel).toBe('console')
    expect(withChannel({ ...draft, channel: 'wecom' }, ['console', 'wecom']).channel).toBe('wecom')
  })
})

describe('command hints', () => {
  const words = (typed: string) => hintsFor(typed, scenes, 'zh').map((hint) => hint.words)

  test('come for the beginning of a command, with or without its scene, and end where its arguments begin', () => {
    expect(words('/')).toHaveLength(8)
    expect(words('demo s')).toEqual(['demo sleep', 'demo spin', 'demo steps'])
    expect(words('/sle')).toEqual(['demo sleep'])
    expect(words('demo sleep 5')).toEqual([])
    expect(words('')).toEqual([])
    expect(words('早上好')).toEqual([])
  })
})
