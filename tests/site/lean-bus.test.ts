import { expect, inject, test } from 'vitest'
import {
  benchRecord,
  conditions,
  inputHash as benchHash,
  loadNames,
  summarizeCase,
} from '../../lab/bus-bench/record.ts'
import { crashRecord, inputHash as crashHash } from '../../lab/crash/record.ts'
import { exampleRegion, readExample } from '../../src/model/examples/example.ts'
import { codeLines } from '../../src/model/examples/regions.ts'

const { origin } = inject('site')
const read = async (path: string) => (await fetch(origin + path)).text()
const lab = await read('/guides/crash-laboratory/')
const guide = await read('/guides/lean-bus/')

const number = new Intl.NumberFormat('en-GB')

/** The text of a page from the first match up to `end`, without tags. */
function textOf(html: string, begin: RegExp, end: string): string {
  const from = html.search(begin)
  const piece = from < 0 ? '' : html.slice(from, html.indexOf(end, from))
  return piece.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
}

/** The figure that contains a text. */
const figureWith = (html: string, head: string) =>
  html.split('<figure').find((part, index) => index > 0 && part.includes(head)) ?? ''

test.each([
  ['the page of the crash laboratory', lab],
  ['the guide to the lean bus', guide],
])('%s shows the totals of the crash record and the losses of the control', (_page, html) => {
  const record = crashRecord.read()
  const shown = textOf(figureWith(html, 'Rounds of crashes'), /<table/, '</table>')
  expect(shown).toContain(`rounds ${number.format(record?.rounds ?? NaN)} `)
  expect(shown).toContain(`acknowledged ${number.format(record?.acknowledged ?? NaN)} `)
  expect(shown).toContain(`✓ 0 ✓ ${number.format(record?.controlLost ?? NaN)} `)
  expect(shown.match(/✓ 0/g)).toHaveLength(3)
})

test('the page of the crash laboratory shows the outcomes of flipped bits and the kinds of crashes', () => {
  const record = crashRecord.read()
  const shown = textOf(lab, /<figure/, '</figure>')
  expect(shown).toContain(
    `refused, with file and place ${number.format(record?.flips.refused ?? NaN)} `,
  )
  expect(shown).toContain(`kill -9 ${number.format(record?.kinds.kill ?? NaN)} `)
  expect(shown).toContain(
    `torn tails found and cut off ${number.format(record?.seen.tornTails ?? NaN)} `,
  )
})

test('a record has a tick only while its inputs are unchanged', () => {
  const marks = [
    [figureWith(lab, 'Rounds of crashes'), crashRecord.read()?.hash === crashHash()],
    [figureWith(guide, 'messages/s'), benchRecord.read()?.hash === benchHash()],
  ] as const
  for (const [figure, isCurrent] of marks) {
    const line = textOf(figure, /<p class="proof"/, '</p>')
    expect(line.trim().startsWith(isCurrent ? '✓' : '±'), line).toBe(true)
    expect(line.includes('changed since')).toBe(!isCurrent)
  }
})

test('the recovery of a log is shown in three pictures, in words and in a table', () => {
  const recovery = crashRecord.read()?.recovery
  const figure = figureWith(lab, 'from byte')
  expect(figure.match(/<svg/g)).toHaveLength(3)
  expect(figure).toContain(recovery?.warning ?? 'none')
  const words = textOf(figure, /<figcaption/, '<details')
  for (const place of [recovery?.syncedSize, recovery?.keptSize, recovery?.recoveredSize]) {
    expect(words).toContain(`byte ${number.format(place ?? NaN)}`)
  }
  for (const byte of recovery?.flipped ?? []) expect(words).toContain(number.format(byte))
  const rows = textOf(figure, /<tbody/, '</tbody>')
  expect(rows).toMatch(/✓ synced, and kept.*✓ whole, and kept.*✗/)
})

test('the costs of the bus are shown for each load next to the limit, in one table per condition', async () => {
  const costs = await read('/guides/lean-bus-costs/')
  const samples = benchRecord.read()?.samples ?? []
  for (const [title, under] of [
    ['written to all the time: %', 'settled'],
    ['has rested: %', 'rested'],
    ['without a sync: %', 'unsynced'],
    ['reads along: %', 'read along'],
  ] as const) {
    const figure = figureWith(costs, title)
    for (const load of loadNames) {
      const { messagesPerSecond, limitMessagesPerSecond, ratio } = summarizeCase(
        samples,
        load,
        conditions[under],
      )
      const [lowest, highest] = [ratio.lowest, ratio.highest].map((it) => Math.round(100 * it))
      expect(figure).toContain(number.format(messagesPerSecond.median))
      expect(figure).toContain(number.format(limitMessagesPerSecond.median))
      expect(figure).toContain(`${lowest}–${highest}`)
    }
    expect(figure.match(/<table/g)).toHaveLength(1)
  }
})

test('a region of both buses is shown side by side with its number of lines, and equal files are shown once', async () => {
  const html = await read('/guides/one-port-two-buses/')
  for (const region of ['publish', 'subscribe', 'commit']) {
    const panels = textOf(html, RegExp(`<fieldset[^>]*> *<legend>${region}<`), '</fieldset>')
    for (const id of ['kafka', 'lean-bus']) {
      const file = id === 'kafka' && region === 'commit' ? 'src/fenced-commit.ts' : 'src/bus.ts'
      const { text } = exampleRegion(readExample(id), file, region, { file: 'test' })
      expect(panels).toContain(`${id}/${file} ${codeLines(text)} lines`)
    }
  }
  for (const file of ['port', 'service/dead-letters', 'service/analytics']) {
    expect(
      textOf(html, RegExp(`<figcaption>(?=[^]{0,400}kafka/src/${file}\\.ts)`), '</figcaption>'),
    ).toMatch(RegExp(`kafka/src/${file}\\.ts = lean-bus/src/${file}\\.ts \\d+ lines`))
  }
})

test('the table of lines counts the lines of src/bus.ts of each bus', async () => {
  const table = textOf(
    await read('/guides/one-port-two-buses/'),
    /<table class="port-lines"/,
    '</table>',
  )
  const wholes = ['kafka', 'lean-bus'].map((id) => {
    const file = readExample(id).files.find(({ path }) => path === 'src/bus.ts')
    return codeLines(file?.text ?? '')
  })
  expect(table).toContain(`all of src/bus.ts ${wholes.join(' ')}`)
})
