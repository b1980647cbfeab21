import { expect, inject, test } from 'vitest'
import { conditions, loadNames } from '../../lab/bus-bench/record.ts'
import { exampleRegion, readExample } from '../../src/model/examples/example.ts'
import { codeLines } from '../../src/model/examples/regions.ts'
import { caseOf, inputHash as busHash, readBench } from '../../src/lab/bus.ts'
import { inputHash as crashHash, readCrash } from '../../src/lab/crash.ts'

const { origin } = inject('site')
const read = async (path: string) => (await fetch(origin + path)).text()
const lab = await read('/guides/crash-laboratory/')
const guide = await read('/guides/lean-bus/')

const number = new Intl.NumberFormat('en-GB')

/** A piece of a page by what it begins and ends with, as text with one space between words. */
function textOf(html: string, begin: RegExp, end: string): string {
  const from = html.search(begin)
  const piece = from < 0 ? '' : html.slice(from, html.indexOf(end, from))
  return piece.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
}

/** The figure that shows a table with this head. */
const figureWith = (html: string, head: string) =>
  html.split('<figure').find((part, index) => index > 0 && part.includes(head)) ?? ''

test.each([
  ['the laboratory', lab],
  ['the guide', guide],
])('%s shows the totals of the recorded run, and what the control has lost', (_page, html) => {
  const record = readCrash()
  const shown = textOf(figureWith(html, 'Rounds of crashes'), /<table/, '</table>')
  expect(shown).toContain(`rounds ${number.format(record?.rounds ?? NaN)} `)
  expect(shown).toContain(`acknowledged ${number.format(record?.acknowledged ?? NaN)} `)
  expect(shown).toContain(`✓ 0 ✓ ${number.format(record?.controlLost ?? NaN)} `)
  expect(shown.match(/✓ 0/g)).toHaveLength(3)
})

test('the laboratory shows what single bits came to, and what the rounds went through', () => {
  const record = readCrash()
  const shown = textOf(lab, /<figure/, '</figure>')
  expect(shown).toContain(
    `refused, with file and place ${number.format(record?.flips.refused ?? NaN)} `,
  )
  expect(shown).toContain(`kill -9 ${number.format(record?.kinds.kill ?? NaN)} `)
  expect(shown).toContain(
    `torn tails found and cut off ${number.format(record?.seen.tornTails ?? NaN)} `,
  )
})

test('a record keeps its tick only while it is of the code that is here', () => {
  const marks = [
    [figureWith(lab, 'Rounds of crashes'), readCrash()?.hash === crashHash()],
    [figureWith(guide, 'messages/s'), readBench()?.hash === busHash()],
  ] as const
  for (const [figure, isCurrent] of marks) {
    const line = textOf(figure, /<p class="proof"/, '</p>')
    expect(line.trim().startsWith(isCurrent ? '✓' : '±'), line).toBe(true)
    expect(line.includes('changed since')).toBe(!isCurrent)
  }
})

test('a recovered log is drawn three times, and told in words and in a table', () => {
  const recovery = readCrash()?.recovery
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

test('what the bus costs is shown for each load beside the limit, synced and not apart', async () => {
  const costs = await read('/guides/lean-bus-costs/')
  const samples = readBench()?.samples ?? []
  for (const [title, under] of [
    ['written to all the time: %', 'settled'],
    ['has rested: %', 'rested'],
    ['without a sync: %', 'unsynced'],
    ['reads along: %', 'read along'],
  ] as const) {
    const figure = figureWith(costs, title)
    for (const load of loadNames) {
      const { messagesPerSecond, limitMessagesPerSecond, ratio } = caseOf(
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

test('the same region of both buses stands side by side, with its lines; the same code stands there once', async () => {
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

test('the lines that are counted for each bus are those of its file', async () => {
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
